/** Reads the JSON payloads of the protocol strictly: a missing or mistyped member is a {@link ProtocolError}. */
import { ProtocolError } from './protocol-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that `source` (UTF-8) holds; `what` names it in the error. */
export function parseJsonObject(source: Uint8Array | string, what: string): JsonObject {
  const text = typeof source === 'string' ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError('bad-payload', `${what} is no JSON`);
  }
  return asObject(value, what);
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ProtocolError('bad-payload', `${what} is no JSON object`);
  return value as JsonObject;
}

export function stringMember(object: JsonObject, name: string, what: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw new ProtocolError('bad-payload', `${what} has no text ${name}`);
  return value;
}

/** Absent and null count as undefined; another type than text is an error. */
export function optionalStringMember(object: JsonObject, name: string, what: string): string | undefined {
  return object[name] === undefined || object[name] === null ? undefined : stringMember(object, name, what);
}

/** A whole number from 0 to 2^53 - 1. */
export function integerMember(object: JsonObject, name: string, what: string): number {
  const value = object[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new ProtocolError('bad-payload', `${what} has no whole number ${name}`);
  return value;
}

export function jsonPayload(value: object): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The bytes of a base64 text, padded as Go's encoder writes it. */
export function base64Member(object: JsonObject, name: string, what: string): Buffer {
  const text = stringMember(object, name, what);
  if (!BASE64.test(text)) throw new ProtocolError('bad-payload', `${what}'s ${name} is no base64`);
  return Buffer.from(text, 'base64');
}
