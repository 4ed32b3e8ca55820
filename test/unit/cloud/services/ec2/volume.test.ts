/** Volumes by themselves: made, attached, detached and deleted, and what EC2 refuses. */
import { describe, expect, it } from 'vitest';
import { images } from '../../../../../src/cloud/services/ssm/public-parameters.js';
import { makeLab, type Region } from './harness.js';

const ZONE = 'ap-northeast-1a';
const [image] = images('ap-northeast-1');

function instanceIn(region: Region, SubnetId: string): string {
  return region.id('RunInstances', { ImageId: image?.imageId, InstanceType: image?.architecture === 'arm64' ? 't4g.nano' : 't3.nano', MinCount: '1', MaxCount: '1', SubnetId }, 'instancesSet', 0, 'instanceId');
}

describe('volumes', () => {
  it('are made, attached, shown on both sides, detached and deleted', () => {
    const { region, publicSubnet } = makeLab();
    const instanceId = instanceIn(region, publicSubnet);
    const made = region.call('CreateVolume', { AvailabilityZone: ZONE, Size: '10', VolumeType: 'gp3', TagSpecification: [{ ResourceType: 'volume', Tag: [{ Key: 'Name', Value: 'data' }] }] });
    expect(made).toEqual({
      volumeId: expect.stringMatching(/^vol-0[0-9a-f]{16}$/) as string, size: 10, snapshotId: '', availabilityZone: ZONE, availabilityZoneId: 'apne1-az4', status: 'creating', createTime: new Date(region.now), volumeType: 'gp3',
      iops: 3000, throughput: 125, encrypted: false, kmsKeyId: undefined, multiAttachEnabled: false, tagSet: [{ key: 'Name', value: 'data' }],
    });
    const VolumeId = String(made['volumeId']);
    const status = () => region.at('DescribeVolumes', { VolumeId: [VolumeId] }, 'volumeSet', 0, 'status');
    expect(status()).toBe('available');
    expect(region.code('AttachVolume', { VolumeId, InstanceId: instanceId, Device: '/dev/sdf' })).toBe('IncorrectState');
    region.pass();
    expect(region.call('AttachVolume', { VolumeId, InstanceId: instanceId, Device: '/dev/sdf' })).toEqual({ volumeId: VolumeId, instanceId, device: '/dev/sdf', status: 'attaching', attachTime: new Date(region.now), deleteOnTermination: false });
    expect(status()).toBe('in-use');
    const devices = () => (region.at('DescribeInstances', { InstanceId: [instanceId] }, 'reservationSet', 0, 'instancesSet', 0, 'blockDeviceMapping') as { deviceName: string }[]).map(({ deviceName }) => deviceName);
    expect(devices()).toEqual(['/dev/xvda', '/dev/sdf']);
    expect(region.code('DeleteVolume', { VolumeId })).toBe('VolumeInUse');
    expect(region.call('DetachVolume', { VolumeId })).toMatchObject({ status: 'detaching', instanceId });
    expect([status(), devices()]).toEqual(['available', ['/dev/xvda']]);
    region.call('DeleteVolume', { VolumeId });
    expect(region.code('DescribeVolumes', { VolumeId: [VolumeId] })).toBe('InvalidVolume.NotFound');
  });

  it('stay when the instance goes, unless they are told to go with it', () => {
    const { region, publicSubnet } = makeLab();
    const InstanceId = instanceIn(region, publicSubnet);
    region.pass();
    const [kept = '', gone = ''] = ['/dev/sdf', '/dev/sdg'].map((Device) => {
      const VolumeId = region.id('CreateVolume', { AvailabilityZone: ZONE, Size: '1' }, 'volumeId');
      region.call('AttachVolume', { VolumeId, InstanceId, Device });
      return VolumeId;
    });
    region.call('ModifyInstanceAttribute', { InstanceId, BlockDeviceMapping: [{ DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: 'true' } }] });
    region.call('TerminateInstances', { InstanceId: [InstanceId] });
    region.pass();
    expect(region.at('DescribeVolumes', { VolumeId: [kept] }, 'volumeSet', 0, 'status')).toBe('available');
    expect(region.code('DescribeVolumes', { VolumeId: [gone] })).toBe('InvalidVolume.NotFound');
  });

  it('take size and snapshot of an image, a key, and the same token once', () => {
    const { region } = makeLab();
    const SnapshotId = region.id('DescribeImages', { ImageId: [image?.imageId] }, 'imagesSet', 0, 'blockDeviceMapping', 0, 'ebs', 'snapshotId');
    expect(region.call('CreateVolume', { AvailabilityZoneId: 'apne1-az1', SnapshotId, Encrypted: 'true' })).toMatchObject({ size: image?.volumeSize, snapshotId: SnapshotId, availabilityZone: 'ap-northeast-1c', volumeType: 'gp2', kmsKeyId: expect.stringMatching(/^arn:aws:kms:/) as string });
    const again = () => region.id('CreateVolume', { AvailabilityZone: ZONE, Size: '1', ClientToken: 't' }, 'volumeId');
    expect(again()).toBe(again());
    expect(region.code('CreateVolume', { AvailabilityZone: ZONE, Size: '2', ClientToken: 't' })).toBe('IdempotentParameterMismatch');
  });

  it('change size, type and performance, and tell of the last change', () => {
    const { region } = makeLab();
    const VolumeId = region.id('CreateVolume', { AvailabilityZone: ZONE, Size: '10', VolumeType: 'gp3', Iops: '4000' }, 'volumeId');
    const shape = () => {
      const { size, volumeType, iops, throughput } = region.at('DescribeVolumes', { VolumeId: [VolumeId] }, 'volumeSet', 0) as { [member: string]: unknown };
      return [size, volumeType, iops, throughput];
    };
    expect(region.code('DescribeVolumesModifications', { VolumeId: [VolumeId] })).toBe('InvalidVolumeModification.NotFound');
    expect(region.call('ModifyVolume', { VolumeId, Size: '20' })).toEqual({ volumeModification: {
      volumeId: VolumeId, modificationState: 'modifying', targetSize: 20, targetIops: 4000, targetVolumeType: 'gp3', targetThroughput: 125, targetMultiAttachEnabled: false,
      originalSize: 10, originalIops: 4000, originalVolumeType: 'gp3', originalThroughput: 125, originalMultiAttachEnabled: false, startTime: new Date(region.now), progress: 0, endTime: undefined,
    } });
    expect(shape()).toEqual([20, 'gp3', 4000, 125]);
    region.call('ModifyVolume', { VolumeId, VolumeType: 'gp2' });
    expect(shape()).toEqual([20, 'gp2', 100, undefined]);
    region.call('ModifyVolume', { VolumeId, Size: '100' });
    expect(shape()).toEqual([100, 'gp2', 300, undefined]);
    region.call('ModifyVolume', { VolumeId, VolumeType: 'io2', Iops: '500' });
    expect(region.at('DescribeVolumesModifications', { VolumeId: [VolumeId] }, 'volumeModificationSet')).toMatchObject([{ modificationState: 'completed', originalVolumeType: 'gp2', originalIops: 300, targetVolumeType: 'io2', targetIops: 500, progress: 100 }]);
    const found = (Name: string, value: string) => (region.at('DescribeVolumesModifications', { Filter: [{ Name, Value: [value] }] }, 'volumeModificationSet') as unknown[]).length;
    expect([found('target-iops', '500'), found('original-size', '100'), found('target-volume-type', 'gp3'), found('volume-id', VolumeId)]).toEqual([1, 1, 0, 1]);
    for (const [more, code] of [[{ Size: '99' }, 'InvalidParameterValue'], [{ VolumeType: 'gp3', Iops: '99' }, 'InvalidParameterValue'], [{ VolumeType: 'io1', Iops: '60000' }, 'InvalidParameterValue'], [{ Throughput: '200' }, 'InvalidParameterCombination']] as const) {
      expect(region.code('ModifyVolume', { VolumeId, ...more }), JSON.stringify(more)).toBe(code);
    }
  });

  it.each([
    ['no zone', 'CreateVolume', { Size: '1' }, 'MissingParameter'],
    ['an unknown zone', 'CreateVolume', { AvailabilityZone: 'ap-northeast-1z', Size: '1' }, 'InvalidZone.NotFound'],
    ['zone and id', 'CreateVolume', { AvailabilityZone: ZONE, AvailabilityZoneId: 'apne1-az4', Size: '1' }, 'InvalidParameterCombination'],
    ['no size', 'CreateVolume', { AvailabilityZone: ZONE }, 'MissingParameter'],
    ['an unknown snapshot', 'CreateVolume', { AvailabilityZone: ZONE, SnapshotId: 'snap-0123456789abcdef0' }, 'InvalidSnapshot.NotFound'],
    ['a size that the type has not', 'CreateVolume', { AvailabilityZone: ZONE, Size: '10', VolumeType: 'st1' }, 'InvalidParameterValue'],
    ['io2 without iops', 'CreateVolume', { AvailabilityZone: ZONE, Size: '10', VolumeType: 'io2' }, 'MissingParameter'],
    ['several instances for one volume', 'CreateVolume', { AvailabilityZone: ZONE, Size: '10', MultiAttachEnabled: 'true' }, 'UnsupportedOperation'],
    ['an unknown volume', 'DeleteVolume', { VolumeId: 'vol-0123456789abcdef0' }, 'InvalidVolume.NotFound'],
    ['no volume id', 'DetachVolume', { VolumeId: 'data' }, 'InvalidVolumeID.Malformed'],
  ])('refuse %s', (_what, operation, input, code) => {
    expect(makeLab().region.code(operation, input)).toBe(code);
  });

  it('refuse what cannot be attached or detached', () => {
    const { region, publicSubnet } = makeLab();
    const InstanceId = instanceIn(region, publicSubnet);
    region.pass();
    const VolumeId = region.id('CreateVolume', { AvailabilityZone: ZONE, Size: '1' }, 'volumeId');
    const elsewhere = region.id('CreateVolume', { AvailabilityZone: 'ap-northeast-1c', Size: '1' }, 'volumeId');
    const attach = (more: object) => region.code('AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf', ...more });
    expect(attach({ Device: '/dev/nvme1n1' })).toBe('InvalidParameterValue');
    expect(attach({ Device: '/dev/xvda' })).toBe('InvalidParameterValue');
    expect(attach({ VolumeId: elsewhere })).toBe('InvalidVolume.ZoneMismatch');
    expect(attach({ InstanceId: 'i-0123456789abcdef0' })).toBe('InvalidInstanceID.NotFound');
    expect(region.code('DetachVolume', { VolumeId })).toBe('IncorrectState');
    region.call('AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' });
    expect(attach({ Device: '/dev/sdg' })).toBe('VolumeInUse');
    expect(region.code('DetachVolume', { VolumeId, InstanceId, Device: '/dev/sdg' })).toBe('InvalidAttachment.NotFound');
    const root = region.id('DescribeVolumes', { Filter: [{ Name: 'attachment.device', Value: ['/dev/xvda'] }, { Name: 'attachment.instance-id', Value: [InstanceId] }] }, 'volumeSet', 0, 'volumeId');
    expect(region.code('DetachVolume', { VolumeId: root })).toBe('OperationNotPermitted');
    region.call('StopInstances', { InstanceId: [InstanceId] });
    region.pass();
    expect(region.code('DetachVolume', { VolumeId: root })).toBe('UnsupportedOperation');
    region.call('DetachVolume', { VolumeId, InstanceId, Device: '/dev/sdf', Force: 'true' });
  });
});
