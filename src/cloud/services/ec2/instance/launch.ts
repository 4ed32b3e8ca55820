/** What RunInstances is asked for, read and judged against the region before anything is made. */
import { boolOpt, has, int, list, str, strOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import type { Reader } from '../../../state/store.js';
import type { Image } from '../../ssm/public-parameters.js';
import { findImage } from '../image/describe-images.js';
import { KEY_PAIR, type InstanceOptions, type KeyPairRecord, type SubnetRecord, type Tag } from '../model.js';
import { groupsFor } from '../network-interface/interface.js';
import { availableAddresses } from '../network-interface/private-address.js';
import { find, SUBNET } from '../noun.js';
import { invalidValue, type Scope } from '../operation.js';
import { roomForInstances, vcpuLimitExceeded } from '../quota.js';
import { tagsFor } from '../tags.js';
import { blockDevices, type BlockDevice, type Launching } from './block-devices.js';
import { checkPlacement, launchOptions } from './launch-options.js';
import { requireOffered } from './offered-zones.js';
import { instanceType, type InstanceType } from './types.js';

export interface Launch {
  readonly count: number;
  readonly image: Image;
  readonly type: InstanceType;
  readonly keyPair?: KeyPairRecord | undefined;
  readonly network: LaunchNetwork;
  readonly options: InstanceOptions;
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

/** Clients write these out; others that the local cloud has nothing behind are refused by not being read. */
const INTERFACE_DEFAULTS = { NetworkCardIndex: '0', InterfaceType: 'interface', Ipv6AddressCount: '0', PrimaryIpv6: 'false', AssociateCarrierIpAddress: 'false', SecondaryPrivateIpAddressCount: '0', NetworkInterfaceId: '' };

/** Undefined for the empty text that clients write for what is not set. */
function given(input: Input, name: string): string | undefined {
  const text = strOpt(input, name);
  return text === '' ? undefined : text;
}

/** Instances a request may make. */
const LIMIT = 64;

function countsOf(input: Input): { readonly min: number; readonly max: number } {
  const min = int(input, 'MinCount', { min: 1 });
  const max = int(input, 'MaxCount', { min: 1 });
  if (min > max) throw new AwsError('InvalidParameterCombination', `minCount (${min}) must not be greater than maxCount (${max})`);
  if (min > LIMIT) throw new AwsError('InstanceLimitExceeded', `You have requested more instances (${min}) than your current instance limit of ${LIMIT} allows for the specified instance type.`);
  return { min, max: Math.min(max, LIMIT) };
}

function subnetFor(state: Reader, id: string | undefined): SubnetRecord {
  if (id === undefined || id === '') throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user. Specify a subnet.');
  return find(state, SUBNET, id);
}

/** Network of a launch with a NetworkInterface specification (wire names: its groups are `SecurityGroupId`). */
function networkOfInterface(input: Input, state: Reader, specification: Input): LaunchNetwork {
  for (const name of ['SubnetId', 'SecurityGroup', 'SecurityGroupId', 'PrivateIpAddress']) {
    if (has(input, name)) throw new AwsError('InvalidParameterCombination', 'Network interfaces and an instance-level subnet ID, security groups or private IP address may not be specified on the same request');
  }
  onlyDefault(specification, INTERFACE_DEFAULTS);
  const index = int({ DeviceIndex: 0, ...specification }, 'DeviceIndex', { min: 0 });
  if (index !== 0) throw invalidValue(index, 'networkInterface.deviceIndex', 'The first interface has device index 0.');
  const subnet = subnetFor(state, strOpt(specification, 'SubnetId'));
  return {
    subnet,
    groupIds: groupsFor(state, subnet.vpcId, list(specification, 'SecurityGroupId')),
    assignsPublicIp: boolOpt(specification, 'AssociatePublicIpAddress') ?? subnet.mapPublicIpOnLaunch,
    privateIpAddress: given(specification, 'PrivateIpAddress'),
    description: strOpt(specification, 'Description') ?? '',
    deleteOnTermination: boolOpt(specification, 'DeleteOnTermination') ?? true,
  };
}

function networkOf(input: Input, state: Reader): LaunchNetwork {
  const specifications = structs(input, 'NetworkInterface');
  if (specifications.length > 1) throw new AwsError('UnsupportedOperation', 'More than one network interface an instance is not supported by the local cloud.');
  if (specifications[0] !== undefined) return networkOfInterface(input, state, specifications[0]);
  const subnet = subnetFor(state, given(input, 'SubnetId'));
  if (list(input, 'SecurityGroup').length > 0) throw new AwsError('InvalidParameterCombination', 'The parameter groupName cannot be used with the parameter subnet');
  return {
    subnet,
    groupIds: groupsFor(state, subnet.vpcId, list(input, 'SecurityGroupId')),
    assignsPublicIp: subnet.mapPublicIpOnLaunch,
    privateIpAddress: given(input, 'PrivateIpAddress'),
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

/** As many as MaxCount, the account's quota and the subnet's free addresses allow, but at least MinCount. */
function launchCount(input: Input, network: LaunchNetwork, state: Reader, type: InstanceType): number {
  const { min, max } = countsOf(input);
  const room = roomForInstances(state, type.vcpus);
  if (min > room) throw vcpuLimitExceeded(state);
  if (network.privateIpAddress !== undefined && max > 1) throw new AwsError('InvalidParameterCombination', 'A private IP address may be specified for a single instance only.');
  return Math.max(min, Math.min(max, room, availableAddresses(state, network.subnet)));
}

/** Reads and judges the whole request. Throws in EC2's own words. */
export function launchOf(input: Input, scope: Scope, launching: Launching): Launch {
  const image = findImage(scope.region, str(input, 'ImageId'));
  const type = instanceType(given(input, 'InstanceType') ?? 't3.micro');
  if (type.architecture !== image.architecture) {
    throw new AwsError('InvalidParameterValue', `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`);
  }
  const network = networkOf(input, scope.state);
  checkPlacement(input, network.subnet, scope);
  requireOffered(scope.state, scope.region, type.name, network.subnet.availabilityZone);
  const also = ['instance', 'volume', 'network-interface'];
  return {
    count: launchCount(input, network, scope.state, type),
    image,
    type,
    network,
    options: launchOptions(input, type),
    keyPair: keyPairFor(scope.state, given(input, 'KeyName')),
    devices: blockDevices(input, image, launching),
    tags: tagsFor(input, 'instance', also),
    volumeTags: tagsFor(input, 'volume', also),
    interfaceTags: tagsFor(input, 'network-interface', also),
  };
}
