/** The prefix lists of a region: AWS's own, for gateway endpoints (P14, P16), and the customer's. */
import { createHash } from 'node:crypto';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { PREFIX_LIST, type PrefixListEntry, type PrefixListRecord } from '../model.js';

export interface AwsPrefixList {
  readonly prefixListId: string;
  /** Also the name of the gateway endpoint's service: `com.amazonaws.<region>.s3`. */
  readonly prefixListName: string;
  readonly cidrs: readonly string[];
}

/** Parts of the service pool (`fabric.ts` INTERNET.servicePool) that belong to services with gateway endpoints. */
const SERVICES: readonly (readonly [service: string, cidr: string])[] = [['s3', '198.19.128.0/20'], ['dynamodb', '198.19.144.0/20']];

export function awsPrefixLists(region: string): readonly AwsPrefixList[] {
  return SERVICES.map(([service, cidr]) => {
    const prefixListName = `com.amazonaws.${region}.${service}`;
    const digest = createHash('sha256').update(prefixListName).digest('hex');
    return { prefixListId: `pl-${digest.slice(0, 8)}`, prefixListName, cidrs: [cidr] };
  });
}

/** The entries in force. */
export function entriesOf(record: PrefixListRecord): readonly PrefixListEntry[] {
  return record.versions.at(-1) ?? [];
}

export interface PrefixListSize {
  readonly prefixListId: string;
  /** What a reference to the list counts for in the limits of route tables and security groups. */
  readonly weight: number;
}

/** Any prefix list of the region, of whoever. Throws `code` when there is none of that id. */
export function prefixListOf(state: Reader, region: string, prefixListId: string, code: 'InvalidPrefixListID.NotFound' | 'InvalidPrefixListId.NotFound'): PrefixListSize {
  const own = state.get(PREFIX_LIST, prefixListId);
  if (own !== undefined) return { prefixListId, weight: own.maxEntries };
  const aws = awsPrefixLists(region).find((candidate) => candidate.prefixListId === prefixListId);
  if (aws === undefined) throw new AwsError(code, `The prefix list ID '${prefixListId}' does not exist`);
  return { prefixListId, weight: aws.cidrs.length };
}

/** What one rule or route counts for: a prefix list as many as its entries may be, anything else one. */
export function weightOf(state: Reader, prefixListId: string | undefined): number {
  return prefixListId === undefined ? 1 : state.get(PREFIX_LIST, prefixListId)?.maxEntries ?? 1;
}

/** Every list with the addresses that it stands for now. */
export function prefixLists(state: Reader, region: string): AwsPrefixList[] {
  const own = state.list(PREFIX_LIST).map((record) => ({
    prefixListId: record.prefixListId, prefixListName: record.prefixListName, cidrs: record.addressFamily === 'IPv4' ? entriesOf(record).map((entry) => entry.cidr) : [],
  }));
  return [...awsPrefixLists(region), ...own];
}
