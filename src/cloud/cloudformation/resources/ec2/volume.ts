/** AWS::EC2::Volume: size, type and performance change in place; the reference says "Updates are not supported" of the rest. */
import { ResourceFailure } from '../../errors.js';
import { sameValue, type Structure } from '../../template/value.js';
import { liveTags, renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

const CHANGEABLE = ['Iops', 'Size', 'Throughput', 'VolumeType'];
const FIXED = ['AvailabilityZone', 'AvailabilityZoneId', 'Encrypted', 'KmsKeyId', 'MultiAttachEnabled', 'SnapshotId'];

const changed = (names: readonly string[], properties: Structure, previous: Structure): string[] => names.filter((name) => !sameValue(properties[name], previous[name]));

function describe(volumeId: string, scope: ResourceScope) {
  return replyItem(scope.call('ec2', 'DescribeVolumes', { VolumeId: [volumeId] }), 'volumeSet');
}

export const volume: ResourceType = {
  type: 'AWS::EC2::Volume',
  properties: {
    AvailabilityZone: 'in-place', AvailabilityZoneId: 'in-place', Encrypted: 'in-place', Iops: 'in-place', KmsKeyId: 'in-place', MultiAttachEnabled: 'in-place', Size: 'in-place', SnapshotId: 'in-place',
    Tags: 'in-place', Throughput: 'in-place', VolumeType: 'in-place',
    AutoEnableIO: 'unsupported', OutpostArn: 'unsupported', SourceVolumeId: 'unsupported', VolumeInitializationRate: 'unsupported',
  },
  attributes: ['VolumeId'],
  identifiers: ['VolumeId'],
  create(properties, scope) {
    return replyText(scope.call('ec2', 'CreateVolume', { ...given(properties, [...CHANGEABLE, ...FIXED]), TagSpecification: scope.tagSpecification('volume', properties) }), 'volumeId');
  },
  attributesOf: (volumeId) => ({ VolumeId: volumeId }),
  update(volumeId, properties, previous, scope) {
    const [fixed] = changed(FIXED, properties, previous);
    if (fixed !== undefined) throw new ResourceFailure(`Updates to ${fixed} of a volume are not supported.`, 'NotUpdatable');
    const wanted = given(properties, changed(CHANGEABLE, properties, previous));
    if (Object.keys(wanted).length > 0) scope.call('ec2', 'ModifyVolume', { VolumeId: volumeId, ...wanted });
    retag(volumeId, properties, scope);
  },
  // A key by whatever name is not compared, as on AWS.
  unread: ['KmsKeyId'],
  live(volumeId, scope, properties) {
    const found = describe(volumeId, scope);
    return {
      ...renamed(found, {
        AvailabilityZone: 'availabilityZone', AvailabilityZoneId: 'availabilityZoneId', Encrypted: 'encrypted', Iops: 'iops', MultiAttachEnabled: 'multiAttachEnabled', Size: 'size', SnapshotId: 'snapshotId',
        Throughput: 'throughput', VolumeType: 'volumeType',
      }),
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(volumeId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteVolume', { VolumeId: volumeId }));
  },
};
