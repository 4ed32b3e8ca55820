/** AWS::EC2::NatGateway (zonal); waits until it is available, which on AWS takes about 100 s. */
import { liveTags, renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import { ResourceFailure } from '../../errors.js';
import { given, gone, replyItem, replyList, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

export const natGateway: ResourceType = {
  type: 'AWS::EC2::NatGateway',
  properties: {
    AllocationId: 'replacement', ConnectivityType: 'replacement', PrivateIpAddress: 'replacement', SubnetId: 'replacement', Tags: 'in-place',
    AvailabilityMode: 'unsupported', AvailabilityZoneAddresses: 'unsupported', MaxDrainDurationSeconds: 'unsupported', SecondaryAllocationIds: 'unsupported',
    SecondaryPrivateIpAddressCount: 'unsupported', SecondaryPrivateIpAddresses: 'unsupported', VpcId: 'unsupported',
  },
  required: ['SubnetId'],
  attributes: ['EniId', 'NatGatewayId'],
  identifiers: ['NatGatewayId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateNatGateway', {
      ...given(properties, ['SubnetId', 'AllocationId', 'ConnectivityType', 'PrivateIpAddress']),
      TagSpecification: scope.tagSpecification('natgateway', properties),
    });
    return replyText(reply, 'natGateway.natGatewayId');
  },
  settled(natGatewayId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeNatGateways', { NatGatewayId: [natGatewayId] }), 'natGatewaySet');
    const state = replyText(found, 'state');
    if (state === 'failed') throw new ResourceFailure(`${String(valueAt(found, 'failureCode'))}: ${String(valueAt(found, 'failureMessage'))}`, 'NotStabilized');
    if (state === 'deleting' || state === 'deleted') throw new ResourceFailure(`NatGateway ${natGatewayId} is in state ${state} and hence failed to stabilize`, 'NotStabilized');
    return state === 'available';
  },
  attributesOf(natGatewayId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeNatGateways', { NatGatewayId: [natGatewayId] }), 'natGatewaySet');
    const [address] = replyList(found, 'natGatewayAddressSet');
    return { NatGatewayId: natGatewayId, EniId: address === undefined ? undefined : replyText(address, 'networkInterfaceId') };
  },
  update(natGatewayId, properties, _previous, scope) {
    retag(natGatewayId, properties, scope);
  },
  live(natGatewayId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeNatGateways', { NatGatewayId: [natGatewayId] }), 'natGatewaySet');
    // A deleted one is listed for an hour.
    if (replyText(found, 'state').startsWith('delet')) throw gone();
    return {
      ...renamed(found, { ConnectivityType: 'connectivityType', SubnetId: 'subnetId' }),
      ...renamed(replyItem(found, 'natGatewayAddressSet'), { AllocationId: 'allocationId', PrivateIpAddress: 'privateIp' }),
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(natGatewayId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteNatGateway', { NatGatewayId: natGatewayId }));
  },
  deleted(natGatewayId, scope) {
    const reply = unlessMissing(() => scope.call('ec2', 'DescribeNatGateways', { NatGatewayId: [natGatewayId] }));
    const [found] = reply === undefined ? [] : replyList(reply, 'natGatewaySet');
    return found === undefined || found['state'] === 'deleted';
  },
};
