/** Time-based one-time passwords as virtual MFA devices have them (RFC 6238, RFC 4226): HMAC-SHA-1, six digits, 30 seconds. */
import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;

/** The number of the half minute. */
export const stepAt = (now: number): number => Math.floor(now / STEP_MS);

/** The code of a step. */
export function codeOf(seed: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', seed).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** Which of the steps around now the code is of, behind `after`: a code is good once, and clocks may be a step apart. */
export function stepOfCode(seed: Buffer, code: string, now: number, after: number): number | undefined {
  const here = stepAt(now);
  return [here - 1, here, here + 1].find((step) => step > after && codeOf(seed, step) === code);
}

/** Which step two codes begin that follow one another, among those around now. */
export function stepOfPair(seed: Buffer, first: string, second: string, now: number): number | undefined {
  const here = stepAt(now);
  return [here - 3, here - 2, here - 1, here].find((step) => codeOf(seed, step) === first && codeOf(seed, step + 1) === second);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 base 32 of whole groups of five bytes. */
export function base32(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at + 5 <= bytes.length; at += 5) {
    const group = bytes.readUIntBE(at, 5);
    for (let index = 7; index >= 0; index -= 1) text += ALPHABET[Math.floor(group / 32 ** index) % 32];
  }
  return text;
}
