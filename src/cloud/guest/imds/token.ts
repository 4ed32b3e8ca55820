/** Session tokens of IMDSv2: bound to one instance, with an end, and no table of them to keep (L7–L9). */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const MAXIMUM_TTL_SECONDS = 21_600;

/** Milliseconds since the epoch in 8 bytes, then the HMAC. */
const EXPIRY_BYTES = 8;
const TOKEN_BYTES = EXPIRY_BYTES + 32;

export class SessionTokens {
  readonly #key: Buffer;

  /** `key`: 32 random bytes; tokens of another key are not valid here. */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** A token in AWS's form: 56 characters of base64. */
  issue(instanceId: string, expiresAt: number): string {
    const expiry = Buffer.alloc(EXPIRY_BYTES);
    expiry.writeBigUInt64BE(BigInt(Math.floor(expiresAt)));
    return Buffer.concat([expiry, this.#sign(instanceId, expiry)]).toString('base64url').padEnd(56, '=');
  }

  /** Whole seconds that the token is still good for at this instance; undefined when it is not. */
  secondsLeft(token: string, instanceId: string, now: number): number | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== TOKEN_BYTES) return undefined;
    const expiry = bytes.subarray(0, EXPIRY_BYTES);
    if (!timingSafeEqual(bytes.subarray(EXPIRY_BYTES), this.#sign(instanceId, expiry))) return undefined;
    const left = Number(expiry.readBigUInt64BE()) - now;
    return left > 0 ? Math.ceil(left / 1000) : undefined;
  }

  #sign(instanceId: string, expiry: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(expiry).update(instanceId).digest();
  }
}
