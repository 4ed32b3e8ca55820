/**
 * The key above kms's keys: one of the region process's secrets, never in the journal. What it seals is bound to a
 * context (the ARN of the key that is sealed).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface RegionCipher {
  /** AES-256-GCM under the region's key: base64 of a leading 1, the nonce, the tag and the ciphertext. */
  seal(region: string, text: string, context: string): string;
  /** Throws for what was not sealed here, in this region and under this context. */
  open(region: string, sealed: string, context: string): string;
}

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new secret for {@link createRegionCipher}, base64 of 32 bytes. */
export function makeCipherSecret(): string {
  return randomBytes(32).toString('base64');
}

export function createRegionCipher(secret: string): RegionCipher {
  const keyOf = (region: string): Buffer => Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), Buffer.alloc(0), `kms/${region}`, 32));
  return {
    seal(region, text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyOf(region), nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(region, sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes[0] !== FORMAT || bytes.length < 1 + NONCE_BYTES + TAG_BYTES) throw new Error('not a value that this region sealed');
      const tagAt = 1 + NONCE_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', keyOf(region), bytes.subarray(1, tagAt)).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(tagAt, tagAt + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(tagAt + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
  };
}
