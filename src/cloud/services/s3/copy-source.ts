/** `x-amz-copy-source: /bucket/key` → the object meant, with its conditions checked. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { str } from '../../endpoint/input.js';
import type { Reader } from '../../state/store.js';
import { requireObject } from './buckets.js';
import { checkConditions } from './conditions.js';
import type { ObjectRecord } from './records.js';

/** Bucket and key that a copy reads. Throws AwsError InvalidArgument. */
export function copySourceOf(input: Input): { readonly Bucket: string; readonly Key: string; readonly VersionId?: string | undefined } {
  const [path = '', query] = str(input, 'CopySource').split('?', 2);
  const version = query === undefined ? undefined : /^versionId=(.+)$/.exec(query)?.[1];
  if (query !== undefined && version === undefined) throw invalid();
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\//, '');
  } catch {
    throw invalid();
  }
  const slash = decoded.indexOf('/');
  if (slash < 1 || slash === decoded.length - 1) throw invalid();
  return { Bucket: decoded.slice(0, slash), Key: decoded.slice(slash + 1), VersionId: version };
}

export function copiedObject(reader: Reader, input: Input): ObjectRecord & { readonly bucket: string } {
  const source = copySourceOf(input);
  const object = requireObject(reader, source);
  checkConditions(input, object, 'CopySource');
  return { ...object, bucket: source.Bucket };
}

const invalid = (): AwsError => new AwsError('InvalidArgument', 'Invalid copy source object key', { members: { ArgumentName: 'x-amz-copy-source', ArgumentValue: 'x-amz-copy-source' } });
