/** What a client may say of an object beyond its bytes, and how replies show it. */
import { AwsError, type Input, type Output } from '../../endpoint/operation.js';
import { oneOfOpt, strOpt, structOpt, structs, valueAt } from '../../endpoint/input.js';
import { readWhole } from '../../endpoint/reads.js';
import type { ObjectHeaders, ObjectRecord, TagRecord } from './records.js';

const STORED = ['ContentType', 'CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'Expires'] as const;
const MAX_METADATA = 2048;
const OTHER_CLASSES = new Set(['REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER', 'DEEP_ARCHIVE', 'OUTPOSTS', 'GLACIER_IR', 'SNOW', 'EXPRESS_ONEZONE', 'FSX_OPENZFS', 'FSX_ONTAP']);

/** The headers to keep. `aws-chunked` is of the transport. */
export function storedHeaders(input: Input): ObjectHeaders {
  const entries = STORED.flatMap((name): [string, string][] => {
    const value = name === 'ContentEncoding' ? strOpt(input, name)?.split(',').map((part) => part.trim()).filter((part) => part !== 'aws-chunked' && part !== '').join(',') : strOpt(input, name);
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return { ContentType: 'binary/octet-stream', ...Object.fromEntries(entries) };
}

/** User metadata, names in lower case. Throws MetadataTooLarge. */
export function storedMetadata(input: Input): Record<string, string> {
  const given = valueAt(input, 'Metadata');
  if (typeof given !== 'object' || given === null) return {};
  readWhole(given);
  const entries = Object.entries(given).map(([name, value]): [string, string] => [name.toLowerCase(), String(value)]);
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > MAX_METADATA) throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', { members: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA) } });
  return Object.fromEntries(entries);
}

/** Refuses what the local cloud's buckets cannot do: ACLs (disabled, as on every bucket of AWS's since 2023), other storage classes. */
export function checkObjectOptions(input: Input): void {
  const acl = strOpt(input, 'ACL');
  if (acl !== undefined && acl !== 'bucket-owner-full-control' && acl !== 'private') throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  const storageClass = strOpt(input, 'StorageClass');
  if (storageClass !== undefined && OTHER_CLASSES.has(storageClass)) throw new AwsError('NotImplemented', `The local cloud does not support x-amz-storage-class: ${storageClass}.`, { status: 501 });
  if (storageClass !== undefined && storageClass !== 'STANDARD') throw new AwsError('InvalidStorageClass', 'The storage class you specified is not valid', { members: { StorageClassRequested: storageClass } });
  if (Buffer.byteLength(strOpt(input, 'Key') ?? '') > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long', { members: { MaxSizeAllowed: '1024' } });
}

/** `x-amz-tagging: k=v&k2=v2`. */
export function headerTags(input: Input): TagRecord[] {
  const text = strOpt(input, 'Tagging');
  if (text === undefined || text === '') return [];
  return checkTags([...new URLSearchParams(text)].map(([key, value]) => ({ key, value })), 10);
}

/** The tags of a `Tagging` document. */
export function documentTags(input: Input, max: number): TagRecord[] {
  const set = valueAt(input, 'Tagging.TagSet');
  const malformed = new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  if (set === undefined || (typeof set === 'string' && set.trim() !== '')) throw malformed;
  return checkTags(structs(structOpt(input, 'Tagging.TagSet') ?? {}, 'Tag').map((tag) => {
    const [key, value] = [strOpt(tag, 'Key'), strOpt(tag, 'Value')];
    if (key === undefined || value === undefined) throw malformed;
    return { key, value };
  }), max);
}

function checkTags(tags: TagRecord[], max: number): TagRecord[] {
  if (tags.length > max) throw new AwsError('BadRequest', max === 10 ? 'Object tags cannot be greater than 10' : `Bucket tag count cannot be greater than ${max}`);
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) throw new AwsError('InvalidTag', 'Cannot provide multiple Tags with the same key');
  for (const { key, value } of tags) {
    if (key === '' || key.length > 128) throw new AwsError('InvalidTag', 'The TagKey you have provided is invalid', { members: { TagKey: key.slice(0, 128) } });
    if (value.length > 256) throw new AwsError('InvalidTag', 'The TagValue you have provided is invalid', { members: { TagKey: key } });
    if (key.startsWith('aws:')) throw new AwsError('InvalidTag', 'System tags cannot be added/updated by requester', { members: { TagKey: key } });
  }
  return tags;
}

/** An object as GetObject and HeadObject describe it; its checksum only when asked for, and only for all of it. */
export function shownObject(object: ObjectRecord, input: Input, ranged: boolean): Output {
  const checksum = oneOfOpt(input, 'ChecksumMode', ['ENABLED']) !== undefined && !ranged ? object.checksum : undefined;
  return {
    ...object.headers,
    ETag: `"${object.etag}"`,
    LastModified: new Date(object.lastModified),
    AcceptRanges: 'bytes',
    TagCount: object.tags.length === 0 ? undefined : object.tags.length,
    ...(checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
    Metadata: object.metadata,
  };
}
