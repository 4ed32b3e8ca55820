/** The target AWS by SSO, over the wire: tokens in the AWS CLI's cache, asked of the local cloud's portal and renewed at its SSO-OIDC by the SDK's own provider. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logInToSso, type SsoLogin, type SsoLoginOptions } from '../sso-login.js';
import { AwsUser, REGION } from './aws-user.js';
import { Terminal } from './program.js';

/** Before 1.31 it does not heed AWS_ENDPOINT_URL, and would ask AWS. */
const hasBoto3 = spawnSync('python3', ['-c', 'import boto3, botocore; assert tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 31)']).status === 0;
const START = 'https://corp.awsapps.com/start';
const user = new AwsUser();
let account = '';
beforeAll(async () => {
  account = /<Account>(\d+)/u.exec(await user.owner.query('sts', 'GetCallerIdentity'))?.[1] ?? '';
  user.config(`[profile office]\nsso_session = corp\nsso_account_id = ${account}\nsso_role_name = Lab\nregion = ${REGION}\n\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = ${START}\nsso_registration_scopes = sso:account:access\n
[profile legacy]\nsso_start_url = ${START}\nsso_region = us-east-1\nsso_account_id = ${account}\nsso_role_name = Lab\nregion = ${REGION}\n
[profile audit]\nsso_session = corp\nsso_account_id = ${account}\nsso_role_name = Auditor\nregion = ${REGION}\n
[profile strict]\nsso_session = corp\nsso_account_id = ${account}\nsso_role_name = Lab\nregion = ${REGION}\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n
[profile here]\nsso_session = corp\nsso_account_id = ${account}\nsso_role_name = Lab\nregion = ${REGION}\nendpoint_url = ${user.owner.endpoint}\n
[profile behind]\nrole_arn = arn:aws:iam::${account}:role/behind\nsource_profile = office\nregion = ${REGION}\n`);
});
afterAll(() => user.remove());

const logIn = (more: Partial<SsoLoginOptions> = {}): Promise<SsoLogin> => logInToSso({ endpoint: user.owner.endpoint, keys: user.owner.keys, ...more });
const cacheOf = (name: string): string => `.aws/sso/cache/${createHash('sha1').update(name).digest('hex')}.json`;
/** What `aws sso login` writes. */
const cache = (name: string, { accessToken, expiresAt, refreshToken, clientId, clientSecret }: SsoLogin, more: object = {}): void =>
  void user.write(cacheOf(name), JSON.stringify({ startUrl: START, region: 'us-east-1', accessToken, expiresAt, clientId, clientSecret, registrationExpiresAt: '2099-01-01T00:00:00Z', refreshToken, ...more }));
const HALF = {};
const PAST = { expiresAt: '2026-01-01T00:00:00Z' };
const dryRun = ['deploy', '--dry-run', '--brief', '--ssh-from', '198.51.100.7/32'];
const nothingIsMade = async (): Promise<void> => expect(await user.owner.query('ec2', 'DescribeKeyPairs')).not.toContain('ssmlab-key');

