/** Finds the operation that a rest-xml request means, and reads its members out of path, query and headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, type Input } from '../operation.js';
import type { Address } from './address.js';
import { CHECKSUM_HEADERS } from './checksum.js';
import type { RestInterface, RestOperation } from './interface.js';

export interface RestRoute {
  readonly name: string;
  readonly operation: RestOperation;
}

/** Headers of `x-amz-` that belong to signature, transport or tracing and not to an operation. */
const PLAIN = new Set(['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'x-amz-user-agent', 'x-amz-decoded-content-length', 'x-amz-trailer', 'x-amz-sdk-checksum-algorithm', 'x-amz-checksum-mode',
  'x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner', 'x-amz-request-payer', 'x-amz-te', 'x-amz-optional-object-attributes', ...Object.keys(CHECKSUM_HEADERS)]);

/** Throws AwsError NotImplemented or MethodNotAllowed. */
export function routeRest(rest: RestInterface, method: string, address: Address, headers: IncomingHttpHeaders): RestRoute {
  const { query, on } = address;
  const has = (mark: string): boolean => {
    const [name = '', value] = mark.split('=');
    return value === undefined ? query.has(name) : query.get(name) === value;
  };
  for (const [mark, absent] of Object.entries(rest.absent)) {
    const [only, name = ''] = mark.includes(' ') ? mark.split(' ') : [undefined, mark];
    if (query.has(name) && (only === undefined || only === method)) throw new AwsError('NotImplemented', `The local cloud does not have ${absent}.`, { status: 501 });
  }
  const fitting = Object.entries(rest.operations).filter(([, operation]) =>
    operation.method === method && operation.on === on && (operation.marks ?? []).every(has) && (operation.markHeader === undefined || headers[operation.markHeader] !== undefined));
  // The one that asks for most is meant: UploadPartCopy before UploadPart before PutObject.
  const weight = (operation: RestOperation): number => (operation.marks?.length ?? 0) + (operation.markHeader === undefined ? 0 : 1);
  const [best] = fitting.toSorted(([, a], [, b]) => weight(b) - weight(a));
  if (best === undefined) throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', { status: 405 });
  const [name, operation] = best;
  const known = new Set([...Object.values(operation.headers ?? {}), operation.markHeader]);
  for (const header of Object.keys(headers)) {
    if (!header.startsWith('x-amz-') || header.startsWith('x-amz-meta-') || PLAIN.has(header) || known.has(header)) continue;
    throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', { status: 501, members: { Header: header, Operation: name } });
  }
  return { name, operation };
}

/** Everything but the body. User metadata are the member `Metadata`. */
export function restInput({ operation }: RestRoute, address: Address, headers: IncomingHttpHeaders): Input {
  const input: Record<string, unknown> = {};
  if (address.on !== 'service') input['Bucket'] = address.bucket;
  if (address.on === 'object') input['Key'] = address.key;
  for (const [member, name] of Object.entries(operation.query ?? {})) if (address.query.has(name)) input[member] = address.query.get(name);
  for (const [member, name] of Object.entries(operation.headers ?? {})) if (headers[name] !== undefined) input[member] = headers[name];
  const metadata = Object.entries(headers).flatMap(([name, value]) => (name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value] as const] : []));
  if (metadata.length > 0) input['Metadata'] = Object.fromEntries(metadata);
  return input;
}
