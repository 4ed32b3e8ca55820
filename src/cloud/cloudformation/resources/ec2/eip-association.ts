/** AWS::EC2::EIPAssociation. */
import { given, replyItem, replyText, unlessMissing, type ResourceType } from '../resource-type.js';

export const eipAssociation: ResourceType = {
  type: 'AWS::EC2::EIPAssociation',
  properties: { AllocationId: 'replacement', EIP: 'replacement', InstanceId: 'replacement', NetworkInterfaceId: 'replacement', PrivateIpAddress: 'replacement' },
  attributes: ['Id'],
  create(properties, scope) {
    const publicIp = properties['EIP'];
    const allocation = publicIp === undefined
      ? given(properties, ['AllocationId'])
      : { AllocationId: replyText(replyItem(scope.call('ec2', 'DescribeAddresses', { PublicIp: [publicIp] }), 'addressesSet'), 'allocationId') };
    return replyText(scope.call('ec2', 'AssociateAddress', { ...given(properties, ['InstanceId', 'NetworkInterfaceId', 'PrivateIpAddress']), ...allocation }), 'associationId');
  },
  attributesOf: (associationId) => ({ Id: associationId }),
  delete(associationId, scope) {
    unlessMissing(() => scope.call('ec2', 'DisassociateAddress', { AssociationId: associationId }));
  },
};
