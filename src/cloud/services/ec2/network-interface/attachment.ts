/** AttachNetworkInterface and DetachNetworkInterface: further interfaces of an instance. The first one stays for life (E2). */
import { boolOpt, int, intOpt, str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { INSTANCE_TYPES } from '../instance/types.js';
import { NETWORK_INTERFACE as TABLE, type NetworkInterfaceRecord } from '../model.js';
import { find, INSTANCE, newId } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';
import { interfacesOf } from './interface.js';
import { checkAddressLimit, ownInterface } from './secondary-addresses.js';

export const attachNetworkInterface = changing((input, tx, context) => {
  refuse(input, ['EnaSrdSpecification', 'EnaQueueCount']);
  const networkCardIndex = intOpt(input, 'NetworkCardIndex', { min: 0 }) ?? 0;
  const record = ownInterface(tx, str(input, 'NetworkInterfaceId'));
  const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
  const { instanceId } = instance;
  const deviceIndex = int(input, 'DeviceIndex', { min: 0 });
  if (networkCardIndex !== 0) throw new AwsError('InvalidParameterValue', `Instance type ${instance.instanceType} has no network card at index ${networkCardIndex}.`);
  if (instance.state !== 'running' && instance.state !== 'stopped') throw new AwsError('IncorrectInstanceState', `Instance: ${instanceId} is not in a valid state: ${instance.state}`);
  if (record.attachment !== undefined) throw new AwsError('InvalidNetworkInterface.InUse', `Interface: [${record.networkInterfaceId}] in use.`);
  if (record.availabilityZone !== instance.availabilityZone) {
    throw new AwsError('InvalidParameterCombination', 'You may not attach a network interface to an instance if they are not in the same availability zone');
  }
  if (record.vpcId !== instance.vpcId) throw new AwsError('UnsupportedOperation', 'Interfaces of another VPC than the instance\'s are not supported by the local cloud.');
  const attached = interfacesOf(tx, instanceId);
  if (attached.some((eni) => eni.attachment?.deviceIndex === deviceIndex)) {
    throw new AwsError('InvalidParameterValue', `Instance '${instanceId}' already has an interface attached at device index '${deviceIndex}'.`);
  }
  const limit = INSTANCE_TYPES.find((type) => type.name === instance.instanceType)?.maximumInterfaces ?? 1;
  if (attached.length >= limit) throw new AwsError('AttachmentLimitExceeded', `Interface count ${attached.length + 1} exceeds the limit for ${instance.instanceType}`);
  const attachmentId = newId('eni-attach');
  const changed: NetworkInterfaceRecord = { ...record, attachment: { attachmentId, instanceId, deviceIndex, attachTime: context.now(), deleteOnTermination: false } };
  tx.put(TABLE, record.networkInterfaceId, changed);
  checkAddressLimit(tx, changed);
  return { attachmentId, networkCardIndex };
});

export const detachNetworkInterface = changing((input, tx) => {
  // A detachment here never hangs, so force has nothing to add.
  boolOpt(input, 'Force');
  const attachmentId = str(input, 'AttachmentId');
  const record = tx.list(TABLE).find((eni) => eni.attachment?.attachmentId === attachmentId);
  if (record === undefined) throw new AwsError('InvalidAttachmentID.NotFound', `The attachment '${attachmentId}' does not exist.`);
  if (record.interfaceType !== 'interface') throw new AwsError('OperationNotPermitted', `You are not allowed to manage 'ela-attach' attachments.`);
  if (record.attachment?.deviceIndex === 0) throw new AwsError('OperationNotPermitted', 'The network interface at device index 0 and networkCard index 0 cannot be detached.');
  tx.put(TABLE, record.networkInterfaceId, { ...record, attachment: undefined });
  return DONE;
});
