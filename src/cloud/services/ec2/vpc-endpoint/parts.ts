/** What creating and modifying endpoints share: subnets with their interfaces, private DNS, gateway routes, policies. */
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import { boolOpt, strOpt } from '../../../endpoint/input.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { readPolicy } from '../../iam/read-policy.js';
import { ROUTE_TABLE, SUBNET, VPC, VPC_ENDPOINT, type VpcEndpointRecord } from '../model.js';
import { createInterface } from '../network-interface/interface.js';
import { findAll, ROUTE_TABLE as TABLE_NOUN, SUBNET as SUBNET_NOUN } from '../noun.js';
import { awsPrefixLists } from '../prefix-list/prefix-lists.js';

const FULL_ACCESS = JSON.stringify({ Statement: [{ Action: '*', Effect: 'Allow', Principal: '*', Resource: '*' }] }, null, 1);

/** The policy of the request, which has to be JSON; full access without one (P11). */
export function policyOf(input: Input): string {
  const text = strOpt(input, 'PolicyDocument');
  const reset = boolOpt(input, 'ResetPolicy') === true;
  if (text === undefined || text === '' || reset) return FULL_ACCESS;
  try {
    readPolicy(text, 'resource');
  } catch (error) {
    throw new AwsError('InvalidPolicyDocument', `The policy document is malformed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return text;
}

/** The endpoint with an interface in each of these subnets too, at most one a zone (P1). */
export function withSubnets(tx: Transaction, context: OperationContext, endpoint: VpcEndpointRecord, subnetIds: readonly string[]): VpcEndpointRecord {
  const zones = new Set(endpoint.subnetIds.map((subnetId) => tx.get(SUBNET, subnetId)?.availabilityZone));
  const made = findAll(tx, SUBNET_NOUN, subnetIds).map((subnet) => {
    if (subnet.vpcId !== endpoint.vpcId) throw new AwsError('InvalidParameter', `The subnet ${subnet.subnetId} does not belong to the VPC ${endpoint.vpcId}`);
    if (zones.has(subnet.availabilityZone)) throw new AwsError('DuplicateSubnetsInSameZone', `Found another VPC endpoint subnet in the availability zone of ${subnet.subnetId}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`);
    zones.add(subnet.availabilityZone);
    return createInterface(tx, {
      subnet,
      description: `VPC Endpoint Interface ${endpoint.vpcEndpointId}`,
      interfaceType: 'vpc_endpoint',
      groupIds: endpoint.groupIds,
      sourceDestCheck: true,
      tags: [],
      now: context.now(),
    }).networkInterfaceId;
  });
  return { ...endpoint, subnetIds: [...endpoint.subnetIds, ...subnetIds], networkInterfaceIds: [...endpoint.networkInterfaceIds, ...made] };
}

/** Refuses private DNS where it cannot be: without both DNS attributes (P4), or beside another endpoint's (P10). */
export function checkPrivateDns(state: Reader, endpoint: VpcEndpointRecord, privateDnsName: string): void {
  const vpc = state.get(VPC, endpoint.vpcId);
  if (vpc?.enableDnsSupport !== true || !vpc.enableDnsHostnames) {
    throw new AwsError('InvalidParameter', `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${endpoint.vpcId}`);
  }
  const rival = state.list(VPC_ENDPOINT).some((other) => other.vpcId === endpoint.vpcId && other.vpcEndpointId !== endpoint.vpcEndpointId
    && other.serviceName === endpoint.serviceName && other.privateDnsEnabled && other.state !== 'deleting');
  if (rival) {
    throw new AwsError('InvalidParameter', `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${privateDnsName} in the VPC ${endpoint.vpcId}`);
  }
}

/** The prefix list whose route leads to a gateway endpoint. */
function prefixListIdFor(region: string, serviceName: string): string {
  return awsPrefixLists(region).find((one) => one.prefixListName === serviceName)?.prefixListId ?? '';
}

/** The endpoint with a prefix-list route in each of these tables too (P14). */
export function withRouteTables(tx: Transaction, context: OperationContext, endpoint: VpcEndpointRecord, routeTableIds: readonly string[]): VpcEndpointRecord {
  const destination = prefixListIdFor(context.region, endpoint.serviceName);
  for (const table of findAll(tx, TABLE_NOUN, routeTableIds)) {
    if (table.vpcId !== endpoint.vpcId) throw new AwsError('InvalidParameter', `Route table ${table.routeTableId} does not belong to the VPC ${endpoint.vpcId}`);
    if (table.routes.some((route) => route.destination === destination)) {
      throw new AwsError('RouteAlreadyExists', `route table ${table.routeTableId} already has a route with destination-prefix-list-id ${destination}`);
    }
    tx.put(ROUTE_TABLE, table.routeTableId, { ...table, routes: [...table.routes, { destination, target: endpoint.vpcEndpointId, origin: 'CreateRoute' }] });
  }
  return { ...endpoint, routeTableIds: [...endpoint.routeTableIds, ...routeTableIds] };
}

/** Takes the endpoint's routes out of the tables. */
export function removeRoutes(tx: Transaction, vpcEndpointId: string, routeTableIds: readonly string[]): void {
  for (const routeTableId of routeTableIds) {
    const table = tx.get(ROUTE_TABLE, routeTableId);
    if (table !== undefined) tx.put(ROUTE_TABLE, routeTableId, { ...table, routes: table.routes.filter((route) => route.target !== vpcEndpointId) });
  }
}
