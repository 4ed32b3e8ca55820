/** What a volume is asked to be, judged by its type; and the key it is encrypted with. The same at a launch and by itself. */
import { intOpt, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import type { Transaction } from '../../../state/store.js';
import { arnOfKey, findKey, managedKey, usable } from '../../kms/keys.js';

export const VOLUME_TYPES = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

/** Performance that a type has by itself. */
export function performanceOf(volumeType: string, size: number): { readonly iops?: number; readonly throughput?: number } {
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
export function performance(ebs: Input, volumeType: string, size: number): { readonly iops?: number | undefined; readonly throughput?: number | undefined } {
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
export function keyOf(ebs: Input, encrypted: boolean, tx: Transaction, context: OperationContext): string | undefined {
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
