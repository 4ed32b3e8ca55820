/** Refuses parameters that an operation cannot honour, instead of ignoring them. */
import type { Input } from './operation.js';
import { has, InputError, strOpt, valueAt } from './input.js';

/** Throws InputError when one of the parameters is given. */
export function unsupported(input: Input, names: readonly string[]): void {
  for (const name of names) if (has(input, name)) throw new InputError(name, valueAt(input, name), { kind: 'unsupported' });
}

/** Takes each parameter only as it would be without being given (`{Tenancy: 'default', Ipv6Native: 'false'}`): clients write defaults out. */
export function onlyDefault(input: Input, defaults: { readonly [name: string]: string }): void {
  for (const [name, value] of Object.entries(defaults)) if ((strOpt(input, name) ?? value) !== value) unsupported(input, [name]);
}
