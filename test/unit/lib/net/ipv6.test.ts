import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPrefixContains, parseAddress6 } from '../../../../src/lib/net/ipv6.js';

describe('IPv6', () => {
  it.each([
    ['::', 0n], ['::1', 1n], ['1::', 1n << 112n], ['::ffff:1.2.3.4', 0xffff_0102_0304n], ['1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
    ['1:2:3:4:5:6:1.2.3.4', 0x0001_0002_0003_0004_0005_0006_0102_0304n], ['2001:DB8::A', 0x2001_0db8_0000_0000_0000_0000_0000_000an],
  ])('%s', (text, value) => expect(parseAddress6(text)).toBe(value));

  it.each(['', ':', ':::', '1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', 'g::', '1.2.3.4', '1.2.3.4::', '1:2:3:4:5:6:7::8', '::1.2.3', '::1%eth0', ' ::1'])('no address: %j', (text) => expect(parseAddress6(text)).toBeUndefined());

  it('reads what Node reads (property)', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV6(), fc.string({ unit: fc.constantFrom(':', '1', 'f', '.'), maxLength: 20 })), (text) => {
      expect(parseAddress6(text) !== undefined).toBe(isIPv6(text));
    }));
  });

  it('contains what Node says it does (property)', () => {
    fc.assert(fc.property(fc.ipV6(), fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.boolean(), (network, other, length, same) => {
      const list = new BlockList();
      list.addSubnet(network, length, 'ipv6');
      const asked = same ? network : other;
      expect(anyPrefixContains(`${network}/${length}`, asked)).toBe(list.check(asked, 'ipv6'));
    }));
  });

  it.each([
    ['10.0.0.0/8', '10.1.2.3', true], ['10.0.0.0/8', '11.0.0.0', false], ['10.0.0.1', '10.0.0.1', true], ['0.0.0.0/0', '255.255.255.255', true], ['2001:db8::/32', '10.0.0.1', false],
    ['10.0.0.0/33', '10.0.0.1', undefined], ['10.0.0.0/8/8', '10.0.0.1', undefined], ['10.0.0.0/', '10.0.0.1', undefined], ['nowhere', '10.0.0.1', undefined], ['10.0.0.0/8', 'nowhere', undefined],
  ])('%s contains %s: %s', (prefix, address, expected) => expect(anyPrefixContains(prefix, address)).toBe(expected));
});
