import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, formatAddress, isAddress, parseAddress } from '../../../../src/lib/net/address.js';

const anyAddress = fc.integer({ min: 0, max: 0xffffffff });

describe('IPv4 addresses', () => {
  it('survive formatting and parsing', () => {
    fc.assert(fc.property(anyAddress, (value) => parseAddress(formatAddress(value)) === value));
  });

  it('order as their octets do', () => {
    fc.assert(fc.property(anyAddress, anyAddress, (a, b) => {
      const octets = (value: number): number[] => formatAddress(value).split('.').map(Number);
      const first = octets(a).findIndex((octet, index) => octet !== octets(b)[index]);
      return first < 0 ? a === b : (octets(a)[first] ?? 0) < (octets(b)[first] ?? 0) === a < b;
    }));
  });

  it.each(['', '1', '1.2.3', '1.2.3.4.5', '1..2.3', '.1.2.3', '1.2.3.', '256.0.0.1', '01.2.3.4', '1.2.3.04', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.x', '-1.2.3.4', '0x7f.0.0.1', '1.2.3.4/32', '::1'])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(isAddress(text)).toBe(false);
    expect(() => addressOf(text)).toThrow(RangeError);
  });

  it.each([['0.0.0.0', 0], ['255.255.255.255', 0xffffffff], ['10.0.1.16', 0x0a000110], ['198.18.0.11', 0xc612000b]])('reads %s', (text, value) => {
    expect(parseAddress(text)).toBe(value);
  });
});