describe('a login', () => {
  it.each(['office', 'legacy'])('that holds is all that the profile "%s" needs, and its token is shown nowhere', async (profile) => {
    const login = await logIn();
    cache(profile === 'office' ? 'corp' : START, login);
    for (const [args, status] of [[dryRun, 0], [['list'], 3], [['status', '--json'], 0]] as const) {
      const run = await user.run([...args, '--profile', profile], args[0] === 'deploy' ? { DEBUG: '*' } : {});
      expect(run.status, run.stderr).toBe(status);
      expect(`${run.stdout}${run.stderr}`).not.toContain(login.accessToken);
      if (args[0] === 'deploy') expect(run.stderr).toMatch(new RegExp(`AWS account ${account}, region ${REGION}, as arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Lab_[0-9a-f]{16}/me@example.com`, 'u'));
      if (args[0] === 'list') expect(run.stderr).toContain('[no-lab]');
    }
    await nothingIsMade();
  }, 60_000);

  it('opens a role behind it', async () => {
    cache('corp', await logIn());
    await user.owner.role('behind', { Principal: { AWS: account } });
    expect(await user.who(['--profile', 'behind'])).toMatch(/assumed-role\/behind\//u);
  }, 30_000);

  it('is asked where the profile\'s endpoint is', async () => {
    cache('corp', await logIn());
    expect(await user.who(['--profile', 'here'], { AWS_ENDPOINT_URL: '' })).toMatch(/AWSReservedSSO_Lab_\S+\n {2}http:\/\/127\S+, by endpoint_url of the profile "here"/u);
  }, 30_000);

  it.skipIf(!hasBoto3)(`is what boto3 makes of the same files${hasBoto3 ? '' : ': no python3 with a boto3 of 1.31 or later on this machine'}`, async () => {
    cache('corp', await logIn(), PAST);
    const theirs = spawnSync('python3', ['-c', "import boto3; print(boto3.Session(profile_name='office').client('sts').get_caller_identity()['Arn'])"], { encoding: 'utf8', env: { ...user.environment(), PATH: process.env['PATH'] } });
    expect(theirs.stdout.trim(), theirs.stderr).toMatch(/assumed-role\/AWSReservedSSO_Lab_[0-9a-f]{16}\/me@example\.com$/u);
    expect(await user.who(['--profile', 'office'])).toContain(theirs.stdout.trim());
  }, 60_000);

  it('whose token has expired is renewed, and the new one is kept as the AWS CLI keeps it', async () => {
    const login = await logIn();
    cache('corp', login, PAST);
    expect(await user.who(['--profile', 'office'])).toMatch(/AWSReservedSSO_Lab/u);
    const kept = JSON.parse(readFileSync(join(user.home.folder, cacheOf('corp')), 'utf8')) as SsoLogin;
    expect(kept.accessToken).not.toBe(login.accessToken);
    expect(Date.parse(kept.expiresAt)).toBeGreaterThan(Date.now() + 7 * 3_600_000);
  }, 30_000);

  const expired = (profile: string) => [3, expect.stringMatching(new RegExp(`no AWS credentials were found in profile "${profile}"[\\s\\S]*\\[credentials-missing\\][\\s\\S]*run \`aws sso login --profile ${profile}\``, 'u'))];

  it.each<[string, string, () => Promise<object>]>([
    ['has expired, with nothing to renew it by', 'office', async () => ({ ...PAST, refreshToken: undefined })],
    ['has expired, and whose renewal is refused', 'office', async () => ({ ...PAST, refreshToken: 'aor-of-nobody' })],
    ['has expired, of the old kind', 'legacy', async () => PAST],
    ['was logged out of', 'office', async () => {
      const { accessToken } = await logIn();
      await fetch(`${user.owner.endpoint}/logout`, { method: 'POST', headers: { 'x-amz-sso_bearer_token': accessToken } });
      return { accessToken };
    }],
    ['is none that SSO gave', 'office', async () => ({ accessToken: 'aoa-secret-of-nobody' })],
    ['is half a file', 'office', async () => HALF],
    ['is half a file of the old kind', 'legacy', async () => HALF],
    ['has expired there, and not yet here', 'legacy', async () => {
      const { accessToken } = await logIn({ tokenSeconds: 1 });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      return { accessToken };
    }],
  ])('that %s leads to the login, and makes nothing', async (_, profile, more) => {
    const login = await logIn();
    const changed = await more();
    cache(profile === 'office' ? 'corp' : START, login, changed);
    const file = cacheOf(profile === 'office' ? 'corp' : START);
    if (changed === HALF) user.write(file, readFileSync(join(user.home.folder, file), 'utf8').slice(0, -40));
    const run = await user.run([...dryRun, '--profile', profile, '--debug']);
    expect([run.status, run.stderr]).toEqual(expired(profile));
    for (const secret of [login.accessToken, login.refreshToken, login.clientSecret, 'aoa-secret-of-nobody', 'aor-of-nobody']) expect(run.stderr).not.toContain(secret);
    await nothingIsMade();
  }, 30_000);

  it('to which the role is not assigned says so', async () => {
    cache('corp', await logIn());
    const { status, stderr } = await user.run(['status', '--profile', 'audit']);
    expect([status, stderr]).toEqual([3, expect.stringMatching(new RegExp(`SSO does not give the role "Auditor" of account ${account}: ForbiddenException: No access[\\s\\S]*it is not assigned to you`, 'u'))]);
    expect(stderr).not.toContain('sso login');
  }, 30_000);

  it.skipIf(!Terminal.available)('is told of in a terminal too', async () => {
    cache('corp', await logIn(), { ...PAST, refreshToken: undefined });
    Object.assign(user.home.environment, user.environment());
    const terminal = user.home.terminal(['list', '--profile', 'office']);
    await terminal.waitFor(/run `aws sso login --profile office`[\s\S]*\[ended 3\]/u, 20_000);
    terminal.kill();
  }, 30_000);
});

describe('the portal', () => {
  it.each<[string, (reply: ServerResponse) => unknown, RegExp]>([
    ['takes no more', (reply) => reply.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'TooManyRequestsException' }).end('{"message":"Too many"}'), /SSO's portal takes no more requests for now, so the role "Lab" of account \d+ is not had: TooManyRequestsException: Too many[\s\S]*\[aws-error\][\s\S]*wait a minute/u],
    ['cuts the connection', (reply) => reply.destroy(), /SSO's portal in us-east-1 does not answer, so the role "Lab" of account \d+ is not had: [\s\S]*\[endpoint-unreachable\][\s\S]*sso_region/u],
    ['has a fault', (reply) => reply.writeHead(500, { 'content-type': 'application/json' }).end('{}'), /SSO's portal in us-east-1 has a fault, so the role "Lab" of account \d+ is not had: [\s\S]*\[credentials-missing\][\s\S]*try again/u],
  ])('that %s is told of, once it was asked again', async (_, answer, said) => {
    const login = await logIn();
    cache('corp', login);
    let asked = 0;
    const portal = createServer((_request, reply) => {
      asked += 1;
      answer(reply);
    });
    await new Promise<void>((resolve) => void portal.listen(0, '127.0.0.1', resolve));
    const { status, stderr } = await user.run(['status', '--profile', 'office'], { AWS_ENDPOINT_URL_SSO: `http://127.0.0.1:${(portal.address() as AddressInfo).port}` });
    portal.close();
    expect([status, stderr]).toEqual([3, expect.stringMatching(said)]);
    expect(asked).toBeGreaterThan(1);
    expect(stderr).not.toContain(login.accessToken);
  }, 30_000);

  it.each([['office', 'portal.sso.us-east-1.amazonaws.com'], ['strict', 'portal.sso-fips.us-east-1.api.aws']])('is asked in the region of the session, whatever the lab\'s is, by the names that the profile "%s" wants', async (profile, host) => {
    cache('corp', await logIn());
    const asked: string[] = [];
    const proxy: Server = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    const { status, stderr } = await user.run(['status', '--profile', profile], { AWS_ENDPOINT_URL: '', HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    proxy.close();
    expect([status, [...new Set(asked)]], stderr).toEqual([3, [`${host}:443`]]);
  }, 30_000);
});
