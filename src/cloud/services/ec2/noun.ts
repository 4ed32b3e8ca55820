/** The nouns of EC2: each one's table, id form, resource type and the codes with which an unknown id is refused (c20). */
import { randomBytes } from 'node:crypto';
import { AwsError } from '../../endpoint/operation.js';
import type { Reader, Table } from '../../state/store.js';
import { BLOCK_PUBLIC_ACCESS_EXCLUSION as exclusions } from './block-public-access/records.js';
import * as model from './model.js';

export interface Noun<R extends object> {
  readonly table: Table<R>;
  /** `vpc` of `vpc-0123456789abcdef0`. */
  readonly prefix: string;
  /** Member of the record that holds its id. */
  readonly id: string;
  /** As TagSpecification and DescribeTags name it. */
  readonly resourceType: string;
  readonly notFound: string;
  /** Code for an id that has not the form; the form is not judged when absent. */
  readonly malformed?: string | undefined;
  /** Words of the message: `vpc ID` gives "The vpc ID 'vpc-…' does not exist". */
  readonly words: string;
}

function noun<R extends object>(table: Table<R>, id: keyof R & string, prefix: string, resourceType: string, words: string, notFound: string, malformed?: string): Noun<R> {
  return { table, id, prefix, resourceType, words, notFound, malformed };
}

export const VPC = noun(model.VPC, 'vpcId', 'vpc', 'vpc', 'vpc ID', 'InvalidVpcID.NotFound');
export const DHCP_OPTIONS = noun(model.DHCP_OPTIONS, 'dhcpOptionsId', 'dopt', 'dhcp-options', 'dhcpOption ID', 'InvalidDhcpOptionID.NotFound');
export const PREFIX_LIST = noun(model.PREFIX_LIST, 'prefixListId', 'pl', 'prefix-list', 'prefix list ID', 'InvalidPrefixListID.NotFound', 'InvalidPrefixListId.Malformed');
export const SUBNET = noun(model.SUBNET, 'subnetId', 'subnet', 'subnet', 'subnet ID', 'InvalidSubnetID.NotFound');
export const SUBNET_CIDR_RESERVATION = noun(model.SUBNET_CIDR_RESERVATION, 'subnetCidrReservationId', 'scr', 'subnet-cidr-reservation', 'subnet CIDR reservation ID', 'InvalidSubnetCidrReservationID.NotFound');
export const INTERNET_GATEWAY = noun(model.INTERNET_GATEWAY, 'internetGatewayId', 'igw', 'internet-gateway', 'internetGateway ID', 'InvalidInternetGatewayID.NotFound', 'InvalidInternetGatewayId.Malformed');
export const ROUTE_TABLE = noun(model.ROUTE_TABLE, 'routeTableId', 'rtb', 'route-table', 'routeTable ID', 'InvalidRouteTableID.NotFound', 'InvalidRouteTableId.Malformed');
export const SECURITY_GROUP = noun(model.SECURITY_GROUP, 'groupId', 'sg', 'security-group', 'security group', 'InvalidGroup.NotFound', 'InvalidGroupId.Malformed');
export const SECURITY_GROUP_RULE = noun(model.SECURITY_GROUP_RULE, 'securityGroupRuleId', 'sgr', 'security-group-rule', 'security group rule ID', 'InvalidSecurityGroupRuleId.NotFound', 'InvalidSecurityGroupRuleId.Malformed');
export const NETWORK_ACL = noun(model.NETWORK_ACL, 'networkAclId', 'acl', 'network-acl', 'networkAcl ID', 'InvalidNetworkAclID.NotFound');
export const ADDRESS = noun(model.ADDRESS, 'allocationId', 'eipalloc', 'elastic-ip', 'allocation ID', 'InvalidAllocationID.NotFound');
export const NAT_GATEWAY = noun(model.NAT_GATEWAY, 'natGatewayId', 'nat', 'natgateway', 'Nat Gateway', 'NatGatewayNotFound', 'NatGatewayMalformed');
export const VPC_ENDPOINT = noun(model.VPC_ENDPOINT, 'vpcEndpointId', 'vpce', 'vpc-endpoint', 'Vpc Endpoint Id', 'InvalidVpcEndpointId.NotFound', 'InvalidVpcEndpointId.Malformed');
export const NETWORK_INTERFACE = noun(model.NETWORK_INTERFACE, 'networkInterfaceId', 'eni', 'network-interface', 'networkInterface ID', 'InvalidNetworkInterfaceID.NotFound', 'InvalidNetworkInterfaceId.Malformed');
export const INSTANCE = noun(model.INSTANCE, 'instanceId', 'i', 'instance', 'instance ID', 'InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed');
export const VOLUME = noun(model.VOLUME, 'volumeId', 'vol', 'volume', 'volume', 'InvalidVolume.NotFound', 'InvalidVolumeID.Malformed');
export const BLOCK_PUBLIC_ACCESS_EXCLUSION = noun(exclusions, 'exclusionId', 'vpcbpa-exclude', 'vpc-block-public-access-exclusion', 'exclusion ID', 'InvalidVpcBlockPublicAccessExclusionId.NotFound');
export const KEY_PAIR = noun(model.KEY_PAIR, 'keyPairId', 'key', 'key-pair', 'key pair ID', 'InvalidKeyPair.NotFound');

