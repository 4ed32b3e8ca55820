/**
 * Presigned URLs of Signature Version 2, which `aws s3 presign` of the AWS CLI v1 still makes for custom endpoints
 * (S3 API reference, "Signing and authenticating REST requests", query string request authentication alternative).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupKeyRing } from '../../keys/key-ring.js';
import { AwsError, type Caller } from '../operation.js';
import { callerOf } from '../verify.js';
import type { Address } from './address.js';

/** Query parameters that are part of the resource that is signed. */
const SIGNED = new Set(['acl', 'cors', 'delete', 'lifecycle', 'location', 'logging', 'notification', 'partNumber', 'policy', 'requestPayment', 'restore', 'tagging', 'torrent', 'uploadId', 'uploads', 'versionId',
  'versioning', 'versions', 'website', 'response-cache-control', 'response-content-disposition', 'response-content-encoding', 'response-content-language', 'response-content-type', 'response-expires']);

/** Whether the request carries such a signature. */
export const isPresignedV2 = (address: Address): boolean => address.query.has('AWSAccessKeyId') && address.query.has('Signature');

/** Verifies it. Throws AwsError in S3's words. */
export function authenticateV2(request: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders }, address: Address, keys: LookupKeyRing, now: number): Caller {
  const { query } = address;
  const expires = query.get('Expires') ?? '';
  if (!/^\d{1,12}$/.test(expires)) throw new AwsError('AccessDenied', 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters', { status: 403 });
  const key = keys.find(query.get('AWSAccessKeyId') ?? '');
  if (key === undefined) throw new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', { status: 403 });
  const token = query.get('x-amz-security-token');
  if (('sessionToken' in key ? key.sessionToken : undefined) !== token) throw new AwsError('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  const amzHeaders = new Map<string, string>(Object.entries(request.headers).flatMap(([name, value]) => (name.startsWith('x-amz-') && typeof value === 'string' ? [[name, value.trim()]] : [])));
  if (token !== undefined) amzHeaders.set('x-amz-security-token', token);
  const path = request.path.split('?', 1)[0] ?? '/';
  const resource = [...query].filter(([name]) => SIGNED.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  const text = [
    request.method,
    request.headers['content-md5'] ?? '',
    request.headers['content-type'] ?? '',
    expires,
    ...[...amzHeaders].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${value}`),
    `${address.virtual ? `/${address.bucket}` : ''}${path}${resource === '' ? '' : `?${resource}`}`,
  ].join('\n');
  const expected = createHmac('sha1', key.secretAccessKey).update(text, 'utf8').digest();
  const given = Buffer.from(query.get('Signature') ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AwsError('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided. Check your key and signing method.', { status: 403 });
  }
  if (Number(expires) * 1000 <= now) throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
  if ('expiration' in key && key.expiration <= now) throw new AwsError('ExpiredToken', 'The provided token has expired.');
  return callerOf(key, keys.accountId);
}
