import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, formatAddress } from '../../../../src/lib/net/address.js';
import {
  canonicalCidr, cidrContains, formatCidr, isLoopback, isNotUnicast, isPrivateUse, parseCidr, prefixContains, prefixCovers,
  prefixesOverlap, prefixLast, prefixOf, prefixSize,
} from '../../../../src/lib/net/cidr.js';

const anyAddress = fc.integer({ min: 0, max: 0xffffffff });
const anyPrefix = fc.tuple(anyAddress, fc.integer({ min: 0, max: 32 })).map(([address, length]) => prefixOf(`${formatAddress(address)}/${length}`));

describe('prefixes', () => {
  it('contain exactly what lies between their ends', () => {
    fc.assert(fc.property(anyPrefix, anyAddress, (prefix, address) =>
      prefixContains(prefix, address) === (address >= prefix.base && address <= prefixLast(prefix))));
  });

  it('contain their ends and not what is just outside', () => {
    fc.assert(fc.property(anyPrefix, (prefix) => {
      expect(prefixContains(prefix, prefix.base)).toBe(true);
      expect(prefixContains(prefix, prefixLast(prefix))).toBe(true);
      if (prefix.base > 0) expect(prefixContains(prefix, prefix.base - 1)).toBe(false);
      if (prefixLast(prefix) < 0xffffffff) expect(prefixContains(prefix, prefixLast(prefix) + 1)).toBe(false);
    }));
  });

  it('overlap exactly when one covers the other', () => {
    fc.assert(fc.property(anyPrefix, anyPrefix, (a, b) => prefixesOverlap(a, b) === (prefixCovers(a, b) || prefixCovers(b, a))));
  });

  it('are canonical once formatted', () => {
    fc.assert(fc.property(anyPrefix, (prefix) => canonicalCidr(formatCidr(prefix)) === formatCidr(prefix)));
  });

  it.each([['100.68.0.18/18', '100.68.0.0/18'], ['10.0.1.16/0', '0.0.0.0/0'], ['10.0.1.16/32', '10.0.1.16/32']])('clears the host bits of %s (A6)', (text, canonical) => {
    expect(canonicalCidr(text)).toBe(canonical);
  });

  it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0/8', '::/0', 'pl-123', '10.0.0.0/8/8', '10.0.0.0/1.5'])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
    expect(() => prefixOf(text)).toThrow(RangeError);
  });

  it('has 2^(32 - n) addresses', () => {
    expect([0, 16, 24, 28, 32].map(prefixSize)).toEqual([2 ** 32, 65536, 256, 16, 1]);
  });

  it.each([['10.0.0.0/16', '10.0.255.255', true], ['10.0.0.0/16', '10.1.0.0', false], ['nonsense', '10.0.0.1', false], ['10.0.0.0/8', 'nonsense', false]])('%s contains %s: %s', (cidr, address, expected) => {
    expect(cidrContains(cidr, address)).toBe(expected);
  });

  it.each([
    ['10.255.255.255', true], ['172.16.0.0', true], ['172.32.0.0', false], ['192.168.0.1', true], ['100.64.0.0', true], ['100.127.255.255', true], ['100.128.0.0', false], ['198.18.0.1', false],
  ])('%s is for private use: %s (I4)', (address, expected) => {
    expect(isPrivateUse(addressOf(address))).toBe(expected);
  });

  it('knows loopback and what is not unicast', () => {
    expect(['127.0.0.1', '128.0.0.0'].map((text) => isLoopback(addressOf(text)))).toEqual([true, false]);
    expect(['223.255.255.255', '224.0.0.1', '255.255.255.255'].map((text) => isNotUnicast(addressOf(text)))).toEqual([false, true, true]);
  });
});
