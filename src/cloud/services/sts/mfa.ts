/** The code of an MFA device in a request of STS: of a device of who asks, around now, and good once. */
import { AwsError, type Input, type OperationContext } from '../../endpoint/operation.js';
import { strOpt } from '../../endpoint/input.js';
import { mfaDevices } from '../iam/records.js';
import { stepOfCode } from '../iam/totp.js';

const denied = (message: string): AwsError => new AwsError('AccessDenied', message, { status: 403 });

/** When the caller showed a code, milliseconds since the epoch: in this request, or when its keys were made; undefined for never. Throws AccessDenied for a code that is not good. */
export function mfaOf(input: Input, context: OperationContext): number | undefined {
  const serialNumber = strOpt(input, 'SerialNumber', { min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ });
  const code = strOpt(input, 'TokenCode', { min: 6, max: 6, pattern: /^\d*$/ });
  if (serialNumber === undefined && code === undefined) return context.caller.mfaAt;
  if (serialNumber === undefined || code === undefined) throw denied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.');
  const now = context.now();
  context.globalState.transact((tx) => {
    const device = tx.get(mfaDevices, serialNumber);
    if (device?.userName === undefined || device.userName !== context.caller.userName) throw denied('MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.');
    const step = stepOfCode(Buffer.from(device.seed, 'hex'), code, now, device.lastStep);
    if (step === undefined) throw denied('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
    tx.put(mfaDevices, serialNumber, { ...device, lastStep: step });
  });
  return now;
}
