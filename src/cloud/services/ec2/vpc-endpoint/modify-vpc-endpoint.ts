/** ModifyVpcEndpoint: groups, subnets, route tables, private DNS, policy. */
import { bool, has, list, str, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { NETWORK_INTERFACE, VPC_ENDPOINT as TABLE, type VpcEndpointRecord } from '../model.js';
import { groupsFor, removeInterface } from '../network-interface/interface.js';
import { find, VPC_ENDPOINT } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';
import type { Transaction } from '../../../state/store.js';
import { checkPrivateDns, policyOf, removeRoutes, withRouteTables, withSubnets } from './parts.js';
import { endpointService } from './services.js';

function withoutSubnets(tx: Transaction, endpoint: VpcEndpointRecord, subnetIds: readonly string[]): VpcEndpointRecord {
  for (const subnetId of subnetIds) {
    if (!endpoint.subnetIds.includes(subnetId)) throw new AwsError('InvalidParameter', `The subnet ${subnetId} is not associated with the VPC endpoint ${endpoint.vpcEndpointId}`);
  }
  const gone = endpoint.networkInterfaceIds.filter((id) => subnetIds.includes(tx.get(NETWORK_INTERFACE, id)?.subnetId ?? ''));
  for (const id of gone) removeInterface(tx, id);
  return {
    ...endpoint,
    subnetIds: endpoint.subnetIds.filter((id) => !subnetIds.includes(id)),
    networkInterfaceIds: endpoint.networkInterfaceIds.filter((id) => !gone.includes(id)),
  };
}

/** The endpoint with other groups, which its interfaces wear at once. */
function withGroups(tx: Transaction, endpoint: VpcEndpointRecord, added: readonly string[], removed: readonly string[]): VpcEndpointRecord {
  const groupIds = groupsFor(tx, endpoint.vpcId, [...endpoint.groupIds.filter((id) => !removed.includes(id)), ...added]);
  for (const id of endpoint.networkInterfaceIds) {
    const eni = tx.get(NETWORK_INTERFACE, id);
    if (eni !== undefined) tx.put(NETWORK_INTERFACE, id, { ...eni, groupIds });
  }
  return { ...endpoint, groupIds };
}

export const modifyVpcEndpoint = changing((input, tx, context) => {
  refuse(input, ['DnsOptions', 'SubnetConfiguration']);
  if ((strOpt(input, 'IpAddressType') ?? 'ipv4') !== 'ipv4') refuse(input, ['IpAddressType']);
  let endpoint = find(tx, VPC_ENDPOINT, str(input, 'VpcEndpointId'));
  if (endpoint.state === 'deleting') throw new AwsError('IncorrectState', `The VPC endpoint ${endpoint.vpcEndpointId} is being deleted`);
  const isInterface = endpoint.vpcEndpointType === 'Interface';
  const wrong = (isInterface ? ['AddRouteTableId', 'RemoveRouteTableId'] : ['AddSubnetId', 'RemoveSubnetId', 'AddSecurityGroupId', 'RemoveSecurityGroupId']).find((name) => list(input, name).length > 0)
    ?? (!isInterface && has(input, 'PrivateDnsEnabled') ? 'PrivateDnsEnabled' : undefined);
  if (wrong !== undefined) throw new AwsError('InvalidParameter', `${wrong} is not supported for VPC endpoints of type ${endpoint.vpcEndpointType}`);
  if (has(input, 'PolicyDocument') || has(input, 'ResetPolicy')) endpoint = { ...endpoint, policyDocument: policyOf(input) };
  const [groupsAdded, groupsRemoved] = [list(input, 'AddSecurityGroupId'), list(input, 'RemoveSecurityGroupId')];
  if (groupsAdded.length + groupsRemoved.length > 0) endpoint = withGroups(tx, endpoint, groupsAdded, groupsRemoved);
  endpoint = withoutSubnets(tx, endpoint, list(input, 'RemoveSubnetId'));
  endpoint = withSubnets(tx, context, endpoint, list(input, 'AddSubnetId'));
  const tablesRemoved = list(input, 'RemoveRouteTableId');
  removeRoutes(tx, endpoint.vpcEndpointId, tablesRemoved);
  endpoint = withRouteTables(tx, context, { ...endpoint, routeTableIds: endpoint.routeTableIds.filter((id) => !tablesRemoved.includes(id)) }, list(input, 'AddRouteTableId'));
  if (has(input, 'PrivateDnsEnabled')) {
    endpoint = { ...endpoint, privateDnsEnabled: bool(input, 'PrivateDnsEnabled') };
    if (endpoint.privateDnsEnabled) checkPrivateDns(tx, endpoint, endpointService(context.region, endpoint.serviceName).privateDnsName ?? '');
  }
  tx.put(TABLE, endpoint.vpcEndpointId, endpoint);
  return DONE;
});
