/** Refuses parameters that an operation cannot honour, instead of ignoring them. */
import { AwsError, type Input } from './operation.js';
import { has } from './input.js';

/** Throws AwsError UnsupportedOperation when one of the parameters is given. */
export function unsupported(input: Input, names: readonly string[]): void {
  for (const name of names) if (has(input, name)) throw new AwsError('UnsupportedOperation', `The local cloud does not support the parameter ${name}`);
}
