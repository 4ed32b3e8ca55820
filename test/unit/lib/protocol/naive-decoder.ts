/** A decoder of agent messages for comparison: slow, on hex text and big integers, from the table in `protocol.md` §3 alone. */
import { createHash } from 'node:crypto';

const number = (hex: string): number | undefined => {
  const value = BigInt(`0x${hex}`);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
};

/** Undefined for what has to be refused. */
export function naiveDecode(hex: string) {
  const at = (offset: number, size: number): string => hex.slice(offset * 2, (offset + size) * 2);
  if (hex.length < 240) return undefined;
  const header = number(at(0, 4)) ?? 0;
  if (header < 116 || header + 4 > hex.length / 2) return undefined;
  const characters = (at(4, 32).match(/../g) ?? []).map((byte) => String.fromCharCode(Number(`0x${byte}`))).filter((character) => character !== '\0');
  while (characters[0]?.trim() === '') characters.shift();
  while (characters.at(-1)?.trim() === '') characters.pop();
  if (characters.length === 0 || characters.some((character) => character <= ' ' || character > '~')) return undefined;
  const [createdDate, sequenceNumber, flags] = [number(at(40, 8)), number(at(48, 8)), number(at(56, 8))];
  if (createdDate === undefined || createdDate === 0 || sequenceNumber === undefined || flags === undefined) return undefined;
  const payload = hex.slice((header + 4) * 2);
  if (number(at(116, 4)) !== 0 && createHash('sha256').update(payload, 'hex').digest('hex') !== at(80, 32)) return undefined;
  return {
    messageType: characters.join(''),
    schemaVersion: number(at(36, 4)),
    createdDate,
    sequenceNumber,
    flags,
    messageId: [at(72, 4), at(76, 2), at(78, 2), at(64, 2), at(66, 6)].join('-'),
    payloadType: number(at(112, 4)),
    payload,
  };
}
