/** What a route is made of: its destination, its target, and the state that follows from the target (R2, R6, R10). */
import { prefixCovers, prefixOf, formatCidr, parseCidr } from '../../../../lib/net/cidr.js';
import { strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { INTERNET_GATEWAY, NAT_GATEWAY, NETWORK_INTERFACE, SUBNET, VPC, VPC_ENDPOINT, type RouteRecord, type RouteTableRecord } from '../model.js';
import { prefixListOf } from '../prefix-list/prefix-lists.js';
import { find, INSTANCE, INTERNET_GATEWAY as IGW_NOUN, NAT_GATEWAY as NAT_NOUN, NETWORK_INTERFACE as ENI_NOUN, VPC_ENDPOINT as ENDPOINT_NOUN } from '../noun.js';
import { invalidValue, refuse } from '../operation.js';
import { holdsBlock } from '../vpc/cidr-block.js';

/** Instance metadata, resolver and time live here; no route may lead there (R10). */
const LINK_LOCAL = prefixOf('169.254.168.0/22');
const UNSUPPORTED_TARGETS = ['EgressOnlyInternetGatewayId', 'TransitGatewayId', 'LocalGatewayId', 'CarrierGatewayId', 'VpcPeeringConnectionId', 'CoreNetworkArn', 'OdbNetworkArn'];
const TARGETS = ['GatewayId', 'NatGatewayId', 'NetworkInterfaceId', 'InstanceId', 'VpcEndpointId'] as const;

/** The destination of the request in canonical form. */
export function destinationOf(input: Input, state: Reader, region: string): string {
  refuse(input, ['DestinationIpv6CidrBlock']);
  const cidr = strOpt(input, 'DestinationCidrBlock');
  const prefixListId = strOpt(input, 'DestinationPrefixListId');
  if (cidr !== undefined && prefixListId !== undefined) throw new AwsError('InvalidParameterCombination', 'The parameters destinationCidrBlock and destinationPrefixListId cannot both be specified.');
  if (prefixListId !== undefined) return prefixListOf(state, region, prefixListId, 'InvalidPrefixListID.NotFound').prefixListId;
  if (cidr === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter destinationCidrBlock');
  const prefix = parseCidr(cidr);
  if (prefix === undefined) throw invalidValue(cidr, 'destinationCidrBlock', 'This is not a valid CIDR block.');
  return formatCidr(prefix);
}

/** Refuses destinations that no route may have: link-local, and prefixes inside the VPC that are not a whole subnet's (R2, R10). */
export function checkDestination(state: Reader, table: RouteTableRecord, destination: string, target: string): void {
  const prefix = parseCidr(destination);
  if (prefix === undefined) return;
  if (prefixCovers(LINK_LOCAL, prefix)) throw invalidValue(destination, 'destinationCidrBlock', 'Routes to link-local addresses are not allowed.');
  const vpc = state.get(VPC, table.vpcId);
  if (vpc === undefined || !holdsBlock(vpc, destination)) return;
  const isSubnet = state.list(SUBNET).some((subnet) => subnet.vpcId === table.vpcId && subnet.cidrBlock === destination);
  if (!isSubnet || !/^(?:eni|nat)-/.test(target)) {
    throw invalidValue(destination, 'destinationCidrBlock', 'The destination CIDR block is equal to or more specific than one of this VPC\'s CIDR blocks. This route can target only an interface or an instance.');
  }
}

/** The one target that the request names, which has to exist and to be of the table's VPC. */
export function targetOf(input: Input, state: Reader, table: RouteTableRecord): string {
  refuse(input, UNSUPPORTED_TARGETS);
  const given = TARGETS.filter((name) => strOpt(input, name) !== undefined);
  if (given.length > 1) throw new AwsError('InvalidParameterCombination', 'Only one of the target parameters may be specified.');
  const [kind] = given;
  if (kind === undefined) throw new AwsError('MissingParameter', 'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, instanceId or vpcEndpointId');
  const id = strOpt(input, kind) ?? '';
  switch (kind) {
    case 'GatewayId': {
      if (id.startsWith('vgw-')) throw new AwsError('UnsupportedOperation', 'Virtual private gateways are not supported by the local cloud.');
      const gateway = find(state, IGW_NOUN, id);
      if (gateway.vpcId !== table.vpcId) throw new AwsError('InvalidParameterValue', `route table ${table.routeTableId} and network gateway ${id} belong to different networks`);
      return id;
    }
    case 'NatGatewayId': {
      const gateway = find(state, NAT_NOUN, id);
      if (gateway.state === 'deleted' || gateway.state === 'deleting') throw new AwsError('NatGatewayNotFound', `The Nat Gateway '${id}' does not exist`);
      if (gateway.vpcId !== table.vpcId) throw new AwsError('InvalidParameterValue', `route table ${table.routeTableId} and network gateway ${id} belong to different networks`);
      return id;
    }
    case 'NetworkInterfaceId': return interfaceTarget(state, table, id);
    case 'InstanceId': {
      const instance = find(state, INSTANCE, id);
      if (instance.state === 'terminated') throw new AwsError('InvalidInstanceID', `There are no interfaces attached to ${id}.`);
      return interfaceTarget(state, table, instance.networkInterfaceId);
    }
    default: {
      find(state, ENDPOINT_NOUN, id);
      throw new AwsError('InvalidParameterValue', `Route to ${id} cannot be made by hand: a gateway endpoint manages its own routes, and an interface endpoint takes none.`);
    }
  }
}

function interfaceTarget(state: Reader, table: RouteTableRecord, id: string): string {
  const eni = find(state, ENI_NOUN, id);
  if (eni.vpcId !== table.vpcId) throw new AwsError('InvalidParameterValue', `route table ${table.routeTableId} and interface ${id} belong to different networks`);
  return id;
}

/** `blackhole` when the target is gone or of no use any more (R6, R7). */
export function routeState(state: Reader, vpcId: string, route: RouteRecord): 'active' | 'blackhole' {
  return isUsable(state, vpcId, route.target) ? 'active' : 'blackhole';
}

function isUsable(state: Reader, vpcId: string, target: string): boolean {
  if (target === 'local') return true;
  if (target.startsWith('igw-')) return state.get(INTERNET_GATEWAY, target)?.vpcId === vpcId;
  if (target.startsWith('nat-')) return ['pending', 'available'].includes(state.get(NAT_GATEWAY, target)?.state ?? '');
  if (target.startsWith('eni-')) return state.get(NETWORK_INTERFACE, target)?.attachment !== undefined;
  return (state.get(VPC_ENDPOINT, target)?.state ?? 'deleting') !== 'deleting';
}
