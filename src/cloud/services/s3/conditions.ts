/** Conditional requests and ranges (RFC 9110 §13, §14, as the S3 API reference narrows them). */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { strOpt } from '../../endpoint/input.js';
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
export function rangeOf(text: string | undefined, size: number): { readonly start: number; readonly end: number } | undefined {
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
