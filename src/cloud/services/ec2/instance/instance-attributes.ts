/** DescribeInstanceAttribute, ModifyInstanceAttribute, ResetInstanceAttribute. */
import { blobOpt, bool, has, list, oneOf, oneOfOpt, str, strOpt, structOpt, structs, valueAt } from '../../../endpoint/input.js';
import { AwsError, type Input, type Output } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import type { Transaction } from '../../../state/store.js';
import { INSTANCE as TABLE, NETWORK_INTERFACE, VOLUME, type InstanceRecord } from '../model.js';
import { groupSetOf, groupsFor } from '../network-interface/interface.js';
import { find, INSTANCE } from '../noun.js';
import { changing, DONE, reading, refuse, type Scope } from '../operation.js';
import { byInstance } from './by-instance.js';
import { instanceType } from './types.js';
import { blockDevicesOf } from './view.js';

const ATTRIBUTES = [
  'instanceType', 'kernel', 'ramdisk', 'userData', 'disableApiTermination', 'instanceInitiatedShutdownBehavior', 'rootDeviceName', 'blockDeviceMapping',
  'productCodes', 'sourceDestCheck', 'groupSet', 'ebsOptimized', 'sriovNetSupport', 'enaSupport', 'enclaveOptions', 'disableApiStop',
] as const;
type Attribute = (typeof ATTRIBUTES)[number];

function attributeView(instance: InstanceRecord, attribute: Attribute, scope: Scope): Output {
  const eni = scope.state.get(NETWORK_INTERFACE, instance.networkInterfaceId);
  switch (attribute) {
    case 'instanceType': return { instanceType: { value: instance.instanceType } };
    case 'userData': return { userData: instance.userData === undefined ? {} : { value: instance.userData } };
    case 'disableApiTermination': return { disableApiTermination: { value: instance.disableApiTermination } };
    case 'disableApiStop': return { disableApiStop: { value: instance.disableApiStop } };
    case 'instanceInitiatedShutdownBehavior': return { instanceInitiatedShutdownBehavior: { value: instance.instanceInitiatedShutdownBehavior } };
    case 'rootDeviceName': return { rootDeviceName: { value: instance.rootDeviceName } };
    case 'blockDeviceMapping': return { blockDeviceMapping: blockDevicesOf(byInstance(scope.state).volumes(instance.instanceId)) };
    case 'productCodes': return { productCodes: [] };
    case 'sourceDestCheck': return { sourceDestCheck: { value: eni?.sourceDestCheck } };
    case 'groupSet': return { groupSet: groupSetOf(scope.state, eni?.groupIds ?? []) };
    case 'ebsOptimized': return { ebsOptimized: { value: instance.ebsOptimized } };
    case 'enaSupport': return { enaSupport: { value: true } };
    case 'enclaveOptions': return { enclaveOptions: { enabled: false } };
    // Kernel, ramdisk and sriovNetSupport: no instance has them.
    default: return { [attribute]: {} };
  }
}

export const describeInstanceAttribute = reading((input, scope) => {
  const instance = find(scope.state, INSTANCE, str(input, 'InstanceId'));
  return { instanceId: instance.instanceId, ...attributeView(instance, oneOf(input, 'Attribute', ATTRIBUTES), scope) };
});

/** The older form `Attribute=…&Value=…` as the structured one. */
function structured(input: Input): Input {
  const attribute = oneOfOpt(input, 'Attribute', ATTRIBUTES);
  if (attribute === undefined) return input;
  const name = attribute.charAt(0).toUpperCase() + attribute.slice(1);
  return { ...input, [name]: { Value: valueAt(input, 'Value') } };
}

function stoppedOnly(instance: InstanceRecord, attribute: string): void {
  if (instance.state !== 'stopped') throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' is not in the 'stopped' state; its ${attribute} cannot be modified.`);
}

function changeInterface(tx: Transaction, instance: InstanceRecord, input: Input): void {
  const eni = tx.get(NETWORK_INTERFACE, instance.networkInterfaceId);
  if (eni === undefined) throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' has no network interface.`);
  const groupIds = has(input, 'GroupId') ? groupsFor(tx, eni.vpcId, list(input, 'GroupId')) : eni.groupIds;
  const sourceDestCheck = has(input, 'SourceDestCheck') ? bool(structOpt(input, 'SourceDestCheck') ?? {}, 'Value') : eni.sourceDestCheck;
  tx.put(NETWORK_INTERFACE, eni.networkInterfaceId, { ...eni, groupIds, sourceDestCheck });
}

