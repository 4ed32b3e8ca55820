/**
 * A pending change set laid over a snapshot: what would be, were it executed. A value that only the change will bring is a
 * doubt by name, and what it might be is tried at both ends; nothing is guessed. Pure.
 */
import { layBlockPublicAccess, layBlockPublicAccessExclusion } from './block-public-access.js';
import { layDhcpOptions, layDhcpOptionsAssociation, settleDhcpOptions } from './dhcp-options.js';
import { layVpcEndpoint } from './endpoints.js';
import { layInlinePolicy, layInstanceProfile, layManagedPolicy, layRole } from './identities.js';
import { layAddress, layAddressAssociation, layInstance, layInterfaceAttachment, layNetworkInterface } from './instances.js';
import { layAclAssociation, layAclEntry, layNetworkAcl } from './network-acls.js';
import { certain, type Outlook, withDoubt } from './outlook.js';
import { layPrefixList } from './prefix-lists.js';
import type { ResourceChange } from './resource-change.js';
import { layGatewayAttachment, layInternetGateway, layNatGateway, layRoute, layRouteTable, layTableAssociation } from './routing.js';
import { layRule, laySecurityGroup } from './security-groups.js';
import { layCidrBlock, laySubnet, layVpc } from './vpcs.js';
import type { Snapshot } from '../snapshot/snapshot.js';

type Lay = (outlook: Outlook, change: ResourceChange) => Outlook;

const nothing: Lay = (outlook) => outlook;

const KINDS: Readonly<Record<string, Lay>> = {
  'AWS::EC2::VPC': layVpc,
  'AWS::EC2::VPCCidrBlock': layCidrBlock,
  'AWS::EC2::DHCPOptions': layDhcpOptions,
  'AWS::EC2::VPCDHCPOptionsAssociation': layDhcpOptionsAssociation,
  'AWS::EC2::VPCBlockPublicAccessOptions': layBlockPublicAccess,
  'AWS::EC2::VPCBlockPublicAccessExclusion': layBlockPublicAccessExclusion,
  'AWS::EC2::Subnet': laySubnet,
  'AWS::EC2::RouteTable': layRouteTable,
  'AWS::EC2::Route': layRoute,
  'AWS::EC2::SubnetRouteTableAssociation': layTableAssociation,
  'AWS::EC2::InternetGateway': layInternetGateway,
  'AWS::EC2::VPCGatewayAttachment': layGatewayAttachment,
  'AWS::EC2::NatGateway': layNatGateway,
  'AWS::EC2::EIP': layAddress,
  'AWS::EC2::EIPAssociation': layAddressAssociation,
  'AWS::EC2::SecurityGroup': laySecurityGroup,
  'AWS::EC2::SecurityGroupIngress': layRule('ingress'),
  'AWS::EC2::SecurityGroupEgress': layRule('egress'),
  'AWS::EC2::NetworkAcl': layNetworkAcl,
  'AWS::EC2::NetworkAclEntry': layAclEntry,
  'AWS::EC2::SubnetNetworkAclAssociation': layAclAssociation,
  'AWS::EC2::VPCEndpoint': layVpcEndpoint,
  'AWS::EC2::PrefixList': layPrefixList,
  'AWS::EC2::Instance': layInstance,
  'AWS::EC2::NetworkInterface': layNetworkInterface,
  'AWS::EC2::NetworkInterfaceAttachment': layInterfaceAttachment,
  'AWS::IAM::InstanceProfile': layInstanceProfile,
  'AWS::IAM::Role': layRole,
  'AWS::IAM::Policy': layInlinePolicy,
  'AWS::IAM::RolePolicy': layInlinePolicy,
  'AWS::IAM::ManagedPolicy': layManagedPolicy,
  // What no packet and no agent asks.
  'AWS::EC2::KeyPair': nothing,
  'AWS::EC2::EgressOnlyInternetGateway': nothing,
  'AWS::EC2::Volume': nothing,
  'AWS::EC2::VolumeAttachment': nothing,
  'AWS::EC2::LaunchTemplate': nothing,
  'AWS::EC2::FlowLog': nothing,
  'AWS::EC2::PlacementGroup': nothing,
  'AWS::IAM::OIDCProvider': nothing,
  'AWS::IAM::User': nothing,
  'AWS::IAM::Group': nothing,
  'AWS::IAM::UserPolicy': nothing,
  'AWS::IAM::GroupPolicy': nothing,
  'AWS::IAM::AccessKey': nothing,
  'AWS::IAM::UserToGroupAddition': nothing,
  'AWS::SSM::Parameter': nothing,
};

