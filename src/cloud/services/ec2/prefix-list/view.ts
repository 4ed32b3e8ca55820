/** Managed prefix lists as the API shows them. */
import type { PrefixListRecord, Tag } from '../model.js';
import type { Scope } from '../operation.js';
import type { AwsPrefixList } from './prefix-lists.js';

export interface PrefixListView {
  readonly prefixListId: string;
  readonly prefixListName: string;
  readonly prefixListArn: string;
  readonly addressFamily: string;
  readonly state: string;
  readonly ownerId: string;
  /** The customer's lists only. */
  readonly maxEntries: number | undefined;
  readonly version: number | undefined;
  readonly tagSet: readonly Tag[];
}

export function prefixListView(record: PrefixListRecord, scope: Scope): PrefixListView {
  return {
    prefixListId: record.prefixListId,
    prefixListName: record.prefixListName,
    prefixListArn: `arn:aws:ec2:${scope.region}:${scope.accountId}:prefix-list/${record.prefixListId}`,
    addressFamily: record.addressFamily,
    state: record.state,
    ownerId: scope.accountId,
    maxEntries: record.maxEntries,
    version: record.versions.length,
    tagSet: record.tags,
  };
}

export function awsPrefixListView(one: AwsPrefixList, scope: Scope): PrefixListView {
  return {
    prefixListId: one.prefixListId,
    prefixListName: one.prefixListName,
    prefixListArn: `arn:aws:ec2:${scope.region}:aws:prefix-list/${one.prefixListId}`,
    addressFamily: 'IPv4',
    state: 'create-complete',
    ownerId: 'AWS',
    maxEntries: undefined,
    version: undefined,
    tagSet: [],
  };
}
