/** Conditional requests and ranges (RFC 9110 §13, §14, as the S3 API reference narrows them). */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { strOpt } from '../../endpoint/input.js';
import { partNumberOf } from './part-number.js';
import type { ObjectRecord } from './records.js';

/** Names of the four conditions; CopyObject's begin with `CopySource`. */
export function checkConditions(input: Input, object: ObjectRecord, prefix: '' | 'CopySource' = ''): void {
  const match = strOpt(input, `${prefix}IfMatch`);
  const noneMatch = strOpt(input, `${prefix}IfNoneMatch`);
  const modified = dateOf(strOpt(input, `${prefix}IfModifiedSince`));
  const unmodified = dateOf(strOpt(input, `${prefix}IfUnmodifiedSince`));
  const failed = (condition: string): AwsError => new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { status: 412, members: { Condition: condition } });
  const notModified = (): AwsError => (prefix === '' ? new AwsError('NotModified', 'Not Modified', { status: 304, members: { ETag: `"${object.etag}"`, LastModified: new Date(object.lastModified).toUTCString() } }) : failed('x-amz-copy-source-If-None-Match'));
  if (match !== undefined && !names(match, object.etag)) throw failed('If-Match');
  if (match === undefined && unmodified !== undefined && object.lastModified > unmodified) throw failed('If-Unmodified-Since');
  if (noneMatch !== undefined && names(noneMatch, object.etag)) throw notModified();
  if (noneMatch === undefined && modified !== undefined && object.lastModified <= modified) throw notModified();
}

/** Conditional writes: If-None-Match `*` (nothing there yet) and If-Match (this very object there). */
export function checkWriteConditions(input: Input, there: ObjectRecord | undefined): void {
  const noneMatch = strOpt(input, 'IfNoneMatch');
  const match = strOpt(input, 'IfMatch');
  if (noneMatch !== undefined && noneMatch !== '*') throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', { status: 501, members: { Header: 'If-None-Match' } });
  if (noneMatch === '*' && there !== undefined) throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { status: 412, members: { Condition: 'If-None-Match' } });
  if (match === undefined) return;
  if (there === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, members: { Key: strOpt(input, 'Key') ?? '' } });
  if (!names(match, there.etag)) throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', { status: 412, members: { Condition: 'If-Match' } });
}

/** The one range of `bytes=0-9`, `bytes=5-`, `bytes=-3`; undefined for everything, and for a header of another form, which HTTP ignores. Throws InvalidRange. */
function rangeOf(text: string | undefined, size: number): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416, members: { RangeRequested: text ?? '', ActualObjectSize: String(size), ContentRange: `bytes */${size}` } });
  }
  return { start, end };
}

/** What a GetObject or HeadObject is about: all of the object, a range of it, or one of the parts that it was made of. */
export interface Extent {
  readonly start: number;
  readonly length: number;
  /** Members of the reply that say so; empty for all of it. */
  readonly shown: { readonly ContentRange?: string; readonly Status?: number; readonly PartsCount?: number | undefined };
}

/** Throws AwsError InvalidRange, InvalidPartNumber, InvalidRequest. */
export function extentOf(input: Input, object: ObjectRecord): Extent {
  const range = rangeOf(strOpt(input, 'Range'), object.size);
  const partNumber = strOpt(input, 'PartNumber') === undefined ? undefined : partNumberOf(input);
  const within = (start: number, length: number): Extent['shown'] => ({ ContentRange: `bytes ${start}-${start + length - 1}/${object.size}`, Status: 206 });
  if (partNumber === undefined) {
    if (range === undefined) return { start: 0, length: object.size, shown: {} };
    const length = range.end - range.start + 1;
    return { start: range.start, length, shown: within(range.start, length) };
  }
  if (strOpt(input, 'Range') !== undefined) throw new AwsError('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  const part = object.parts[partNumber - 1];
  if (part === undefined) throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', { status: 416, members: { PartNumberRequested: String(partNumber), ActualPartCount: String(object.parts.length) } });
  const start = object.parts.slice(0, partNumber - 1).reduce((sum, { size }) => sum + size, 0);
  // Only what came in parts says how many.
  const PartsCount = object.etag.includes('-') ? object.parts.length : undefined;
  return { start, length: part.size, shown: part.size === 0 ? { PartsCount } : { ...within(start, part.size), PartsCount } };
}

function names(header: string, etag: string): boolean {
  return header.split(',').some((part) => {
    const name = part.trim().replace(/^W\//, '').replaceAll('"', '');
    return name === '*' || name === etag;
  });
}

function dateOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
