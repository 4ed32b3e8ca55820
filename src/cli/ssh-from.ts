/** `--ssh-from`: what a person types for who may open SSH, as the prefix that a security group has. */
import { isIP } from 'node:net';
import { isAddress } from '../lib/net/address.js';
import { canonicalCidr } from '../lib/net/cidr.js';

/** `A.B.C.D/N`: an address alone is itself (/32), bits below the prefix are cleared, as EC2 clears them. Throws with what is wrong and what is meant instead. */
export function sshFrom(typed: string): string {
  const text = typed.trim();
  const cidr = canonicalCidr(isAddress(text) ? `${text}/32` : text);
  if (cidr !== undefined) return cidr;
  const is6 = isIP(text.replace(/\/.*$/u, '').replaceAll(/[[\]]/gu, '')) === 6;
  throw new Error(`"${typed}" is ${is6 ? 'IPv6, and instance 1 has IPv4 only: name' : 'not'} an IPv4 address or prefix, such as 203.0.113.7 or 203.0.113.0/24`);
}
