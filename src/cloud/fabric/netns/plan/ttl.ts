/** Keeps a router out of sight: what it takes from the TTL is given back (no hop of AWS's network but a NAT gateway shows). */
import type { NamespaceBuilder } from './builder.js';
import type { NftChain } from './nft.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The values that packets have here: what Linux, and hosts of the internet, start with, and what is left of them after some hops. */
const VALUES = [...range(1, 64), ...range(100, 128), ...range(239, 254)];

/** nft 1.0.6 has no arithmetic, and takes a map's value for no TTL: one small chain a value. All namespaces' are the same. */
const CHAINS: readonly (readonly [string, NftChain])[] = [
  ...VALUES.map((value) => [`ttl_${value}`, { rules: [`ip ttl set ${value + 1}`] }] as const),
  ['ttl', { rules: [`ip ttl vmap { ${VALUES.map((value) => `${value} : jump ttl_${value}`).join(', ')} }`] }],
];

/** Adds the chain `ttl` to jump to. */
export function addTtlChain(builder: NamespaceBuilder): void {
  for (const [name, chain] of CHAINS) builder.shared(name, chain);
}