const CHANGES: { readonly [parameter: string]: (instance: InstanceRecord, input: Input) => InstanceRecord } = {
  DisableApiTermination: (instance, input) => ({ ...instance, disableApiTermination: bool(input, 'DisableApiTermination.Value') }),
  DisableApiStop: (instance, input) => ({ ...instance, disableApiStop: bool(input, 'DisableApiStop.Value') }),
  EbsOptimized: (instance, input) => ({ ...instance, ebsOptimized: bool(input, 'EbsOptimized.Value') }),
  InstanceInitiatedShutdownBehavior: (instance, input) => ({ ...instance, instanceInitiatedShutdownBehavior: oneOf(input, 'InstanceInitiatedShutdownBehavior.Value', ['stop', 'terminate']) }),
  InstanceType: (instance, input) => {
    stoppedOnly(instance, 'instanceType');
    const type = instanceType(str(input, 'InstanceType.Value'));
    if (type.architecture !== instance.architecture) throw new AwsError('InvalidParameterValue', `The instance type '${type.name}' has not the architecture '${instance.architecture}' of the instance.`);
    return { ...instance, instanceType: type.name };
  },
  UserData: (instance, input) => {
    stoppedOnly(instance, 'userData');
    return { ...instance, userData: blobOpt(input, 'UserData.Value')?.toString('base64') };
  },
};
const OF_INTERFACE = ['GroupId', 'SourceDestCheck'];
const OF_VOLUMES = 'BlockDeviceMapping';

/** Only whether a volume goes with the instance can be changed; true when it is not said. */
function changeVolumes(tx: Transaction, instance: InstanceRecord, input: Input): void {
  const volumes = byInstance(tx).volumes(instance.instanceId);
  for (const mapping of structs(input, OF_VOLUMES)) {
    const device = str(mapping, 'DeviceName');
    const volume = volumes.find((candidate) => candidate.attachment?.device === device);
    const asked = strOpt(mapping, 'Ebs.VolumeId');
    if (volume?.attachment === undefined || (asked !== undefined && asked !== volume.volumeId)) throw new AwsError('InvalidInstanceAttributeValue', `No device is currently mapped at ${device}`);
    tx.put(VOLUME, volume.volumeId, { ...volume, attachment: { ...volume.attachment, deleteOnTermination: bool(mapping, 'Ebs.DeleteOnTermination', true) } });
  }
}

export const modifyInstanceAttribute = changing((raw, tx) => {
  const input = structured(raw);
  refuse(input, ['Kernel', 'Ramdisk', 'SriovNetSupport']);
  // All instances have it, and none can be without.
  onlyDefault(input, { 'EnaSupport.Value': 'true' });
  const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
  const given = [...Object.keys(CHANGES), ...OF_INTERFACE, OF_VOLUMES].filter((name) => has(input, name));
  if (given.length > 1) throw new AwsError('InvalidParameterCombination', 'Fields for multiple attribute types specified');
  const [name] = given;
  if (name === undefined) throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
  const apply = CHANGES[name];
  if (name === OF_VOLUMES) changeVolumes(tx, instance, input);
  else if (apply === undefined) changeInterface(tx, instance, input);
  else tx.put(TABLE, instance.instanceId, apply(instance, input));
  return DONE;
});

/** Of the three attributes that can be reset, kernel and ramdisk are none of the instances here. */
export const resetInstanceAttribute = changing((input, tx) => {
  const attribute = oneOf(input, 'Attribute', ATTRIBUTES);
  const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
  if (attribute !== 'sourceDestCheck') throw new AwsError('InvalidParameterValue', `Value (${attribute}) for parameter attribute is invalid. The attribute cannot be reset.`);
  const eni = tx.get(NETWORK_INTERFACE, instance.networkInterfaceId);
  if (eni === undefined) throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' has no network interface.`);
  tx.put(NETWORK_INTERFACE, eni.networkInterfaceId, { ...eni, sourceDestCheck: true });
  return DONE;
});
