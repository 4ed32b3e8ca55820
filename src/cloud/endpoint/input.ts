/**
 * Readers for {@link Input}: typed values out of what the wire or an internal caller gave. Names are the wire's
 * (`VpcId`, `Filter`); a dotted name walks into structures (`Placement.AvailabilityZone`).
 *
 * They throw {@link InputError}, an AwsError in EC2's words. The dispatcher puts it in those of the service's own
 * protocol, so one reader serves all three: `MissingParameter` (ec2), `ValidationError` (query), `ValidationException`
 * or `SerializationException` (json). Sources: EC2 API "Error codes", Smithy's validation messages.
 */
import { AwsError, type Input, type WireProtocol } from './operation.js';
import { isTracked, readMember } from './reads.js';

/** What is wrong with a parameter. */
export type InputFault =
  | { readonly kind: 'missing' }
  /** `expected`: `an integer`, `a list`, `a boolean` … */
  | { readonly kind: 'type'; readonly expected: string }
  /** `constraint` as Smithy says it: `Member must have value less than or equal to 50`. */
  | { readonly kind: 'constraint'; readonly constraint: string }
  | { readonly kind: 'token' }
  /** The local cloud has nothing behind it. */
  | { readonly kind: 'unsupported' };

/** A parameter that is missing or wrong. As thrown: EC2's code and text; {@link InputError.as} gives the others'. */
export class InputError extends AwsError {
  readonly parameter: string;
  readonly value: unknown;
  readonly fault: InputFault;

  constructor(parameter: string, value: unknown, fault: InputFault) {
    super(...wording('ec2', parameter, value, fault));
    this.name = 'InputError';
    this.parameter = parameter;
    this.value = value;
    this.fault = fault;
  }

  /** The same fault as a service of this protocol reports it. */
  as(protocol: WireProtocol): AwsError {
    const status = protocol === 'rest-xml' && this.fault.kind === 'unsupported' ? 501 : undefined;
    return new AwsError(...wording(protocol, this.parameter, this.value, this.fault), { status });
  }
}

function wording(protocol: WireProtocol, parameter: string, value: unknown, fault: InputFault): [code: string, message: string] {
  if (protocol === 'ec2') return ec2Wording(parameter, shownValue(value), fault);
  return protocol === 'rest-xml' ? restWording(parameter, shownValue(value), fault) : smithyWording(protocol, parameter, shownValue(value), fault);
}

function ec2Wording(parameter: string, shown: string, fault: InputFault): [code: string, message: string] {
  if (fault.kind === 'missing') return ['MissingParameter', `The request must contain the parameter ${parameter}`];
  if (fault.kind === 'token') return ['InvalidNextToken', 'The specified NextToken is not valid.'];
  if (fault.kind === 'unsupported') return ['UnsupportedOperation', `The parameter ${parameter} is not supported by the local cloud.`];
  const why = fault.kind === 'type' ? `Expected ${fault.expected}` : fault.constraint;
  return ['InvalidParameterValue', `Value (${shown}) for parameter ${parameter} is invalid. ${why}.`];
}

/** S3 API reference, "Error responses". */
function restWording(parameter: string, shown: string, fault: InputFault): [code: string, message: string] {
  if (fault.kind === 'missing') return ['InvalidRequest', `Missing required parameter ${parameter}`];
  if (fault.kind === 'token') return ['InvalidArgument', 'The continuation token provided is incorrect'];
  if (fault.kind === 'unsupported') return ['NotImplemented', `The parameter ${parameter} is not supported by the local cloud.`];
  const why = fault.kind === 'type' ? `is not ${fault.expected}` : `does not fit: ${fault.constraint}`;
  return ['InvalidArgument', `The value '${shown}' of ${parameter} ${why}`];
}

