/** The checksums of S3's objects: CRC-32, CRC-32C, CRC-64/NVME, SHA-1, SHA-256, base64 of their big-endian bytes. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm } from './interface.js';

export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  /** Base64. */
  value(): string;
}

/** Header names, `x-amz-checksum-crc32`, and their algorithms. */
export const CHECKSUM_HEADERS: Readonly<Record<string, ChecksumAlgorithm>> = {
  'x-amz-checksum-crc32': 'CRC32',
  'x-amz-checksum-crc32c': 'CRC32C',
  'x-amz-checksum-crc64nvme': 'CRC64NVME',
  'x-amz-checksum-sha1': 'SHA1',
  'x-amz-checksum-sha256': 'SHA256',
};

export const isChecksumAlgorithm = (text: string): text is ChecksumAlgorithm => Object.values(CHECKSUM_HEADERS).some((algorithm) => algorithm === text);

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    const hash = createHash(algorithm.toLowerCase());
    return { update: (chunk) => void hash.update(chunk), value: () => hash.digest('base64') };
  }
  if (algorithm === 'CRC64NVME') return startCrc64();
  let crc = 0;
  const step = algorithm === 'CRC32' ? crc32 : crc32c;
  return {
    update: (chunk) => {
      crc = step(chunk, crc);
    },
    value: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes.toString('base64');
    },
  };
}

/** Castagnoli's polynomial, reflected. */
const CRC32C = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(chunk: Uint8Array, before: number): number {
  let crc = ~before >>> 0;
  for (const byte of chunk) crc = (crc >>> 8) ^ (CRC32C[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** CRC-64/NVME, reflected polynomial 9A6C9329AC4BC9B5, in two halves since numbers have 53 bits. */
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let high = 0;
  let low = index;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (odd === 1) {
      high = (high ^ 0x9a6c_9329) >>> 0;
      low = (low ^ 0xac4b_c9b5) >>> 0;
    }
  }
  CRC64_HIGH[index] = high;
  CRC64_LOW[index] = low;
}

function startCrc64(): RunningChecksum {
  let high = 0xffff_ffff;
  let low = 0xffff_ffff;
  return {
    update: (chunk) => {
      for (const byte of chunk) {
        const index = (low ^ byte) & 0xff;
        low = (((low >>> 8) | (high << 24)) ^ (CRC64_LOW[index] ?? 0)) >>> 0;
        high = ((high >>> 8) ^ (CRC64_HIGH[index] ?? 0)) >>> 0;
      }
    },
    value: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes.toString('base64');
    },
  };
}
