/** Refuses by name what a rest-xml request has and its operation would not look at, and what it says twice. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { InputError } from '../input.js';
import { AwsError } from '../operation.js';
import type { Address } from './address.js';
import { CHECKSUM_HEADERS, isChecksumAlgorithm } from './checksum.js';
import type { RestOperation } from './interface.js';

/** Headers of `x-amz-` that belong to signature, transport or tracing and not to an operation; the endpoint looks at those that mean something. */
const OF_ALL = new Set(['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'x-amz-user-agent', 'x-amz-decoded-content-length', 'x-amz-trailer', 'x-amz-sdk-checksum-algorithm', 'x-amz-te',
  'x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner', 'x-amz-request-payer', 'x-amz-optional-object-attributes', ...Object.keys(CHECKSUM_HEADERS)]);
/** Headers of HTTP that change what an operation does, where it knows them. */
const CONDITIONAL = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'range'];
/** Signature Version 2 in the query; version 4 is `X-Amz-…`. */
const SIGNATURE_V2 = new Set(['AWSAccessKeyId', 'Signature', 'Expires']);

/** Throws InputError (NotImplemented, with the name) for a query parameter or header that the operation does not have. */
export function refuseUnknown(operation: RestOperation, { query }: Address, headers: IncomingHttpHeaders): void {
  const parameters = new Set([...Object.values(operation.query ?? {}), ...(operation.marks ?? []).map((mark) => mark.split('=', 1)[0] ?? '')]);
  for (const [name, value] of query) {
    // "Amazon S3 ignores query-string parameters that begin with x-" (user guide, access log format); SDKs send x-id.
    if (!parameters.has(name) && !/^x-/i.test(name) && !SIGNATURE_V2.has(name)) throw new InputError(name, value, { kind: 'unsupported' });
  }
  const known = new Set([...Object.values(operation.headers ?? {}), operation.markHeader]);
  for (const [name, value] of Object.entries(headers)) {
    if (known.has(name) || OF_ALL.has(name) || (name.startsWith('x-amz-meta-') && operation.metadata === true)) continue;
    if (name.startsWith('x-amz-') || CONDITIONAL.includes(name)) throw new InputError(name, value, { kind: 'unsupported' });
  }
}

/** Throws AwsError InvalidArgument for a parameter of the query, or a header of Amazon's, that is there twice. User metadata may be: HTTP makes one of them. */
export function refuseRepeated(request: IncomingMessage, { repeated }: Address): void {
  const header = Object.entries(request.headersDistinct).find(([name, values]) => name.startsWith('x-amz-') && !name.startsWith('x-amz-meta-') && (values?.length ?? 0) > 1);
  const name = header?.[0] ?? repeated[0];
  if (name !== undefined) throw invalid(name, '', 'is given twice');
}

/** The headers that every operation takes. Throws AwsError for what they may not say. */
export function checkCommonHeaders(headers: IncomingHttpHeaders, accountId: string): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    if (headers[name] !== undefined && headers[name] !== accountId) throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
  }
  // The account pays itself, and no object was ever archived: as they are these two change nothing.
  for (const [name, word] of [['x-amz-request-payer', 'requester'], ['x-amz-optional-object-attributes', 'RestoreStatus']] as const) {
    if (headers[name] !== undefined && headers[name] !== word) throw invalid(name, String(headers[name]), `is not ${word}`);
  }
  const algorithm = headers['x-amz-sdk-checksum-algorithm'];
  if (typeof algorithm === 'string' && !isChecksumAlgorithm(algorithm.toUpperCase())) {
    if (NEWER.has(algorithm.toUpperCase())) throw new InputError('x-amz-sdk-checksum-algorithm', algorithm, { kind: 'unsupported' });
    throw new AwsError('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
}

/** Algorithms of S3's that the local cloud does not compute. */
const NEWER = new Set(['SHA512', 'MD5', 'XXHASH64', 'XXHASH3', 'XXHASH128']);

const invalid = (name: string, value: string, why: string): AwsError => new AwsError('InvalidArgument', `The parameter ${name} ${why}.`, { members: { ArgumentName: name, ArgumentValue: value } });
