/** What a JSON value has to be, said by small checks that are put together; the first that does not hold is told with the way to it. */
import { parseAddress } from '../../net/address.js';
import { parseCidr } from '../../net/cidr.js';

/** The way to a value, from the value back to the top. */
export interface Place {
  readonly key: string | number;
  readonly up: Place | undefined;
}

/** Gives the value, or throws {@link ShapeError}. */
export type Check<T> = (value: unknown, place: Place | undefined) => T;

export class ShapeError extends Error {
  readonly path: readonly (string | number)[];

  /** `why`: a clause that goes on after the member's name. */
  constructor(place: Place | undefined, why: string) {
    super(why);
    this.name = 'ShapeError';
    this.path = pathOf(place);
  }
}

function pathOf(place: Place | undefined): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.up) path.unshift(at.key);
  return path;
}

/** `network.subnets[3].cidr`; a key that is no plain name in quotes. */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((key, index) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^\w+$/.test(key) ? `${index === 0 ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
  }).join('');
}

const LONGEST = 60;

/** The value as an error shows it. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const isNot = (place: Place | undefined, value: unknown, what: string): ShapeError => new ShapeError(place, value === undefined ? `is missing: ${what} is wanted` : `is ${shown(value)}, which is not ${what}`);

const matching = <T>(what: string, holds: (value: unknown) => value is T): Check<T> => (value, place) => {
  if (!holds(value)) throw isNot(place, value, what);
  return value;
};

const isText = (value: unknown): value is string => typeof value === 'string';

export const text = matching('a text', isText);
export const truth = matching('true or false', (value): value is boolean => typeof value === 'boolean');
export const whole = matching('a whole number', (value): value is number => typeof value === 'number' && Number.isInteger(value));
export const address = matching('an IPv4 address', (value): value is string => isText(value) && parseAddress(value) !== undefined);
/** An address, or empty for what has none. */
export const addressIfAny = matching('an IPv4 address or empty', (value): value is string => isText(value) && (value === '' || parseAddress(value) !== undefined));
export const cidr = matching('an IPv4 prefix', (value): value is string => isText(value) && parseCidr(value) !== undefined);
/** A prefix, or empty for what has no IPv4. */
export const cidrIfAny = matching('an IPv4 prefix or empty', (value): value is string => isText(value) && (value === '' || parseCidr(value) !== undefined));
/** ISO 8601 in UTC, as Date writes it. */
export const moment = matching('a moment in UTC like 2026-11-29T01:02:03.000Z', (value): value is string => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value)));

export function oneOf<const T extends string | number>(...choices: readonly T[]): Check<T> {
  const what = choices.length === 1 ? JSON.stringify(choices[0]) : `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`;
  return matching(what, (value): value is T => choices.includes(value as T));
}

export const orNull = <T>(check: Check<T>): Check<T | null> => (value, place) => (value === null ? null : check(value, place));
export const optional = <T>(check: Check<T>): Check<T | undefined> => (value, place) => (value === undefined ? undefined : check(value, place));

export const list = <T>(item: Check<T>): Check<T[]> => (value, place) => {
  if (!Array.isArray(value)) throw isNot(place, value, 'a list');
  return value.map((each, key) => item(each, { key, up: place }));
};

function members(value: unknown, place: Place | undefined): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw isNot(place, value, 'an object');
  return Object.entries(value);
}

/** Any keys. */
export const record = <T>(item: Check<T>): Check<Record<string, T>> => (value, place) => Object.fromEntries(members(value, place).map(([key, each]) => [key, item(each, { key, up: place })]));

/** These members and no others; one that is absent is not in the result. */
export function object<T extends object>(checks: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const wanted = Object.entries<Check<unknown>>(checks as Readonly<Record<string, Check<unknown>>>);
  const known = new Set(wanted.map(([key]) => key));
  return (value, place) => {
    const given = new Map(members(value, place));
    for (const key of given.keys()) if (!known.has(key)) throw new ShapeError({ key, up: place }, 'is no member that belongs here');
    const read = wanted.flatMap(([key, check]) => {
      const member = check(given.get(key), { key, up: place });
      return member === undefined ? [] : [[key, member] as const];
    });
    return Object.fromEntries(read) as T;
  };
}

/** A list in which each item has an id of its own. */
export const unique = <T>(check: Check<T[]>, id: (item: T) => string): Check<T[]> => (value, place) => {
  const items = check(value, place);
  const seen = new Set<string>();
  for (const [key, item] of items.entries()) {
    if (seen.has(id(item))) throw new ShapeError({ key, up: place }, `is a second ${id(item)}`);
    seen.add(id(item));
  }
  return items;
};
