/** Bytes of base 32 (RFC 4648) of whole bytes, as the seed of a virtual MFA device is told. */
export function base32Bytes(text: string): Buffer {
  const bits = Array.from(text, (character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
