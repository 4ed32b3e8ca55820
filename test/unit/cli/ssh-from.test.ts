import { describe, expect, it } from 'vitest';
import { sshFrom } from '../../../src/cli/ssh-from.js';

describe('--ssh-from', () => {
  it.each([
    ['198.51.100.7/32', '198.51.100.7/32'],
    ['198.18.0.1', '198.18.0.1/32'],
    ['203.0.113.5/24', '203.0.113.0/24'],
    [' 203.0.113.5 ', '203.0.113.5/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%j is %s', (typed, cidr) => {
    expect(sshFrom(typed)).toBe(cidr);
  });

  it.each(['300.1.1.1/32', '192.0.2.1/33', '192.0.2.1/', '', 'auto', '192.0.2', '192.0.2.1/24/24', 'ffff'])('%j is refused', (typed) => {
    expect(() => sshFrom(typed)).toThrow(`"${typed}" is not an IPv4 address or prefix, such as 203.0.113.7 or 203.0.113.0/24`);
  });

  it.each(['::/0', '2001:db8::1', '[2001:db8::1]', '2001:db8::/129'])('%j is refused as IPv6', (typed) => {
    expect(() => sshFrom(typed)).toThrow(/is IPv6, and instance 1 has IPv4 only/u);
  });
});
