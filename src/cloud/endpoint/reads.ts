/**
 * Which members of a request were read. An operation that succeeds without having looked at something it was given would
 * have ignored it silently; the dispatcher refuses such a request by the member's name before anything is kept.
 *
 * The dispatcher gives operations a tracked copy of the input; the readers of `endpoint/input.ts` mark what they read.
 * A copy by spread (`{...input}`) shares its marks with the original.
 */
import type { Input } from './operation.js';

/** Enumerable, so that a spread takes it along; a symbol, so that names and JSON do not show it. */
const READS = Symbol('reads');

function readsOf(node: object): Set<unknown> | undefined {
  const reads = READS in node ? node[READS] : undefined;
  return reads instanceof Set ? reads : undefined;
}

function isStructure(value: unknown): value is Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A deep copy whose reads are marked. Members that are undefined or null, which is absent in every protocol, are left out. */
export function tracked(input: Input): Input {
  const copy: { [name: string | symbol]: unknown } = { [READS]: new Set() };
  for (const [name, value] of Object.entries(input)) if (value !== undefined && value !== null) copy[name] = trackedValue(value);
  return copy;
}

function trackedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trackedValue);
  return isStructure(value) ? tracked(value) : value;
}

/** Whether the readers mark this structure: it came from a request. */
export function isTracked(node: object): boolean {
  return readsOf(node) !== undefined;
}

/** One member by its name as it is (dots mean nothing), marked as read; own members only. */
export function readMember(node: Input, name: string): unknown {
  readsOf(node)?.add(name);
  return Object.hasOwn(node, name) ? node[name] : undefined;
}

/** Marks a value and all below it as read: for what is taken as it is (a policy document, a request seen before). */
export function readWhole(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) readWhole(item);
  else if (isStructure(value)) for (const name of Object.keys(value)) readWhole(readMember(value, name));
}

/** Path of the first member that nobody read, as the query protocols write it (`Filter.1.Foo`); undefined when all were. */
export function unreadMember(input: Input): string | undefined {
  const reads = readsOf(input);
  if (reads === undefined) return undefined;
  for (const [name, value] of Object.entries(input)) {
    const below = unreadBelow(value);
    if (below !== undefined) return `${name}.${below}`;
    // Of a structure that holds something its members were read, whether by a walk through it or after it was taken.
    const walked = isStructure(value) && Object.keys(value).length > 0;
    if (!walked && !reads.has(name)) return name;
  }
  return undefined;
}

function unreadBelow(value: unknown): string | undefined {
  if (isStructure(value)) return unreadMember(value);
  if (!Array.isArray(value)) return undefined;
  for (const [index, item] of value.entries()) {
    const below = unreadBelow(item);
    if (below !== undefined) return `${index + 1}.${below}`;
  }
  return undefined;
}
