/** ETag and checksum of an object from those of its parts (S3 user guide, "Checking object integrity"). */
import { createHash } from 'node:crypto';
import { startChecksum } from '../../endpoint/rest/checksum.js';
import type { ChecksumAlgorithm } from '../../endpoint/rest/interface.js';
import type { ChecksumRecord, UploadPartRecord, UploadRecord } from './records.js';

/** MD5 of the parts' MD5s, and how many they are. */
export function multipartEtag(parts: readonly UploadPartRecord[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

/** Undefined unless every part came with the upload's checksum. */
export function multipartChecksum({ checksumAlgorithm: algorithm, checksumType: type }: UploadRecord, parts: readonly UploadPartRecord[]): ChecksumRecord | undefined {
  if (algorithm === undefined || type === undefined) return undefined;
  const values = parts.flatMap((part) => (part.checksum?.algorithm === algorithm ? [{ bytes: Buffer.from(part.checksum.value, 'base64'), size: part.size }] : []));
  if (values.length < parts.length) return undefined;
  if (type === 'COMPOSITE') {
    const running = startChecksum(algorithm);
    for (const { bytes } of values) running.update(bytes);
    return { algorithm, type, value: `${running.value()}-${parts.length}` };
  }
  const polynomial = POLYNOMIALS[algorithm];
  const [first, ...others] = values;
  if (polynomial === undefined || first === undefined) return undefined;
  let crc = toNumber(first.bytes);
  for (const { bytes, size } of others) crc = combine(crc, toNumber(bytes), size, polynomial);
  const bytes = Buffer.from(crc.toString(16).padStart(polynomial.bits / 4, '0'), 'hex');
  return { algorithm, type, value: bytes.toString('base64') };
}

interface Polynomial {
  readonly bits: number;
  /** Reflected. */
  readonly value: bigint;
}

const POLYNOMIALS: Readonly<Partial<Record<ChecksumAlgorithm, Polynomial>>> = {
  CRC32: { bits: 32, value: 0xedb8_8320n },
  CRC32C: { bits: 32, value: 0x82f6_3b78n },
  CRC64NVME: { bits: 64, value: 0x9a6c_9329_ac4b_c9b5n },
};

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** The CRC of A and B together: that of A taken past as many zero bytes as B has, and that of B. */
function combine(a: bigint, b: bigint, sizeOfB: number, { bits, value }: Polynomial): bigint {
  // The step past one zero bit as a matrix over GF(2): row i is what bit i becomes.
  let matrix = Array.from({ length: bits }, (_, bit) => (bit === 0 ? value : 1n << BigInt(bit - 1)));
  let crc = a;
  for (let left = BigInt(sizeOfB) * 8n; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) crc = times(matrix, crc);
    const squared = matrix;
    matrix = squared.map((row) => times(squared, row));
  }
  return crc ^ b;
}

function times(matrix: readonly bigint[], vector: bigint): bigint {
  let sum = 0n;
  for (let bit = 0, left = vector; left > 0n; bit++, left >>= 1n) if ((left & 1n) === 1n) sum ^= matrix[bit] ?? 0n;
  return sum;
}
