/** What kms's operations read alike: blobs, encryption contexts, tags, and the one algorithm and kind of key that there is. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { blobOpt, InputError, valueAt } from '../../endpoint/input.js';
import { readMember } from '../../endpoint/reads.js';
import { optionalBoolean, optionalString, requiredString, strings, structures } from '../../endpoint/typed-input.js';
import { page } from '../../endpoint/page.js';
import type { EncryptionContext } from './ciphertext.js';
import type { KmsTag } from './records.js';

const MAX_TAGS = 50;

export const keyIdOf = (input: Input, name = 'KeyId'): string => requiredString(input, name, { min: 1, max: 2048 });

/** Bytes of 1 to `max`, base64 on the wire. */
export function blob(input: Input, name: string, max: number): Buffer {
  const bytes = blobOpt(input, name);
  if (bytes === undefined) throw new InputError(name, undefined, { kind: 'missing' });
  if (bytes.length === 0) throw new InputError(name, '', { kind: 'constraint', constraint: 'Member must have length greater than or equal to 1' });
  if (bytes.length > max) throw new InputError(name, '…', { kind: 'constraint', constraint: `Member must have length less than or equal to ${max}` });
  return bytes;
}

export function encryptionContext(input: Input, name = 'EncryptionContext'): EncryptionContext {
  const value = valueAt(input, name);
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InputError(name, value, { kind: 'type', expected: 'a map' });
  const map = value as Input;
  return Object.fromEntries(Object.keys(map).map((key) => {
    const text = readMember(map, key);
    if (typeof text !== 'string') throw new InputError(`${name}.${key}`, text, { kind: 'type', expected: 'a string' });
    return [key, text];
  }));
}

/** Refuses every algorithm but that of symmetric keys. */
export function checkAlgorithm(input: Input, name = 'EncryptionAlgorithm'): void {
  const algorithm = optionalString(input, name, { oneOf: ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'] }) ?? 'SYMMETRIC_DEFAULT';
  if (algorithm !== 'SYMMETRIC_DEFAULT') throw new AwsError('InvalidKeyUsageException', `${algorithm} is not an algorithm of a SYMMETRIC_DEFAULT key, the only kind that the local cloud has.`);
}

/** Grants give no more than a caller has here, so their tokens only have to be of their form. */
export function checkGrantTokens(input: Input): void {
  strings(input, 'GrantTokens', { max: 10 });
}

/** DryRun is answered by an error in any case: of the request, or that it would have succeeded. */
export function endDryRun(input: Input): void {
  if (optionalBoolean(input, 'DryRun')) throw new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.', { status: 412 });
}

export function readTags(input: Input): KmsTag[] {
  const tags = structures(input, 'Tags').map((tag) => ({ TagKey: requiredString(tag, 'TagKey', { min: 1, max: 128 }), TagValue: requiredString(tag, 'TagValue', { max: 256 }) }));
  if (tags.some(({ TagKey }) => /^aws:(?!cloudformation:)/i.test(TagKey))) throw new AwsError('TagException', 'Tags beginning with "aws:" are reserved.');
  return joinTags([], tags);
}

/** Later tags replace earlier ones of the same key. */
export function joinTags(old: readonly KmsTag[], added: readonly KmsTag[]): KmsTag[] {
  const joined = new Map([...old, ...added].map((tag) => [tag.TagKey, tag.TagValue]));
  if (joined.size > MAX_TAGS) throw new AwsError('TagException', `A key has at most ${MAX_TAGS} tags.`);
  return [...joined].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

/** A page as kms's List operations cut it: `Marker` and `Limit`. */
export function listed<T>(items: readonly T[], input: Input, key: (item: T) => string): { readonly items: readonly T[]; readonly Truncated: boolean; readonly NextMarker: string | undefined } {
  optionalString(input, 'Marker', { min: 1, max: 1024 });
  const { items: found, nextToken } = page(items, input, { typed: true, token: 'Marker', max: 'Limit', default: 100, minimum: 1, maximum: 1000, key });
  return { items: found, Truncated: nextToken !== undefined, NextMarker: nextToken };
}
