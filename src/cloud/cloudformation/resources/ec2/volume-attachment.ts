/** AWS::EC2::VolumeAttachment; its id is `vol-…|i-…`. */
import { textOf } from '../../template/value.js';
import { renamed } from '../live.js';
import { given, replyItem, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';

export const volumeAttachment: ResourceType = {
  type: 'AWS::EC2::VolumeAttachment',
  properties: { Device: 'replacement', InstanceId: 'replacement', VolumeId: 'replacement', EbsCardIndex: 'unsupported' },
  required: ['InstanceId', 'VolumeId'],
  attributes: [],
  identifiers: ['VolumeId', 'InstanceId'],
  create(properties, scope) {
    scope.call('ec2', 'AttachVolume', given(properties, ['Device', 'InstanceId', 'VolumeId']));
    return `${textOf(properties['VolumeId'])}|${textOf(properties['InstanceId'])}`;
  },
  attributesOf: () => ({}),
  live(_id, scope, properties) {
    const [volumeId, instanceId] = [textProperty(properties, 'VolumeId'), textProperty(properties, 'InstanceId')];
    const found = replyItem(scope.call('ec2', 'DescribeVolumes', { Filter: [{ Name: 'volume-id', Value: [volumeId] }, { Name: 'attachment.instance-id', Value: [instanceId] }] }), 'volumeSet');
    return renamed(replyItem(found, 'attachmentSet'), { Device: 'device', InstanceId: 'instanceId', VolumeId: 'volumeId' });
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('ec2', 'DetachVolume', given(properties, ['Device', 'InstanceId', 'VolumeId'])));
  },
};
