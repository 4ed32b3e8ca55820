/** Volumes of a launch: the image's root volume as the request changes it, and further empty ones. */
import { boolOpt, intOpt, oneOfOpt, str, strOpt, structOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Image } from '../../ssm/public-parameters.js';
import { snapshotOf } from '../image/describe-images.js';
import type { VolumeRecord } from '../model.js';
import { refuse } from '../operation.js';

export interface BlockDevice extends Pick<VolumeRecord, 'size' | 'volumeType' | 'iops' | 'throughput' | 'encrypted' | 'kmsKeyId' | 'snapshotId'> {
  readonly device: string;
  readonly deleteOnTermination: boolean;
}

const VOLUME_TYPES = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

/** Performance that a type has by itself. */
function performanceOf(volumeType: string, size: number): { readonly iops?: number; readonly throughput?: number } {
  if (volumeType === 'gp3') return { iops: 3000, throughput: 125 };
  if (volumeType === 'gp2') return { iops: Math.min(16_000, Math.max(100, size * 3)) };
  return {};
}

function deviceFrom(mapping: Input, image: Image, base: BlockDevice | undefined): BlockDevice {
  const device = str(mapping, 'DeviceName');
  const ebs = structOpt(mapping, 'Ebs') ?? {};
  refuse(ebs, ['OutpostArn']);
  const size = intOpt(ebs, 'VolumeSize', { min: 1, max: 65_536 }) ?? base?.size;
  if (size === undefined) throw new AwsError('MissingParameter', `The request must contain the parameter size or snapshotId`);
  if (base !== undefined && size < base.size) throw new AwsError('InvalidBlockDeviceMapping', `Volume of size ${size}GB is smaller than snapshot '${base.snapshotId}', expect size >= ${base.size}GB`);
  const snapshotId = strOpt(ebs, 'SnapshotId') ?? base?.snapshotId ?? '';
  if (snapshotId !== '' && snapshotId !== snapshotOf(image)) throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`);
  const volumeType = oneOfOpt(ebs, 'VolumeType', VOLUME_TYPES) ?? base?.volumeType ?? 'gp2';
  const kmsKeyId = strOpt(ebs, 'KmsKeyId');
  const encrypted = boolOpt(ebs, 'Encrypted') ?? base?.encrypted ?? false;
  if (kmsKeyId !== undefined && !encrypted) throw new AwsError('InvalidParameterDependency', 'The parameter KmsKeyId requires the parameter Encrypted to be set.');
  const usual = performanceOf(volumeType, size);
  return {
    device,
    size,
    snapshotId,
    volumeType,
    encrypted,
    kmsKeyId,
    iops: intOpt(ebs, 'Iops') ?? usual.iops,
    throughput: intOpt(ebs, 'Throughput') ?? usual.throughput,
    deleteOnTermination: boolOpt(ebs, 'DeleteOnTermination') ?? base?.deleteOnTermination ?? true,
  };
}

/** All volumes of one instance; the root volume first. */
export function blockDevices(input: Input, image: Image): BlockDevice[] {
  const root: BlockDevice = { device: image.rootDeviceName, size: image.volumeSize, snapshotId: snapshotOf(image), volumeType: 'gp3', encrypted: false, deleteOnTermination: true, ...performanceOf('gp3', image.volumeSize) };
  const devices = new Map([[root.device, root]]);
  for (const mapping of structs(input, 'BlockDeviceMapping')) {
    refuse(mapping, ['VirtualName', 'NoDevice']);
    const device = deviceFrom(mapping, image, str(mapping, 'DeviceName') === root.device ? root : undefined);
    if (devices.get(device.device) !== undefined && device.device !== root.device) throw new AwsError('InvalidBlockDeviceMapping', `Multiple device names '${device.device}'`);
    devices.set(device.device, device);
  }
  return [...devices.values()];
}
