/** AttachVolume and DetachVolume: through at once, so that only their replies show the states in between. */
import { boolOpt, str, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { VOLUME as TABLE, type VolumeRecord } from '../model.js';
import { find, INSTANCE, VOLUME } from '../noun.js';
import { changing, invalidValue } from '../operation.js';

/** Names by which Linux and Windows instances take volumes (EC2 user guide, "Device names"); NVMe devices show under other ones inside. */
const DEVICE = /^(?:\/dev\/(?:sd[a-z]\d{0,2}|xvd[a-z]{1,2}\d{0,2}|hd[a-z]\d{0,2})|xvd[a-z]{1,2}|sd[a-z]\d{0,2})$/;

/** Volumes of one instance, at the most, on the types that the region has (Nitro: 28 with their interfaces). */
const LIMIT = 27;

type Attachment = NonNullable<VolumeRecord['attachment']>;

function attachmentView(volumeId: string, { instanceId, device, attachTime, deleteOnTermination }: Attachment, status: 'attaching' | 'detaching') {
  return { volumeId, instanceId, device, status, attachTime: new Date(attachTime), deleteOnTermination };
}

export const attachVolume = changing((input, tx, context) => {
  const device = str(input, 'Device');
  const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
  const { instanceId } = instance;
  const volume = find(tx, VOLUME, str(input, 'VolumeId'));
  const { volumeId } = volume;
  if (!DEVICE.test(device)) throw invalidValue(device, 'device', `${device} is not a valid EBS device name.`);
  if (volume.attachment !== undefined) throw new AwsError('VolumeInUse', `${volumeId} is already attached to an instance`);
  if (volume.availabilityZone !== instance.availabilityZone) throw new AwsError('InvalidVolume.ZoneMismatch', `The volume '${volumeId}' is not in the same availability zone as instance '${instanceId}'`);
  if (instance.state !== 'running' && instance.state !== 'stopped') throw new AwsError('IncorrectState', `Instance '${instanceId}' is not 'running'.`);
  const attached = tx.list(TABLE).filter((other) => other.attachment?.instanceId === instanceId);
  if (attached.some((other) => other.attachment?.device === device)) throw new AwsError('InvalidParameterValue', `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`);
  if (attached.length >= LIMIT) throw new AwsError('AttachmentLimitExceeded', `Instance '${instanceId}' has ${attached.length} volumes attached, which is the most that its type allows.`);
  const attachment: Attachment = { instanceId, device, attachTime: context.now(), deleteOnTermination: false };
  tx.put(TABLE, volumeId, { ...volume, attachment });
  return attachmentView(volumeId, attachment, 'attaching');
});

export const detachVolume = changing((input, tx) => {
  // A detachment here never hangs, so force has nothing to add.
  boolOpt(input, 'Force');
  const { attachment, ...volume } = find(tx, VOLUME, str(input, 'VolumeId'));
  const { volumeId } = volume;
  const [instanceId, device] = [strOpt(input, 'InstanceId') ?? '', strOpt(input, 'Device') ?? ''];
  if (instanceId !== '') find(tx, INSTANCE, instanceId);
  if (attachment === undefined) throw new AwsError('IncorrectState', `Volume '${volumeId}' is in the 'available' state.`);
  if ((instanceId !== '' && instanceId !== attachment.instanceId) || (device !== '' && device !== attachment.device)) {
    throw new AwsError('InvalidAttachment.NotFound', `The volume '${volumeId}' is not attached to instance '${instanceId === '' ? attachment.instanceId : instanceId}'${device === '' ? '' : ` as device ${device}`}`);
  }
  const instance = tx.get(INSTANCE.table, attachment.instanceId);
  if (instance?.rootDeviceName === attachment.device) {
    if (instance.state !== 'stopped') throw new AwsError('OperationNotPermitted', `Unable to detach root volume '${attachment.device}' from instance '${attachment.instanceId}'`);
    throw new AwsError('UnsupportedOperation', 'An instance without its root volume is not supported by the local cloud.');
  }
  tx.put(TABLE, volumeId, volume);
  return attachmentView(volumeId, attachment, 'detaching');
});
