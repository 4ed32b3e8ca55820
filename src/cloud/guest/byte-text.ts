/** Bytes ↔ text without loss: bytes that are no UTF-8 become lone surrogates U+DC80–U+DCFF and come back as they were. */
import { isUtf8 } from 'node:buffer';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decode(bytes: Uint8Array): string {
  return isUtf8(bytes) ? strict.decode(bytes) : decodeEscaping(bytes);
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}

/** Length of the UTF-8 sequence at an offset, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** How many bytes at the end begin a UTF-8 sequence that is not complete yet. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

export function encode(text: string): Uint8Array {
  const plain = Buffer.from(text, 'utf8');
  if (!/[\udc80-\udcff]/u.test(text)) return plain;
  const parts: Uint8Array[] = [];
  for (const piece of text.split(/([\udc80-\udcff]+)/u)) {
    if (/^[\udc80-\udcff]/u.test(piece)) parts.push(Uint8Array.from(piece, (unit) => unit.charCodeAt(0) - 0xdc00));
    else parts.push(Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(parts);
}
