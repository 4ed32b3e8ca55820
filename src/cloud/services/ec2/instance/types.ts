/** The instance types that the local cloud has; figures as DescribeInstanceTypes gives them. */
import { list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { reading } from '../operation.js';

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
}

const SIZES: readonly (readonly [size: string, vcpus: number, memoryMib: number, interfaces: number, addresses: number])[] = [
  ['nano', 2, 512, 2, 2], ['micro', 2, 1024, 2, 2], ['small', 2, 2048, 3, 4], ['medium', 2, 4096, 3, 6], ['large', 2, 8192, 3, 12], ['xlarge', 4, 16384, 4, 15], ['2xlarge', 8, 32768, 4, 15],
];

const FAMILIES = [
  { family: 't4g', architecture: 'arm64', clockGhz: 2.5, manufacturer: 'AWS', threads: 1 },
  { family: 't3', architecture: 'x86_64', clockGhz: 2.5, manufacturer: 'Intel', threads: 2 },
] as const;

export const INSTANCE_TYPES: readonly InstanceType[] = FAMILIES.flatMap((family) => SIZES.map(([size, vcpus, memoryMib, interfaces, addresses]) => ({
  name: `${family.family}.${size}`,
  architecture: family.architecture,
  vcpus,
  cores: vcpus / family.threads,
  memoryMib,
  clockGhz: family.clockGhz,
  manufacturer: family.manufacturer,
  maximumInterfaces: interfaces,
  addressesPerInterface: addresses,
})));

/** Throws InvalidParameterValue. */
export function instanceType(name: string): InstanceType {
  const type = INSTANCE_TYPES.find((candidate) => candidate.name === name);
  if (type === undefined) throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  return type;
}

function view(type: InstanceType) {
  return {
    instanceType: type.name,
    currentGeneration: true,
    freeTierEligible: /\.(?:micro|small)$/.test(type.name),
    supportedUsageClasses: ['on-demand'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: false,
    hypervisor: 'nitro',
    processorInfo: { supportedArchitectures: [type.architecture], sustainedClockSpeedInGhz: type.clockGhz, manufacturer: type.manufacturer },
    vCpuInfo: { defaultVCpus: type.vcpus, defaultCores: type.cores, defaultThreadsPerCore: type.vcpus / type.cores },
    memoryInfo: { sizeInMiB: type.memoryMib },
    instanceStorageSupported: false,
    ebsInfo: { ebsOptimizedSupport: 'default', encryptionSupport: 'supported', nvmeSupport: 'required' },
    networkInfo: {
      networkPerformance: 'Up to 5 Gigabit',
      maximumNetworkInterfaces: type.maximumInterfaces,
      maximumNetworkCards: 1,
      defaultNetworkCardIndex: 0,
      ipv4AddressesPerInterface: type.addressesPerInterface,
      ipv6AddressesPerInterface: type.addressesPerInterface,
      ipv6Supported: true,
      enaSupport: 'required',
      efaSupported: false,
      encryptionInTransitSupported: false,
    },
    hibernationSupported: false,
    burstablePerformanceSupported: true,
    dedicatedHostsSupported: false,
    autoRecoverySupported: true,
    supportedBootModes: type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
  };
}

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'bare-metal': (type) => type.bareMetal,
  'burstable-performance-supported': (type) => type.burstablePerformanceSupported,
  'current-generation': (type) => type.currentGeneration,
  'dedicated-hosts-supported': (type) => type.dedicatedHostsSupported,
  'free-tier-eligible': (type) => type.freeTierEligible,
  'hibernation-supported': (type) => type.hibernationSupported,
  'hypervisor': (type) => type.hypervisor,
  'instance-storage-supported': (type) => type.instanceStorageSupported,
  'instance-type': (type) => type.instanceType,
  'memory-info.size-in-mib': (type) => type.memoryInfo.sizeInMiB,
  'network-info.ipv6-supported': (type) => type.networkInfo.ipv6Supported,
  'processor-info.supported-architecture': (type) => type.processorInfo.supportedArchitectures,
  'supported-boot-mode': (type) => type.supportedBootModes,
  'supported-root-device-type': (type) => type.supportedRootDeviceTypes,
  'supported-usage-class': (type) => type.supportedUsageClasses,
  'supported-virtualization-type': (type) => type.supportedVirtualizationTypes,
  'vcpu-info.default-cores': (type) => type.vCpuInfo.defaultCores,
  'vcpu-info.default-vcpus': (type) => type.vCpuInfo.defaultVCpus,
};

export const describeInstanceTypes = reading((input) => {
  const names = list(input, 'InstanceType');
  const unknown = names.filter((name) => !INSTANCE_TYPES.some((type) => type.name === name));
  if (unknown.length > 0) throw new AwsError('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown.join(', ')}]`);
  const types = INSTANCE_TYPES.filter((type) => names.length === 0 || names.includes(type.name));
  return paged(filtered(types.map(view), input, FILTERS, false), input, 'instanceTypeSet', (type) => type.instanceType, { minimum: 5, maximum: 100 });
});
