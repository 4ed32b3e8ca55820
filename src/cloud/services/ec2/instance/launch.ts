/** What RunInstances is asked for, read and judged against the region before anything is made. */
import { boolOpt, has, int, list, oneOfOpt, str, strOpt, structOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import type { Image } from '../../ssm/public-parameters.js';
import { findImage } from '../image/describe-images.js';
import { KEY_PAIR, type KeyPairRecord, type SubnetRecord, type Tag } from '../model.js';
import { groupsFor } from '../network-interface/interface.js';
import { find, SUBNET } from '../noun.js';
import { invalidValue, refuse, type Scope } from '../operation.js';
import { tagsFor } from '../tags.js';
import { blockDevices, type BlockDevice } from './block-devices.js';
import { instanceType, type InstanceType } from './types.js';

export interface Launch {
  readonly count: number;
  readonly image: Image;
  readonly type: InstanceType;
  readonly keyPair?: KeyPairRecord | undefined;
  readonly network: LaunchNetwork;
  readonly devices: readonly BlockDevice[];
  readonly tags: readonly Tag[];
  readonly volumeTags: readonly Tag[];
  readonly interfaceTags: readonly Tag[];
}

export interface LaunchNetwork {
  readonly subnet: SubnetRecord;
  readonly groupIds: readonly string[];
  readonly assignsPublicIp: boolean;
  readonly privateIpAddress?: string | undefined;
  readonly description: string;
  readonly deleteOnTermination: boolean;
}

/** What the local cloud has nothing behind. */
const UNSUPPORTED = [
  'Ipv6AddressCount', 'Ipv6Address', 'KernelId', 'RamdiskId', 'ElasticGpuSpecification', 'ElasticInferenceAccelerator', 'LaunchTemplate',
  'InstanceMarketOptions', 'LicenseSpecification', 'SecondaryInterface', 'EnablePrimaryIpv6', 'SecurityGroup', 'AdditionalInfo',
];
const UNSUPPORTED_OF_INTERFACE = [
  'NetworkInterfaceId', 'Ipv6AddressCount', 'Ipv6Addresses', 'SecondaryPrivateIpAddressCount', 'PrivateIpAddresses', 'AssociateCarrierIpAddress',
  'Ipv4Prefix', 'Ipv4PrefixCount', 'Ipv6Prefix', 'Ipv6PrefixCount', 'EnaSrdSpecification', 'ConnectionTrackingSpecification',
];

function refuseUnsupported(input: Input): void {
  refuse(input, UNSUPPORTED);
  for (const name of ['HibernationOptions.Configured', 'EnclaveOptions.Enabled']) if (boolOpt(input, name) === true) refuse(input, [name]);
  if ((strOpt(input, 'Placement.Tenancy') ?? 'default') !== 'default') refuse(input, ['Placement.Tenancy']);
  if ((strOpt(input, 'PrivateDnsNameOptions.HostnameType') ?? 'ip-name') !== 'ip-name') refuse(input, ['PrivateDnsNameOptions.HostnameType']);
}

function countOf(input: Input): number {
  const min = int(input, 'MinCount', { min: 1 });
  const max = int(input, 'MaxCount', { min: 1 });
  if (min > max) throw new AwsError('InvalidParameterCombination', `minCount (${min}) must not be greater than maxCount (${max})`);
  if (max > 64) throw new AwsError('InstanceLimitExceeded', `You have requested more instances (${max}) than your current instance limit of 64 allows for the specified instance type.`);
  return max;
}

function subnetFor(state: Reader, id: string | undefined): SubnetRecord {
  if (id === undefined || id === '') throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user. Specify a subnet.');
  return find(state, SUBNET, id);
}

/** Network of a launch with a NetworkInterface specification (wire names: its groups are `SecurityGroupId`). */
function networkOfInterface(input: Input, state: Reader, specification: Input): LaunchNetwork {
  for (const name of ['SubnetId', 'SecurityGroupId', 'PrivateIpAddress']) {
    if (has(input, name)) throw new AwsError('InvalidParameterCombination', 'Network interfaces and an instance-level subnet ID, security groups or private IP address may not be specified on the same request');
  }
  refuse(specification, UNSUPPORTED_OF_INTERFACE);
  const index = int({ DeviceIndex: 0, ...specification }, 'DeviceIndex', { min: 0 });
  if (index !== 0) throw invalidValue(index, 'networkInterface.deviceIndex', 'The first interface has device index 0.');
  if ((strOpt(specification, 'InterfaceType') ?? 'interface') !== 'interface') refuse(specification, ['InterfaceType']);
  const subnet = subnetFor(state, strOpt(specification, 'SubnetId'));
  return {
    subnet,
    groupIds: groupsFor(state, subnet.vpcId, list(specification, 'SecurityGroupId')),
    assignsPublicIp: boolOpt(specification, 'AssociatePublicIpAddress') ?? subnet.mapPublicIpOnLaunch,
    privateIpAddress: strOpt(specification, 'PrivateIpAddress'),
    description: strOpt(specification, 'Description') ?? '',
    deleteOnTermination: boolOpt(specification, 'DeleteOnTermination') ?? true,
  };
}

function networkOf(input: Input, state: Reader): LaunchNetwork {
  const specifications = structs(input, 'NetworkInterface');
  if (specifications.length > 1) throw new AwsError('UnsupportedOperation', 'More than one network interface an instance is not supported by the local cloud.');
  if (specifications[0] !== undefined) return networkOfInterface(input, state, specifications[0]);
  const subnet = subnetFor(state, strOpt(input, 'SubnetId'));
  return {
    subnet,
    groupIds: groupsFor(state, subnet.vpcId, list(input, 'SecurityGroupId')),
    assignsPublicIp: subnet.mapPublicIpOnLaunch,
    privateIpAddress: strOpt(input, 'PrivateIpAddress'),
    description: '',
    deleteOnTermination: true,
  };
}

function keyPairFor(state: Reader, name: string | undefined): KeyPairRecord | undefined {
  if (name === undefined || name === '') return undefined;
  const record = state.list(KEY_PAIR).find((candidate) => candidate.keyName === name);
  if (record === undefined) throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
  return record;
}

/** Reads and judges the whole request. Throws in EC2's own words. */
export function launchOf(input: Input, scope: Scope): Launch {
  refuseUnsupported(input);
  const count = countOf(input);
  const image = findImage(scope.region, str(input, 'ImageId'));
  const type = instanceType(strOpt(input, 'InstanceType') ?? 't3.micro');
  if (type.architecture !== image.architecture) {
    throw new AwsError('InvalidParameterValue', `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`);
  }
  const network = networkOf(input, scope.state);
  if (network.privateIpAddress !== undefined && count > 1) throw new AwsError('InvalidParameterCombination', 'A private IP address may be specified for a single instance only.');
  const zone = strOpt(input, 'Placement.AvailabilityZone');
  if (zone !== undefined && zone !== network.subnet.availabilityZone) {
    throw new AwsError('InvalidParameterValue', `The subnet '${network.subnet.subnetId}' is not in the availability zone '${zone}'.`);
  }
  oneOfOpt(input, 'InstanceInitiatedShutdownBehavior', ['stop', 'terminate']);
  const also = ['instance', 'volume', 'network-interface'];
  if (structOpt(input, 'CreditSpecification') !== undefined) oneOfOpt(input, 'CreditSpecification.CpuCredits', ['standard', 'unlimited']);
  return {
    count,
    image,
    type,
    network,
    keyPair: keyPairFor(scope.state, strOpt(input, 'KeyName')),
    devices: blockDevices(input, image),
    tags: tagsFor(input, 'instance', also),
    volumeTags: tagsFor(input, 'volume', also),
    interfaceTags: tagsFor(input, 'network-interface', also),
  };
}
