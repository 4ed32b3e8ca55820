/** `ParameterFilters` of DescribeParameters and GetParametersByPath: what a filter compares, and how (ssm API, ParameterStringFilter). */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { optionalString, requiredString, strings, structures } from '../../endpoint/typed-input.js';

export interface ParameterFilter {
  readonly key: string;
  /** `Equals`, `BeginsWith`, `Contains`; `OneLevel`, `Recursive` for Path. */
  readonly option: string;
  readonly values: readonly string[];
}

const KEY = /^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$/;
const TYPES = ['String', 'StringList', 'SecureString'];

function optionsFor(key: string): readonly string[] {
  if (key === 'Path') return ['OneLevel', 'Recursive'];
  if (key === 'Name') return ['Equals', 'BeginsWith', 'Contains'];
  return key === 'Label' ? ['Equals'] : ['Equals', 'BeginsWith'];
}

/** Reads the filters; keys that are not among `keys` (with `tag` for all of `tag:…`) are refused. Throws InvalidFilterKey, InvalidFilterOption, InvalidFilterValue. */
export function parameterFilters(input: Input, keys: readonly string[]): ParameterFilter[] {
  const seen = new Set<string>();
  return structures(input, 'ParameterFilters').map((filter) => {
    const key = requiredString(filter, 'Key', { min: 1, max: 132, pattern: KEY });
    if (!keys.includes(key.startsWith('tag:') ? 'tag' : key)) throw new AwsError('InvalidFilterKey', `The following filter key is not valid: ${key}. Valid filter keys include: [${keys.join(', ')}].`);
    if (seen.has(key)) throw new AwsError('InvalidFilterKey', `The following filters are duplicated in the request: [${key}]. A request can contain a filter key once.`);
    seen.add(key);
    const options = optionsFor(key);
    const option = optionalString(filter, 'Option', { min: 1, max: 10 }) ?? options[0] ?? '';
    if (!options.includes(option)) throw new AwsError('InvalidFilterOption', `The following filter option is not valid: ${option}. Valid options include: [${options.join(', ')}].`);
    const values = strings(filter, 'Values', { max: 50 });
    if (values.length === 0 && !key.startsWith('tag:')) throw new AwsError('InvalidFilterValue', `The following filter values are missing : null for filter key ${key}`);
    const wrong = key === 'Type' && option === 'Equals' ? values.find((value) => !TYPES.includes(value)) : undefined;
    if (wrong !== undefined) throw new AwsError('InvalidFilterValue', `The following filter value is not valid: ${wrong}. Valid values include: [${TYPES.join(', ')}].`);
    return { key, option, values };
  });
}

/** Whether the text passes; undefined text does only where no value was asked for (a tag that just has to be there never gets here). */
export function passesFilter({ option, values }: ParameterFilter, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (option === 'BeginsWith') return values.some((value) => text.startsWith(value));
  if (option === 'Contains') return values.some((value) => text.includes(value));
  return values.includes(text);
}
