/** AWS::EC2::EIP; its id, and Ref, is the address. */
import { liveTags, renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { valueAt } from '../../../endpoint/input.js';
import type { Value } from '../../template/value.js';
import { retag, tagAsStack } from './tagging.js';

function allocationOf(publicIp: string, scope: ResourceScope): string {
  return replyText(replyItem(scope.call('ec2', 'DescribeAddresses', { PublicIp: [publicIp] }), 'addressesSet'), 'allocationId');
}

function associate(AllocationId: string, instanceId: Value | undefined, scope: ResourceScope): void {
  if (instanceId !== undefined) scope.call('ec2', 'AssociateAddress', { AllocationId, InstanceId: instanceId });
}

/** An association that the instance's end has taken with it is not there any more. */
function disassociate(publicIp: string, scope: ResourceScope): void {
  const associationId = valueAt(replyItem(scope.call('ec2', 'DescribeAddresses', { PublicIp: [publicIp] }), 'addressesSet'), 'associationId');
  if (typeof associationId === 'string') unlessMissing(() => scope.call('ec2', 'DisassociateAddress', { AssociationId: associationId }));
}

export const eip: ResourceType = {
  type: 'AWS::EC2::EIP',
  properties: {
    Domain: 'in-place', InstanceId: 'in-place', Tags: 'in-place', NetworkBorderGroup: 'replacement',
    Address: 'unsupported', IpamPoolId: 'unsupported', PublicIpv4Pool: 'unsupported', TransferAddress: 'unsupported',
  },
  attributes: ['AllocationId', 'PublicIp'],
  identifiers: ['PublicIp', 'AllocationId'],
  physicalIdentifier: 'PublicIp',
  create(properties, scope) {
    const reply = scope.call('ec2', 'AllocateAddress', { Domain: 'vpc', ...given(properties, ['Domain', 'NetworkBorderGroup']), TagSpecification: scope.tagSpecification('elastic-ip', properties) });
    associate(replyText(reply, 'allocationId'), properties['InstanceId'], scope);
    return replyText(reply, 'publicIp');
  },
  attributesOf: (publicIp, scope) => ({ PublicIp: publicIp, AllocationId: allocationOf(publicIp, scope) }),
  update(publicIp, properties, previous, scope) {
    const allocationId = allocationOf(publicIp, scope);
    if (properties['InstanceId'] !== previous['InstanceId']) {
      disassociate(publicIp, scope);
      associate(allocationId, properties['InstanceId'], scope);
    }
    retag(allocationId, properties, scope);
  },
  live(publicIp, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeAddresses', { PublicIp: [publicIp] }), 'addressesSet');
    return { ...renamed(found, { Domain: 'domain', InstanceId: 'instanceId', NetworkBorderGroup: 'networkBorderGroup' }), ...liveTags(found, scope, properties) };
  },
  adopt(publicIp, scope) {
    tagAsStack(allocationOf(publicIp, scope), scope);
  },
  delete(publicIp, scope, properties) {
    unlessMissing(() => {
      // Only the association that this resource made is its own to end; any other makes ReleaseAddress refuse, as on AWS.
      if (properties['InstanceId'] !== undefined) disassociate(publicIp, scope);
      scope.call('ec2', 'ReleaseAddress', { AllocationId: allocationOf(publicIp, scope) });
    });
  },
};
