/** AWS::EC2::VPCEndpoint, interface and gateway; waits until it is available. */
import { liveDocument, liveTags, renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import { ResourceFailure } from '../../errors.js';
import type { Structure, Value } from '../../template/value.js';
import { given, gone, replyItem, replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

function policy(properties: Structure): { PolicyDocument?: string } {
  const document = properties['PolicyDocument'];
  if (document === undefined) return {};
  return { PolicyDocument: typeof document === 'string' ? document : JSON.stringify(document) };
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function describe(vpcEndpointId: string, scope: ResourceScope) {
  return replyItem(scope.call('ec2', 'DescribeVpcEndpoints', { VpcEndpointId: [vpcEndpointId] }), 'vpcEndpointSet');
}

export const vpcEndpoint: ResourceType = {
  type: 'AWS::EC2::VPCEndpoint',
  properties: {
    PolicyDocument: 'in-place', PrivateDnsEnabled: 'in-place', RouteTableIds: 'in-place', SecurityGroupIds: 'in-place', ServiceName: 'replacement',
    SubnetIds: 'in-place', Tags: 'in-place', VpcEndpointType: 'replacement', VpcId: 'replacement', IpAddressType: 'in-place',
    DnsOptions: 'unsupported', ResourceConfigurationArn: 'unsupported', ServiceNetworkArn: 'unsupported', ServiceRegion: 'unsupported',
  },
  required: ['VpcId', 'ServiceName'],
  attributes: ['CreationTimestamp', 'DnsEntries', 'Id', 'NetworkInterfaceIds'],
  identifiers: ['Id'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateVpcEndpoint', {
      ...given(properties, ['VpcId', 'ServiceName', 'VpcEndpointType', 'PrivateDnsEnabled', 'IpAddressType']),
      ...policy(properties),
      SubnetId: texts(properties['SubnetIds']),
      SecurityGroupId: texts(properties['SecurityGroupIds']),
      RouteTableId: texts(properties['RouteTableIds']),
      TagSpecification: scope.tagSpecification('vpc-endpoint', properties),
    });
    return replyText(reply, 'vpcEndpoint.vpcEndpointId');
  },
  settled(vpcEndpointId, scope) {
    const state = replyText(describe(vpcEndpointId, scope), 'state').toLowerCase();
    if (/^(?:failed|rejected|expired|deleting|deleted)$/.test(state)) throw new ResourceFailure(`VPC endpoint ${vpcEndpointId} is in state ${state}`, 'NotStabilized');
    return state === 'available' || state === 'pendingacceptance';
  },
  attributesOf(vpcEndpointId, scope) {
    const found = describe(vpcEndpointId, scope);
    const created = valueAt(found, 'creationTimestamp');
    return {
      Id: vpcEndpointId,
      CreationTimestamp: created instanceof Date ? created.toISOString() : String(created),
      DnsEntries: replyList(found, 'dnsEntrySet').map((entry) => `${String(entry['hostedZoneId'])}:${String(entry['dnsName'])}`),
      NetworkInterfaceIds: texts(found['networkInterfaceIdSet'] as Value | undefined),
    };
  },
  update(vpcEndpointId, properties, previous, scope) {
    const difference = (property: string, suffix: string) => {
      const [old, now] = [texts(previous[property]), texts(properties[property])];
      return { [`Add${suffix}`]: now.filter((id) => !old.includes(id)), [`Remove${suffix}`]: old.filter((id) => !now.includes(id)) };
    };
    scope.call('ec2', 'ModifyVpcEndpoint', {
      VpcEndpointId: vpcEndpointId,
      ...given(properties, ['PrivateDnsEnabled', 'IpAddressType']),
      ...policy(properties),
      ...difference('SubnetIds', 'SubnetId'),
      ...difference('SecurityGroupIds', 'SecurityGroupId'),
      ...difference('RouteTableIds', 'RouteTableId'),
    });
    retag(vpcEndpointId, properties, scope);
  },
  live(vpcEndpointId, scope, properties) {
    const found = describe(vpcEndpointId, scope);
    if (/^delet/i.test(replyText(found, 'state'))) throw gone();
    return {
      ...renamed(found, {
        IpAddressType: 'ipAddressType', PrivateDnsEnabled: 'privateDnsEnabled', RouteTableIds: 'routeTableIdSet', ServiceName: 'serviceName', SubnetIds: 'subnetIdSet', VpcEndpointType: 'vpcEndpointType', VpcId: 'vpcId',
      }),
      SecurityGroupIds: replyList(found, 'groupSet').map((group) => replyText(group, 'groupId')),
      ...(properties['PolicyDocument'] === undefined ? {} : { PolicyDocument: liveDocument(found['policyDocument'], properties['PolicyDocument']) }),
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(vpcEndpointId, scope) {
    unlessMissing(() => {
      const [failed] = replyList(scope.call('ec2', 'DeleteVpcEndpoints', { VpcEndpointId: [vpcEndpointId] }), 'unsuccessful');
      if (failed === undefined || /NotFound/.test(String(valueAt(failed, 'error.code')))) return;
      throw new ResourceFailure(String(valueAt(failed, 'error.message')), 'InvalidRequest');
    });
  },
  deleted(vpcEndpointId, scope) {
    const reply = unlessMissing(() => scope.call('ec2', 'DescribeVpcEndpoints', { VpcEndpointId: [vpcEndpointId] }));
    const [found] = reply === undefined ? [] : replyList(reply, 'vpcEndpointSet');
    return found === undefined || String(found['state']).toLowerCase() === 'deleted';
  },
};
