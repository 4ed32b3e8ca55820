/** AssumeRoleWithWebIdentity: every part of a token that is wrong, and every part of a trust policy that says no; at an issuer on loopback. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer, type TokenAlgorithm } from '../../../../oidc-issuer.js';
import { type Harness, startHarness } from '../../endpoint/harness.js';

const ROLE = 'arn:aws:iam::123456789012:role/ci';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
let issuer: Issuer;
let lab: Harness;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());
beforeEach(async () => {
  lab = await startHarness();
  issuer.instead.clear();
  return () => lab.close();
});

const provider = (): string => issuer.url.replace('https://', '');
const iam = async (operation: string, input: Readonly<Record<string, unknown>>) => lab.endpoint.internalContext('us-east-1').call('iam', operation, input);
const addProvider = async (more: object = {}) => iam('CreateOpenIDConnectProvider', { Url: issuer.url, ClientIDList: ['sts.amazonaws.com'], ThumbprintList: [issuer.thumbprint], ...more });
const addRole = async (more: object = {}) => iam('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{
  Effect: 'Allow', Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${provider()}` }, Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${provider()}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${provider()}:sub`]: 'repo:lab/lab:*' } }, ...more,
}] }) });
/** Unsigned, as clients send it. */
const assume = (token: string, more: Readonly<Record<string, string>> = {}) => lab.raw({ method: 'POST', headers: FORM, body: new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'run', WebIdentityToken: token, ...more }).toString() });
const element = (text: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
const refused = (status: number, code: string, message: string | RegExp) => ({ status, text: expect.stringMatching(new RegExp(`<Code>${code}</Code><Message>${typeof message === 'string' ? message : message.source}`)) as string });

describe('a token', () => {
  it.each<TokenAlgorithm>(['RS256', 'ES256', 'ES384'])('signed by %s opens the role, and its keys are the role\'s', async (algorithm) => {
    await addProvider();
    await addRole();
    const { status, text } = await assume(issuer.token({}, { algorithm }));
    // Nobody signed: no region begins to live for it. That which is there is of the calls above.
    expect([...lab.regions]).toEqual(['us-east-1']);
    expect([status, element(text, 'SubjectFromWebIdentityToken'), element(text, 'Audience'), element(text, 'Provider')]).toEqual([200, 'repo:lab/lab:ref:refs/heads/main', 'sts.amazonaws.com', `arn:aws:iam::123456789012:oidc-provider/${provider()}`]);
    const keys = { accessKeyId: element(text, 'AccessKeyId'), secretAccessKey: element(text, 'SecretAccessKey'), sessionToken: element(text, 'SessionToken') };
    expect((await lab.call({ service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15', keys })).text).toContain('assumed-role/ci/run');
  });

  it.each<[string, () => string, string, RegExp]>([
    ['no token', () => 'no-token', 'InvalidIdentityToken', /The ID Token provided is not a valid JWT/u],
    ['without a subject', () => issuer.token({ sub: undefined }), 'InvalidIdentityToken', /Missing a required claim: sub/u],
    ['of another issuer', () => issuer.token({ iss: 'https://token.example' }), 'InvalidIdentityToken', /No OpenIDConnect provider found in your account for https:\/\/token\.example/u],
    ['for another audience', () => issuer.token({ aud: 'https://github.com/lab' }), 'InvalidIdentityToken', /Incorrect token audience/u],
    ['that has expired', () => issuer.token({ exp: 1_600_000_000 }), 'ExpiredTokenException', /Token expired: current date\/time \d+ must be before the expiration date\/time 1600000000/u],
    ['of tomorrow', () => issuer.token({ iat: Math.floor(Date.now() / 1000) + 86_400 }), 'InvalidIdentityToken', /Token is not yet valid/u],
    ['signed by another\'s key', () => issuer.token({}, { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }), 'InvalidIdentityToken', /Token signature invalid/u],
    ['of a key that the issuer has not', () => issuer.token({}, { kid: 'another' }), 'InvalidIdentityToken', /Couldn&apos;t retrieve verification key|Couldn't retrieve verification key/u],
    ['whose claims were changed', () => issuer.token().replace(/\.[^.]+\./u, `.${issuer.token({ sub: 'repo:evil/evil' }).split('.')[1]}.`), 'InvalidIdentityToken', /Token signature invalid/u],
    ['that says it needs no signature', () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${issuer.token().split('.')[1]}.AA`, 'InvalidIdentityToken', /algorithm that is not supported/u],
    ['with the signature of a shared secret', () => `${Buffer.from('{"alg":"HS256","kid":"RS256"}').toString('base64url')}.${issuer.token().split('.')[1]}.AA`, 'InvalidIdentityToken', /algorithm that is not supported/u],
    ['whose key is of another algorithm', () => issuer.token({}, { algorithm: 'ES256', kid: 'ES384' }), 'InvalidIdentityToken', /verification key/u],
  ])('%s opens nothing', async (_, token, code, message) => {
    await addProvider();
    await addRole();
    const reply = await assume(token());
    expect(reply).toMatchObject({ status: 400, text: expect.stringContaining(`<Code>${code}</Code>`) as string });
    expect(element(reply.text, 'Message')).toMatch(message);
  });
});

describe('a role', () => {
  it.each<[string, object]>([
    ['trusts another subject', { Condition: { StringEquals: { 'SUB': 'repo:other/other' } } }],
    ['trusts another audience', { Condition: { StringEquals: { 'AUD': 'other' } } }],
    ['trusts another provider', { Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.example' } }],
    ['trusts everybody who has keys', { Principal: { AWS: '*' } }],
    ['is trusted for another action', { Action: 'sts:AssumeRole' }],
  ])('that %s is not given', async (_, more) => {
    await addProvider();
    await addRole(JSON.parse(JSON.stringify(more).replace('"SUB"', JSON.stringify(`${provider()}:sub`)).replace('"AUD"', JSON.stringify(`${provider()}:aud`))) as object);
    expect(await assume(issuer.token())).toMatchObject(refused(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'));
  });

  it('that is not there looks the same; one for longer than it allows does not', async () => {
    await addProvider();
    expect(await assume(issuer.token())).toMatchObject(refused(403, 'AccessDenied', 'Not authorized'));
    await addRole();
    expect(await assume(issuer.token(), { DurationSeconds: '7200' })).toMatchObject(refused(400, 'ValidationError', /.*MaxSessionDuration/u));
  });
});

describe('an issuer', () => {
  it.each<[string, object, string | undefined, { status: number; text: string } | undefined, RegExp]>([
    ['whose certificate is not the provider\'s', { ThumbprintList: ['0'.repeat(40)] }, undefined, undefined, /self.signed/u],
    ['whose certificate nobody vouches for', { ThumbprintList: [] }, undefined, undefined, /self.signed/u],
    ['without a configuration', {}, '/id/.well-known/openid-configuration', { status: 404, text: '' }, /is answered with status 404/u],
    ['whose configuration is another\'s', {}, '/id/.well-known/openid-configuration', { status: 200, text: '{"issuer":"https://localhost:1"}' }, /names another issuer/u],
    ['whose keys are elsewhere', {}, '/id/.well-known/openid-configuration', { status: 200, text: 'ELSEWHERE' }, /asks only issuers of this machine/u],
    ['that leads on to another place', {}, '/id/keys', { status: 302, text: '' }, /status 302/u],
    ['with a web page for keys', {}, '/id/keys', { status: 200, text: '<html>' }, /is no JSON/u],
  ])('%s is not believed', async (_, more, path, answer, message) => {
    await addProvider(more);
    await addRole();
    if (path !== undefined && answer !== undefined) issuer.instead.set(path, { ...answer, text: answer.text === 'ELSEWHERE' ? JSON.stringify({ issuer: issuer.url, jwks_uri: 'https://keys.example/' }) : answer.text });
    const { status, text } = await assume(issuer.token());
    expect([status, element(text, 'Code')]).toEqual([400, 'IDPCommunicationError']);
    expect(element(text, 'Message')).toMatch(message);
  });

  it('that is not on this machine is asked nothing', async () => {
    await iam('CreateOpenIDConnectProvider', { Url: 'https://token.actions.githubusercontent.com', ClientIDList: ['sts.amazonaws.com'] });
    expect((await assume(issuer.token({ iss: 'https://token.actions.githubusercontent.com' }))).text).toContain('asks only issuers of this machine');
  });
});

it('the trust policy that docs/ci.md has for a pipeline lets in that repository\'s main branch, and nobody else', async () => {
  await addProvider();
  const [, text = ''] = /```json\n(\{[\s\S]*?\n\})\n```/u.exec(readFileSync(join(import.meta.dirname, '../../../../../docs/ci.md'), 'utf8')) ?? [];
  expect(text).toContain('token.actions.githubusercontent.com');
  await iam('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: text.replaceAll('token.actions.githubusercontent.com', provider()) });
  expect((await assume(issuer.token({ sub: 'repo:OWNER/REPOSITORY:ref:refs/heads/main' }))).status).toBe(200);
  for (const sub of ['repo:OWNER/REPOSITORY:ref:refs/heads/other', 'repo:OWNER/REPOSITORY:pull_request', 'repo:OTHER/REPOSITORY:ref:refs/heads/main']) expect((await assume(issuer.token({ sub }))).status, sub).toBe(403);
});

it('needs no signature where others do, and takes none that is wrong', async () => {
  await addProvider();
  await addRole();
  expect((await lab.raw({ method: 'POST', headers: FORM, body: 'Action=GetCallerIdentity&Version=2011-06-15' })).text).toContain('MissingAuthenticationToken');
  const body = new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: ROLE, RoleSessionName: 'run', WebIdentityToken: issuer.token() }).toString();
  expect((await lab.call({ service: 'sts', body })).status).toBe(200);
  expect((await lab.call({ service: 'sts', body, keys: { accessKeyId: lab.keys.lab.accessKeyId, secretAccessKey: 'wrong' } })).status).toBe(403);
});
