/** IPv6 as far as policies speak of it (`aws:SourceIp`): addresses as 128-bit numbers, and whether a prefix of either family contains an address. */
import { parseAddress } from './address.js';

const GROUP = /^[0-9a-f]{1,4}$/i;

/** Reads an IPv6 address, also one that ends in a dotted IPv4 address. Undefined when it is none; zones (`%eth0`) are none. */
export function parseAddress6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const read = halves.map((half, at) => {
    const groups = half === '' ? [] : half.split(':');
    return at === halves.length - 1 ? groups.flatMap((group, index) => (index === groups.length - 1 ? lastGroups(group) : [group])) : groups;
  });
  const [head = [], tail] = read;
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...(tail ?? [])];
  return groups.every((group) => GROUP.test(group)) ? groups.reduce((value, group) => (value << 16n) + BigInt(`0x${group}`), 0n) : undefined;
}

/** The last part may be an IPv4 address, which is two groups. */
function lastGroups(part: string): string[] {
  const value = part.includes('.') ? parseAddress(part) : undefined;
  return value === undefined ? [part] : [(value >>> 16).toString(16), (value & 0xffff).toString(16)];
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address; host bits do not count. */
function prefixBits(text: string): { readonly base: bigint; readonly shift: bigint; readonly family: 4 | 6 } | undefined {
  const [network = '', length, ...rest] = text.split('/');
  const address = addressBits(network);
  if (address === undefined || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const wanted = length === undefined ? bits : Number(length);
  return wanted > bits ? undefined : { base: address.value, shift: BigInt(bits - wanted), family: address.family };
}

function addressBits(text: string): { readonly value: bigint; readonly family: 4 | 6 } | undefined {
  const four = parseAddress(text);
  if (four !== undefined) return { value: BigInt(four), family: 4 };
  const six = parseAddress6(text);
  return six === undefined ? undefined : { value: six, family: 6 };
}

/** Whether an address lies in a prefix (or is the address). An address of the other family does not; undefined for what is no prefix or no address. */
export function anyPrefixContains(prefix: string, address: string): boolean | undefined {
  const within = prefixBits(prefix);
  const asked = addressBits(address);
  if (within === undefined || asked === undefined) return undefined;
  return within.family === asked.family && within.base >> within.shift === asked.value >> within.shift;
}
