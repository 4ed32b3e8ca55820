/** AWS::EC2::PrefixList: a managed prefix list of the customer's; waits until each change is through. */
import { ResourceFailure } from '../../errors.js';
import { sameValue, type Structure } from '../../template/value.js';
import { liveTags, renamed } from '../live.js';
import { given, gone, replyItem, replyList, replyText, structuresProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

function describe(prefixListId: string, scope: ResourceScope) {
  return replyItem(scope.call('ec2', 'DescribeManagedPrefixLists', { PrefixListId: [prefixListId] }), 'prefixListSet');
}

/** As given, else what the entries take. */
function sizeOf(properties: Structure): number {
  return Number(properties['MaxEntries'] ?? Math.max(structuresProperty(properties, 'Entries').length, 1));
}

export const prefixList: ResourceType = {
  type: 'AWS::EC2::PrefixList',
  // EC2 has no way to change the family of a list that is there.
  properties: { AddressFamily: 'replacement', Entries: 'in-place', MaxEntries: 'in-place', PrefixListName: 'in-place', Tags: 'in-place' },
  required: ['AddressFamily', 'PrefixListName'],
  attributes: ['Arn', 'OwnerId', 'PrefixListId', 'Version'],
  identifiers: ['PrefixListId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateManagedPrefixList', {
      ...given(properties, ['AddressFamily', 'PrefixListName']),
      MaxEntries: sizeOf(properties),
      Entry: structuresProperty(properties, 'Entries'),
      TagSpecification: scope.tagSpecification('prefix-list', properties),
    });
    return replyText(reply, 'prefixList.prefixListId');
  },
  settled(prefixListId, scope) {
    const state = replyText(describe(prefixListId, scope), 'state');
    if (state.endsWith('-failed') || state.startsWith('delete-')) throw new ResourceFailure(`Prefix list ${prefixListId} is in state ${state}`, 'NotStabilized');
    return !state.endsWith('-in-progress');
  },
  attributesOf(prefixListId, scope) {
    const found = describe(prefixListId, scope);
    return { PrefixListId: prefixListId, Arn: replyText(found, 'prefixListArn'), OwnerId: replyText(found, 'ownerId'), Version: String(found['version']) };
  },
  update(prefixListId, properties, previous, scope) {
    const [old, now] = [structuresProperty(previous, 'Entries'), structuresProperty(properties, 'Entries')];
    const added = now.filter((entry) => !old.some((other) => sameValue(entry, other)));
    const removed = old.filter((entry) => !now.some((other) => sameValue(entry, other)));
    const redescribed = added.find((entry) => removed.some((other) => sameValue(entry['Cidr'], other['Cidr'])));
    if (redescribed !== undefined) throw new ResourceFailure('The local cloud does not change the description of an entry that stays: remove it in one update and add it in another', 'InvalidRequest');
    const resized = sizeOf(properties) !== sizeOf(previous);
    if (resized && added.length + removed.length > 0) throw new ResourceFailure('The local cloud changes the entries of a prefix list or its MaxEntries in one update, not both', 'InvalidRequest');
    const change = {
      ...(sameValue(properties['PrefixListName'], previous['PrefixListName']) ? {} : given(properties, ['PrefixListName'])),
      ...(resized ? { MaxEntries: sizeOf(properties) } : {}),
      ...(added.length + removed.length > 0 ? { CurrentVersion: describe(prefixListId, scope)['version'], AddEntry: added, RemoveEntry: removed.map((entry) => given(entry, ['Cidr'])) } : {}),
    };
    if (Object.keys(change).length > 0) scope.call('ec2', 'ModifyManagedPrefixList', { PrefixListId: prefixListId, ...change });
    retag(prefixListId, properties, scope);
  },
  live(prefixListId, scope, properties) {
    const found = describe(prefixListId, scope);
    if (replyText(found, 'state').startsWith('delete-')) throw gone();
    const entries = replyList(scope.call('ec2', 'GetManagedPrefixListEntries', { PrefixListId: prefixListId }), 'entrySet');
    return {
      ...renamed(found, { AddressFamily: 'addressFamily', MaxEntries: 'maxEntries', PrefixListName: 'prefixListName' }),
      Entries: entries.map((entry) => renamed(entry, { Cidr: 'cidr', Description: 'description' })),
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(prefixListId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteManagedPrefixList', { PrefixListId: prefixListId }));
  },
  deleted(prefixListId, scope) {
    const reply = unlessMissing(() => scope.call('ec2', 'DescribeManagedPrefixLists', { PrefixListId: [prefixListId] }));
    const [found] = reply === undefined ? [] : replyList(reply, 'prefixListSet');
    return found === undefined || found['state'] === 'delete-complete';
  },
};
