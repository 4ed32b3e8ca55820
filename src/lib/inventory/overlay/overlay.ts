/**
 * A pending change set laid over a snapshot: what would be, were it executed. A value that only the change will bring is a
 * doubt by name, and what it might be is tried at both ends; nothing is guessed. Pure.
 */
import { layVpc, laySubnet, layVpcEndpoint } from './endpoints.js';
import { layInlinePolicy, layInstanceProfile, layManagedPolicy, layRole } from './identities.js';
import { layAddress, layAddressAssociation, layInstance, layNetworkInterface } from './instances.js';
import { layAclAssociation, layAclEntry, layNetworkAcl } from './network-acls.js';
import { certain, type Outlook, withDoubt } from './outlook.js';
import { layPrefixList } from './prefix-lists.js';
import type { ResourceChange } from './resource-change.js';
import { layGatewayAttachment, layInternetGateway, layNatGateway, layRoute, layRouteTable, layTableAssociation } from './routing.js';
import { layRule, laySecurityGroup } from './security-groups.js';
import type { Snapshot } from '../snapshot/snapshot.js';

type Lay = (outlook: Outlook, change: ResourceChange) => Outlook;

const nothing: Lay = (outlook) => outlook;

const KINDS: Readonly<Record<string, Lay>> = {
  'AWS::EC2::VPC': layVpc,
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
  'AWS::IAM::InstanceProfile': layInstanceProfile,
  'AWS::IAM::Role': layRole,
  'AWS::IAM::Policy': layInlinePolicy,
  'AWS::IAM::RolePolicy': layInlinePolicy,
  'AWS::IAM::ManagedPolicy': layManagedPolicy,
  // What no packet and no agent asks.
  'AWS::EC2::KeyPair': nothing,
  'AWS::EC2::Volume': nothing,
  'AWS::EC2::VolumeAttachment': nothing,
  'AWS::EC2::LaunchTemplate': nothing,
  'AWS::EC2::FlowLog': nothing,
  'AWS::EC2::PlacementGroup': nothing,
  'AWS::IAM::User': nothing,
  'AWS::IAM::Group': nothing,
  'AWS::IAM::UserPolicy': nothing,
  'AWS::IAM::GroupPolicy': nothing,
  'AWS::IAM::AccessKey': nothing,
  'AWS::IAM::UserToGroupAddition': nothing,
  'AWS::SSM::Parameter': nothing,
};

/** Services of which something may decide reachability that is not laid over. */
const MAY_DECIDE = /^AWS::(?:EC2|IAM|SSM|Route53|Route53Resolver|NetworkFirewall|NetworkManager|VpcLattice|ElasticLoadBalancingV2|CloudFormation|RAM)::|^Custom::|^AWS::CloudFormation::CustomResource$/u;

/** Removals come last, as CloudFormation does them. */
export function layOver(snapshot: Snapshot, changes: readonly ResourceChange[]): Outlook {
  const removals = changes.filter(({ action }) => action === 'Remove');
  return [...changes.filter(({ action }) => action !== 'Remove'), ...removals].reduce(layOne, certain(snapshot));
}

function layOne(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, retained, properties, type, logicalId, before, after } = change;
  // An import brings under CloudFormation's care what is there already.
  if (action === 'Import' || (action === 'Remove' && retained) || (action === 'Modify' && !properties)) return outlook;
  const lay = KINDS[type];
  if (lay === nothing) return outlook;
  if (lay === undefined) return MAY_DECIDE.test(type) ? withDoubt(outlook, null, `${logicalId}: what a change of ${type} does is not judged`) : outlook;
  if (action === 'Dynamic') return withDoubt(outlook, change.physicalId ?? null, `${logicalId}: whether it changes is known only when the change set is executed`);
  const told = action === 'Add' ? after !== undefined : action === 'Remove' ? before !== undefined || change.physicalId !== undefined : before !== undefined && after !== undefined;
  if (!told) return withDoubt(outlook, change.physicalId ?? null, `${logicalId}: CloudFormation did not tell its property values`);
  return lay(outlook, change);
}
