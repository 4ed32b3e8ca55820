/** Volumes of a launch: the image's root volume as the request changes it, and further empty ones. */
import { boolOpt, intOpt, oneOfOpt, str, strOpt, structOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import type { Transaction } from '../../../state/store.js';
import type { Image } from '../../ssm/public-parameters.js';
import { snapshotOf } from '../image/describe-images.js';
import type { VolumeRecord } from '../model.js';
import { keyOf, performance, performanceOf, VOLUME_TYPES } from '../volume/performance.js';

export interface BlockDevice extends Pick<VolumeRecord, 'size' | 'volumeType' | 'iops' | 'throughput' | 'encrypted' | 'kmsKeyId' | 'snapshotId'> {
  readonly device: string;
  readonly deleteOnTermination: boolean;
}

/** The transaction of a launch. */
export interface Launching {
  readonly tx: Transaction;
  readonly context: OperationContext;
}

function deviceFrom(mapping: Input, image: Image, base: BlockDevice | undefined, launching: Launching): BlockDevice {
  const device = str(mapping, 'DeviceName');
  const ebs = structOpt(mapping, 'Ebs') ?? {};
  const size = intOpt(ebs, 'VolumeSize', { min: 1, max: 65_536 }) ?? base?.size;
  if (size === undefined) throw new AwsError('MissingParameter', `The request must contain the parameter size or snapshotId`);
  if (base !== undefined && size < base.size) throw new AwsError('InvalidBlockDeviceMapping', `Volume of size ${size}GB is smaller than snapshot '${base.snapshotId}', expect size >= ${base.size}GB`);
  const snapshotId = strOpt(ebs, 'SnapshotId') ?? base?.snapshotId ?? '';
  if (snapshotId !== '' && snapshotId !== snapshotOf(image)) throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`);
  const volumeType = oneOfOpt(ebs, 'VolumeType', VOLUME_TYPES) ?? base?.volumeType ?? 'gp2';
  const encrypted = boolOpt(ebs, 'Encrypted') ?? base?.encrypted ?? false;
  const kmsKeyId = keyOf(ebs, encrypted, launching.tx, launching.context);
  return {
    device,
    size,
    snapshotId,
    volumeType,
    encrypted,
    kmsKeyId,
    ...performance(ebs, volumeType, size),
    deleteOnTermination: boolOpt(ebs, 'DeleteOnTermination') ?? base?.deleteOnTermination ?? true,
  };
}

/** All volumes of one instance; the root volume first. */
export function blockDevices(input: Input, image: Image, launching: Launching): BlockDevice[] {
  const root: BlockDevice = { device: image.rootDeviceName, size: image.volumeSize, snapshotId: snapshotOf(image), volumeType: 'gp3', encrypted: false, deleteOnTermination: true, ...performanceOf('gp3', image.volumeSize) };
  const devices = new Map([[root.device, root]]);
  for (const mapping of structs(input, 'BlockDeviceMapping')) {
    const device = deviceFrom(mapping, image, str(mapping, 'DeviceName') === root.device ? root : undefined, launching);
    if (devices.get(device.device) !== undefined && device.device !== root.device) throw new AwsError('InvalidBlockDeviceMapping', `Multiple device names '${device.device}'`);
    devices.set(device.device, device);
  }
  return [...devices.values()];
}
