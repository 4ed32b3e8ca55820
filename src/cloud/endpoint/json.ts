/** Decodes and encodes the bodies of awsJson1.1. */
import { AwsError, type Input, type Output } from './operation.js';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 64;

/** The request's structure; an empty body is an empty one. Throws AwsError SerializationException. */
export function decodeJson(text: string): Input {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AwsError('SerializationException', 'Start of structure or map expected');
  check(value, 0);
  return value as Input;
}

function check(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw new AwsError('SerializationException', `The request body is nested deeper than ${MAX_DEPTH}`);
  for (const [name, child] of Object.entries(value)) {
    if (FORBIDDEN.has(name)) throw new AwsError('SerializationException', `Unexpected field ${name}`);
    check(child, depth + 1);
  }
}

/** The reply's text: Dates as epoch seconds (a number with milliseconds behind the point), bytes as base64. */
export function encodeJson(output: Output): string {
  return JSON.stringify(plain(output));
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, plain(child)]));
  return value;
}
