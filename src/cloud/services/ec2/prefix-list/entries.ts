/** GetManagedPrefixListEntries and GetManagedPrefixListAssociations: what is in a list, and what refers to it. */
import { intOpt, str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { paged } from '../describe.js';
import { PREFIX_LIST, ROUTE_TABLE, SECURITY_GROUP_RULE, type PrefixListEntry } from '../model.js';
import { reading } from '../operation.js';
import { awsPrefixLists } from './prefix-lists.js';

/** Ids of the route tables and security groups that refer to the list. */
export function referrersOf(state: Reader, prefixListId: string): string[] {
  const tables = state.list(ROUTE_TABLE).filter((table) => table.routes.some((route) => route.destination === prefixListId)).map((table) => table.routeTableId);
  const groups = state.list(SECURITY_GROUP_RULE).filter((rule) => rule.prefixListId === prefixListId).map((rule) => rule.groupId);
  return [...tables, ...new Set(groups)];
}

function versionOf(state: Reader, region: string, prefixListId: string, version: number | undefined): readonly PrefixListEntry[] {
  const aws = awsPrefixLists(region).find((one) => one.prefixListId === prefixListId);
  if (aws !== undefined) {
    if (version !== undefined) throw new AwsError('InvalidParameterValue', `The prefix list ${prefixListId} of AWS has no versions`);
    return aws.cidrs.map((cidr) => ({ cidr }));
  }
  const own = state.get(PREFIX_LIST, prefixListId);
  if (own === undefined) throw new AwsError('InvalidPrefixListID.NotFound', `The prefix list ID '${prefixListId}' does not exist`);
  const entries = own.versions[(version ?? own.versions.length) - 1];
  if (entries === undefined) throw new AwsError('InvalidPrefixListVersion.NotFound', `The version ${version ?? ''} of prefix list '${prefixListId}' does not exist`);
  return entries;
}

export const getManagedPrefixListEntries = reading((input, scope) => {
  const entries = versionOf(scope.state, scope.region, str(input, 'PrefixListId'), intOpt(input, 'TargetVersion', { min: 1 }));
  return paged(entries, input, 'entrySet', (entry) => entry.cidr, { minimum: 1, maximum: 100 });
});

export const getManagedPrefixListAssociations = reading((input, scope) => {
  const prefixListId = str(input, 'PrefixListId');
  versionOf(scope.state, scope.region, prefixListId, undefined);
  const associations = referrersOf(scope.state, prefixListId).map((resourceId) => ({ resourceId, resourceOwner: scope.accountId }));
  return paged(associations, input, 'prefixListAssociationSet', (one) => one.resourceId, { minimum: 5, maximum: 255 });
});
