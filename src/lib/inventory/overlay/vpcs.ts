/** VPCs with their attributes and address blocks, and subnets, laid over a snapshot. Pure. */
import { canonicalCidr } from '../../net/cidr.js';
import { edited, inNetwork, known, type Outlook, withDoubt } from './outlook.js';
import { differs, flagOf, knownText, LATER, laterText, type ResourceChange, textOf } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

/** A VPC's DNS attributes, on and off where the template is silent (V9). */
export function layVpc(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId, after } = change;
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => inNetwork(snapshot, ({ vpcs }) => ({ vpcs: vpcs.filter((vpc) => vpc.vpcId !== physicalId) })));
  if (replacement === 'True') return withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced, with everything in it`);
  const attributes = [['EnableDnsSupport', 'enableDnsSupport', true], ['EnableDnsHostnames', 'enableDnsHostnames', false]] as const;
  return attributes.reduce((laid, [name, attribute, absent]) => {
    if (!differs(change, name)) return laid;
    const value = flagOf(after, name, absent);
    if (value === LATER) return withDoubt(laid, physicalId, laterText(change, name));
    return known(laid, (snapshot) => inNetwork(snapshot, ({ vpcs }) => ({ vpcs: edited(vpcs, (vpc) => vpc.vpcId === physicalId, (vpc) => ({ ...vpc, [attribute]: value })) })));
  }, outlook);
}

export function laySubnet(outlook: Outlook, { action, physicalId, replacement, logicalId }: ResourceChange): Outlook {
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => inNetwork(snapshot, ({ subnets }) => ({ subnets: subnets.filter((subnet) => subnet.subnetId !== physicalId) })));
  return replacement === 'True' ? withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced, with everything in it`) : outlook;
}

/** A further block of a VPC, with the local route that every table of the VPC has for it (R1): AWS::EC2::VPCCidrBlock. */
export function layCidrBlock(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const [oldVpc, oldBlock] = [knownText(before, 'VpcId'), blockOf(before)] as const;
  const gone = action === 'Add' || oldVpc === undefined || typeof oldBlock !== 'string' ? outlook : known(outlook, (snapshot) => withoutBlock(snapshot, oldVpc, oldBlock));
  if (action === 'Remove' || after === undefined) return gone;
  const [vpcId, block] = [textOf(after, 'VpcId'), blockOf(after)] as const;
  // Blocks of IPv6 have no part in the model.
  if (block === undefined) return gone;
  if (vpcId === LATER || vpcId === undefined) return withDoubt(gone, oldVpc ?? null, laterText(change, 'VpcId'));
  if (block === LATER) return withDoubt(gone, vpcId, laterText(change, 'CidrBlock'));
  return known(gone, (snapshot) => withBlock(snapshot, vpcId, block));
}

/** An address pool gives a block that nobody knows before. */
function blockOf(values: ResourceChange['after']): ReturnType<typeof textOf> {
  const block = textOf(values, 'CidrBlock') ?? (textOf(values, 'Ipv4IpamPoolId') === undefined ? undefined : LATER);
  return typeof block === 'string' ? (canonicalCidr(block) ?? block) : block;
}

function withoutBlock(snapshot: Snapshot, vpcId: string, block: string): Snapshot {
  return inNetwork(snapshot, ({ vpcs, routeTables }) => ({
    vpcs: edited(vpcs, (vpc) => vpc.vpcId === vpcId, (vpc) => ({ ...vpc, cidrs: vpc.cidrs.filter((cidr) => cidr !== block) })),
    routeTables: edited(routeTables, (table) => table.vpcId === vpcId, (table) => ({ ...table, routes: table.routes.filter((route) => route.targetKind !== 'local' || route.destination !== block) })),
  }));
}

function withBlock(snapshot: Snapshot, vpcId: string, block: string): Snapshot {
  const without = withoutBlock(snapshot, vpcId, block);
  return inNetwork(without, ({ vpcs, routeTables }) => ({
    vpcs: edited(vpcs, (vpc) => vpc.vpcId === vpcId, (vpc) => ({ ...vpc, cidrs: [...vpc.cidrs, block] })),
    routeTables: edited(routeTables, (table) => table.vpcId === vpcId, (table) => ({ ...table, routes: [...table.routes, { destination: block, targetKind: 'local', targetId: 'local', state: 'active' }] })),
  }));
}
