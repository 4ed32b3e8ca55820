/** SSO's tokens and portal: a login from its code to its end, what each token opens and for how long, and that nobody but the lab's own keys says who logs in. */
import { beforeEach, describe, expect, it } from 'vitest';
import { iam } from '../../../../../src/cloud/services/iam/iam.js';
import { clients, devices, tokens } from '../../../../../src/cloud/services/sso/records.js';
import { sso } from '../../../../../src/cloud/services/sso/sso.js';
import { ssoOidc } from '../../../../../src/cloud/services/sso/sso-oidc.js';
import { ssmlab } from '../../../../../src/cloud/services/ssmlab/ssmlab.js';
import { sts } from '../../../../../src/cloud/services/sts/sts.js';
import { type Harness, type Reply, startHarness } from '../../endpoint/harness.js';

const ACCOUNT = '123456789012';
const JSON_TYPE = { 'content-type': 'application/json' };
let lab: Harness;
beforeEach(async () => {
  lab = await startHarness({ services: [iam, sts, sso, ssoOidc, ssmlab] });
  return () => lab.close();
});

type Answer = Record<string, string>;
const post = (path: string, body: object): Promise<Reply> => lab.raw({ method: 'POST', path, headers: JSON_TYPE, body: JSON.stringify(body) });
const read = ({ text }: Reply): Answer => JSON.parse(text) as Answer;
const portal = (path: string, token: string, method = 'GET'): Promise<Reply> => lab.raw({ method, path, headers: { 'x-amz-sso_bearer_token': token } });
const credentials = (token: string, role = 'Lab', account = ACCOUNT): Promise<Reply> => portal(`/federation/credentials?role_name=${role}&account_id=${account}`, token);
const approve = (input: object, keys = lab.keys.lab) => lab.call({ service: 'ssmlab', body: JSON.stringify(input), headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Ssmlab.ApproveSsoLogin' }, keys });
const refused = (status: number, code: string, error?: string) => ({ status, headers: expect.objectContaining({ 'x-amzn-errortype': code }) as unknown, ...(error === undefined ? {} : { text: expect.stringContaining(`"error":"${error}"`) as string }) });

async function register() {
  const { clientId = '', clientSecret = '' } = read(await post('/client/register', { clientName: 'x', clientType: 'public' }));
  return { clientId, clientSecret };
}
async function begin() {
  const client = await register();
  const { deviceCode = '', userCode = '' } = read(await post('/device_authorization', { ...client, startUrl: 'https://corp.awsapps.com/start' }));
  return { client, userCode, device: { ...client, grantType: 'urn:ietf:params:oauth:grant-type:device_code', deviceCode } };
}
async function logIn(more: object = {}) {
  const { client, userCode, device } = await begin();
  expect((await approve({ UserCode: userCode, PermissionSets: ['Lab'], ...more })).status).toBe(200);
  const { accessToken = '', refreshToken = '', expiresIn } = read(await post('/token', device));
  return { client, device, accessToken, refreshToken, expiresIn };
}
const refresh = (client: object, refreshToken: string) => post('/token', { ...client, grantType: 'refresh_token', refreshToken });

describe('a login', () => {
  it('waits for its approval, and its code is good once', async () => {
    const { userCode, device } = await begin();
    expect(await post('/token', device)).toMatchObject(refused(400, 'AuthorizationPendingException', 'authorization_pending'));
    expect((await approve({ UserCode: userCode, UserName: 'me@example.com', PermissionSets: ['Lab'] })).status).toBe(200);
    const { accessToken = '' } = read(await post('/token', device));
    expect(await post('/token', device)).toMatchObject(refused(400, 'InvalidGrantException', 'invalid_grant'));
    const { roleCredentials } = JSON.parse((await credentials(accessToken)).text) as { roleCredentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: number } };
    expect(roleCredentials.expiration).toBe(lab.now + 3_600_000);
    expect((await lab.call({ service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15', keys: roleCredentials })).text).toMatch(/assumed-role\/AWSReservedSSO_Lab_[0-9a-f]{16}\/me@example\.com/u);
  });

  it('is too late after ten minutes', async () => {
    const { userCode, device } = await begin();
    lab.now += 600_001;
    expect((await approve({ UserCode: userCode })).text).toContain('no login waits for the code');
    expect(await post('/token', device)).toMatchObject(refused(400, 'ExpiredTokenException', 'expired_token'));
  });

  it('is approved by the lab\'s own keys only', async () => {
    const { userCode } = await begin();
    const context = lab.endpoint.internalContext('us-east-1');
    await context.call('iam', 'CreateUser', { UserName: 'other' });
    await context.call('iam', 'AttachUserPolicy', { UserName: 'other', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    const { AccessKey } = (await context.call('iam', 'CreateAccessKey', { UserName: 'other' })) as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
    expect((await approve({ UserCode: userCode, PermissionSets: ['Lab'] }, { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey })).text).toContain('AccessDeniedException');
    expect((await lab.raw({ method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Ssmlab.ApproveSsoLogin' }, body: JSON.stringify({ UserCode: userCode }) })).text).toContain('MissingAuthenticationTokenException');
  });

  it('is of the program that began it', async () => {
    const { device } = await begin();
    const { client, refreshToken } = await logIn();
    const other = await register();
    expect(await post('/token', { ...device, ...other })).toMatchObject(refused(400, 'InvalidGrantException', 'invalid_grant'));
    expect(await refresh(other, refreshToken)).toMatchObject(refused(400, 'InvalidGrantException', 'invalid_grant'));
    expect(await refresh({ ...client, clientSecret: 'another' }, refreshToken)).toMatchObject(refused(401, 'InvalidClientException', 'invalid_client'));
    lab.now += 91 * 86_400_000;
    expect(await refresh(client, refreshToken)).toMatchObject(refused(401, 'InvalidClientException', 'invalid_client'));
  });
});

describe('a token', () => {
  it('holds as long as was said, and is renewed by the other one', async () => {
    const { client, accessToken, refreshToken, expiresIn } = await logIn({ TokenSeconds: 900 });
    expect(expiresIn).toBe(900);
    expect((await credentials(accessToken)).status).toBe(200);
    lab.now += 900_000;
    expect(await credentials(accessToken)).toMatchObject(refused(401, 'UnauthorizedException'));
    expect(await credentials(refreshToken)).toMatchObject(refused(401, 'UnauthorizedException'));
    const { accessToken: renewed = '' } = read(await refresh(client, refreshToken));
    expect((await credentials(renewed)).status).toBe(200);
  });

  it('ends with the logout, and all of its login with it', async () => {
    const { client, accessToken, refreshToken } = await logIn();
    const other = await logIn();
    expect((await portal('/logout', accessToken, 'POST')).status).toBe(200);
    expect(await credentials(accessToken)).toMatchObject(refused(401, 'UnauthorizedException'));
    expect(await refresh(client, refreshToken)).toMatchObject(refused(400, 'InvalidGrantException', 'invalid_grant'));
    expect((await credentials(other.accessToken)).status).toBe(200);
  });

  it('opens the roles that are assigned, in this account', async () => {
    const { accessToken } = await logIn({ PermissionSets: ['Lab', 'Auditor'], PolicyArns: ['arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess'] });
    expect(JSON.parse((await portal(`/assignment/roles?account_id=${ACCOUNT}`, accessToken)).text)).toEqual({ roleList: [{ roleName: 'Lab', accountId: ACCOUNT }, { roleName: 'Auditor', accountId: ACCOUNT }] });
    for (const [role, account] of [['Other', ACCOUNT], ['Lab', '000000000000']] as const) expect(await credentials(accessToken, role, account)).toMatchObject(refused(403, 'ForbiddenException'));
    const { userCode } = await begin();
    expect((await approve({ UserCode: userCode, PermissionSets: ['New'], PolicyArns: ['arn:aws:iam::aws:policy/Nowhere'] })).status).toBe(404);
    expect(JSON.stringify(await lab.endpoint.internalContext('us-east-1').call('iam', 'ListRoles', {}))).not.toContain('AWSReservedSSO_New');
    const none = await logIn({ PermissionSets: [] });
    expect(JSON.parse((await portal('/assignment/accounts', none.accessToken)).text)).toEqual({ accountList: [] });
    expect(await credentials(none.accessToken)).toMatchObject(refused(403, 'ForbiddenException'));
  });

  it('is kept by its hash alone, as all that is secret', async () => {
    const { client, device, accessToken, refreshToken } = await logIn();
    const kept = JSON.stringify([clients, devices, tokens].map((table) => lab.globalState.list(table as typeof tokens)));
    expect(kept).toContain(client.clientId);
    for (const secret of [client.clientSecret, device.deviceCode, accessToken, refreshToken]) expect(kept).not.toContain(secret);
    expect(lab.log.join('\n')).not.toContain(accessToken);
  });
});

it('a region begins to live for none of it, and a signature that is wrong is still refused', async () => {
  const { accessToken } = await logIn();
  lab.regions.clear();
  expect((await credentials(accessToken)).status).toBe(200);
  await register();
  expect([...lab.regions]).toEqual([]);
  const signed = await lab.call({ service: 'sso', method: 'GET', path: `/federation/credentials?role_name=Lab&account_id=${ACCOUNT}`, body: '', headers: { 'x-amz-sso_bearer_token': accessToken }, keys: { ...lab.keys.lab, secretAccessKey: 'another' } });
  expect(signed.status).toBe(403);
});
