/** AWS::EC2::EIPAssociation. */
import { renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceType } from '../resource-type.js';

export const eipAssociation: ResourceType = {
  type: 'AWS::EC2::EIPAssociation',
  properties: { AllocationId: 'replacement', EIP: 'replacement', InstanceId: 'replacement', NetworkInterfaceId: 'replacement', PrivateIpAddress: 'replacement' },
  attributes: ['Id'],
  identifiers: ['Id'],
  create(properties, scope) {
    const publicIp = properties['EIP'];
    const allocation = publicIp === undefined
      ? given(properties, ['AllocationId'])
      : { AllocationId: replyText(replyItem(scope.call('ec2', 'DescribeAddresses', { PublicIp: [publicIp] }), 'addressesSet'), 'allocationId') };
    return replyText(scope.call('ec2', 'AssociateAddress', { ...given(properties, ['InstanceId', 'NetworkInterfaceId', 'PrivateIpAddress']), ...allocation }), 'associationId');
  },
  attributesOf: (associationId) => ({ Id: associationId }),
  live(associationId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeAddresses', { Filter: [{ Name: 'association-id', Value: [associationId] }] }), 'addressesSet');
    return renamed(found, { AllocationId: 'allocationId', EIP: 'publicIp', InstanceId: 'instanceId', NetworkInterfaceId: 'networkInterfaceId', PrivateIpAddress: 'privateIpAddress' });
  },
  delete(associationId, scope) {
    unlessMissing(() => scope.call('ec2', 'DisassociateAddress', { AssociationId: associationId }));
  },
};
