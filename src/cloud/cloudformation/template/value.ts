/** What a template is made of once read: JSON values, with every intrinsic function in its long form. */

export type Value = string | number | boolean | null | readonly Value[] | Structure;
export interface Structure {
  readonly [name: string]: Value;
}

export function isStructure(value: Value | undefined): value is Structure {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Own member only: a template may well call a resource `constructor`. */
export function member(structure: Structure, name: string): Value | undefined {
  return Object.hasOwn(structure, name) ? structure[name] : undefined;
}

/** The name and argument of an intrinsic function (`Ref`, `Condition`, `Fn::…`), or undefined for plain data. */
export function intrinsicOf(value: Structure): { readonly name: string; readonly argument: Value } | undefined {
  const entries = Object.entries(value);
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) return undefined;
  const [name, argument] = entry;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined;
}

/** Text of a value as CloudFormation hands it on; what is no scalar as JSON. */
export function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Equality of two values, members in any order. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  if (isStructure(a) && isStructure(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]));
  }
  return false;
}
