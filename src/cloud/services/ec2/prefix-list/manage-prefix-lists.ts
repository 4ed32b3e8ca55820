/** CreateManagedPrefixList, ModifyManagedPrefixList, RestoreManagedPrefixListVersion, DeleteManagedPrefixList: every change of entries is a version. */
import { isIPv6 } from 'node:net';
import { canonicalCidr } from '../../../../lib/net/cidr.js';
import { has, int, intOpt, oneOf, str, strOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { once } from '../idempotency.js';
import { PREFIX_LIST as TABLE, type PrefixListEntry, type PrefixListRecord } from '../model.js';
import { find, newId, PREFIX_LIST } from '../noun.js';
import { changing, dependency, refuse } from '../operation.js';
import { tagsFor } from '../tags.js';
import { dueAfter, WAIT } from '../waits.js';
import { checkRouteLimit } from '../route-table/limit.js';
import { checkRuleLimit } from '../security-group/limit.js';
import { referrersOf } from './entries.js';
import { awsPrefixLists, entriesOf } from './prefix-lists.js';
import { prefixListView } from './view.js';

/** Entries of one request, and of a list. */
const PER_REQUEST = 100;
const LARGEST = 1000;

function cidrOf(text: string, family: PrefixListRecord['addressFamily']): string {
  if (family === 'IPv4') {
    const cidr = canonicalCidr(text);
    if (cidr !== undefined) return cidr;
  } else {
    const [address = '', length = ''] = text.split('/');
    if (isIPv6(address) && /^(?:\d{1,2}|1[01]\d|12[0-8])$/.test(length)) return `${address.toLowerCase()}/${Number(length)}`;
  }
  throw new AwsError('InvalidParameterValue', `The CIDR (${text}) is not a valid ${family} CIDR block.`);
}

function entriesIn(input: Input, name: string, family: PrefixListRecord['addressFamily']): PrefixListEntry[] {
  const entries = structs(input, name).map((entry) => {
    const description = strOpt(entry, 'Description');
    if (description !== undefined && description.length > 255) throw new AwsError('InvalidParameterValue', 'The entry description must not exceed 255 characters.');
    return { cidr: cidrOf(str(entry, 'Cidr'), family), description: description === '' ? undefined : description };
  });
  if (entries.length > PER_REQUEST) throw new AwsError('InvalidParameterValue', `A request may have at most ${PER_REQUEST} entries in ${name}.`);
  if (new Set(entries.map((entry) => entry.cidr)).size < entries.length) throw new AwsError('InvalidParameterValue', `The parameter ${name} contains duplicate CIDR blocks.`);
  return entries;
}

function nameOf(input: Input): string {
  const name = str(input, 'PrefixListName');
  if (name.length > 255) throw new AwsError('InvalidParameterValue', 'The prefix list name must not exceed 255 characters.');
  if (name.toLowerCase().startsWith('com.amazonaws')) throw new AwsError('InvalidParameterValue', `The prefix list name (${name}) must not start with com.amazonaws.`);
  return name;
}

function checkSize(maxEntries: number, entries: readonly PrefixListEntry[]): void {
  if (entries.length > maxEntries) throw new AwsError('PrefixListMaxEntriesExceeded', `The number of entries (${entries.length}) exceeds the maximum number of entries (${maxEntries}) of the prefix list.`);
}

/** A list of the customer's that takes changes now. AWS's own take none. */
function changeable(state: Reader, region: string, prefixListId: string): PrefixListRecord {
  if (awsPrefixLists(region).some((one) => one.prefixListId === prefixListId)) {
    throw new AwsError('OperationNotPermitted', `You do not have permission to modify the prefix list '${prefixListId}', which AWS manages.`);
  }
  const record = find(state, PREFIX_LIST, prefixListId);
  if (record.state.endsWith('-in-progress')) {
    throw new AwsError('IncorrectState', `The request cannot be completed while the prefix list (${prefixListId}) is in the current state (${record.state}).`);
  }
  return record;
}

/**
 * A change of a description alone is a removal and an addition, since one request cannot do both for a CIDR; each makes a
 * version. Terraform's provider sends the second with the version of the first and is refused so by AWS too
 * (hashicorp/terraform-provider-aws pull request 43661).
 */
function checkVersion(record: PrefixListRecord, current: number | undefined): void {
  if (current !== undefined && current !== record.versions.length) {
    throw new AwsError('PrefixListVersionMismatch', 'The prefix list has the incorrect version number.');
  }
}

export const createManagedPrefixList = changing((input, tx, context, scope) => {
  const [prefixListId = ''] = once(tx, 'CreateManagedPrefixList', TABLE, input, () => {
    const addressFamily = oneOf(input, 'AddressFamily', ['IPv4', 'IPv6']);
    const maxEntries = int(input, 'MaxEntries', { min: 1, max: LARGEST });
    const entries = entriesIn(input, 'Entry', addressFamily);
    checkSize(maxEntries, entries);
    const record: PrefixListRecord = {
      prefixListId: newId('pl'),
      prefixListName: nameOf(input),
      addressFamily,
      maxEntries,
      state: 'create-in-progress',
      versions: [entries],
      dueAt: dueAfter(context, WAIT.prefixList),
      tags: tagsFor(input, 'prefix-list'),
    };
    tx.put(TABLE, record.prefixListId, record);
    return [record.prefixListId];
  });
  return { prefixList: prefixListView(find(tx, PREFIX_LIST, prefixListId), scope) };
});

/** The entries after the request's additions and removals. */
function edited(record: PrefixListRecord, added: readonly PrefixListEntry[], removed: readonly PrefixListEntry[]): PrefixListEntry[] {
  const old = entriesOf(record);
  const gone = new Set(removed.map((entry) => entry.cidr));
  const both = added.find((entry) => gone.has(entry.cidr));
  if (both !== undefined) throw new AwsError('InvalidParameterValue', `Request cannot contain Cidr ${both.cidr} in both AddPrefixListEntries and RemovePrefixListEntries`);
  const missing = removed.find((entry) => !old.some((known) => known.cidr === entry.cidr));
  if (missing !== undefined) throw new AwsError('InvalidParameterValue', `The CIDR (${missing.cidr}) does not exist in prefix list ${record.prefixListId}.`);
  for (const { cidr, description = '' } of added) {
    const known = old.find((one) => one.cidr === cidr);
    if (known === undefined) continue;
    if ((known.description ?? '') === description) throw new AwsError('InvalidPrefixListModification', `An entry with the CIDR (${cidr}) and description (${description}) already exists.`);
    // EC2 says no more than this to another description of an entry that stays; it has to be removed first, in a request of its own.
    throw new AwsError('InvalidRequest', 'The request received was invalid.');
  }
  return [...old.filter((entry) => !gone.has(entry.cidr)), ...added];
}

export const modifyManagedPrefixList = changing((input, tx, context, scope) => {
  refuse(input, ['IpamPrefixListResolverSyncEnabled']);
  const record = changeable(tx, context.region, str(input, 'PrefixListId'));
  checkVersion(record, intOpt(input, 'CurrentVersion'));
  const prefixListName = has(input, 'PrefixListName') ? nameOf(input) : record.prefixListName;
  const added = entriesIn(input, 'AddEntry', record.addressFamily);
  const removed = entriesIn(input, 'RemoveEntry', record.addressFamily);
  const maxEntries = intOpt(input, 'MaxEntries', { min: 1, max: LARGEST });
  const editing = added.length + removed.length > 0;
  if (editing && maxEntries !== undefined) throw new AwsError('InvalidParameterCombination', 'You cannot modify the entries of a prefix list and modify its size at the same time.');
  if (!editing && maxEntries === undefined && !has(input, 'PrefixListName')) throw new AwsError('MissingParameter', 'The request must contain an entry to add or remove, a name or a maximum number of entries');
  const entries = editing ? edited(record, added, removed) : entriesOf(record);
  checkSize(maxEntries ?? record.maxEntries, entries);
  const changed: PrefixListRecord = {
    ...record,
    prefixListName,
    maxEntries: maxEntries ?? record.maxEntries,
    versions: editing ? [...record.versions, entries] : record.versions,
    state: 'modify-in-progress',
    dueAt: dueAfter(context, WAIT.prefixList),
  };
  tx.put(TABLE, record.prefixListId, changed);
  // A larger list has to find room in whatever refers to it.
  for (const id of referrersOf(tx, record.prefixListId)) {
    if (id.startsWith('rtb-')) checkRouteLimit(tx, id);
    else checkRuleLimit(tx, id);
  }
  return { prefixList: prefixListView(changed, scope) };
});

export const restoreManagedPrefixListVersion = changing((input, tx, context, scope) => {
  const record = changeable(tx, context.region, str(input, 'PrefixListId'));
  checkVersion(record, int(input, 'CurrentVersion'));
  const previous = int(input, 'PreviousVersion', { min: 1 });
  const entries = record.versions[previous - 1];
  if (entries === undefined) throw new AwsError('InvalidPrefixListVersion.NotFound', `The version ${previous} of prefix list '${record.prefixListId}' does not exist`);
  checkSize(record.maxEntries, entries);
  const restored: PrefixListRecord = { ...record, versions: [...record.versions, entries], state: 'restore-in-progress', dueAt: dueAfter(context, WAIT.prefixList) };
  tx.put(TABLE, record.prefixListId, restored);
  return { prefixList: prefixListView(restored, scope) };
});

export const deleteManagedPrefixList = changing((input, tx, context, scope) => {
  const record = changeable(tx, context.region, str(input, 'PrefixListId'));
  if (referrersOf(tx, record.prefixListId).length > 0) throw dependency('prefix list', record.prefixListId);
  const leaving: PrefixListRecord = { ...record, state: 'delete-in-progress', dueAt: dueAfter(context, WAIT.prefixList) };
  tx.put(TABLE, record.prefixListId, leaving);
  return { prefixList: prefixListView(leaving, scope) };
});
