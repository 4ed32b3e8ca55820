/**
 * Takes `aws-chunked` bodies apart: chunks with or without signatures, then trailers (S3 API reference, "Signature
 * calculations: transferring payload in multiple chunks", "… including trailing headers").
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../operation.js';
import type { ChunkSeed } from '../verify.js';

/** Largest head of a chunk, and all trailers. */
const MAX_LINE = 16 * 1024;
const EMPTY_HASH = createHash('sha256').update('').digest('hex');

export class ChunkedDecoder {
  readonly #seed: ChunkSeed | undefined;
  readonly trailers = new Map<string, string>();
  #line = Buffer.alloc(0);
  #state: 'head' | 'data' | 'data-end' | 'trailer' | 'done' = 'head';
  #left = 0;
  #previous: string;
  #claimed = '';
  #hash = createHash('sha256');
  #signedTrailers = '';

  /** @param seed absent for STREAMING-UNSIGNED-PAYLOAD-TRAILER: chunks carry no signatures. */
  constructor(seed: ChunkSeed | undefined) {
    this.#seed = seed;
    this.#previous = seed?.signature ?? '';
  }

  /** The payload in what came. Throws AwsError for a wrong form (IncompleteBody) or signature (SignatureDoesNotMatch). */
  push(chunk: Buffer): Buffer[] {
    const found: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'data') {
        const part = chunk.subarray(at, at + this.#left);
        if (this.#seed !== undefined) this.#hash.update(part);
        found.push(part);
        at += part.length;
        this.#left -= part.length;
        if (this.#left === 0) {
          this.#checkChunk();
          this.#state = 'data-end';
        }
        continue;
      }
      if (this.#state === 'done') throw incomplete();
      const end = chunk.indexOf(10, at);
      const piece = chunk.subarray(at, end < 0 ? undefined : end + 1);
      this.#line = Buffer.concat([this.#line, piece]);
      at += piece.length;
      if (this.#line.length > MAX_LINE) throw incomplete();
      if (end < 0) continue;
      const line = this.#line.toString('latin1');
      this.#line = Buffer.alloc(0);
      if (!line.endsWith('\r\n')) throw incomplete();
      this.#takeLine(line.slice(0, -2));
    }
    return found;
  }

  /** Throws AwsError IncompleteBody unless everything came. */
  finish(): void {
    // Some clients leave out the empty line behind the trailers.
    if (this.#state !== 'done' && !(this.#state === 'trailer' && this.#line.length === 0)) throw incomplete();
    if (this.#state === 'trailer') this.#checkTrailers();
  }

  #takeLine(line: string): void {
    if (this.#state === 'data-end') {
      if (line !== '') throw incomplete();
      this.#state = 'head';
    } else if (this.#state === 'head') {
      const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
      if (match === null || (this.#seed !== undefined && match[2] === undefined)) throw incomplete();
      this.#left = Number.parseInt(match[1] ?? '', 16);
      this.#claimed = match[2] ?? '';
      if (this.#left > 0) {
        this.#state = 'data';
        return;
      }
      this.#checkChunk();
      this.#state = 'trailer';
    } else if (line === '') {
      this.#checkTrailers();
      this.#state = 'done';
    } else {
      const colon = line.indexOf(':');
      if (colon < 1) throw incomplete();
      const name = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      this.trailers.set(name, value);
      if (name !== 'x-amz-trailer-signature') this.#signedTrailers += `${name}:${value}\n`;
    }
  }

  #checkChunk(): void {
    if (this.#seed === undefined) return;
    const text = [`AWS4-HMAC-SHA256-PAYLOAD`, this.#seed.amzDate, this.#seed.scope, this.#previous, EMPTY_HASH, this.#hash.digest('hex')].join('\n');
    this.#hash = createHash('sha256');
    this.#previous = checkSignature(this.#seed.key, text, this.#claimed);
  }

  #checkTrailers(): void {
    if (this.#seed === undefined || this.#signedTrailers === '') return;
    const hash = createHash('sha256').update(this.#signedTrailers).digest('hex');
    checkSignature(this.#seed.key, ['AWS4-HMAC-SHA256-TRAILER', this.#seed.amzDate, this.#seed.scope, this.#previous, hash].join('\n'), this.trailers.get('x-amz-trailer-signature') ?? '');
  }
}

function checkSignature(key: Buffer, text: string, claimed: string): string {
  const expected = createHmac('sha256', key).update(text).digest('hex');
  if (claimed.length !== expected.length || !timingSafeEqual(Buffer.from(claimed), Buffer.from(expected))) {
    throw new AwsError('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided. Check your key and signing method.', { status: 403 });
  }
  return expected;
}

const incomplete = (): AwsError => new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