function smithyWording(protocol: 'query' | 'json', parameter: string, shown: string, fault: InputFault): [code: string, message: string] {
  const member = parameter.split('.').map((part) => part.charAt(0).toLowerCase() + part.slice(1)).join('.');
  const code = protocol === 'json' ? 'ValidationException' : 'ValidationError';
  if (fault.kind === 'type') return [protocol === 'json' ? 'SerializationException' : 'ValidationError', `Value '${shown}' at '${member}' is not ${fault.expected}`];
  if (fault.kind === 'token') return protocol === 'json' ? ['InvalidNextToken', 'The specified token is not valid.'] : ['ValidationError', `Invalid value for ${parameter}`];
  if (fault.kind === 'unsupported') return [code, `The parameter ${parameter} is not supported by the local cloud.`];
  const [value, constraint] = fault.kind === 'missing' ? ['null', 'Member must not be null'] : [`'${shown}'`, fault.constraint];
  return [code, `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: ${constraint}`];
}

function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The raw value at a (dotted) name; own members only. In a request, a part that is no structure where the name goes on is refused. */
export function valueAt(input: Input, name: string): unknown {
  const dot = name.indexOf('.');
  if (dot < 0) return readMember(input, name) ?? undefined;
  const head = name.slice(0, dot);
  const value: unknown = Object.hasOwn(input, head) ? input[head] : undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return valueAt(value as Input, name.slice(dot + 1));
  if (value === undefined || value === null || !isTracked(input)) return undefined;
  // The query protocols write a structure without members as `Name=`.
  if (readMember(input, head) !== '') throw new InputError(head, value, { kind: 'type', expected: 'a structure' });
  return undefined;
}

/** Whether the parameter was given at all (an empty string counts). */
export function has(input: Input, name: string): boolean {
  return valueAt(input, name) !== undefined;
}

function required<T>(input: Input, name: string, value: T | undefined): T {
  if (value === undefined) throw new InputError(name, valueAt(input, name), { kind: 'missing' });
  return value;
}

