/** Finds a parameter, one's own or a public one, by name, ARN or `name:version`, and gives it the shape of the API. */
import { AwsError, type OperationContext, type Output } from '../../endpoint/operation.js';
import { publicParameter, publicParameters, type PublicParameter } from './public-parameters.js';
import { PARAMETERS, type ParameterRecord } from './records.js';

export interface FoundParameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly arn: string;
  readonly dataType: string;
  readonly lastModified: number;
  readonly selector?: string | undefined;
}

function arnOf(name: string, context: OperationContext): string {
  return `arn:aws:ssm:${context.region}:${context.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

function ofOwn(record: ParameterRecord, context: OperationContext): FoundParameter {
  const { name, type, value, version, dataType, lastModified } = record;
  return { name, type, value, version, dataType, lastModified, arn: arnOf(name, context) };
}

function ofPublic(parameter: PublicParameter): FoundParameter {
  return parameter;
}

/** Name without an ARN's head; a parameter without a slash loses the one that the ARN puts before it. */
function plainName(text: string, context: OperationContext): string {
  const match = /^arn:aws:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(text);
  const path = match?.[1];
  if (path === undefined) return text;
  const bare = path.slice(1);
  return !bare.includes('/') && context.state.get(PARAMETERS, bare) !== undefined ? bare : path;
}

/** Undefined when there is none. Throws ParameterVersionNotFound when only the version is missing. */
export function findParameter(reference: string, context: OperationContext): FoundParameter | undefined {
  const text = plainName(reference, context);
  const selected = /^(.*[^:]):(\d+)$/.exec(text);
  const name = selected?.[1] ?? text;
  const own = context.state.get(PARAMETERS, name);
  const open = publicParameter(context.region, name);
  const found = own === undefined ? (open === undefined ? undefined : ofPublic(open)) : ofOwn(own, context);
  const version = selected?.[2];
  if (found === undefined || version === undefined) return found;
  if (Number(version) !== found.version) {
    throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`);
  }
  return { ...found, selector: `:${version}` };
}

/** Everything under a path, in order of name; one level or all. */
export function parametersUnder(path: string, recursive: boolean, context: OperationContext): readonly FoundParameter[] {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const inside = (name: string): boolean =>
    name.startsWith('/') && name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'));
  const own = context.state.list(PARAMETERS).filter((record) => inside(record.name)).map((record) => ofOwn(record, context));
  const open = prefix.startsWith('/aws/') ? publicParameters(context.region).filter((parameter) => inside(parameter.name)).map(ofPublic) : [];
  return [...own, ...open].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Shape `Parameter` of the API. */
export function parameterOutput(found: FoundParameter): Output {
  return {
    Name: found.name,
    Type: found.type,
    Value: found.value,
    Version: found.version,
    Selector: found.selector,
    LastModifiedDate: new Date(found.lastModified),
    ARN: found.arn,
    DataType: found.dataType,
  };
}

export { arnOf as parameterArn };
