/** What a resource is now, in the form that templates have: for the detection of drift. */
import { valueAt } from '../../endpoint/input.js';
import type { Output } from '../../endpoint/operation.js';
import { isList, isStructure, type Structure, type Value } from '../template/value.js';
import { ownTags, type ResourceScope } from './resource-type.js';

/** A reply's value as a template's, without what is absent. */
function asValue(found: unknown): Value | undefined {
  if (found === undefined || found === null) return undefined;
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
  return JSON.parse(JSON.stringify(found)) as Value;
}

/** Members of a service's reply by their names in a template: `{CidrBlock: 'cidrBlock'}`. */
export function renamed(found: Output, paths: { readonly [property: string]: string }): { [property: string]: Value } {
  const members: { [property: string]: Value } = {};
  for (const [property, path] of Object.entries(paths)) {
    const value = asValue(valueAt(found, path));
    if (value !== undefined) members[property] = value;
  }
  return members;
}

/** The tags of EC2's reply (`tagSet`) that the resource's own properties answer for: not AWS's, not the stack's. */
export function liveTags(found: Output, scope: ResourceScope, properties: Structure): { readonly Tags: Value } {
  const own = new Set(ownTags(properties).map(({ Key }) => Key));
  const ofStack = new Map(scope.tags(properties).filter(({ Key }) => !own.has(Key)).map(({ Key, Value: value }) => [Key, value]));
  const tags = (valueAt(found, 'tagSet') ?? []) as { readonly key: string; readonly value: string }[];
  return { Tags: tags.filter(({ key, value }) => !key.startsWith('aws:') && ofStack.get(key) !== value).map(({ key, value }) => ({ Key: key, Value: value })) };
}

/** A document that a service keeps as text, URL-encoded by IAM, in the form that the template has it. */
export function liveDocument(found: unknown, declared: Value | undefined): Value {
  const text = String(found);
  const plain = text.startsWith('%7B') ? decodeURIComponent(text) : text;
  return typeof declared === 'string' ? plain : (JSON.parse(plain) as Value);
}

/** `true` and 'true', 80 and '80' are one value to a template; so are lists in another order. */
export function sameLive(expected: Value | undefined, actual: Value | undefined): boolean {
  if (isList(expected) && isList(actual)) {
    if (expected.length !== actual.length) return false;
    const left = [...actual];
    return expected.every((item) => {
      const index = left.findIndex((other) => sameLive(item, other));
      if (index >= 0) left.splice(index, 1);
      return index >= 0;
    });
  }
  if (isStructure(expected) && isStructure(actual)) return Object.entries(expected).every(([name, value]) => sameLive(value, Object.hasOwn(actual, name) ? actual[name] : undefined));
  if (expected === undefined || actual === undefined || typeof expected === 'object' || typeof actual === 'object') return expected === actual;
  return String(expected) === String(actual);
}
