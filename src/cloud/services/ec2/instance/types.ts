/** The instance types that the local cloud has; figures as DescribeInstanceTypes gives them. */
import { AwsError } from '../../../endpoint/operation.js';

export interface InstanceType {
  /** `t4g.nano` */
  readonly name: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly vcpus: number;
  readonly cores: number;
  readonly memoryMib: number;
  readonly clockGhz: number;
  readonly manufacturer: string;
  readonly maximumInterfaces: number;
  readonly addressesPerInterface: number;
  /** Cores that CpuOptions may ask for. */
  readonly validCores: readonly number[];
  readonly validThreadsPerCore: readonly number[];
  /** What its credits bring when they are used up. */
  readonly baselineGbps: number;
  readonly ebs: { readonly baselineMbps: number; readonly baselineIops: number; readonly maximumMbps: number; readonly maximumIops: number };
}

interface Size {
  readonly size: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly interfaces: number;
  readonly addresses: number;
  readonly baselineGbps: number;
  readonly ebs: readonly [baselineMbps: number, baselineIops: number, maximumMbps: number, maximumIops: number];
}

const SIZES: readonly Size[] = [
  { size: 'nano', vcpus: 2, memoryMib: 512, interfaces: 2, addresses: 2, baselineGbps: 0.032, ebs: [43, 250, 2085, 11_800] },
  { size: 'micro', vcpus: 2, memoryMib: 1024, interfaces: 2, addresses: 2, baselineGbps: 0.064, ebs: [87, 500, 2085, 11_800] },
  { size: 'small', vcpus: 2, memoryMib: 2048, interfaces: 3, addresses: 4, baselineGbps: 0.128, ebs: [174, 1000, 2085, 11_800] },
  { size: 'medium', vcpus: 2, memoryMib: 4096, interfaces: 3, addresses: 6, baselineGbps: 0.256, ebs: [347, 2000, 2085, 11_800] },
  { size: 'large', vcpus: 2, memoryMib: 8192, interfaces: 3, addresses: 12, baselineGbps: 0.512, ebs: [695, 4000, 2780, 15_700] },
  { size: 'xlarge', vcpus: 4, memoryMib: 16_384, interfaces: 4, addresses: 15, baselineGbps: 1.024, ebs: [695, 4000, 2780, 15_700] },
  { size: '2xlarge', vcpus: 8, memoryMib: 32_768, interfaces: 4, addresses: 15, baselineGbps: 2.048, ebs: [695, 4000, 2780, 15_700] },
];

const FAMILIES = [
  { family: 't4g', architecture: 'arm64', clockGhz: 2.5, manufacturer: 'AWS', threads: 1 },
  { family: 't3', architecture: 'x86_64', clockGhz: 2.5, manufacturer: 'Intel', threads: 2 },
] as const;

/** arm64: any number of cores; x86_64: even ones, or the only one. */
function validCores(cores: number, threads: number): number[] {
  const all = Array.from({ length: cores }, (_unused, index) => index + 1);
  return threads === 1 || cores === 1 ? all : all.filter((count) => count % 2 === 0);
}

export const INSTANCE_TYPES: readonly InstanceType[] = FAMILIES.flatMap((family) => SIZES.map(({ size, vcpus, memoryMib, interfaces, addresses, baselineGbps, ebs }) => ({
  name: `${family.family}.${size}`,
  architecture: family.architecture,
  vcpus,
  cores: vcpus / family.threads,
  memoryMib,
  clockGhz: family.clockGhz,
  manufacturer: family.manufacturer,
  maximumInterfaces: interfaces,
  addressesPerInterface: addresses,
  validCores: validCores(vcpus / family.threads, family.threads),
  validThreadsPerCore: family.threads === 1 ? [1] : [1, 2],
  baselineGbps,
  ebs: { baselineMbps: ebs[0], baselineIops: ebs[1], maximumMbps: ebs[2], maximumIops: ebs[3] },
})));

const BY_NAME = new Map(INSTANCE_TYPES.map((type) => [type.name, type]));

/** Undefined for one that there is not. */
export function instanceTypeNamed(name: string): InstanceType | undefined {
  return BY_NAME.get(name);
}

/** Throws InvalidParameterValue. */
export function instanceType(name: string): InstanceType {
  const type = BY_NAME.get(name);
  if (type === undefined) throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  return type;
}
