/** Replies made from a service's API model: as little as it allows, everything that it has, values that nobody has heard of, pages. */
import { type Model, type Ref, type Shape, shapeOf } from '../api-model/model.js';

export type Sample = string | number | boolean | null | Sample[] | { [name: string]: Sample };

/**
 * `bare`: members that are required, and no other. `hollow`: all members of the reply itself, what is in them bare. `full`: all there is, one of each
 * list. `strange`: the same with values of tomorrow in place of each enum's.
 */
export const MODES = ['bare', 'hollow', 'full', 'strange'] as const;
export type Mode = (typeof MODES)[number];

/** Of no enum. */
export const OF_TOMORROW = 'of-tomorrow';

/** Members by which a list goes on. */
const TOKENS = new Set(['NextToken', 'nextToken', 'Marker', 'IsTruncated']);

const DEPTH = 7;

function sampled(model: Model, ref: Ref, mode: Mode, name: string, path: readonly string[]): Sample | undefined {
  const shape = shapeOf(model, ref);
  const inner = mode === 'hollow' ? 'bare' : mode;
  switch (shape.type) {
    case 'structure': return structureOf(model, shape, ref.shape, mode, path);
    case 'list': {
      // A list that is there and bare has one thing in it, of which nothing is told.
      const item = shape.member === undefined || path.length >= DEPTH ? undefined : sampled(model, shape.member, inner, name, path);
      return item === undefined ? [] : [item];
    }
    case 'map': return mode === 'bare' ? {} : { k: (shape.value === undefined ? undefined : sampled(model, shape.value, inner, name, path)) ?? '' };
    case 'integer': case 'long': case 'float': case 'double': return Math.max(1, shape.min ?? 1);
    case 'boolean': return true;
    case 'timestamp': return 1_790_000_000;
    // The price list's documents are JSON in a string.
    default: if (name === 'PriceList') return '{}';
      return shape.enum === undefined || shape.enum.length === 0 ? `${name}-1` : mode === 'strange' ? OF_TOMORROW : (shape.enum[0] ?? '');
  }
}

function structureOf(model: Model, shape: Shape, shapeName: string, mode: Mode, path: readonly string[]): Sample | undefined {
  if (path.includes(shapeName) || path.length >= DEPTH) return undefined;
  const wanted = Object.entries(shape.members ?? {}).filter(([name]) => !(path.length === 0 && TOKENS.has(name)) && (mode !== 'bare' || shape.required?.includes(name) === true));
  const under = mode === 'hollow' ? 'bare' : mode;
  return Object.fromEntries(wanted.flatMap(([name, member]) => {
    const value = sampled(model, member, mode === 'hollow' && shapeOf(model, member).type === 'list' ? 'hollow' : under, name, [...path, shapeName]);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** The reply of an operation. */
export function replyOf(model: Model, operation: string, mode: Mode): { [name: string]: Sample } {
  const { output } = model.operations[operation] ?? {};
  const value = output === undefined ? {} : structureOf(model, shapeOf(model, output), output.shape, mode, []);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** By which member a list goes on; undefined for an operation without pages. */
export function tokenOf(model: Model, operation: string): { readonly output: 'NextToken' | 'nextToken' | 'Marker'; readonly isTruncated: boolean } | undefined {
  const { input, output } = model.operations[operation] ?? {};
  const members = (ref: Ref | undefined) => (ref === undefined ? {} : (shapeOf(model, ref).members ?? {}));
  const found = (['NextToken', 'nextToken', 'Marker'] as const).find((name) => Object.hasOwn(members(output), name) && Object.hasOwn(members(input), name));
  return found === undefined ? undefined : { output: found, isTruncated: Object.hasOwn(members(output), 'IsTruncated') };
}
