/** DHCP option sets, and which of them a VPC has (L14), laid over a snapshot: AWS::EC2::DHCPOptions and AWS::EC2::VPCDHCPOptionsAssociation. Pure. */
import { edited, inNetwork, known, type Outlook, withDoubt } from './outlook.js';
import { knownList, knownText, LATER, laterText, type ResourceChange, textOf } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

const SET = 'AWS::EC2::DHCPOptions';
const ASSOCIATION = 'AWS::EC2::VPCDHCPOptionsAssociation';

/** What a doubt about a VPC's name servers is about: ways that ask for a name, and no others. */
export const nameServersOf = (vpcId: string): string => `name servers of ${vpcId}`;

/** Stands for the id of a set that the change makes. */
const newSet = (logicalId: string): string => `${logicalId} (known only after the change)`;

const isMade = ({ action, replacement }: ResourceChange): boolean => action === 'Add' || (action === 'Modify' && replacement === 'True');

/** What may bring the id of a set from anywhere. */
const OPAQUE = /^AWS::CloudFormation::(?:Stack|CustomResource)$|^Custom::/u;

/**
 * The changes, sets first, with what they say of each other. An id of a set that is known only after the change is that of the one set
 * that is made, where there is one and nothing else that could give it. An association that another takes the place of removes nothing.
 */
export function settleDhcpOptions(changes: readonly ResourceChange[]): readonly ResourceChange[] {
  const [made, ...others] = changes.filter((change) => change.type === SET && isMade(change));
  const only = others.length === 0 && !changes.some(({ type, action }) => action !== 'Remove' && OPAQUE.test(type)) ? made : undefined;
  const associated = new Set(changes.flatMap((change) => (change.type === ASSOCIATION && change.action !== 'Remove' ? (knownText(change.after, 'VpcId') ?? []) : [])));
  const settled = changes.filter(({ type, action, before }) => type !== ASSOCIATION || action !== 'Remove' || !associated.has(knownText(before, 'VpcId') ?? ''));
  const named = settled.map((change) => (change.type === ASSOCIATION && only !== undefined && textOf(change.after, 'DhcpOptionsId') === LATER ? { ...change, after: { ...change.after, DhcpOptionsId: newSet(only.logicalId) } } : change));
  return [...named.filter(({ type }) => type === SET), ...named.filter(({ type }) => type !== SET)];
}

/** A set by itself changes nothing; its options never change. */
export function layDhcpOptions(outlook: Outlook, change: ResourceChange): Outlook {
  if (!isMade(change)) return outlook;
  const servers = knownList(change.after, 'DomainNameServers');
  if (servers === LATER) return outlook;
  return known(outlook, (snapshot) => ({ ...snapshot, dhcpOptions: { ...snapshot.dhcpOptions, [newSet(change.logicalId)]: servers } }));
}

const withServers = (snapshot: Snapshot, vpcId: string, domainNameServers: readonly string[]): Snapshot =>
  inNetwork(snapshot, ({ vpcs }) => ({ vpcs: edited(vpcs, (vpc) => vpc.vpcId === vpcId, (vpc) => ({ ...vpc, domainNameServers })) }));

/** Without an association of its own a VPC has no set, and guests are told no server. */
export function layDhcpOptionsAssociation(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const oldVpc = knownText(before, 'VpcId');
  const gone = action === 'Add' || oldVpc === undefined ? outlook : known(outlook, (snapshot) => withServers(snapshot, oldVpc, []));
  if (action === 'Remove' || after === undefined) return gone;
  const [vpcId, setId] = [textOf(after, 'VpcId'), textOf(after, 'DhcpOptionsId')] as const;
  if (vpcId === LATER || vpcId === undefined) return withDoubt(gone, null, laterText(change, 'VpcId'));
  const servers = setId === 'default' ? [] : setId === undefined || setId === LATER ? undefined : gone.least.dhcpOptions?.[setId];
  if (servers !== undefined) return known(gone, (snapshot) => withServers(snapshot, vpcId, servers));
  return withDoubt(gone, nameServersOf(vpcId), typeof setId === 'string' ? `${change.logicalId}: the name servers of ${setId} are not in the snapshot` : laterText(change, 'DhcpOptionsId'));
}
