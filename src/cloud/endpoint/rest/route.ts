/** Finds the operation that a rest-xml request means, and reads its members out of path, query and headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, type Input } from '../operation.js';
import type { Address } from './address.js';
import type { RestInterface, RestOperation } from './interface.js';
import { refuseUnknown } from './refuse.js';

export interface RestRoute {
  readonly name: string;
  readonly operation: RestOperation;
}

/** Throws AwsError NotImplemented (also for a parameter or header that the operation does not have) or MethodNotAllowed. */
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
  refuseUnknown(operation, address, headers);
  return { name, operation };
}

/** Everything but the body. User metadata are the member `Metadata`. */
export function restInput({ operation }: RestRoute, address: Address, headers: IncomingHttpHeaders): Input {
  const input: Record<string, unknown> = {};
  if (address.on !== 'service') input['Bucket'] = address.bucket;
  if (address.on === 'object') input['Key'] = address.key;
  for (const [member, name] of Object.entries(operation.query ?? {})) if (address.query.has(name)) input[member] = address.query.get(name);
  for (const [member, name] of Object.entries(operation.headers ?? {})) if (headers[name] !== undefined) input[member] = headers[name];
  const metadata = operation.metadata !== true ? [] : Object.entries(headers).flatMap(([name, value]) => (name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value] as const] : []));
  if (metadata.length > 0) input['Metadata'] = Object.fromEntries(metadata);
  return input;
}
