/** Virtual MFA devices: made, put into somebody's hands by two of their codes, taken away (IAM API reference). There are no hardware ones, and no picture of the seed for a camera. */
import { randomBytes } from 'node:crypto';
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../../endpoint/operation.js';
import { oneOfOpt, str } from '../../../endpoint/input.js';
import type { Reader } from '../../../state/store.js';
import { alreadyExists, deleteConflict, entityName, entityPath, limitExceeded, mergeTags, newTags, noSuchEntity, requiredTags, requireUser, shownTags, shownTime, tagsLeft } from '../entities.js';
import { userNameOf } from '../own-name.js';
import { listReply } from '../pages.js';
import { mfaDevices, type MfaDeviceRecord, type TagRecord, users } from '../records.js';
import { base32, stepOfPair } from '../totp.js';
import { labUser, shownUser } from '../users.js';

const SERIAL = { min: 9, max: 256, pattern: /^[\w+=/:,.@-]+$/ } as const;
const CODE = { min: 6, max: 6, pattern: /^\d+$/ } as const;
/** "IAM and STS quotas". */
const PER_USER = 8;

function requireDevice(reader: Reader, serialNumber: string): MfaDeviceRecord {
  const found = reader.get(mfaDevices, serialNumber);
  if (found === undefined) throw noSuchEntity(`VirtualMFADevice with serial number ${serialNumber} doesn't exist.`);
  return found;
}

export const createVirtualMfaDevice: Operation = (input, context) => {
  const name = entityName(input, 'VirtualMFADeviceName', 226);
  const serialNumber = `arn:aws:iam::${context.accountId}:mfa${entityPath(input)}${name}`;
  const tags = newTags(input);
  const seed = randomBytes(40);
  context.globalState.transact((tx) => {
    if (tx.get(mfaDevices, serialNumber) !== undefined) throw alreadyExists('MFADevice entity at the same path and name already exists.');
    tx.put(mfaDevices, serialNumber, { serialNumber, seed: seed.toString('hex'), lastStep: 0, tags });
  });
  return { VirtualMFADevice: { SerialNumber: serialNumber, Base32StringSeed: Buffer.from(base32(seed)).toString('base64'), Tags: tags.length > 0 ? shownTags(tags) : undefined } };
};

export const enableMfaDevice: Operation = (input, context) => {
  const userName = str(input, 'UserName');
  const serialNumber = str(input, 'SerialNumber', SERIAL);
  const codes = [str(input, 'AuthenticationCode1', CODE), str(input, 'AuthenticationCode2', CODE)] as const;
  const now = context.now();
  context.globalState.transact((tx) => {
    requireUser(tx, userName);
    const device = requireDevice(tx, serialNumber);
    if (device.userName !== undefined) throw alreadyExists('MFA Device is already in use.');
    if (tx.list(mfaDevices).filter((each) => each.userName === userName).length >= PER_USER) throw limitExceeded(`Cannot exceed quota for MFADevicesPerUser: ${PER_USER}`);
    const step = stepOfPair(Buffer.from(device.seed, 'hex'), ...codes, now);
    if (step === undefined) throw new AwsError('InvalidAuthenticationCode', 'Authentication code for device is not valid.', { status: 403 });
    tx.put(mfaDevices, serialNumber, { ...device, userName, enabledAt: now, lastStep: step + 1 });
  });
  return {};
};

export const deactivateMfaDevice: Operation = (input, context) => {
  const userName = userNameOf(input, context);
  const serialNumber = str(input, 'SerialNumber', SERIAL);
  context.globalState.transact((tx) => {
    const { userName: holder, enabledAt: _, ...device } = requireDevice(tx, serialNumber);
    if (holder !== userName) throw noSuchEntity(`MFA Device invalid for user ${userName}.`);
    tx.put(mfaDevices, serialNumber, device);
  });
  return {};
};

export const deleteVirtualMfaDevice: Operation = (input, { globalState }) => {
  const serialNumber = str(input, 'SerialNumber', SERIAL);
  globalState.transact((tx) => {
    if (requireDevice(tx, serialNumber).userName !== undefined) throw deleteConflict('MFA VirtualDevice in use. Must deactivate first.');
    tx.delete(mfaDevices, serialNumber);
  });
  return {};
};

export const listMfaDevices: Operation = (input, context) => {
  const userName = userNameOf(input, context);
  if (userName !== labUser(context).userName) requireUser(context.globalState, userName);
  const own = context.globalState.list(mfaDevices).filter((device) => device.userName === userName);
  return listReply('MFADevices', own, input, (device) => device.serialNumber, (device) => ({ UserName: userName, SerialNumber: device.serialNumber, EnableDate: shownTime(device.enabledAt ?? 0) }));
};

function shown(device: MfaDeviceRecord, { globalState }: OperationContext): Output {
  const user = device.userName === undefined ? undefined : globalState.get(users, device.userName);
  return { SerialNumber: device.serialNumber, User: user === undefined ? undefined : shownUser(user, 'listed'), EnableDate: device.enabledAt === undefined ? undefined : shownTime(device.enabledAt) };
}

export const listVirtualMfaDevices: Operation = (input, context) => {
  const wanted = oneOfOpt(input, 'AssignmentStatus', ['Assigned', 'Unassigned', 'Any']) ?? 'Any';
  const found = context.globalState.list(mfaDevices).filter(({ userName }) => wanted === 'Any' || (wanted === 'Assigned') === (userName !== undefined));
  return listReply('VirtualMFADevices', found, input, (device) => device.serialNumber, (device) => shown(device, context));
};

const retagged = (tagsOf: (old: readonly TagRecord[], input: Input) => readonly TagRecord[]): Operation => (input, { globalState }) => {
  const serialNumber = str(input, 'SerialNumber', SERIAL);
  globalState.transact((tx) => {
    const device = requireDevice(tx, serialNumber);
    tx.put(mfaDevices, serialNumber, { ...device, tags: tagsOf(device.tags, input) });
  });
  return {};
};

export const tagMfaDevice = retagged((old, input) => mergeTags(old, requiredTags(input)));

export const untagMfaDevice = retagged((old, input) => tagsLeft(input)(old));

export const listMfaDeviceTags: Operation = (input, { globalState }) =>
  listReply('Tags', requireDevice(globalState, str(input, 'SerialNumber', SERIAL)).tags, input, (tag) => tag.key, (tag) => ({ Key: tag.key, Value: tag.value }));
