/** DescribeInstanceTypes. */
import { boolOpt, has, list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { reading } from '../operation.js';
import { INSTANCE_TYPES, instanceTypeNamed, type InstanceType } from './types.js';

const PERFORMANCE = 'Up to 5 Gigabit';
const PEAK_GBPS = 5;
/** EBS volumes and network interfaces together (EC2 user guide, Nitro instances). */
const ATTACHMENTS = 27;

function ebsView({ ebs }: InstanceType) {
  return {
    ebsOptimizedSupport: 'default',
    encryptionSupport: 'supported',
    ebsOptimizedInfo: {
      baselineBandwidthInMbps: ebs.baselineMbps,
      baselineThroughputInMBps: ebs.baselineMbps / 8,
      baselineIops: ebs.baselineIops,
      maximumBandwidthInMbps: ebs.maximumMbps,
      maximumThroughputInMBps: ebs.maximumMbps / 8,
      maximumIops: ebs.maximumIops,
    },
    nvmeSupport: 'required',
    maximumEbsAttachments: ATTACHMENTS,
    attachmentLimitType: 'shared',
  };
}

function networkView(type: InstanceType) {
  return {
    networkPerformance: PERFORMANCE,
    maximumNetworkInterfaces: type.maximumInterfaces,
    maximumNetworkCards: 1,
    defaultNetworkCardIndex: 0,
    networkCards: [{ networkCardIndex: 0, networkPerformance: PERFORMANCE, maximumNetworkInterfaces: type.maximumInterfaces, baselineBandwidthInGbps: type.baselineGbps, peakBandwidthInGbps: PEAK_GBPS }],
    ipv4AddressesPerInterface: type.addressesPerInterface,
    ipv6AddressesPerInterface: type.addressesPerInterface,
    ipv6Supported: true,
    enaSupport: 'required',
    efaSupported: false,
    encryptionInTransitSupported: false,
    enaSrdSupported: false,
    flexibleEnaQueuesSupport: 'unsupported',
  };
}

function view(type: InstanceType) {
  return {
    instanceType: type.name,
    currentGeneration: true,
    freeTierEligible: /\.(?:micro|small)$/.test(type.name),
    // No Spot market, no Dedicated Hosts: what is refused at launch is not offered here.
    supportedUsageClasses: ['on-demand'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: false,
    hypervisor: 'nitro',
    processorInfo: { supportedArchitectures: [type.architecture], sustainedClockSpeedInGhz: type.clockGhz, manufacturer: type.manufacturer },
    vCpuInfo: {
      defaultVCpus: type.vcpus, defaultCores: type.cores, defaultThreadsPerCore: type.vcpus / type.cores, validCores: type.validCores, validThreadsPerCore: type.validThreadsPerCore,
    },
    memoryInfo: { sizeInMiB: type.memoryMib },
    instanceStorageSupported: false,
    ebsInfo: ebsView(type),
    networkInfo: networkView(type),
    placementGroupInfo: { supportedStrategies: ['partition', 'spread'] },
    hibernationSupported: false,
    burstablePerformanceSupported: true,
    dedicatedHostsSupported: false,
    autoRecoverySupported: true,
    supportedBootModes: type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
    nitroEnclavesSupport: 'unsupported',
    nitroTpmSupport: 'unsupported',
    phcSupport: 'unsupported',
    rebootMigrationSupport: 'unsupported',
    supportedInRegion: true,
  };
}

type View = ReturnType<typeof view>;

/** Of what no type here has. */
const NONE = () => undefined;

const FILTERS: FilterTable<View> = {
  'auto-recovery-supported': (type) => type.autoRecoverySupported,
  'bare-metal': (type) => type.bareMetal,
  'burstable-performance-supported': (type) => type.burstablePerformanceSupported,
  'current-generation': (type) => type.currentGeneration,
  'dedicated-hosts-supported': (type) => type.dedicatedHostsSupported,
  'ebs-info.attachment-limit-type': (type) => type.ebsInfo.attachmentLimitType,
  'ebs-info.maximum-ebs-attachments': (type) => type.ebsInfo.maximumEbsAttachments,
  'ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps': (type) => type.ebsInfo.ebsOptimizedInfo.baselineBandwidthInMbps,
  'ebs-info.ebs-optimized-info.baseline-iops': (type) => type.ebsInfo.ebsOptimizedInfo.baselineIops,
  'ebs-info.ebs-optimized-info.baseline-throughput-in-mbps': (type) => type.ebsInfo.ebsOptimizedInfo.baselineThroughputInMBps,
  'ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps': (type) => type.ebsInfo.ebsOptimizedInfo.maximumBandwidthInMbps,
  'ebs-info.ebs-optimized-info.maximum-iops': (type) => type.ebsInfo.ebsOptimizedInfo.maximumIops,
  'ebs-info.ebs-optimized-info.maximum-throughput-in-mbps': (type) => type.ebsInfo.ebsOptimizedInfo.maximumThroughputInMBps,
  'ebs-info.ebs-optimized-support': (type) => type.ebsInfo.ebsOptimizedSupport,
  'ebs-info.encryption-support': (type) => type.ebsInfo.encryptionSupport,
  'ebs-info.nvme-support': (type) => type.ebsInfo.nvmeSupport,
  'free-tier-eligible': (type) => type.freeTierEligible,
  'hibernation-supported': (type) => type.hibernationSupported,
  'hypervisor': (type) => type.hypervisor,
  'instance-storage-info.disk.count': NONE,
  'instance-storage-info.disk.size-in-gb': NONE,
  'instance-storage-info.disk.type': NONE,
  'instance-storage-info.encryption-support': NONE,
  'instance-storage-info.nvme-support': NONE,
  'instance-storage-info.total-size-in-gb': NONE,
  'instance-storage-supported': (type) => type.instanceStorageSupported,
  'instance-type': (type) => type.instanceType,
  'memory-info.size-in-mib': (type) => type.memoryInfo.sizeInMiB,
  'network-info.bandwidth-weightings': NONE,
  'network-info.efa-info.maximum-efa-interfaces': NONE,
  'network-info.efa-supported': (type) => type.networkInfo.efaSupported,
  'network-info.ena-support': (type) => type.networkInfo.enaSupport,
  'network-info.encryption-in-transit-supported': (type) => type.networkInfo.encryptionInTransitSupported,
  'network-info.flexible-ena-queues-support': (type) => type.networkInfo.flexibleEnaQueuesSupport,
  'network-info.ipv4-addresses-per-interface': (type) => type.networkInfo.ipv4AddressesPerInterface,
  'network-info.ipv6-addresses-per-interface': (type) => type.networkInfo.ipv6AddressesPerInterface,
  'network-info.ipv6-supported': (type) => type.networkInfo.ipv6Supported,
  'network-info.maximum-network-cards': (type) => type.networkInfo.maximumNetworkCards,
  'network-info.maximum-network-interfaces': (type) => type.networkInfo.maximumNetworkInterfaces,
  'network-info.network-performance': (type) => type.networkInfo.networkPerformance,
  'nitro-enclaves-support': (type) => type.nitroEnclavesSupport,
  'nitro-tpm-info.supported-versions': NONE,
  'nitro-tpm-support': (type) => type.nitroTpmSupport,
  'processor-info.supported-architecture': (type) => type.processorInfo.supportedArchitectures,
  'processor-info.supported-features': NONE,
  'processor-info.sustained-clock-speed-in-ghz': (type) => type.processorInfo.sustainedClockSpeedInGhz,
  'reboot-migration-support': (type) => type.rebootMigrationSupport,
  'supported-boot-mode': (type) => type.supportedBootModes,
  'supported-root-device-type': (type) => type.supportedRootDeviceTypes,
  'supported-usage-class': (type) => type.supportedUsageClasses,
  'supported-virtualization-type': (type) => type.supportedVirtualizationTypes,
  'vcpu-info.default-cores': (type) => type.vCpuInfo.defaultCores,
  'vcpu-info.default-threads-per-core': (type) => type.vCpuInfo.defaultThreadsPerCore,
  'vcpu-info.default-vcpus': (type) => type.vCpuInfo.defaultVCpus,
  'vcpu-info.valid-cores': (type) => type.vCpuInfo.validCores,
  'vcpu-info.valid-threads-per-core': (type) => type.vCpuInfo.validThreadsPerCore,
};

export const describeInstanceTypes = reading((input) => {
  // All types that there are, are in this region too.
  boolOpt(input, 'IncludeUnsupportedInRegion');
  const names = [...new Set(list(input, 'InstanceType'))];
  if (names.length > 0 && has(input, 'MaxResults')) throw new AwsError('InvalidParameterCombination', 'The parameter InstanceTypes cannot be used with the parameter MaxResults');
  if (names.length > 100) throw new AwsError('InvalidParameterValue', 'At most 100 instance types may be named in a request.');
  const unknown = names.filter((name) => instanceTypeNamed(name) === undefined);
  if (unknown.length > 0) throw new AwsError('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown.join(', ')}]`);
  const types = names.length === 0 ? INSTANCE_TYPES : names.flatMap((name) => instanceTypeNamed(name) ?? []);
  return paged(filtered(types.map(view), input, FILTERS, false), input, 'instanceTypeSet', (type) => type.instanceType, { minimum: 5, maximum: 100 });
});
