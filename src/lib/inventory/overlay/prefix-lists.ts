/** Customer-managed prefix lists laid over a snapshot: AWS::EC2::PrefixList. Pure. */
import { parseCidr } from '../../net/cidr.js';
import { edited, inNetwork, known, type Outlook, withDoubt } from './outlook.js';
import { differs, hasLater, knownText, LATER, laterText, type ResourceChange, structuresOf } from './resource-change.js';

/** Rules and routes name a list by its id; which of them a doubt concerns nobody can say, so it concerns all ways. A new list is named by nothing yet. */
export function layPrefixList(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId, after } = change;
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => inNetwork(snapshot, ({ prefixLists }) => ({ prefixLists: prefixLists.filter((list) => list.prefixListId !== physicalId) })));
  if (replacement === 'True') return withDoubt(outlook, null, `${logicalId} (${physicalId}) is replaced`);
  if (!differs(change, 'Entries')) return outlook;
  const entries = structuresOf(after, 'Entries');
  if (entries === LATER || hasLater(after?.['Entries'])) return withDoubt(outlook, null, laterText(change, 'Entries'));
  // Lists of IPv6 have no part in the model.
  const cidrs = entries.flatMap((entry) => knownText(entry, 'Cidr') ?? []).filter((cidr) => parseCidr(cidr) !== undefined);
  return known(outlook, (snapshot) => inNetwork(snapshot, ({ prefixLists }) => ({ prefixLists: edited(prefixLists, (list) => list.prefixListId === physicalId, (list) => ({ ...list, cidrs })) })));
}
