import { createHmac, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChunkedDecoder } from '../../../../../src/cloud/endpoint/rest/chunked.js';
import { startChecksum } from '../../../../../src/cloud/endpoint/rest/checksum.js';
import { signingKey } from '../../../../../src/lib/protocol/sigv4.js';

/** The example of the S3 API reference: 66560 times `a` in chunks of 64 KiB and 1 KiB, its keys, its signatures. */
const SEED = {
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  amzDate: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  key: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '20130524', 'us-east-1', 's3'),
};
const EXAMPLE = Buffer.from(`10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${'a'.repeat(65_536)}\r\n`
  + `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n`);

function decode(bytes: Buffer, pieceSize: number, seed: typeof SEED | null = SEED): { text: string; trailers: ReadonlyMap<string, string> } {
  const decoder = new ChunkedDecoder(seed ?? undefined);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) found.push(...decoder.push(bytes.subarray(at, at + pieceSize)));
  decoder.finish();
  return { text: Buffer.concat(found).toString(), trailers: decoder.trailers };
}

describe('ChunkedDecoder', () => {
  it.each([1, 7, 4096, 1_000_000])('reads AWS\'s own example in pieces of %i', (size) => {
    expect(decode(EXAMPLE, size).text).toBe('a'.repeat(66_560));
  });

  it('refuses a changed byte, a cut end, and what follows the end', () => {
    const changed = Buffer.from(EXAMPLE);
    changed[5000] = 98;
    expect(() => decode(changed, 4096)).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }));
    expect(() => decode(EXAMPLE.subarray(0, 66_000), 4096)).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
    expect(() => decode(Buffer.concat([EXAMPLE, Buffer.from('x')]), 4096)).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
    expect(() => decode(Buffer.from('zz\r\n'), 10)).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
    expect(() => decode(Buffer.from('3\r\nabc\r\n0\r\n\r\n'), 10)).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
  });

  it('reads unsigned chunks and their trailer', () => {
    const { text, trailers } = decode(Buffer.from('3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n'), 2, null);
    expect(text).toBe('abc');
    expect(trailers.get('x-amz-checksum-crc32')).toBe('NSRBwg==');
  });

  it('checks the trailer\'s signature', () => {
    const empty = createHash('sha256').update('').digest('hex');
    const sign = (text: string): string => createHmac('sha256', SEED.key).update(text).digest('hex');
    const last = sign(['AWS4-HMAC-SHA256-PAYLOAD', SEED.amzDate, SEED.scope, SEED.signature, empty, empty].join('\n'));
    const trailer = 'x-amz-checksum-crc32:AAAAAA==\n';
    const signature = sign(['AWS4-HMAC-SHA256-TRAILER', SEED.amzDate, SEED.scope, last, createHash('sha256').update(trailer).digest('hex')].join('\n'));
    const body = (value: string): Buffer => Buffer.from(`0;chunk-signature=${last}\r\nx-amz-checksum-crc32:${value}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`);
    expect(decode(body('AAAAAA=='), 3).trailers.get('x-amz-checksum-crc32')).toBe('AAAAAA==');
    expect(() => decode(body('AAAAAQ=='), 3)).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }));
  });
});

describe('checksums of "123456789"', () => {
  // The check values of the CRC catalogue.
  it.each([['CRC32', 'cbf43926'], ['CRC32C', 'e3069283'], ['CRC64NVME', 'ae8b14860a799888'], ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441']] as const)('%s', (algorithm, hex) => {
    const running = startChecksum(algorithm);
    running.update(Buffer.from('1234'));
    running.update(Buffer.from('56789'));
    expect(Buffer.from(running.value(), 'base64').toString('hex')).toBe(hex);
  });
});
