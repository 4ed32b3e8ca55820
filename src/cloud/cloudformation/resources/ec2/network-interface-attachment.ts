/** AWS::EC2::NetworkInterfaceAttachment: a further interface of an instance. */
import type { Structure } from '../../template/value.js';
import { renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';

function setDeletion(AttachmentId: string, properties: Structure, scope: ResourceScope): void {
  scope.call('ec2', 'ModifyNetworkInterfaceAttribute', { ...given(properties, ['NetworkInterfaceId']), Attachment: { AttachmentId, DeleteOnTermination: properties['DeleteOnTermination'] ?? true } });
}

export const networkInterfaceAttachment: ResourceType = {
  type: 'AWS::EC2::NetworkInterfaceAttachment',
  properties: {
    DeleteOnTermination: 'in-place', DeviceIndex: 'replacement', InstanceId: 'replacement', NetworkInterfaceId: 'replacement', EnaQueueCount: 'unsupported', EnaSrdSpecification: 'unsupported',
  },
  required: ['DeviceIndex', 'InstanceId', 'NetworkInterfaceId'],
  attributes: ['AttachmentId'],
  identifiers: ['AttachmentId'],
  create(properties, scope) {
    const attachmentId = replyText(scope.call('ec2', 'AttachNetworkInterface', given(properties, ['DeviceIndex', 'InstanceId', 'NetworkInterfaceId'])), 'attachmentId');
    // The specification's default is true, EC2's false.
    setDeletion(attachmentId, properties, scope);
    return attachmentId;
  },
  attributesOf: (attachmentId) => ({ AttachmentId: attachmentId }),
  update(attachmentId, properties, _previous, scope) {
    setDeletion(attachmentId, properties, scope);
  },
  live(attachmentId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeNetworkInterfaces', { Filter: [{ Name: 'attachment.attachment-id', Value: [attachmentId] }] }), 'networkInterfaceSet');
    return renamed(found, { DeleteOnTermination: 'attachment.deleteOnTermination', DeviceIndex: 'attachment.deviceIndex', InstanceId: 'attachment.instanceId', NetworkInterfaceId: 'networkInterfaceId' });
  },
  delete(attachmentId, scope) {
    unlessMissing(() => scope.call('ec2', 'DetachNetworkInterface', { AttachmentId: attachmentId }));
  },
};
