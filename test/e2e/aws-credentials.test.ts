/**
 * Where the credentials of the target AWS come from, each source over the wire by the real program at the local cloud: files, roles one behind
 * another, processes, containers, what is missing and what has expired. Where a source fails, nothing else is taken in its place.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base32Bytes } from '../base32.js';
import { modelFor, requestProblems } from '../conformance/api-model/request-problems.js';
import { FaultProxy, PASSING } from '../conformance/faults/proxy.js';
import { codeOf, stepAt } from '../../src/cloud/services/iam/totp.js';
import { AwsUser, REGION } from './aws-user.js';
import { type Keys, keysIn } from './owner.js';
import { root, Terminal } from './program.js';

const ACCOUNT = /\d{12}/u;
const user = new AwsUser();
const { home, owner } = user;
let roleA = '';

const run = user.run.bind(user);
const who = user.who.bind(user);
const config = user.config.bind(user);
const keysOf = ({ accessKeyId, secretAccessKey, sessionToken }: Keys): string => `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n${sessionToken === undefined ? '' : `aws_session_token = ${sessionToken}\n`}`;

/** A seed as CreateVirtualMFADevice shows it: base 32, in base 64. */
const seedOf = (reply: string): Buffer => base32Bytes(Buffer.from(/<Base32StringSeed>([^<]+)/u.exec(reply)?.[1] ?? '', 'base64').toString());

beforeAll(async () => {
  roleA = await owner.role('first', { Principal: { AWS: '*' } });
  await owner.role('second', { Principal: { AWS: roleA } });
  await owner.query('iam', 'CreateAccountAlias', { AccountAlias: 'the-lab' });
  user.write('.aws/credentials', `[base]\n${keysOf(owner.keys)}`);
});
afterAll(() => user.remove());

const account = (): string => ACCOUNT.exec(roleA)?.[0] ?? '';

