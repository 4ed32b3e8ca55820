/** Virtual MFA devices: their codes by RFC 6238's vectors, who may have one, and what a code opens at STS. */
import { beforeEach, describe, expect, it } from 'vitest';
import { base32, codeOf, stepAt } from '../../../../../src/cloud/services/iam/totp.js';
import { base32Bytes } from '../../../../base32.js';
import { type Harness, startHarness } from '../../endpoint/harness.js';

const SERIAL = 'arn:aws:iam::123456789012:mfa/phone';
let lab: Harness;
beforeEach(async () => {
  lab = await startHarness();
  return () => lab.close();
});

it.each([[59_000, '287082'], [1_111_111_109_000, '081804'], [1_111_111_111_000, '050471'], [1_234_567_890_000, '005924'], [2_000_000_000_000, '279037'], [20_000_000_000_000, '353130']])('a code at %i ms is that of RFC 6238', (at, code) => {
  expect(codeOf(Buffer.from('12345678901234567890'), stepAt(at))).toBe(code);
});

it('a seed is written in base 32', () => expect(base32(Buffer.from('12345678901234567890'))).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'));

const iam = async (operation: string, input: object) => (await lab.endpoint.internalContext('us-east-1').call('iam', operation, { ...input })) as Record<string, Record<string, string>>;
const sts = (body: object, keys?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => lab.call({ service: 'sts', body: new URLSearchParams({ Version: '2011-06-15', ...body }).toString(), ...(keys === undefined ? {} : { keys }) });
const element = (text: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';

/** A user with a device, and a role that wants a code. */
async function withDevice() {
  await iam('CreateUser', { UserName: 'me' });
  const { AccessKey: key } = await iam('CreateAccessKey', { UserName: 'me' });
  await iam('PutUserPolicy', { UserName: 'me', PolicyName: 'all', PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}' });
  await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}}}' });
  const { VirtualMFADevice: device } = await iam('CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' });
  const seed = base32Bytes(Buffer.from(device?.['Base32StringSeed'] ?? '', 'base64').toString());
  const code = (ahead: number): string => codeOf(seed, stepAt(lab.now) + ahead);
  await iam('EnableMFADevice', { UserName: 'me', SerialNumber: SERIAL, AuthenticationCode1: code(-2), AuthenticationCode2: code(-1) });
  return { code, keys: { accessKeyId: key?.['AccessKeyId'] ?? '', secretAccessKey: key?.['SecretAccessKey'] ?? '' } };
}

const ASSUME = { Action: 'AssumeRole', RoleArn: 'arn:aws:iam::123456789012:role/r', RoleSessionName: 'me' };

describe('a code', () => {
  it('opens a role that wants one, once; an older one and a made-up one do not', async () => {
    const { code, keys } = await withDevice();
    expect((await sts(ASSUME, keys)).text).toContain('is not authorized to perform: sts:AssumeRole');
    expect((await sts({ ...ASSUME, SerialNumber: SERIAL, TokenCode: code(5) }, keys)).text).toContain('MultiFactorAuthentication failed with invalid MFA one time pass code.');
    expect((await sts({ ...ASSUME, SerialNumber: SERIAL, TokenCode: code(0) }, keys)).status).toBe(200);
    for (const used of [0, -1]) expect((await sts({ ...ASSUME, SerialNumber: SERIAL, TokenCode: code(used) }, keys)).text).toContain('invalid MFA one time pass code');
    expect((await sts({ ...ASSUME, SerialNumber: SERIAL, TokenCode: code(1) }, keys)).status).toBe(200);
  });

  it('goes with the keys of a session that it was shown for', async () => {
    const { code, keys } = await withDevice();
    const { text } = await sts({ Action: 'GetSessionToken', SerialNumber: SERIAL, TokenCode: code(0) }, keys);
    const session = { accessKeyId: element(text, 'AccessKeyId'), secretAccessKey: element(text, 'SecretAccessKey'), sessionToken: element(text, 'SessionToken') };
    expect((await sts(ASSUME, session)).status).toBe(200);
    lab.now += 3_700_000;
    expect((await sts(ASSUME, session)).status).toBe(403);
  });

  it('of somebody else\'s device opens nothing', async () => {
    const { code } = await withDevice();
    expect((await sts({ ...ASSUME, SerialNumber: SERIAL, TokenCode: code(0) })).text).toContain('unable to validate MFA code');
  });
});

it('a device is given by two codes in a row, to one user, and taken back before either goes', async () => {
  const { code } = await withDevice();
  await expect(iam('EnableMFADevice', { UserName: 'me', SerialNumber: SERIAL, AuthenticationCode1: code(-2), AuthenticationCode2: code(-1) })).rejects.toMatchObject({ code: 'EntityAlreadyExists' });
  await expect(iam('DeleteVirtualMFADevice', { SerialNumber: SERIAL })).rejects.toMatchObject({ code: 'DeleteConflict' });
  expect(await iam('ListMFADevices', { UserName: 'me' })).toMatchObject({ MFADevices: [{ UserName: 'me', SerialNumber: SERIAL }] });
  expect(await iam('ListVirtualMFADevices', { AssignmentStatus: 'Assigned' })).toMatchObject({ VirtualMFADevices: [{ SerialNumber: SERIAL, User: { UserName: 'me' } }] });
  await iam('DeactivateMFADevice', { UserName: 'me', SerialNumber: SERIAL });
  await expect(iam('EnableMFADevice', { UserName: 'me', SerialNumber: SERIAL, AuthenticationCode1: code(-1), AuthenticationCode2: code(-2) })).rejects.toMatchObject({ code: 'InvalidAuthenticationCode' });
  await iam('DeleteVirtualMFADevice', { SerialNumber: SERIAL });
  expect(await iam('ListVirtualMFADevices', {})).toMatchObject({ VirtualMFADevices: [] });
});
