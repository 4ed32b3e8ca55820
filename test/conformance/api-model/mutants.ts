/** Inputs that are wrong in one place, made from the model and an input that is right. */
import { shapeOf, type Model, type Ref, type Shape } from './model.js';
import { patternOf } from './reply.js';
import type { Value } from './request.js';

type Structure = { readonly [name: string]: Value };

export interface Mutant {
  readonly what: string;
  readonly input: Structure;
  /** The top member that is wrong; absent when it is one inside, or none of the model's. */
  readonly member?: string | undefined;
  /** `refused`: only an error will do. `answered`: success or error, in the protocol's shape. */
  readonly wanted: 'refused' | 'answered';
}

function isStructure(value: Value | undefined): value is Structure {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that a member of this shape would take, as simple as may be; of a list one item, of a structure its required members. */
function example(model: Model, ref: Ref, depth = 0): Value {
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case 'structure': return depth > 3 ? {} : Object.fromEntries((shape.required ?? []).flatMap((name) => (shape.members?.[name] === undefined ? [] : [[name, example(model, shape.members[name], depth + 1)]])));
    case 'list': return shape.member === undefined ? [] : [example(model, shape.member, depth + 1)];
    case 'map': return { key: shape.value === undefined ? '' : example(model, shape.value, depth + 1) };
    case 'integer': case 'long': case 'float': case 'double': return Math.max(shape.min ?? 1, 1);
    case 'boolean': return true;
    case 'timestamp': return model.metadata.protocol === 'json' ? 1_763_920_000 : '2026-01-01T00:00:00Z';
    default: return shape.enum?.[0] ?? 'a'.repeat(Math.max(shape.min ?? 1, 1));
  }
}

const WRONG: Structure = { NotThis: 'x' };

function wrongValues(model: Model, shape: Shape): [what: string, value: Value, wanted: Mutant['wanted']][] {
  const json = model.metadata.protocol === 'json';
  const length = (value: Value, count: number) => `${count} ${Array.isArray(value) ? 'items' : 'characters'}`;
  const found: [string, Value, Mutant['wanted']][] = [];
  const refused = (what: string, value: Value): void => void found.push([what, value, 'refused']);
  switch (shape.type) {
    case 'structure':
      refused('a text', 'text');
      refused('a list', ['x']);
      break;
    case 'list': {
      refused('a text', 'text');
      refused('a structure', WRONG);
      found.push(['an empty list', [], 'answered']);
      const item = shape.member === undefined ? 'x' : example(model, shape.member);
      // Empty structures are not written at all.
      const written = typeof item !== 'object' || item === null || Object.keys(item).length > 0;
      if (written && shape.max !== undefined && shape.max < 2000) refused(length([], shape.max + 1), Array.from({ length: shape.max + 1 }, (_, index) => (typeof item === 'string' && shape.member !== undefined && shapeOf(model, shape.member).enum === undefined ? `${item}${index}` : item)));
      break;
    }
    case 'map':
      refused('a text', 'text');
      break;
    case 'integer': case 'long': case 'float': case 'double':
      refused('a word', 'word');
      refused('a structure', WRONG);
      refused('a huge number', '99999999999999999999');
      if (json) refused('a text of digits', '5');
      if (shape.min !== undefined) refused(`${shape.min - 1}`, shape.min - 1);
      if (shape.max !== undefined) refused(`${shape.max + 1}`, shape.max + 1);
      break;
    case 'boolean':
      refused('a word', 'maybe');
      refused('a structure', WRONG);
      break;
    case 'timestamp':
      refused('a word', 'yesterday');
      refused('a structure', WRONG);
      break;
    default:
      refused('a structure', WRONG);
      if (json) refused('a number', 5);
      if (json) refused('a list', ['x']);
      found.push(['control characters', 'a\u0000\u001B\uFFFEb', 'answered'], ['an empty text', '', shape.min === undefined || shape.min === 0 || !json ? 'answered' : 'refused']);
      if (shape.enum !== undefined) refused('a word that is not of its enum', 'not-of-the-enum');
      if (shape.max !== undefined && shape.max < 60_000) refused(length('', shape.max + 1), json && shape.type === 'blob' ? Buffer.alloc(shape.max + 1).toString('base64') : 'a'.repeat(shape.max + 1));
      if (shape.min !== undefined && shape.min > 1) refused(length('', shape.min - 1), 'a'.repeat(shape.min - 1));
      for (const signs of [' !§$%&/()=? ', 'a\u0000b']) if (shape.pattern !== undefined && shape.enum === undefined && !patternOf(shape.pattern).test(signs)) refused(`${JSON.stringify(signs)}, not of its pattern`, signs);
  }
  return found;
}

/** Every structure in the input that the model knows, with a way to put another in its place. */
function* places(model: Model, ref: Ref, value: Structure, path: string, put: (changed: Structure) => Structure): Generator<{ shape: Shape; value: Structure; path: string; put: (changed: Structure) => Structure }> {
  const shape = shapeOf(model, ref);
  if (shape.type !== 'structure') return;
  yield { shape, value, path, put };
  for (const [name, child] of Object.entries(value)) {
    const member = shape.members?.[name];
    if (member === undefined) continue;
    const under = path === '' ? name : `${path}.${name}`;
    if (isStructure(child)) yield* places(model, member, child, under, (changed) => put({ ...value, [name]: changed }));
    const item = shapeOf(model, member).member;
    const first: Value | undefined = Array.isArray(child) ? (child as readonly Value[])[0] : undefined;
    if (item !== undefined && isStructure(first)) yield* places(model, item, first, `${under}.0`, (changed) => put({ ...value, [name]: [changed, ...(child as readonly Value[]).slice(1)] }));
  }
}

/** One wrong thing each. */
export function mutantsOf(model: Model, operation: string, input: Structure): Mutant[] {
  const ref = model.operations[operation]?.input;
  const found: Mutant[] = [];
  if (ref === undefined) return [{ what: 'a member where none is', input: { NotAMember: 'x' }, wanted: 'refused' }];
  for (const { shape, value, path, put } of places(model, ref, input, '', (changed) => changed)) {
    const named = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const add = (what: string, changed: Structure, wanted: Mutant['wanted'] = 'refused', member?: string): void => void found.push({ what, input: put(changed), wanted, member: path === '' ? member : undefined });
    for (const name of shape.required ?? []) {
      const { [name]: _, ...rest } = value;
      if (Object.hasOwn(value, name)) add(`without ${named(name)}`, rest);
    }
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      for (const [what, wrong, wanted] of wrongValues(model, shapeOf(model, member))) add(`${named(name)}: ${what}`, { ...value, [name]: wrong }, wanted, name);
    }
    add(`unknown ${named('NotAMember')}`, { ...value, NotAMember: 'x' });
    add(`unknown structure ${named('NotAMember')}`, { ...value, NotAMember: { Inner: ['x'] } });
    add(named('constructor'), { ...value, constructor: 'x' });
  }
  return found;
}
