/** Fn::Cidr for IPv4: cuts a block into smaller ones (CloudFormation user guide, "Fn::Cidr"). */
import { validationError } from '../errors.js';

/**
 * @param block IPv4 prefix.
 * @param count 1 to 256 blocks.
 * @param bits Host bits of each: 8 gives /24.
 */
export function cidrBlocks(block: string, count: number, bits: number): string[] {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(block);
  const parts = match?.slice(1).map(Number) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = parts;
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) throw validationError(`Template error: Fn::Cidr needs an IPv4 prefix, not ${block}`);
  if (!Number.isInteger(count) || count < 1 || count > 256) throw validationError(`Template error: Fn::Cidr makes 1 to 256 blocks, not ${count}`);
  if (!Number.isInteger(bits) || bits < 1 || bits > 32 - prefix || count > 2 ** (32 - prefix - bits)) {
    throw validationError(`Template error: Fn::Cidr cannot cut ${count} blocks of ${bits} host bits out of ${block}`);
  }
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const base = address - (address % size);
  return Array.from({ length: count }, (_, index) => `${dotted(base + index * 2 ** bits)}/${32 - bits}`);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
