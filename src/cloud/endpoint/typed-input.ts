/**
 * Readers for the {@link Input} of a json request, where types are on the wire: a number is no string and "5" no number.
 * They throw the same {@link InputError} as `input.ts`, whose readers take the text of the query protocols.
 */
import { InputError } from './input.js';
import type { Input } from './operation.js';
import { readMember } from './reads.js';

export interface StringLimits {
  /** Length in characters. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

/** Own members only; null counts as absent, as everywhere in awsJson. */
function member(input: Input, name: string): unknown {
  return readMember(input, name) ?? undefined;
}

function wrongType(name: string, value: unknown, expected: string): InputError {
  return new InputError(name, value, { kind: 'type', expected });
}

function broken(name: string, value: unknown, constraint: string): InputError {
  return new InputError(name, value, { kind: 'constraint', constraint: `Member must ${constraint}` });
}

/** Every limit that the string breaks is one that AWS names; the first is told. */
function checked(name: string, value: string, limits: StringLimits): string {
  const { min, max, pattern, oneOf } = limits;
  if (min !== undefined && value.length < min) throw broken(name, value, `have length greater than or equal to ${min}`);
  if (max !== undefined && value.length > max) throw broken(name, value, `have length less than or equal to ${max}`);
  if (oneOf !== undefined && !oneOf.includes(value)) throw broken(name, value, `satisfy enum value set: [${oneOf.join(', ')}]`);
  if (pattern !== undefined && !pattern.test(value)) throw broken(name, value, `satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

/** A string within its limits, or undefined when absent. */
export function optionalString(input: Input, name: string, limits: StringLimits = {}): string | undefined {
  const value = member(input, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongType(name, value, 'a string');
  return checked(name, value, limits);
}

export function requiredString(input: Input, name: string, limits: StringLimits = {}): string {
  const value = optionalString(input, name, limits);
  if (value === undefined) throw new InputError(name, undefined, { kind: 'missing' });
  return value;
}

/** False when absent. */
export function optionalBoolean(input: Input, name: string): boolean {
  const value = member(input, name);
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw wrongType(name, value, 'a boolean');
  return value;
}

/** An integer within [min, max], or undefined when absent. */
export function optionalInteger(input: Input, name: string, limits: { readonly min?: number | undefined; readonly max?: number | undefined } = {}): number | undefined {
  const value = member(input, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(name, value, 'an integer');
  if (limits.min !== undefined && value < limits.min) throw broken(name, value, `have value greater than or equal to ${limits.min}`);
  if (limits.max !== undefined && value > limits.max) throw broken(name, value, `have value less than or equal to ${limits.max}`);
  return value;
}

function isStructure(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of structures; absent is empty. */
export function structures(input: Input, name: string): readonly Input[] {
  const value = member(input, name);
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isStructure)) throw wrongType(name, value, 'a list of structures');
  return value;
}

/** A list of strings; absent is empty unless a minimum is set. */
export function strings(input: Input, name: string, limits: { readonly min?: number; readonly max?: number } = {}): readonly string[] {
  const value = member(input, name);
  const { min = 0, max } = limits;
  if (value === undefined) {
    if (min > 0) throw new InputError(name, undefined, { kind: 'missing' });
    return [];
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw wrongType(name, value, 'a list of strings');
  if (value.length < min) throw broken(name, value, `have length greater than or equal to ${min}`);
  if (max !== undefined && value.length > max) throw broken(name, value, `have length less than or equal to ${max}`);
  return value;
}

/** A map of strings; absent is empty. */
export function stringMap(input: Input, name: string): Record<string, string> {
  const value = member(input, name);
  if (value === undefined) return {};
  if (!isStructure(value)) throw wrongType(name, value, 'a map');
  return Object.fromEntries(Object.keys(value).map((key) => [key, requiredString(value, key)] as const));
}

/** A map of lists of strings, the shape of document parameters. */
export function stringListMap(input: Input, name: string): Readonly<Record<string, readonly string[]>> {
  const value = member(input, name);
  if (value === undefined) return {};
  if (!isStructure(value)) throw wrongType(name, value, 'a map');
  return Object.fromEntries(Object.keys(value).map((key) => [key, strings(value, key)] as const));
}
