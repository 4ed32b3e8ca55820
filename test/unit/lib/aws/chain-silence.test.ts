/** What the credential chain asks by itself, of who does not answer: over the wire, named while it is waited for, and given up after two tries. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { callerIdentity } from '../../../../src/lib/aws/sts.js';
import { resolveTarget } from '../../../../src/lib/target/resolve.js';
import type { Target } from '../../../../src/lib/target/target.js';

const PATIENCE_MS = 100;
let folder: string;
let endpoint: string;
let host: string;
let answer: (reply: ServerResponse) => void;
const asked: string[] = [];
const told: Parameters<NonNullable<Target['onSilence']>>[0][] = [];

const server = createServer((request: IncomingMessage, reply) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
    asked.push(new URLSearchParams(body).get('Action') ?? `${request.method} ${(request.url ?? '').split('?')[0]}`);
    answer(reply);
  });
});

const silent = (): void => undefined;
const half = (reply: ServerResponse): void => void reply.writeHead(200, { 'content-length': '100' }).write('{');

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  endpoint = `http://${host}`;
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-chain-'));
  writeFileSync(join(folder, 'token'), 'a.b.c');
  const cache = join(folder, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  const login = (name: string, expiresAt: string): void => writeFileSync(join(cache, `${createHash('sha1').update(name).digest('hex')}.json`), JSON.stringify({ accessToken: 'aoa-secret', refreshToken: 'aor-secret', clientId: 'c', clientSecret: 'cs-secret', expiresAt, registrationExpiresAt: '2099-01-01T00:00:00Z' }));
  login('corp', '2099-01-01T00:00:00Z');
  login('old', '2020-01-01T00:00:00Z');
  writeFileSync(join(folder, 'config'), `[profile keys]
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile role]
role_arn = arn:aws:iam::111111111111:role/lab
source_profile = keys
[profile web]
role_arn = arn:aws:iam::111111111111:role/lab
web_identity_token_file = ${join(folder, 'token')}
[profile office]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = Lab
[profile old]
sso_session = old
sso_account_id = 111111111111
sso_role_name = Lab
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
[sso-session old]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
[profile slow]
credential_process = sleep 1; echo '{"Version":1,"AccessKeyId":"AKIA-of-slow","SecretAccessKey":"s"}'
[profile behind]
role_arn = arn:aws:iam::111111111111:role/lab
source_profile = slow
`);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config')).stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none')).stubEnv('HOME', folder).stubEnv('AWS_EC2_METADATA_DISABLED', 'true').stubEnv('AWS_ENDPOINT_URL', endpoint);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  asked.length = 0;
  told.length = 0;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A target of the commands', which waits less. */
async function whoIs(profile: string): Promise<unknown> {
  const target = await resolveTarget({ kind: 'aws', region: 'eu-west-1', profile, home: folder, environment: { AWS_ENDPOINT_URL: endpoint }, onSilence: (silence) => void told.push(silence), patienceMs: PATIENCE_MS });
  return callerIdentity(target);
}

it.each([
  ['role', 'AssumeRole', 'AssumeRole', /^nothing answers at HOST \(ETIMEDOUT\)$/u, /AWS_ENDPOINT_URL leads there/u],
  ['web', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithWebIdentity', /^nothing answers at HOST \(ETIMEDOUT\)$/u, /AWS_ENDPOINT_URL leads there/u],
  ['office', 'GetRoleCredentials', 'GET /federation/credentials', /SSO's portal in us-east-1 does not answer, so the role "Lab" of account 1+ is not had: .*no answer from HOST within 0\.1 s/u, /check the network/u],
  ['old', 'CreateToken', 'POST /token', /the login has expired, and HOST does not renew it: no answer from HOST within 0\.1 s/u, /`aws sso login --profile old`/u],
])('the profile %s: %s that is not answered', async (profile, operation, request, said, next) => {
  answer = silent;
  const failed: unknown = await whoIs(profile).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'endpoint-unreachable', message: expect.stringMatching(new RegExp(said.source.replaceAll('HOST', host), 'u')) as string, hint: expect.stringMatching(next) as string });
  expect(asked).toEqual([request, request]);
  expect(told).toEqual(asked.map(() => ({ who: host, asked: operation, proxy: undefined, afterMs: PATIENCE_MS / 2 })));
  expect((failed as Error).message).not.toMatch(/secret/u);
});

it.each([
  ['role', /^HOST began its answer to sts AssumeRole and did not go on$/u],
  ['office', /HOST began its answer, and nothing more of it came within 0\.1 s/u],
])('the profile %s: an answer that begins and does not go on', async (profile, said) => {
  answer = half;
  await expect(whoIs(profile)).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringMatching(new RegExp(said.source.replaceAll('HOST', host), 'u')) as string });
  expect(asked).toHaveLength(2);
});

it('a credential_process that takes long is named by its profile alone, and not once it has ended', async () => {
  answer = silent;
  await expect(whoIs('behind')).rejects.toMatchObject({ code: 'endpoint-unreachable' });
  expect(told.map(({ who, asked: operation }) => [who, operation])).toEqual([['credential_process of the profile "slow"', undefined], [host, 'AssumeRole'], [host, 'AssumeRole']]);
});
