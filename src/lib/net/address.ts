/** IPv4 addresses as unsigned 32-bit numbers: parse, format, and the ranges that routers treat specially. */

/** Reads a dotted IPv4 address. Undefined when it is not four decimal octets without leading zeros. */
export function parseAddress(text: string): number | undefined {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (octet < 0 || ++dots > 3) return undefined;
      value = value * 256 + octet;
      octet = -1;
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return undefined;
      octet = (octet < 0 ? 0 : octet * 10) + code - 48;
      if (octet > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
}

/** Like {@link parseAddress}; throws RangeError when the text is no address. */
export function addressOf(text: string): number {
  const value = parseAddress(text);
  if (value === undefined) throw new RangeError(`not an IPv4 address: ${JSON.stringify(text)}`);
  return value;
}

const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) => String(octet));
const DOTTED: readonly string[] = OCTETS.map((octet) => `${octet}.`);

/** Dotted form of a 32-bit number. From a table: every rule says of which addresses it speaks. */
export function formatAddress(value: number): string {
  return DOTTED[(value >>> 24) & 255] as string + DOTTED[(value >>> 16) & 255] + DOTTED[(value >>> 8) & 255] + OCTETS[value & 255];
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}