describe('a profile', () => {
  it('of keys is named by --profile, by AWS_PROFILE, and by default; its account, alias, region, ARN and endpoint are shown first', async () => {
    config('[profile base]\nregion = eu-west-1\n[default]\nregion = us-west-2\nsource_profile = base\nrole_arn = ' + roleA + '\n');
    const shown = (region: string, arn: string): unknown => expect.stringMatching(new RegExp(`^AWS account ${account()} \\(the-lab\\), region ${region}, as arn:aws:${arn}\\S*\\n  ${owner.endpoint}, by AWS_ENDPOINT_URL, which is not AWS's own`, 'u'));
    expect(await who(['--profile', 'base'])).toEqual(shown('eu-west-1', 'iam::\\d+:user/ssmlab'));
    expect(await who([], { AWS_PROFILE: 'base', AWS_DEFAULT_REGION: 'eu-central-1' })).toEqual(shown('eu-central-1', 'iam::\\d+:user/ssmlab'));
    expect(await who([])).toEqual(shown('us-west-2', 'sts::\\d+:assumed-role/first/'));
    expect(await who(['--region', 'eu-north-1'], { AWS_PROFILE: 'base', AWS_REGION: 'eu-west-2' })).toEqual(shown('eu-north-1', 'iam::\\d+:user/ssmlab'));
  }, 60_000);

  it('has its own endpoint, and services of their own, also where roles are assumed', async () => {
    const elsewhere = { AWS_ENDPOINT_URL: '' };
    config(`[profile base]\nregion = ${REGION}\n[profile here]\nregion = ${REGION}\nendpoint_url = ${owner.endpoint}\nsource_profile = base\nrole_arn = ${roleA}\n`);
    expect(await who(['--profile', 'here'], elsewhere)).toMatch(/as arn:aws:sts::\d+:assumed-role\/first\/\S*\n {2}http\S+, by endpoint_url of the profile "here"/u);
    config(`[default]\nregion = ${REGION}\nrole_arn = ${roleA}\nsource_profile = base\nendpoint_url = http://127.0.0.1:9\n`);
    const variables = Object.fromEntries(['CLOUDFORMATION', 'EC2', 'IAM', 'PRICING', 'SERVICE_QUOTAS', 'SSM', 'STS'].map((name) => [`AWS_ENDPOINT_URL_${name}`, owner.endpoint]));
    expect(await who([], { ...elsewhere, ...variables })).toMatch(/as arn:aws:sts::\d+:assumed-role\/first\/\S*\n {2}http:\/\/127\.0\.0\.1:9, by endpoint_url of the profile "default"[\s\S]*\n {2}sts at http:\/\/127/u);
    // None of it where they are to be ignored: AWS itself is asked, which is not reached from here.
    expect((await run(['status'], { ...elsewhere, ...variables, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', HTTPS_PROXY: 'http://127.0.0.1:9' })).stderr).toMatch(/sts\.ap-northeast-1\.amazonaws\.com:443 through the proxy 127\.0\.0\.1:9/u);
    const services = ['cloudformation', 'ec2', 'iam', 'pricing', 'service_quotas', 'ssm', 'sts'];
    config(`[profile base]\nregion = ${REGION}\n[profile some]\nregion = ${REGION}\nservices = local\nsource_profile = base\nrole_arn = ${roleA}\n[services local]\n${services.map((service) => `${service} =\n  endpoint_url = ${owner.endpoint}\n`).join('')}`);
    const shown = await who(['--profile', 'some'], elsewhere);
    expect(shown).toMatch(/as arn:aws:sts::\d+:assumed-role\/first\//u);
    expect(shown.match(/^ {2}\S+ at http:\/\/127.*, which is not AWS's own$/gmu)).toHaveLength(services.length);
  }, 60_000);

  it('leads through one role to the next, each assumed by the one before', async () => {
    config(`[profile one]\nsource_profile = base\nrole_arn = ${roleA}\n[profile two]\nregion = ${REGION}\nsource_profile = one\nrole_arn = arn:aws:iam::${account()}:role/second\n[profile short]\nregion = ${REGION}\nsource_profile = base\nrole_arn = arn:aws:iam::${account()}:role/second\n`);
    expect(await who(['--profile', 'two'])).toMatch(/assumed-role\/second\//u);
    const refused = await run(['list', '--profile', 'short']);
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringMatching(/role\/second cannot be assumed: User: arn:aws:iam::\d+:user\/ssmlab is not authorized to perform: sts:AssumeRole[\s\S]*\[access-denied\][\s\S]*trust policy/u)]);
  }, 60_000);

  it('goes on where STS stumbles once, and says what STS said where it goes on stumbling; its requests are right by the API model', async () => {
    config(`[profile one]\nregion = ${REGION}\nsource_profile = base\nrole_arn = ${roleA}\nexternal_id = for-the-lab\nrole_session_name = by-hand\nduration_seconds = 900\n`);
    const proxy = await FaultProxy.start(owner.endpoint);
    const more = { AWS_ENDPOINT_URL: proxy.url };
    for (const kind of PASSING) {
      let once = true;
      proxy.fault = ({ operation }) => (operation === 'sts AssumeRole' && once ? ((once = false), kind) : undefined);
      expect(await who(['--profile', 'one'], more), kind).toMatch(/assumed-role\/first\/by-hand/u);
      expect(once).toBe(false);
    }
    for (const [kind, said] of [['denied', /role\/first cannot be assumed: User: [\s\S]*\[access-denied\]/u], ['expired', /the credentials have expired \(ExpiredToken from [\s\S]*\[credentials-wrong\]/u], ['throttled', /sts AssumeRole: Rate exceeded \(Throttling\)[\s\S]*\[aws-error\][\s\S]*wait a minute/u], ['cut', /nothing answers at 127\.0\.0\.1:\d+ \(ECONNRESET\)[\s\S]*\[endpoint-unreachable\]/u]] as const) {
      proxy.fault = ({ operation }) => (operation === 'sts AssumeRole' ? kind : undefined);
      expect(await run(['list', '--profile', 'one'], more), kind).toMatchObject({ status: 3, stderr: expect.stringMatching(said) as string });
    }
    await proxy.close();
    const roles = proxy.seen.filter(({ operation }) => operation === 'sts AssumeRole');
    expect(roles.length).toBeGreaterThan(8);
    if (modelFor('sts') !== undefined) expect(roles.flatMap((request) => requestProblems(request) ?? ['no model'])).toEqual([]);
  }, 120_000);

  it('that is not there, of which no region is known, or whose role leads in a circle is told of as that', async () => {
    config('[profile nowhere]\naws_access_key_id = A\naws_secret_access_key = B\n[profile round]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = about\n[profile about]\nrole_arn = arn:aws:iam::1:role/y\nsource_profile = round\n');
    expect(await run(['list', '--profile', 'prod'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/no profile "prod" is in [\s\S]*\[profile-missing\][\s\S]*there are nowhere, round, about, base/u) as string });
    expect(await run(['list', '--profile', 'nowhere'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/no region is configured for profile "nowhere"[\s\S]*\[region-missing\]/u) as string });
    expect(await run(['list', '--profile', 'round'])).toMatchObject({ status: 3, stderr: expect.stringMatching(/cycle[\s\S]*\[credentials-missing\][\s\S]*each of them leads to the next/u) as string });
  }, 30_000);
});

describe('a role that wants a code of an MFA device', () => {
  let seed: Buffer;
  let serial = '';
  let used = '';
  /** Of the half minute that is so many ahead: those that were used are good no more. */
  const code = (ahead: number): string => codeOf(seed, stepAt(Date.now()) + ahead);
  beforeAll(async () => {
    const { userName, keys } = await owner.user('walker');
    serial = /<SerialNumber>([^<]+)/u.exec(await owner.query('iam', 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' }).then((reply) => (seed = seedOf(reply), reply)))?.[1] ?? '';
    await owner.query('iam', 'EnableMFADevice', { UserName: userName, SerialNumber: serial, AuthenticationCode1: code(-2), AuthenticationCode2: code(-1) });
    await owner.role('guarded', { Principal: { AWS: account() }, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } });
    user.write('.aws/credentials', `[base]\n${keysOf(owner.keys)}[walker]\n${keysOf(keys)}`);
  });
  const MFA = (): string => `[profile mfa]\nregion = ${REGION}\nsource_profile = walker\nrole_arn = arn:aws:iam::${account()}:role/guarded\n`;
  /** A terminal with the environment of the target. */
  const terminal = (...args: string[]): Terminal => new Terminal(`${[process.execPath, join(root, 'bin/run.js'), ...args].join(' ')}; echo "[ended $?]"`, home.folder, user.environment());

  it.skipIf(!Terminal.available)('asks for it in a terminal, once for all calls', async () => {
    config(`${MFA()}mfa_serial = ${serial}\n`);
    const shown = terminal('status', '--profile', 'mfa');
    await shown.waitFor(/MFA code of arn:aws:iam::\d+:mfa\/phone/u, 20_000);
    shown.type('12\r');
    await shown.waitFor(/six digits/u);
    shown.type('\u007F\u007F');
    shown.type(` ${(used = code(0))}\r`);
    await shown.waitFor(/region +ap-northeast-1, account \d{12}[\s\S]*\[ended 0\]/u, 20_000);
    shown.kill();
  }, 60_000);

  it.skipIf(!Terminal.available)('says so of a wrong one, and of one that was used', async () => {
    config(`${MFA()}mfa_serial = ${serial}\n`);
    for (const given of ['000000', used]) {
      const shown = terminal('list', '--profile', 'mfa');
      await shown.waitFor(/MFA code of/u, 20_000);
      shown.type(`${given}\r`);
      const text = await shown.waitFor(/\[ended 3\]/u, 20_000);
      shown.kill();
      expect(text.replaceAll(/\s+/gu, ' ')).toMatch(/the MFA code is not accepted, so arn:aws:iam::\d+:role\/guarded is not assumed.*\[access-denied\].*run it again with the device's next code/u);
    }
  }, 60_000);

  it.skipIf(!Terminal.available)('is the user\'s to decline', async () => {
    const shown = terminal('list', '--profile', 'mfa');
    await shown.waitFor(/MFA code of/u, 20_000);
    shown.type('\u0003');
    await shown.waitFor(/\[ended 130\]/u, 20_000);
    shown.kill();
  }, 30_000);

  it('cannot be asked for without a terminal, and is missed where the profile names no device', async () => {
    config(`${MFA()}mfa_serial = ${serial}\n`);
    expect(await run(['list', '--profile', 'mfa'])).toMatchObject({ status: 3, stderr: expect.stringMatching(/requires multi-factor authentication[\s\S]*\[credentials-missing\][\s\S]*run it in a terminal/u) as string });
    config(MFA());
    expect(await run(['list', '--profile', 'mfa'])).toMatchObject({ status: 3, stderr: expect.stringMatching(/role\/guarded cannot be assumed[\s\S]*\[access-denied\][\s\S]*`mfa_serial`/u) as string });
  }, 30_000);

  it('may be shown before, for keys of a session', async () => {
    config(MFA());
    const reply = await owner.as('walker').query('sts', 'GetSessionToken', { SerialNumber: serial, TokenCode: code(1) });
    user.write('.aws/credentials', `[base]\n${keysOf(owner.keys)}[walker]\n${keysOf(keysIn(reply))}`);
    expect(await who(['--profile', 'mfa'])).toMatch(/assumed-role\/guarded\//u);
  }, 30_000);
});

describe('the lab in use', () => {
  it('is an account\'s as well, by names alone: no file of ours holds a key or a token of anybody\'s', async () => {
    config(`[profile base]\n[profile lab]\nregion = eu-west-1\nsource_profile = base\nrole_arn = ${roleA}\n`);
    user.write('.aws/credentials', `[base]\n${keysOf(owner.keys)}`);
    const state = { SSMLAB_HOME: join(home.folder, 'second'), SSMLAB_TARGET: '' };
    expect((await run(['use', '--target', 'aws', '--profile', 'lab', '--region', REGION, '--stack', 'mine'], state)).status).toBe(0);
    expect(JSON.parse((await run(['status', '--json'], state)).stdout)).toMatchObject({ target: 'aws', region: REGION, account: account(), stack: null });
    expect(await who([], state)).toMatch(/region ap-northeast-1, as arn:aws:sts::\d+:assumed-role\/first\//u);
    const made = await run(['deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--on-failure', 'keep'], { ...state, ALL_PROXY: /^export ALL_PROXY='?([^'\n]+)/mu.exec(home.run(['local', 'env', '--proxy']).stdout)?.[1] });
    expect(made.status, made.stderr).toBe(0);
    const files = readdirSync(state.SSMLAB_HOME, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(files.join('\n')).toMatch(/"profile": ?"lab"/u);
    for (const secret of [owner.keys.accessKeyId, owner.keys.secretAccessKey]) expect(files.filter((text) => text.includes(secret))).toEqual([]);
    // Nor one of the role's, which nobody but the program had.
    expect(files.filter((text) => /ASIA[A-Z2-7]{16}/u.test(text))).toEqual([]);
    expect((await run(['destroy', '--yes'], state)).status).toBe(0);
    expect((await run(['use', '--none'], state)).status).toBe(0);
  }, 120_000);
});

describe('keys that are not good', () => {
  const KEYS = { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

  it('none at all, and none that the service knows', async () => {
    config('');
    expect(await run(['list'], KEYS)).toMatchObject({ status: 3, stderr: expect.stringMatching(/no AWS credentials were found: [\s\S]*\[credentials-missing\][\s\S]*aws configure/u) as string });
    const unknown = await run(['status'], { ...KEYS, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' });
    expect(unknown).toMatchObject({ status: 3, stderr: expect.stringMatching(/does not accept the credentials: [\s\S]*\[credentials-wrong\]/u) as string });
    expect(unknown.stderr).not.toContain('wJalrXUtnFEMI');
  }, 30_000);

  it('of a session that has expired', async () => {
    const proxy = await FaultProxy.start(owner.endpoint);
    proxy.fault = () => 'expired';
    const { status, stderr } = await run(['deploy', '--dry-run', '--ssh-from', '198.51.100.7/32'], { ...KEYS, AWS_ENDPOINT_URL: proxy.url, AWS_ACCESS_KEY_ID: owner.keys.accessKeyId, AWS_SECRET_ACCESS_KEY: owner.keys.secretAccessKey, AWS_SESSION_TOKEN: 'of-yesterday' });
    await proxy.close();
    expect([status, stderr]).toEqual([3, expect.stringMatching(/the credentials have expired \(ExpiredToken from [\s\S]*\[credentials-wrong\][\s\S]*take the role or the session token again/u)]);
    expect(stderr).not.toContain('of-yesterday');
    expect(new Set(proxy.seen.map(({ operation }) => operation))).toEqual(new Set(['sts GetCallerIdentity', 'iam ListAccountAliases']));
  }, 30_000);
});

describe('a credential_process', () => {
  const script = (name: string, text: string): string => user.write(name, `#!/bin/sh\n${text}\n`);
  /** What would be taken in its place, were the chain to go on. */
  const machine = async (): Promise<{ readonly asked: string[]; readonly server: Server; readonly environment: NodeJS.ProcessEnv }> => {
    const asked: string[] = [];
    const server = createServer((request, reply) => {
      asked.push(request.url ?? '');
      reply.writeHead(404).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return { asked, server, environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(server.address() as AddressInfo).port}/role` } };
  };
  const profile = (command: string): void => config(`[profile proc]\nregion = ${REGION}\ncredential_process = ${command}\n`);

  it('that prints keys, at once or late, is asked', async () => {
    const json = JSON.stringify({ Version: 1, AccessKeyId: owner.keys.accessKeyId, SecretAccessKey: owner.keys.secretAccessKey });
    profile(script('slow', `echo asked >> ${home.folder}/asked\nsleep 3\necho '${json}'`));
    const { status, stdout, took } = await run(['status', '--json', '--profile', 'proc']);
    expect([status, (JSON.parse(stdout) as { account: string }).account]).toEqual([0, account()]);
    expect(took).toBeGreaterThan(3000);
  }, 30_000);

  it.each([
    ['prints no JSON', 'echo hello', /invalid JSON/u],
    ['ends with status 1', 'echo no such vault >&2; exit 1', /no such vault/u],
    ['is of another version', 'echo {\\"Version\\": 2}', /did not return Version 1/u],
    ['prints keys that have expired', 'echo {\\"Version\\": 1, \\"AccessKeyId\\": \\"A\\", \\"SecretAccessKey\\": \\"of-nobody\\", \\"Expiration\\": \\"2020-01-01T00:00:00Z\\"}', /expired credentials/u],
  ])('that %s: no other keys are taken in its place', async (_, text, said) => {
    const { asked, server, environment } = await machine();
    profile(script('bad', text));
    const { status, stderr } = await run(['status', '--profile', 'proc'], environment);
    server.close();
    expect([status, stderr]).toEqual([3, expect.stringMatching(/no AWS credentials were found in profile "proc": [\s\S]*\[credentials-missing\][\s\S]*run the profile's credential_process by hand/u)]);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('of-nobody');
    expect(asked).toEqual([]);
  }, 30_000);

  it.skipIf(!Terminal.available)('that does not end is told of by its profile after 10 s, and Ctrl-C ends it', async () => {
    profile(script('hangs', `echo $$ > ${home.folder}/pid\necho of-nobody\necho of-nobody >&2\nsleep 300`));
    const terminal = home.terminal(['deploy', '--dry-run', '--ssh-from', '198.51.100.7/32', '--profile', 'proc'], { columns: 200, rows: 40 }, user.environment());
    await terminal.waitFor(/^credential_process of the profile "proc" has not answered for 10 s; waiting, Ctrl-C ends it\r?$/mu, 20_000);
    const began = performance.now();
    terminal.type('\u0003');
    const shown = await terminal.waitFor(/\[ended \d+\]/u, 10_000);
    expect(performance.now() - began).toBeLessThan(3000);
    expect(shown).toMatch(/interrupted: nothing was deployed[\s\S]*\[ended 130\]/u);
    expect(shown).not.toContain('of-nobody');
    expect(() => process.kill(Number(readFileSync(join(home.folder, 'pid'), 'utf8')), 0)).toThrow(/ESRCH/u);
    terminal.kill();
  }, 60_000);
});

describe('STS that takes the call and does not answer', () => {
  it('is named after 10 s with what was asked, and given up after two tries', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    config(`[profile role]\nregion = ${REGION}\nrole_arn = ${roleA}\nsource_profile = base\n`);
    const { status, stdout, stderr, took } = await run(['status', '--profile', 'role'], { AWS_ENDPOINT_URL_STS: `http://${host}` });
    silent.closeAllConnections();
    silent.close();
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(new RegExp(`^${host} has not answered AssumeRole for 10 s; waiting, Ctrl-C ends it\nerror: nothing answers at ${host} \\(ETIMEDOUT\\) +\\[endpoint-unreachable\\]\n`, 'u'));
    expect(took).toBeGreaterThan(38_000);
    expect(took).toBeLessThan(50_000);
  }, 60_000);
});

describe('keys of the machine', () => {
  /** A role's, as a container or an instance has them. */
  const given = async (): Promise<Record<string, string>> => {
    const reply = await owner.query('sts', 'AssumeRole', { RoleArn: roleA, RoleSessionName: 'machine' });
    const member = (name: string): string => new RegExp(`<${name}>([^<]+)`, 'u').exec(reply)?.[1] ?? '';
    return { Code: 'Success', AccessKeyId: member('AccessKeyId'), SecretAccessKey: member('SecretAccessKey'), Token: member('SessionToken'), Expiration: member('Expiration') };
  };
  const serve = async (answer: (path: string, headers: IncomingMessage['headers']) => string | undefined): Promise<{ readonly server: Server; readonly url: string }> => {
    const server = createServer((request, reply) => {
      const text = answer(`${request.method} ${request.url}`, request.headers);
      reply.writeHead(text === undefined ? 401 : 200, { 'content-type': text?.startsWith('{') === true ? 'application/json' : 'text/plain' }).end(text);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };

  it('a container are asked of it with its token, and of nobody through a proxy', async () => {
    config('');
    const keys = JSON.stringify(await given());
    const { server, url } = await serve((path, { authorization }) => (path === 'GET /role' && authorization === 'of-the-container' ? keys : undefined));
    const environment = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/role`, AWS_REGION: REGION, HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };
    expect(await who([], { ...environment, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-the-container' })).toMatch(/assumed-role\/first\/machine/u);
    expect(await who([], { ...environment, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: user.write('token', 'of-the-container') })).toMatch(/assumed-role\/first\/machine/u);
    expect(await run(['status'], { ...environment, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-another' })).toMatchObject({ status: 3, stderr: expect.stringContaining('[credentials-missing]') as string });
    server.close();
  }, 60_000);

  it('an instance are asked of its metadata service by version 2', async () => {
    const keys = JSON.stringify(await given());
    const { server, url } = await serve((path, headers) => {
      if (path === 'PUT /latest/api/token') return 'a-token';
      if (headers['x-aws-ec2-metadata-token'] !== 'a-token') return undefined;
      return path === 'GET /latest/meta-data/iam/security-credentials/' ? 'first' : path === 'GET /latest/meta-data/iam/security-credentials/first' ? keys : undefined;
    });
    const environment = { AWS_EC2_METADATA_DISABLED: '', AWS_EC2_METADATA_SERVICE_ENDPOINT: url, AWS_REGION: REGION };
    expect(await who([], environment)).toMatch(/assumed-role\/first\/machine/u);
    // A profile that says nothing but a region leaves it at that; one that says where its keys are does not.
    config(`[profile plain]\nregion = ${REGION}\n[profile role]\nregion = ${REGION}\ncredential_source = Ec2InstanceMetadata\nrole_arn = arn:aws:iam::${account()}:role/second\n[profile lost]\nregion = ${REGION}\ncredential_process = false\n`);
    expect(await who(['--profile', 'plain'], environment)).toMatch(/assumed-role\/first\/machine/u);
    expect(await who(['--profile', 'role'], environment)).toMatch(/assumed-role\/second\//u);
    expect(await run(['status', '--profile', 'lost'], environment)).toMatchObject({ status: 3, stderr: expect.stringContaining('[credentials-missing]') as string });
    server.close();
  }, 60_000);
});