/** Everything that carries tags. */
export const TAGGABLE: readonly Noun<model.Tagged>[] = [
  VPC, DHCP_OPTIONS, SUBNET, INTERNET_GATEWAY, ROUTE_TABLE, SECURITY_GROUP, SECURITY_GROUP_RULE, NETWORK_ACL, ADDRESS,
  NAT_GATEWAY, VPC_ENDPOINT, NETWORK_INTERFACE, PREFIX_LIST, SUBNET_CIDR_RESERVATION, INSTANCE, VOLUME, KEY_PAIR, BLOCK_PUBLIC_ACCESS_EXCLUSION,
];

/** A fresh id in the long form: prefix, dash, 17 hex digits of which the first is 0, as AWS's are. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString('hex')}`;
}

/** Both forms that AWS gave out: 8 and 17 hex digits. */
function wellFormed(prefix: string, id: string): boolean {
  return id.startsWith(`${prefix}-`) && /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id.slice(prefix.length + 1));
}

/** Throws the noun's malformed code when the id has not the form. */
export function checkForm<R extends object>(kind: Noun<R>, id: string): void {
  if (kind.malformed !== undefined && !wellFormed(kind.prefix, id)) {
    throw new AwsError(kind.malformed, `Invalid id: "${id}" (expecting "${kind.prefix}-...")`);
  }
}

/** The error that says these ids are unknown. */
export function notFound<R extends object>(kind: Noun<R>, ids: readonly string[]): AwsError {
  const [id] = ids;
  if (ids.length === 1) return new AwsError(kind.notFound, `The ${kind.words} '${id ?? ''}' does not exist`);
  return new AwsError(kind.notFound, `The ${kind.words}s '${ids.join(', ')}' do not exist`);
}

/** The record of that id; throws the noun's malformed or not-found code. */
export function find<R extends object>(state: Reader, kind: Noun<R>, id: string): R {
  checkForm(kind, id);
  const record = state.get(kind.table, id);
  if (record === undefined) throw notFound(kind, [id]);
  return record;
}

/** The records of those ids in their order; all unknown ones are named in one error. */
export function findAll<R extends object>(state: Reader, kind: Noun<R>, ids: readonly string[]): R[] {
  for (const id of ids) checkForm(kind, id);
  const missing = ids.filter((id) => state.get(kind.table, id) === undefined);
  if (missing.length > 0) throw notFound(kind, missing);
  return ids.flatMap((id) => state.get(kind.table, id) ?? []);
}
