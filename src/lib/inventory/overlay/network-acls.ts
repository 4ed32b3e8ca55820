/** Network ACLs laid over a snapshot: AWS::EC2::NetworkAcl, NetworkAclEntry and SubnetNetworkAclAssociation. Pure. */
import type { NetworkAclEntry } from '../../vpc/model.js';
import { between, edited, inNetwork, known, type Outlook, withDoubt } from './outlook.js';
import { flagOf, hasLater, knownText, LATER, laterText, type ResourceChange, textOf, type Values } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

function withEntries(snapshot: Snapshot, networkAclId: string, change: (entries: readonly NetworkAclEntry[]) => readonly NetworkAclEntry[]): Snapshot {
  return inNetwork(snapshot, ({ networkAcls }) => ({ networkAcls: edited(networkAcls, (acl) => acl.networkAclId === networkAclId, (acl) => ({ ...acl, entries: change(acl.entries) })) }));
}

const isEgress = (values: Values | undefined): boolean => flagOf(values, 'Egress', false) === true;

const range = (value: unknown, from: string, to: string): readonly [number, number] | undefined => {
  const [a, b] = [knownText(value as Values | undefined, from), knownText(value as Values | undefined, to)];
  return a === undefined || b === undefined ? undefined : [Number(a), Number(b)];
};

/** In the model's words; what is not known is left at its widest. */
function entryOf(values: Values): NetworkAclEntry {
  const ports = range(values['PortRange'], 'From', 'To');
  const icmp = range(values['Icmp'], 'Type', 'Code');
  const protocol = knownText(values, 'Protocol') ?? '-1';
  return {
    ruleNumber: Number(knownText(values, 'RuleNumber') ?? '1'),
    egress: isEgress(values),
    protocol,
    action: knownText(values, 'RuleAction')?.toLowerCase() === 'deny' ? 'deny' : 'allow',
    cidr: knownText(values, 'CidrBlock') ?? '0.0.0.0/0',
    ...(ports === undefined || (protocol !== '6' && protocol !== '17') ? {} : { portRange: { from: ports[0], to: ports[1] } }),
    ...(icmp === undefined || protocol !== '1' ? {} : { icmp: { type: icmp[0], code: icmp[1] } }),
  };
}

export function layAclEntry(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after, logicalId } = change;
  const [oldAcl, oldNumber] = [knownText(before, 'NetworkAclId'), knownText(before, 'RuleNumber')];
  const gone = action === 'Add' || oldAcl === undefined || oldNumber === undefined ? outlook
    : known(outlook, (snapshot) => withEntries(snapshot, oldAcl, (entries) => entries.filter((entry) => entry.ruleNumber !== Number(oldNumber) || entry.egress !== isEgress(before))));
  if (action === 'Remove' || after === undefined) return gone;
  const acl = textOf(after, 'NetworkAclId');
  if (acl === LATER || acl === undefined) return withDoubt(gone, oldAcl ?? null, laterText(change, 'NetworkAclId'));
  if (['RuleNumber', 'Egress', 'RuleAction'].some((name) => hasLater(after[name]))) return withDoubt(gone, acl, laterText(change, 'which packets it is for'));
  // IPv6 entries do not matter here.
  if (after['CidrBlock'] === undefined) return gone;
  const entry = entryOf(after);
  const add = (snapshot: Snapshot): Snapshot => withEntries(snapshot, acl, (entries) => [...entries.filter((each) => each.ruleNumber !== entry.ruleNumber || each.egress !== entry.egress), entry]);
  if (!hasLater(after)) return known(gone, add);
  const same = (snapshot: Snapshot): Snapshot => snapshot;
  const ends = entry.action === 'allow' ? between(gone, same, add) : between(gone, add, same);
  return withDoubt(ends, `entry of ${logicalId}`, laterText(change, Object.keys(after).filter((name) => hasLater(after[name])).join(', ')));
}

export function layNetworkAcl(outlook: Outlook, { action, physicalId, replacement, logicalId }: ResourceChange): Outlook {
  if (physicalId === undefined) return outlook;
  // Its subnets fall back to the VPC's default one.
  if (action === 'Remove') return known(outlook, (snapshot) => inNetwork(snapshot, ({ networkAcls }) => ({ networkAcls: networkAcls.filter((acl) => acl.networkAclId !== physicalId) })));
  return replacement === 'True' ? withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced`) : outlook;
}

export function layAclAssociation(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const move = (snapshot: Snapshot, subnetId: string, to: string | undefined): Snapshot => inNetwork(snapshot, ({ networkAcls }) => {
    const vpcId = snapshot.network.subnets.find((subnet) => subnet.subnetId === subnetId)?.vpcId;
    return { networkAcls: networkAcls.map((acl) => {
      const rest = acl.subnetIds.filter((id) => id !== subnetId);
      return { ...acl, subnetIds: (to === undefined ? acl.isDefault && acl.vpcId === vpcId : acl.networkAclId === to) ? [...rest, subnetId] : rest };
    }) };
  });
  const oldSubnet = knownText(before, 'SubnetId');
  const gone = action === 'Add' || oldSubnet === undefined ? outlook : known(outlook, (snapshot) => move(snapshot, oldSubnet, undefined));
  if (action === 'Remove' || after === undefined) return gone;
  const [subnet, acl] = [textOf(after, 'SubnetId'), textOf(after, 'NetworkAclId')] as const;
  if (subnet === LATER || subnet === undefined) return withDoubt(gone, oldSubnet ?? null, laterText(change, 'SubnetId'));
  if (acl === LATER || acl === undefined) return withDoubt(gone, subnet, laterText(change, 'NetworkAclId'));
  return known(gone, (snapshot) => move(snapshot, subnet, acl));
}
