/** Inputs that are wrong in one place, made from the model and an input that is right. */
import { isJson, shapeOf, type Model, type Ref, type Shape } from './model.js';
import { patternOf } from './reply.js';
import { isOneElement, isOperationWithout, isToldByItself, isWritable, wantedOf } from './rest-mutants.js';
import { wireNameOf, type Value } from './request.js';

type Structure = { readonly [name: string]: Value };

export interface Mutant {
  readonly what: string;
  readonly input: Structure;
  /** The member that is wrong, by its dotted path of API names without the places in lists; absent when it is none of the model's. */
  readonly member?: string | undefined;
  /** The member's own name on the wire. */
  readonly wire?: string | undefined;
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
    case 'timestamp': return isJson(model) ? 1_763_920_000 : '2026-01-01T00:00:00Z';
    default: return shape.enum?.[0] ?? 'a'.repeat(Math.max(shape.min ?? 1, 1));
  }
}

const WRONG: Structure = { NotThis: 'x' };

function wrongValues(model: Model, { location, ...ref }: Ref): [what: string, value: Value, wanted: Mutant['wanted']][] {
  const shape = shapeOf(model, ref);
  // In a path or a query all is text.
  const json = isJson(model) && location === undefined;
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

/** Structures are made this deep where the input has none. */
const MADE_DEPTH = 4;

interface Place {
  readonly shape: Shape;
  readonly value: Structure;
  readonly path: string;
  /** An input with another structure in this place. */
  readonly put: (changed: Structure) => Structure;
}

/** A structure that a member of this shape is or has in its list, and how it becomes the member's value. */
function inside(model: Model, member: Ref): { readonly ref: Ref; readonly wrap: (value: Structure) => Value; readonly path: string } | undefined {
  const shape = shapeOf(model, member);
  if (shape.type === 'structure') return { ref: member, wrap: (value) => value, path: '' };
  if (shape.type !== 'list' || shape.member === undefined || shapeOf(model, shape.member).type !== 'structure') return undefined;
  return { ref: shape.member, wrap: (value) => [value], path: '.0' };
}

/** Every structure that the model knows: those in the input, and under it those that the input could have, each with its required members. */
function* places(model: Model, ref: Ref, { value, path, put }: Omit<Place, 'shape'>, made: readonly string[] = []): Generator<Place> {
  const shape = shapeOf(model, ref);
  if (shape.type !== 'structure') return;
  yield { shape, value, path, put };
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const below = inside(model, member);
    if (below === undefined) continue;
    const under = `${path === '' ? name : `${path}.${name}`}${below.path}`;
    const given: Value | undefined = Object.hasOwn(value, name) ? value[name] : undefined;
    const [found, others]: [Value | undefined, readonly Value[]] = Array.isArray(given) ? [(given as readonly Value[])[0], (given as readonly Value[]).slice(1)] : [given, []];
    const placed = (changed: Structure): Structure => put({ ...value, [name]: others.length > 0 ? [changed, ...others] : below.wrap(changed) });
    if (isStructure(found)) yield* places(model, below.ref, { value: found, path: under, put: placed }, made);
    // A shape that holds itself is made once.
    else if (found === undefined && made.length < MADE_DEPTH && !made.includes(below.ref.shape)) yield* places(model, below.ref, { value: example(model, below.ref) as Structure, path: under, put: placed }, [...made, below.ref.shape]);
  }
}

/** One wrong thing each. */
export function mutantsOf(model: Model, operation: string, input: Structure): Mutant[] {
  const ref = model.operations[operation]?.input;
  const found: Mutant[] = [];
  const json = isJson(model);
  if (ref === undefined) return [{ what: 'a member where none is', input: { NotAMember: 'x' }, wanted: 'refused' }];
  for (const { shape, value, path, put } of places(model, ref, { value: input, path: '', put: (changed) => changed })) {
    const named = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const add = (what: string, changed: Structure, wanted: Mutant['wanted'] = 'refused', member?: string): void =>
      void found.push({ what, input: put(changed), wanted, ...(member === undefined ? {} : { member: named(member).replaceAll(/\.\d+/g, ''), wire: wireNameOf(model, shape, member) }) });
    for (const name of shape.required ?? []) {
      const { [name]: _, ...rest } = value;
      // A structure without members is not written in a form at all.
      if (Object.hasOwn(value, name) && isOperationWithout(shape.members?.[name], name) && (json || path === '' || Object.keys(rest).length > 0)) add(`without ${named(name)}`, rest);
    }
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const written = wrongValues(model, member).filter(([, wrong]) => isWritable(member, name, wrong));
      for (const [what, wrong, wanted] of written) add(`${named(name)}: ${what}`, { ...value, [name]: wrong }, wantedOf(name, wanted), name);
      const given: Value | undefined = Object.hasOwn(value, name) ? value[name] : undefined;
      if (path !== '' && given !== undefined && isOneElement(model, member)) add(`${named(name)}: twice`, { ...value, [name]: [given, given] }, 'refused', name);
      // Any text does: whether it is supported is all that can be asked.
      if (isToldByItself(member, shapeOf(model, member)) && written.every(([, , wanted]) => wanted === 'answered')) add(`${named(name)}: given`, { ...value, [name]: example(model, member) }, 'answered', name);
    }
    add(`unknown ${named('NotAMember')}`, { ...value, NotAMember: 'x' });
    add(`unknown structure ${named('NotAMember')}`, { ...value, NotAMember: { Inner: ['x'] } });
    add(named('constructor'), { ...value, constructor: 'x' });
  }
  return found;
}