/** Only their values say what they are between; the id alone tells nobody which ways go with them. */
const BY_VALUES = new Set([
  'AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::VPCGatewayAttachment', 'AWS::EC2::EIPAssociation', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::NetworkAclEntry', 'AWS::EC2::SubnetNetworkAclAssociation', 'AWS::EC2::VPCCidrBlock', 'AWS::EC2::VPCDHCPOptionsAssociation', 'AWS::EC2::VPCBlockPublicAccessOptions',
  'AWS::EC2::VPCBlockPublicAccessExclusion', 'AWS::EC2::NetworkInterfaceAttachment', 'AWS::EC2::PrefixList', 'AWS::EC2::EIP', 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy',
]);
/** What takes nothing but its being there away when it goes. */
const GOES_BY_ID = new Set(['AWS::EC2::PrefixList', 'AWS::EC2::EIP', 'AWS::IAM::ManagedPolicy', 'AWS::EC2::VPCBlockPublicAccessOptions', 'AWS::EC2::VPCBlockPublicAccessExclusion']);

/** Services of which something may decide reachability that is not laid over. */
const MAY_DECIDE = /^AWS::(?:EC2|IAM|SSM|Route53|Route53Resolver|NetworkFirewall|NetworkManager|VpcLattice|ElasticLoadBalancingV2|CloudFormation|RAM)::|^Custom::|^AWS::CloudFormation::CustomResource$/u;

/** Removals come last, as CloudFormation does them. */
export function layOver(snapshot: Snapshot, changes: readonly ResourceChange[]): Outlook {
  const settled = settleDhcpOptions(changes);
  const removals = settled.filter(({ action }) => action === 'Remove');
  return [...settled.filter(({ action }) => action !== 'Remove'), ...removals].reduce(layOne, certain(snapshot));
}

function layOne(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, retained, properties, type, logicalId, before, after } = change;
  // An import brings under CloudFormation's care what is there already.
  if (action === 'Import' || (action === 'Remove' && retained) || (action === 'Modify' && !properties)) return outlook;
  const lay = KINDS[type];
  if (lay === nothing) return outlook;
  if (lay === undefined) return MAY_DECIDE.test(type) ? withDoubt(outlook, null, `${logicalId}: ${unjudged(change)}`) : outlook;
  const concerned = BY_VALUES.has(type) ? null : (change.physicalId ?? null);
  if (action === 'Dynamic') return withDoubt(outlook, concerned, `${logicalId}: whether it changes is known only when the change set is executed`);
  const goesById = change.physicalId !== undefined && (!BY_VALUES.has(type) || GOES_BY_ID.has(type));
  const told = action === 'Add' ? after !== undefined : action === 'Remove' ? before !== undefined || goesById : before !== undefined && after !== undefined;
  if (!told) return withDoubt(outlook, concerned, `${logicalId}: CloudFormation did not tell its property values`);
  return lay(outlook, change);
}

function unjudged({ type, action }: ResourceChange): string {
  if (type !== 'AWS::CloudFormation::Stack') return `what a change of ${type} does is not judged`;
  return action === 'Remove' ? 'its nested stack goes, and what of it is in the way of whom is not judged' : 'what its nested stack changes is told only by a change set that is made with --include-nested-stacks';
}
