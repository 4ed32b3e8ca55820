/** Bucket and key of a request: path style on any host of the region, virtual-host style on a name under it. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../operation.js';

export interface Address {
  readonly on: 'service' | 'bucket' | 'object';
  readonly bucket: string;
  readonly key: string;
  /** The bucket is part of the host's name. */
  readonly virtual: boolean;
  /** Decoded; the first of each name counts. */
  readonly query: ReadonlyMap<string, string>;
  /** Names that the query has more than once. */
  readonly repeated: readonly string[];
}

/** `BUCKET.localhost`, `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.s3.amazonaws.com`; a bucket's name may have dots. */
const VIRTUAL = [/^(.+)\.s3(?:[.-][a-z]{2,}(?:-[a-z]+)+-\d{1,2})?\.amazonaws\.com$/, /^(.+)\.localhost$/];

/** Throws AwsError InvalidURI for what is not percent-encoded UTF-8. */
export function addressOf(target: string, headers: IncomingHttpHeaders): Address {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const inHost = VIRTUAL.map((pattern) => pattern.exec(host)?.[1]).find((name) => name !== undefined && name !== 's3');
  const [first = '', ...others] = path.replace(/^\//, '').split('/');
  const bucket = inHost ?? decode(first);
  const key = decode(inHost === undefined ? others.join('/') : path.replace(/^\//, ''));
  const query = new Map<string, string>();
  const repeated: string[] = [];
  for (const pair of mark < 0 ? [] : target.slice(mark + 1).split('&')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    if (query.has(name)) repeated.push(name);
    else if (name !== '') query.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1).replaceAll('+', ' ')));
  }
  return { on: bucket === '' ? 'service' : key === '' ? 'bucket' : 'object', bucket, key, virtual: inHost !== undefined, query, repeated };
}

/**
 * Headers of Amazon's that a presigned URL has in its query (SDKs put them there), names in lower case; those of the signature
 * are none. Nor are checksums: S3 does not look at them there, and the JavaScript SDK puts the one of an empty body.
 */
export function hoistedHeaders({ query }: Address): IncomingHttpHeaders {
  const signature = /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256|sdk-checksum-algorithm|checksum-(?!mode).*)$/;
  return Object.fromEntries([...query].map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => name.startsWith('x-amz-') && !signature.test(name)));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}
