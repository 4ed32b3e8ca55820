/** CreateVpcEndpoint: interface endpoints (with private DNS) and gateway endpoints. */
import { randomBytes } from 'node:crypto';
import { bool, has, list, oneOfOpt, str, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import type { Transaction } from '../../../state/store.js';
import { once } from '../idempotency.js';
import { VPC_ENDPOINT as TABLE, type VpcEndpointRecord } from '../model.js';
import { groupsFor } from '../network-interface/interface.js';
import { find, newId, VPC, VPC_ENDPOINT } from '../noun.js';
import { changing, refuse } from '../operation.js';
import { roomForInterfaceEndpoint } from '../quota.js';
import { tagsFor } from '../tags.js';
import { dueAfter, WAIT } from '../waits.js';
import { checkPrivateDns, policyOf, withRouteTables, withSubnets } from './parts.js';
import { endpointService } from './services.js';
import { vpcEndpointView } from './view.js';

/** Characters of an endpoint's DNS label. */
function dnsLabel(): string {
  return [...randomBytes(8)].map((byte) => (byte % 36).toString(36)).join('');
}

function refuseWith(input: Input, type: string, names: readonly string[]): void {
  for (const name of names) {
    if (has(input, name) && list(input, name).length > 0) throw new AwsError('InvalidParameter', `${name} is not supported for VPC endpoints of type ${type}`);
  }
}

function make(tx: Transaction, context: OperationContext, input: Input): string {
  const { vpcId } = find(tx, VPC, str(input, 'VpcId'));
  const service = endpointService(context.region, str(input, 'ServiceName'));
  const type = oneOfOpt(input, 'VpcEndpointType', ['Gateway', 'Interface']) ?? 'Gateway';
  if (type !== service.type) throw new AwsError('InvalidParameter', `The VPC endpoint service ${service.serviceName} does not support endpoints of type ${type}`);
  const base: VpcEndpointRecord = {
    vpcEndpointId: newId('vpce'),
    vpcEndpointType: type,
    vpcId,
    serviceName: service.serviceName,
    state: 'available',
    policyDocument: policyOf(input),
    privateDnsEnabled: false,
    subnetIds: [],
    groupIds: [],
    routeTableIds: [],
    networkInterfaceIds: [],
    dnsLabel: dnsLabel(),
    creationTimestamp: context.now(),
    tags: tagsFor(input, 'vpc-endpoint'),
  };
  if (type === 'Gateway') {
    refuseWith(input, type, ['SubnetId', 'SecurityGroupId']);
    if (bool(input, 'PrivateDnsEnabled', false)) throw new AwsError('InvalidParameter', `PrivateDnsEnabled is not supported for VPC endpoints of type ${type}`);
    tx.put(TABLE, base.vpcEndpointId, withRouteTables(tx, context, base, list(input, 'RouteTableId')));
    return base.vpcEndpointId;
  }
  refuseWith(input, type, ['RouteTableId']);
  roomForInterfaceEndpoint(tx, vpcId);
  const endpoint: VpcEndpointRecord = {
    ...base,
    state: 'pending',
    // Without groups the VPC's default one is worn, which admits only itself (S14).
    groupIds: groupsFor(tx, vpcId, list(input, 'SecurityGroupId')),
    privateDnsEnabled: bool(input, 'PrivateDnsEnabled', true),
    dueAt: dueAfter(context, WAIT.vpcEndpoint),
  };
  if (endpoint.privateDnsEnabled) checkPrivateDns(tx, endpoint, service.privateDnsName ?? '');
  tx.put(TABLE, endpoint.vpcEndpointId, withSubnets(tx, context, endpoint, list(input, 'SubnetId')));
  return endpoint.vpcEndpointId;
}

export const createVpcEndpoint = changing((input, tx, context, scope) => {
  refuse(input, ['SubnetConfiguration', 'ServiceNetworkArn', 'ResourceConfigurationArn']);
  if ((strOpt(input, 'IpAddressType') ?? 'ipv4') !== 'ipv4') refuse(input, ['IpAddressType']);
  if ((strOpt(input, 'ServiceRegion') ?? context.region) !== context.region) refuse(input, ['ServiceRegion']);
  const [vpcEndpointId = ''] = once(tx, 'CreateVpcEndpoint', TABLE, input, () => [make(tx, context, input)]);
  return { vpcEndpoint: vpcEndpointView(find(tx, VPC_ENDPOINT, vpcEndpointId), scope), clientToken: strOpt(input, 'ClientToken') };
});
