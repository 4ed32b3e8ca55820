/** Reads the members of a decoded json request, refusing what the API's model refuses with AWS's own ValidationException. */
import { AwsError, type Input } from '../../endpoint/operation.js';

function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** AWS's wording of one broken constraint. */
function violation(value: string, path: string, constraint: string): AwsError {
  return new AwsError('ValidationException', `1 validation error detected: Value ${value} at '${camel(path)}' failed to satisfy constraint: ${constraint}`);
}

function wrongType(name: string): AwsError {
  return new AwsError('SerializationException', `Unexpected value type in payload at ${name}`);
}

export interface StringLimits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

function checked(name: string, value: string, limits: StringLimits): string {
  const { min, max, pattern, oneOf } = limits;
  if (min !== undefined && value.length < min) throw violation(`'${value}'`, name, `Member must have length greater than or equal to ${min}`);
  if (max !== undefined && value.length > max) throw violation(`'${value}'`, name, `Member must have length less than or equal to ${max}`);
  if (oneOf !== undefined && !oneOf.includes(value)) throw violation(`'${value}'`, name, `Member must satisfy enum value set: [${oneOf.join(', ')}]`);
  if (pattern !== undefined && !pattern.test(value)) throw violation(`'${value}'`, name, `Member must satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

/** An optional string; null counts as absent, as everywhere in awsJson. */
export function optionalString(input: Input, name: string, limits: StringLimits = {}): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(name);
  return checked(name, value, limits);
}

export function requiredString(input: Input, name: string, limits: StringLimits = {}): string {
  const value = optionalString(input, name, limits);
  if (value === undefined) throw violation('null', name, 'Member must not be null');
  return value;
}

export function optionalBoolean(input: Input, name: string): boolean {
  const value = input[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw wrongType(name);
  return value;
}

export function optionalInteger(input: Input, name: string, limits: { readonly min: number; readonly max: number }): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name);
  if (value < limits.min) throw violation(`'${value}'`, name, `Member must have value greater than or equal to ${limits.min}`);
  if (value > limits.max) throw violation(`'${value}'`, name, `Member must have value less than or equal to ${limits.max}`);
  return value;
}

/** A list of structures; absent is empty. */
export function structures(input: Input, name: string): readonly Input[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'object' || item === null || Array.isArray(item))) throw wrongType(name);
  return value as readonly Input[];
}

/** A list of strings; absent is empty unless a minimum is set. */
export function strings(input: Input, name: string, limits: { readonly min?: number; readonly max?: number } = {}): readonly string[] {
  const value: unknown = input[name];
  if (value === undefined || value === null) {
    if ((limits.min ?? 0) > 0) throw violation('null', name, 'Member must not be null');
    return [];
  }
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) throw wrongType(name);
  if (value.length < (limits.min ?? 0)) throw violation(`'[${value.join(', ')}]'`, name, `Member must have length greater than or equal to ${limits.min}`);
  if (limits.max !== undefined && value.length > limits.max) {
    throw violation(`'[${value.join(', ')}]'`, name, `Member must have length less than or equal to ${limits.max}`);
  }
  return value as readonly string[];
}

/** A map of lists of strings, the shape of document parameters. */
export function stringListMap(input: Input, name: string): Readonly<Record<string, readonly string[]>> {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(name);
  const entries = Object.keys(value).map((key) => [key, strings(value as Input, key)] as const);
  return Object.fromEntries(entries);
}
