/** DescribeVolumes. */
import { absentFilters } from '../absent/absent-filters.js';
import { describe, type FilterTable } from '../describe.js';
import type { VolumeRecord } from '../model.js';
import { VOLUME } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import { zoneIdOf } from '../region/zones.js';

export function volumeView(record: VolumeRecord, scope: Scope) {
  return {
    volumeId: record.volumeId,
    size: record.size,
    snapshotId: record.snapshotId,
    availabilityZone: record.availabilityZone,
    availabilityZoneId: zoneIdOf(scope.region, record.availabilityZone),
    status: record.attachment === undefined ? 'available' : 'in-use',
    createTime: new Date(record.createTime),
    attachmentSet: record.attachment === undefined ? [] : [{
      volumeId: record.volumeId,
      instanceId: record.attachment.instanceId,
      device: record.attachment.device,
      status: 'attached',
      attachTime: new Date(record.attachment.attachTime),
      deleteOnTermination: record.attachment.deleteOnTermination,
    }],
    volumeType: record.volumeType,
    iops: record.iops,
    throughput: record.throughput,
    encrypted: record.encrypted,
    kmsKeyId: record.kmsKeyId,
    multiAttachEnabled: false,
    tagSet: record.tags,
  };
}

const FILTERS: FilterTable<ReturnType<typeof volumeView>> = {
  'attachment.attach-time': (volume) => volume.attachmentSet.map((attachment) => attachment.attachTime.toISOString()),
  'attachment.delete-on-termination': (volume) => volume.attachmentSet.map((attachment) => attachment.deleteOnTermination),
  'attachment.device': (volume) => volume.attachmentSet.map((attachment) => attachment.device),
  'attachment.instance-id': (volume) => volume.attachmentSet.map((attachment) => attachment.instanceId),
  'attachment.status': (volume) => volume.attachmentSet.map((attachment) => attachment.status),
  'availability-zone': (volume) => volume.availabilityZone,
  'availability-zone-id': (volume) => volume.availabilityZoneId,
  'create-time': (volume) => volume.createTime.toISOString(),
  'encrypted': (volume) => volume.encrypted,
  'multi-attach-enabled': (volume) => volume.multiAttachEnabled,
  'size': (volume) => volume.size,
  'snapshot-id': (volume) => volume.snapshotId,
  'status': (volume) => volume.status,
  'volume-id': (volume) => volume.volumeId,
  'volume-type': (volume) => volume.volumeType,
  'fast-restored': () => false,
  'operator.managed': () => false,
  ...absentFilters(['operator.principal']),
};

export const describeVolumes = reading((input, scope) => describe(input, scope, {
  noun: VOLUME, ids: 'VolumeId', set: 'volumeSet', view: volumeView, filters: FILTERS, idsExcludeMaxResults: true,
}));
