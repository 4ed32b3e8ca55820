/** Volumes of a launch: the image's root volume as the request changes it, and further empty ones. */
import { boolOpt, intOpt, oneOfOpt, str, strOpt, structOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import type { Transaction } from '../../../state/store.js';
import { arnOfKey, findKey, managedKey, usable } from '../../kms/keys.js';
import type { Image } from '../../ssm/public-parameters.js';
import { snapshotOf } from '../image/describe-images.js';
import type { VolumeRecord } from '../model.js';

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

/** Bounds by type, and per GiB of size (EBS user guide, volume types). */
const IOPS: Readonly<Record<string, { readonly min: number; readonly max: number; readonly perGib: number }>> = {
  gp3: { min: 3000, max: 80_000, perGib: 500 }, io1: { min: 100, max: 64_000, perGib: 50 }, io2: { min: 100, max: 256_000, perGib: 1000 },
};
const SIZES: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  gp2: { min: 1, max: 16_384 }, gp3: { min: 1, max: 65_536 }, io1: { min: 4, max: 16_384 }, io2: { min: 4, max: 65_536 }, st1: { min: 125, max: 16_384 }, sc1: { min: 125, max: 16_384 }, standard: { min: 1, max: 1024 },
};

/** As asked, within what the type allows. */
function performance(ebs: Input, volumeType: string, size: number): { readonly iops?: number | undefined; readonly throughput?: number | undefined } {
  const usual = performanceOf(volumeType, size);
  const sizes = SIZES[volumeType];
  if (sizes !== undefined && (size < sizes.min || size > sizes.max)) throw new AwsError('InvalidParameterValue', `Volume size must be between ${sizes.min} and ${sizes.max} GiB for volume type ${volumeType}`);
  const iops = intOpt(ebs, 'Iops');
  const bounds = IOPS[volumeType];
  if (iops !== undefined && bounds === undefined) throw new AwsError('InvalidParameterCombination', `The parameter iops is not supported for ${volumeType} volumes.`);
  if (iops === undefined && volumeType.startsWith('io')) throw new AwsError('MissingParameter', `The request must contain the parameter iops`);
  if (iops !== undefined && bounds !== undefined && (iops < bounds.min || iops > bounds.max)) throw new AwsError('InvalidParameterValue', `Volume iops of ${iops} is not between ${bounds.min} and ${bounds.max}.`);
  if (iops !== undefined && bounds !== undefined && iops > Math.max(size * bounds.perGib, bounds.min)) throw new AwsError('InvalidParameterValue', `Iops to volume size ratio of ${(iops / size).toFixed(6)} is too high; maximum is ${bounds.perGib}`);
  const throughput = intOpt(ebs, 'Throughput', { min: 125, max: 2000 });
  if (throughput !== undefined && volumeType !== 'gp3') throw new AwsError('InvalidParameterCombination', `The parameter throughput is not supported for ${volumeType} volumes.`);
  return { iops: iops ?? usual.iops, throughput: throughput ?? usual.throughput };
}

/** ARN of the key that encrypts it: the one asked for, else the account's `alias/aws/ebs`. Throws InvalidParameterDependency, InvalidKMSKeyId. */
function keyOf(ebs: Input, encrypted: boolean, { tx, context }: Launching): string | undefined {
  const asked = strOpt(ebs, 'KmsKeyId') ?? '';
  if (asked !== '' && !encrypted) throw new AwsError('InvalidParameterDependency', 'The parameter KmsKeyId requires the parameter Encrypted to be set.');
  if (!encrypted) return undefined;
  if (asked === '' || asked === 'alias/aws/ebs') return arnOfKey(managedKey(tx, 'ebs', context).keyId, context);
  try {
    return arnOfKey(usable(findKey(tx, asked, context), context).keyId, context);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('InvalidKMSKeyId', `The KMS key ID ${asked} is not valid: ${error.message}`);
  }
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
  const kmsKeyId = keyOf(ebs, encrypted, launching);
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
