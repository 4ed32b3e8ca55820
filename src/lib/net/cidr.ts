/** IPv4 prefixes: parse, canonical form, containment, overlap. */
import { formatAddress, parseAddress } from './address.js';

export interface Prefix {
  /** Lowest address, 32-bit, host bits zero. */
  readonly base: number;
  /** 0…32. */
  readonly length: number;
}

/** Number of addresses in a prefix of this length. */
export function prefixSize(length: number): number {
  return 2 ** (32 - length);
}

function maskBase(address: number, length: number): number {
  return length === 0 ? 0 : (address & (0xffffffff << (32 - length))) >>> 0;
}

/** Reads `a.b.c.d/n`; host bits are cleared, as EC2 does on write (A6). Undefined when it is not an IPv4 prefix. */
export function parseCidr(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const digits = text.slice(slash + 1);
  if (!/^(?:[0-9]|[12][0-9]|3[0-2])$/.test(digits)) return undefined;
  const address = parseAddress(text.slice(0, slash));
  if (address === undefined) return undefined;
  const length = Number(digits);
  return { base: maskBase(address, length), length };
}

/** Like {@link parseCidr}; throws RangeError when the text is no prefix. */
export function prefixOf(text: string): Prefix {
  const prefix = parseCidr(text);
  if (prefix === undefined) throw new RangeError(`not an IPv4 prefix: ${JSON.stringify(text)}`);
  return prefix;
}

export function formatCidr(prefix: Prefix): string {
  return `${formatAddress(prefix.base)}/${prefix.length}`;
}

/** `100.68.0.18/18` → `100.68.0.0/18`. Undefined when it is not an IPv4 prefix. */
export function canonicalCidr(text: string): string | undefined {
  const prefix = parseCidr(text);
  return prefix === undefined ? undefined : formatCidr(prefix);
}

export function prefixContains(prefix: Prefix, address: number): boolean {
  return maskBase(address, prefix.length) === prefix.base;
}

/** True when `inner` lies wholly in `outer` (equal counts). */
export function prefixCovers(outer: Prefix, inner: Prefix): boolean {
  return outer.length <= inner.length && prefixContains(outer, inner.base);
}

export function prefixesOverlap(a: Prefix, b: Prefix): boolean {
  return a.length <= b.length ? prefixContains(a, b.base) : prefixContains(b, a.base);
}

/** Highest address. */
export function prefixLast(prefix: Prefix): number {
  return prefix.base + prefixSize(prefix.length) - 1;
}

/** True when the address text lies in the prefix text; false when either is malformed. */
export function cidrContains(cidr: string, address: string): boolean {
  const prefix = parseCidr(cidr);
  const value = parseAddress(address);
  return prefix !== undefined && value !== undefined && prefixContains(prefix, value);
}

const PRIVATE_USE: readonly Prefix[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(prefixOf);

/** True for RFC 1918 and RFC 6598 (100.64/10) addresses, which no internet gateway carries (I4). */
export function isPrivateUse(address: number): boolean {
  return PRIVATE_USE.some((prefix) => prefixContains(prefix, address));
}

const LOOPBACK = prefixOf('127.0.0.0/8');
const MULTICAST_AND_ABOVE = prefixOf('224.0.0.0/3');

export function isLoopback(address: number): boolean {
  return prefixContains(LOOPBACK, address);
}

/** Multicast, reserved and limited broadcast: a VPC delivers none of it (V4). */
export function isNotUnicast(address: number): boolean {
  return prefixContains(MULTICAST_AND_ABOVE, address);
}
