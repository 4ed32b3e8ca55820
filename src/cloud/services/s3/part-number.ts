/** The number of a part, 1 to 10 000. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { strOpt } from '../../endpoint/input.js';

export function partNumberOf(input: Input): number {
  const text = strOpt(input, 'PartNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000) throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', { members: { ArgumentName: 'partNumber', ArgumentValue: text.slice(0, 40) } });
  return number;
}
