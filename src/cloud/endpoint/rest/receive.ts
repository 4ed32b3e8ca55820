/** Receives the body of a rest-xml request: decoded, within its bounds, and equal to everything the client said of it. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { UNSIGNED_PAYLOAD } from '../../../lib/protocol/sigv4.js';
import { AwsError } from '../operation.js';
import type { ChunkSeed } from '../verify.js';
import { CHECKSUM_HEADERS, startChecksum } from './checksum.js';
import { ChunkedDecoder } from './chunked.js';
import type { ChecksumAlgorithm } from './interface.js';

export interface ReceiveOptions {
  readonly maxBytes: number;
  /** The longest pause between two pieces. */
  readonly idleMs: number;
  /** `x-amz-content-sha256`, or UNSIGNED-PAYLOAD for what has none (presigned). */
  readonly payloadHash: string;
  readonly seed?: (() => ChunkSeed) | undefined;
  /** The checksum headers speak of something else than this body: an object that its parts make. */
  readonly foreignChecksum?: boolean | undefined;
}

export interface Received {
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** Gives the bytes to `take` one piece after another. Throws AwsError in S3's words; what was taken is then worth nothing. */
export async function receive(request: IncomingMessage, options: ReceiveOptions, take: (chunk: Buffer) => Promise<void> | void): Promise<Received> {
  const { payloadHash, maxBytes } = options;
  const headers = request.headers;
  const streaming = payloadHash.startsWith('STREAMING-');
  const decoder = streaming ? decoderOf(payloadHash, options.seed) : undefined;
  const declaredSize = Number(headers[streaming ? 'x-amz-decoded-content-length' : 'content-length'] ?? Number.NaN);
  if (declaredSize > maxBytes) throw tooLarge(maxBytes);
  const md5 = createHash('md5');
  const sha256 = streaming || payloadHash === UNSIGNED_PAYLOAD ? undefined : createHash('sha256');
  const algorithm = options.foreignChecksum === true ? undefined : algorithmOf(request);
  const checksum = algorithm === undefined ? undefined : startChecksum(algorithm.name);
  let size = 0;
  for await (const piece of pieces(request, options.idleMs)) {
    for (const chunk of decoder?.push(piece) ?? [piece]) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      md5.update(chunk);
      sha256?.update(chunk);
      checksum?.update(chunk);
      await take(chunk);
    }
  }
  decoder?.finish();
  if (!Number.isNaN(declaredSize) && size !== declaredSize) throw new AwsError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header.');
  if (sha256 !== undefined && sha256.digest('hex') !== payloadHash) throw new AwsError('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
  const digest = md5.digest();
  const contentMd5 = headers['content-md5'];
  if (typeof contentMd5 === 'string' && contentMd5 !== digest.toString('base64')) {
    if (Buffer.from(contentMd5, 'base64').length !== 16) throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  if (algorithm === undefined || checksum === undefined) return { size, md5: digest.toString('hex') };
  const value = checksum.value();
  const claimed = headers[algorithm.header] ?? decoder?.trailers.get(algorithm.header);
  if (claimed !== value) throw new AwsError('BadDigest', `The ${algorithm.name} you specified did not match the calculated checksum.`);
  return { size, md5: digest.toString('hex'), checksum: { algorithm: algorithm.name, value } };
}

function decoderOf(payloadHash: string, seed: ReceiveOptions['seed']): ChunkedDecoder {
  if (payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return new ChunkedDecoder(undefined);
  if ((payloadHash === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' || payloadHash === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER') && seed !== undefined) return new ChunkedDecoder(seed());
  throw new AwsError('NotImplemented', `The local cloud does not support x-amz-content-sha256: ${payloadHash.slice(0, 60)}`, { status: 501 });
}

/** The one checksum that the client sends, in a header or announced as a trailer. */
function algorithmOf({ headers }: IncomingMessage): { readonly header: string; readonly name: ChecksumAlgorithm } | undefined {
  const trailer = headers['x-amz-trailer'];
  const trailers = typeof trailer === 'string' ? trailer.split(',').map((name) => name.trim().toLowerCase()) : [];
  const found = Object.entries(CHECKSUM_HEADERS).filter(([header]) => headers[header] !== undefined || trailers.includes(header));
  if (found.length > 1) throw new AwsError('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const [first] = found;
  return first === undefined ? undefined : { header: first[0], name: first[1] };
}

async function* pieces(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const iterator = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new AwsError('RequestTimeout', 'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.')), idleMs);
    });
    try {
      const next = await Promise.race([iterator.next(), idle]);
      if (next.done === true) return;
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}

const tooLarge = (maxBytes: number): AwsError => new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', { members: { MaxSizeAllowed: String(maxBytes) } });