/** Characters of a string, or items of a list. */
export interface LengthRange {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function checkLength(name: string, value: string | readonly unknown[], { min, max }: LengthRange): void {
  if (min !== undefined && value.length < min) throw new InputError(name, value, { kind: 'constraint', constraint: `Member must have length greater than or equal to ${min}` });
  if (max !== undefined && value.length > max) throw new InputError(name, value, { kind: 'constraint', constraint: `Member must have length less than or equal to ${max}` });
}

export interface TextLimits extends LengthRange {
  /** What the whole text has to match; write it with ^ and $. */
  readonly pattern?: RegExp | undefined;
}

/** A string within its limits, or undefined when absent. Numbers and booleans of internal callers become text. */
export function strOpt(input: Input, name: string, limits: TextLimits = {}): string | undefined {
  const value = valueAt(input, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw new InputError(name, value, { kind: 'type', expected: 'a string' });
  const text = String(value);
  checkLength(name, text, limits);
  if (limits.pattern?.test(text) === false) throw new InputError(name, value, { kind: 'constraint', constraint: `Member must satisfy regular expression pattern: ${limits.pattern.source.replaceAll(/^\^|\$$/g, '')}` });
  return text;
}

/** A string that has to be there and not be empty. */
export function str(input: Input, name: string, limits: TextLimits = {}): string {
  const value = strOpt(input, name, limits);
  return required(input, name, value === '' ? undefined : value);
}

/** An integer within [min, max], or undefined when absent. */
export function intOpt(input: Input, name: string, range: { readonly min?: number | undefined; readonly max?: number | undefined } = {}): number | undefined {
  const value = valueAt(input, name);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new InputError(name, value, { kind: 'type', expected: 'an integer' });
  if (range.min !== undefined && number < range.min) throw new InputError(name, value, { kind: 'constraint', constraint: `Member must have value greater than or equal to ${range.min}` });
  if (range.max !== undefined && number > range.max) throw new InputError(name, value, { kind: 'constraint', constraint: `Member must have value less than or equal to ${range.max}` });
  return number;
}

export function int(input: Input, name: string, range: { readonly min?: number | undefined; readonly max?: number | undefined } = {}): number {
  return required(input, name, intOpt(input, name, range));
}

/** `true`/`false` (any case), or undefined when absent. */
export function boolOpt(input: Input, name: string): boolean | undefined {
  const value = valueAt(input, name);
  if (value === undefined || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new InputError(name, value, { kind: 'type', expected: 'a boolean' });
}

/** `true`/`false`; `fallback` when absent. Without a fallback it has to be there. */
export function bool(input: Input, name: string, fallback?: boolean): boolean {
  return required(input, name, boolOpt(input, name) ?? fallback);
}

/** A list of anything; empty when absent or sent as `Name=`, which is how the query protocols write an empty list. */
export function values(input: Input, name: string): readonly unknown[] {
  const value = valueAt(input, name);
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) throw new InputError(name, value, { kind: 'type', expected: 'a list' });
  return value as readonly unknown[];
}

/** A list of strings; empty when absent. */
export function list(input: Input, name: string, lengths: LengthRange = {}): string[] {
  const found = values(input, name);
  checkLength(name, found, lengths);
  return found.map((value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new InputError(name, value, { kind: 'type', expected: 'a list of strings' });
  });
}

/** A list of strings with at least one in it. */
export function listOf1(input: Input, name: string, lengths: LengthRange = {}): string[] {
  const found = list(input, name, lengths);
  return required(input, name, found.length === 0 ? undefined : found);
}

/** A list of structures; empty when absent. */
export function structs(input: Input, name: string): Input[] {
  return values(input, name).map((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InputError(name, value, { kind: 'type', expected: 'a list of structures' });
    return value as Input;
  });
}

/** A structure, or undefined when absent. */
export function structOpt(input: Input, name: string): Input | undefined {
  const value = valueAt(input, name);
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InputError(name, value, { kind: 'type', expected: 'a structure' });
  return value as Input;
}

export function struct(input: Input, name: string): Input {
  return required(input, name, structOpt(input, name));
}

/** One of the given words, exactly; undefined when absent. */
export function oneOfOpt<const W extends string>(input: Input, name: string, words: readonly W[]): W | undefined {
  const value = strOpt(input, name);
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new InputError(name, value, { kind: 'constraint', constraint: `Member must satisfy enum value set: [${words.join(', ')}]` });
  return word;
}

export function oneOf<const W extends string>(input: Input, name: string, words: readonly W[]): W {
  return required(input, name, oneOfOpt(input, name, words));
}

/** Bytes from base64 (PublicKeyMaterial, UserData); a Buffer of an internal caller passes as it is. */
export function blobOpt(input: Input, name: string): Buffer | undefined {
  const value = valueAt(input, name);
  if (value === undefined) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) throw new InputError(name, '…', { kind: 'type', expected: 'base64 text' });
  return Buffer.from(value, 'base64');
}

/** A filter of a Describe call; any of `values` (which may hold `*` and `?`) matches. */
export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** EC2's `Filter.N.Name`, `Filter.N.Value.M`. Throws InvalidParameterValue for one without values, as EC2 does. */
export function filters(input: Input, name = 'Filter'): Filter[] {
  return structs(input, name).map((filter) => {
    const found = list(filter, has(filter, 'Values') ? 'Values' : 'Value');
    if (found.length === 0) throw new AwsError('InvalidParameterValue', `The filter '${strOpt(filter, 'Name') ?? 'null'}' is invalid`);
    return { name: str(filter, 'Name'), values: found };
  });
}

/** `Tag.N.Key/Value`, or a list of `{Key, Value}` under another name. A tag without value has the empty one. */
export function tags(input: Input, name = 'Tag'): { readonly key: string; readonly value: string }[] {
  return structs(input, name).map((tag) => ({ key: str(tag, 'Key'), value: strOpt(tag, 'Value') ?? '' }));
}
