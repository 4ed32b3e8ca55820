/** What became of the local cloud after a destroy, in lines. */
import type { Release } from '../target/release.js';
import { printable } from './printable.js';

/** `  eu-west-1  VPCs 2, key pairs 1` for each region. */
function heldByRegion({ holdings }: Release): string[] {
  const regions = new Map<string, string[]>();
  for (const { region, kind, count } of holdings) regions.set(region, [...(regions.get(region) ?? []), `${kind} ${count}`]);
  const width = Math.max(0, ...[...regions.keys()].map((region) => region.length));
  return [...regions].map(([region, things]) => `  ${printable(region.padEnd(width))}  ${printable(things.join(', '))}`);
}

export function releaseLines(release: Release): string[] {
  switch (release.outcome) {
    case 'kept': return ['The local cloud goes on. There is still:', ...heldByRegion(release)];
    case 'stopped': return ['The local cloud has stopped and keeps what is not the lab\'s; `ssmlab local start` brings it back:', ...heldByRegion(release)];
    case 'removed': return ['The local cloud has ended. No process, file or key is left.'];
    default: return [];
  }
}
