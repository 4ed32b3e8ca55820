/** What goes wrong around a lab on AWS, by the real program at the local cloud: credentials, people at the same time, a key that is elsewhere, Ctrl-C at each stage, a laptop that sleeps, a region that does not answer. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultProxy } from '../conformance/faults/proxy.js';
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';
import { Owner } from './owner.js';
import { exportsOf, Home, root, type Run, Terminal } from './program.js';

const REGION = 'ap-northeast-1';
const home = new Home('computed');
let cloud: NodeJS.ProcessEnv = {};

/** The target AWS at the local cloud, for somebody with files of their own. */
const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...home.environment, SSMLAB_TARGET: 'aws', SSMLAB_HOME: join(home.folder, 'first'),
  AWS_ENDPOINT_URL: cloud['AWS_ENDPOINT_URL'], AWS_REGION: REGION, AWS_ACCESS_KEY_ID: cloud['AWS_ACCESS_KEY_ID'], AWS_SECRET_ACCESS_KEY: cloud['AWS_SECRET_ACCESS_KEY'], ...more,
});
const SECOND = { SSMLAB_HOME: join(root, 'nowhere') };

interface Started extends Promise<Run> {
  readonly child: ChildProcess;
  /** Resolves when stderr has it. */
  readonly shows: (pattern: RegExp) => Promise<void>;
}

function start(args: readonly string[], more: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd: home.folder, env: environment(more), stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000 });
  let [stdout, stderr] = ['', ''];
  let look = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    look();
  });
  const ended = new Promise<Run>((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr, took: 0 })));
  const shows = (pattern: RegExp) => new Promise<void>((resolve, reject) => {
    look = () => (pattern.test(stderr) ? resolve() : undefined);
    void ended.then(() => reject(new Error(`no ${pattern} in ${stderr}`)));
    look();
  });
  return Object.assign(ended, { child, shows });
}

const deploy = ['deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32'];
const statusOf = async (more: NodeJS.ProcessEnv = {}): Promise<string | null> => (JSON.parse((await start(['status', '--json'], more)).stdout) as { stack: { status: string } | null }).stack?.status ?? null;

/** Names of EC2's key pairs, as the account's owner sees them. */
async function keyPairs(): Promise<string[]> {
  const url = new URL('/', cloud['AWS_ENDPOINT_URL']);
  const [body, headers] = ['Action=DescribeKeyPairs&Version=2016-11-15', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }];
  const credentials = { accessKeyId: cloud['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: cloud['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const signed = signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, { service: 'ec2', region: REGION, now: Date.now() }, credentials);
  const text = await (await fetch(url, { method: 'POST', body, headers: { ...headers, ...signed } })).text();
  expect(text).toContain('<keySet');
  return [...text.matchAll(/<keyName>([^<]+)/gu)].map(([, name = '']) => name);
}

beforeAll(() => {
  expect(home.run(['local', 'start']).status).toBe(0);
  cloud = exportsOf(home);
  SECOND.SSMLAB_HOME = join(home.folder, 'second');
});
afterAll(() => home.remove());

describe('credentials', () => {
  const NO_KEYS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };

  it.each([['never', undefined], ['too long ago', '2026-01-01T00:00:00Z']])('of SSO, logged in %s: the hint is the login', async (_, expiresAt) => {
    const config = join(home.folder, '.aws');
    mkdirSync(join(config, 'sso/cache'), { recursive: true });
    writeFileSync(join(config, 'config'), '[profile office]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Lab\nregion = ap-northeast-1\n\n[sso-session corp]\nsso_region = ap-northeast-1\nsso_start_url = https://corp.awsapps.com/start\n');
    if (expiresAt !== undefined) writeFileSync(join(config, 'sso/cache', `${createHash('sha1').update('corp').digest('hex')}.json`), JSON.stringify({ accessToken: 'secret-token', expiresAt, startUrl: 'https://corp.awsapps.com/start', region: REGION }));
    const { status, stderr } = await start(['list', '--profile', 'office'], NO_KEYS);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/no AWS credentials were found in profile "office"[\s\S]*\[credentials-missing\][\s\S]*`aws sso login --profile office`/u)]);
    expect(stderr).not.toContain('secret-token');
  });
});

describe('a region that the account has not enabled', () => {
  const there = { AWS_REGION: 'ap-east-1' };
  const said = [3, expect.stringMatching(/the region ap-east-1 is not enabled in the account \((?:AuthFailure|InvalidClientTokenId|UnrecognizedClientException)\)[\s\S]*\[region-disabled\][\s\S]*`aws account enable-region --region-name ap-east-1`/u)];

  it.each([[['deploy', '--dry-run', '--ssh-from', '198.51.100.7/32']], [['list']], [['status']], [['destroy', '--yes']]])('is named by %j, with what enables it', async (args) => {
    const { status, stderr } = await start(args, there);
    expect([status, stderr]).toEqual(said);
  }, 30_000);

  it('is told of by sweep too, and is not taken for one whose keys are wrong, nor these for it', async () => {
    const { status, stdout } = await start(['sweep', '--region', 'ap-east-1', '--region', REGION]);
    expect([status, stdout]).toEqual([3, expect.stringMatching(/ap-east-1\n.*not looked at: the region ap-east-1 is not enabled in the account/u)]);
    const wrong = await start(['list'], { ...there, AWS_SECRET_ACCESS_KEY: 'another' });
    expect([wrong.status, wrong.stderr]).toEqual([3, expect.stringContaining('[credentials-wrong]')]);
  }, 30_000);

  it('of one who may not look: that other regions know the keys', async () => {
    const owner = new Owner(cloud);
    await owner.query('iam', 'CreateUser', { UserName: 'blind' });
    const key = await owner.query('iam', 'CreateAccessKey', { UserName: 'blind' });
    const [, id = ''] = /<AccessKeyId>([^<]+)/u.exec(key) ?? [];
    const [, secret = ''] = /<SecretAccessKey>([^<]+)/u.exec(key) ?? [];
    expect(await start(['list'], { ...there, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret })).toMatchObject({ status: 3, stderr: expect.stringMatching(/the region ap-east-1 does not know the credentials, and us-east-1 does[\s\S]*\[region-disabled\]/u) as string });
  }, 30_000);
});

describe('a region that does not answer', () => {
  it('is told of by sweep, which looks at the others and does not say that all is well', async () => {
    const proxy = await FaultProxy.start(cloud['AWS_ENDPOINT_URL'] ?? '');
    proxy.fault = ({ headers }) => (/\/eu-west-3\//u.test(headers.authorization ?? '') ? 'cut' : undefined);
    const { status, stdout } = await start(['sweep', '--region', REGION, '--region', 'eu-west-3'], { AWS_ENDPOINT_URL: proxy.url });
    await proxy.close();
    expect([status, stdout]).toEqual([3, expect.stringMatching(/eu-west-3\n.*not looked at: nothing answers at [\s\S]*Nothing in ap-northeast-1/u)]);
  }, 60_000);
});

describe('Ctrl-C while a lab is deployed', () => {
  // Before anything is asked of the account, while it is looked at, and when the plan is there.
  it.each<[string, RegExp]>([['at once', /AWS account/u], ['after the look', /USD an hour/u]])('%s: nothing is made, pressed once or twice', async (_, moment) => {
    for (const times of [1, 2]) {
      const running = start([...deploy, '--dry-run']);
      await running.shows(moment);
      for (let press = 0; press < times; press += 1) running.child.kill('SIGINT');
      const { status, stderr } = await running;
      expect([status, stderr]).toEqual([130, expect.stringMatching(/interrupted: nothing was deployed; run `ssmlab deploy/u)]);
      // Pressed twice it goes at once, and what was planned may be there; the next run goes on with it.
      if (times === 1) expect(await statusOf()).toBeNull();
    }
    expect((await start([...deploy, '--dry-run'])).status).toBe(0);
    expect(await statusOf()).toBeNull();
  }, 90_000);

  it.each<[string, string, boolean]>([['the end is set', 'scheduler CreateSchedule', false], ['the plan is carried out', 'cloudformation ExecuteChangeSet', true]])('as %s: what is said is what becomes of it, and the command to run again is the one that was typed', async (_, operation, goesOn) => {
    const proxy = await FaultProxy.start(cloud['AWS_ENDPOINT_URL'] ?? '');
    const seen: string[] = [];
    const args = ['deploy', '--yes', '--brief', '--ssh-from', '9.9.9.9/32', '--ttl', '1h', '--stack', 'rc'];
    proxy.fault = (call) => {
      seen.push(call.operation);
      if (call.operation === operation && seen.indexOf(operation) === seen.length - 1) running.child.kill('SIGINT');
      return undefined;
    };
    const running = start(args, { AWS_ENDPOINT_URL: proxy.url });
    const { status, stderr } = await running;
    await proxy.close();
    expect(seen).toContain(operation);
    expect([status, stderr]).toEqual([130, expect.stringMatching(goesOn ? /interrupted: the stack (?:was just asked for, and unless that was refused it )?goes on being made/u : /interrupted: nothing was deployed/u)]);
    expect(stderr).toContain('ssmlab deploy --yes --brief --ssh-from 9.9.9.9/32 --ttl 1h --stack rc --target aws` again');
    expect(seen.filter((name) => name === 'cloudformation ExecuteChangeSet')).toHaveLength(goesOn ? 1 : 0);
    const left = JSON.parse((await start(['status', '--stack', 'rc', '--json'])).stdout) as { stack: { status: string } | null };
    if (!goesOn) expect([left.stack, await keyPairs()]).toEqual([null, []]);
    else expect(left.stack?.status).toMatch(/^CREATE_/u);
    const again = await start(args);
    expect(again.status, again.stderr).toBe(0);
    expect((await start(['destroy', '--yes', '--stack', 'rc'])).status).toBe(0);
    expect(await keyPairs()).toEqual([]);
  }, 90_000);

  it.skipIf(!Terminal.available)('behind the answer, in one go with it: the answer is none, and nothing is made', async () => {
    const terminal = home.terminal(['deploy', '--ssh-from', '9.9.9.9/32', '--stack', 'rc'], { columns: 200, rows: 40 }, environment());
    await terminal.waitFor(/Deploy "rc" in .*\(y\/N\)/u, 20_000);
    terminal.type('y\r\u0003');
    expect(await terminal.waitFor(/\[ended \d+\]/u, 30_000)).toMatch(/interrupted: nothing was deployed; run `[^`]*ssmlab deploy --ssh-from 9\.9\.9\.9\/32 --stack rc --target aws` again[\s\S]*\[ended 130\]/u);
    terminal.kill();
    const { stack } = JSON.parse((await start(['status', '--stack', 'rc', '--json'])).stdout) as { stack: unknown };
    expect([stack, await keyPairs()]).toEqual([null, []]);
  }, 60_000);

  it('while it is made: it goes on, and the next deploy with it; while it is deleted, the next destroy', async () => {
    for (const times of [1, 2]) {
      const making = start(deploy);
      await making.shows(/28 resources are made/u);
      await making.shows(/key pair, its private half stays here|networks/u);
      for (let press = 0; press < times; press += 1) making.child.kill('SIGINT');
      const broken = await making;
      expect([broken.status, broken.stderr]).toEqual([130, expect.stringMatching(/interrupted: the stack (?:goes on being made|was just asked for)/u)]);
      const again = await start(deploy);
      expect(again.status, again.stderr).toBe(0);
      const deleting = start(['destroy', '--yes']);
      await deleting.shows(/until now/u);
      for (let press = 0; press < times; press += 1) deleting.child.kill('SIGINT');
      const left = await deleting;
      expect([left.status, left.stderr]).toEqual([130, expect.stringMatching(/interrupted: (?:nothing was deleted|the deletion goes on)/u)]);
      const gone = await start(['destroy', '--yes']);
      expect(gone.status, gone.stderr).toBe(0);
      expect(await statusOf()).toBeNull();
    }
  }, 120_000);
});

describe('a lab of two people', () => {
  it.each([1, 2, 3])('who deploy one name at once: one makes it and has its key, the other is told or watches, and nothing of the other\'s is left (%i)', async () => {
    const dial = { ALL_PROXY: /^export ALL_PROXY='?([^'\n]+)/mu.exec(home.run(['local', 'env', '--proxy']).stdout)?.[1] };
    const runs = await Promise.all([start(deploy), start(deploy, SECOND)]);
    expect(runs.map(({ status }) => status)).toContain(0);
    for (const { status, stderr } of runs) if (status !== 0) expect([status, stderr]).toEqual([3, expect.stringMatching(/\[(?:stack-busy|not-connected|stack-failed)\]/u)]);
    const again = await Promise.all([start(deploy), start(deploy, SECOND)]);
    for (const { status, stderr } of again) expect([status, stderr]).toEqual([0, expect.stringContaining('Nothing changed')]);
    // Each had a key pair of its own name; the stack takes one of them, and the other is gone with its file.
    const [{ keyName } = { keyName: '' }] = (JSON.parse((await start(['list', '--json'])).stdout) as { instances: { keyName: string }[] }).instances;
    expect(keyName).toMatch(/^ssmlab-key-[0-9a-f]{8}$/u);
    expect(await keyPairs()).toEqual([keyName]);
    const logins = await Promise.all([start(['exec', '1', '--', 'echo', 'in'], dial), start(['exec', '1', '--', 'echo', 'in'], { ...SECOND, ...dial })]);
    expect(logins.map(({ status }) => status).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 255]);
    for (const [n, { status, stderr }] of logins.entries()) {
      const told = again[n]?.stderr ?? '';
      if (status === 0) expect(told).not.toContain('is not here');
      else {
        expect(stderr).toMatch(new RegExp(`\\[key-missing\\][\\s\\S]*takes the key pair "${keyName}": pass its private half by --identity FILE`, 'u'));
        expect(told).toContain('The private key for Instance1 is not here');
      }
    }
    expect((await start(['exec', '3', '--', 'true'], SECOND)).status).toBe(0);
    // Either may end it.
    expect((await start(['destroy', '--yes'], SECOND)).status).toBe(0);
    expect(await statusOf()).toBeNull();
    expect((await start(['destroy', '--yes'])).status).toBe(0);
    expect(await keyPairs()).toEqual([]);
  }, 120_000);

  it('with --key-pair and a file that is not there: nothing is made', async () => {
    const { status, stderr } = await start([...deploy, '--key-pair', 'mine', '--identity', 'nowhere.pem']);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/\[(?:key-missing|key-pair-missing|preflight-failed)\]/u)]);
    expect(await statusOf()).toBeNull();
  });
});

describe('a region that is none', () => {
  it.each([['status'], ['list'], ['sweep']])('is usage to %s, by flag and, where it heeds that, by variable', async (command) => {
    const said = { status: 2, stderr: expect.stringMatching(/"foo bar" is not a region's name +\[usage\]/u) as string };
    expect(await start([command, '--region', 'foo bar'])).toMatchObject(said);
    if (command !== 'sweep') expect(await start([command], { AWS_REGION: 'foo bar' })).toMatchObject(said);
  });
});

describe('what an error says to run', () => {
  const LAB = ['--target', 'aws', '--region', 'us-east-1', '--stack', 'second'];
  const FLAGS = LAB.join(' ');
  // Said by flags alone: nothing else leads there.
  const bare = { SSMLAB_TARGET: undefined };

  it('means the lab that the command was about', async () => {
    const none = await start(['connect', ...LAB], bare);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining(`ssmlab exec 3 ${FLAGS} -- COMMAND\``) as string });
    const list = await start(['list', ...LAB], bare);
    expect(list).toMatchObject({ status: 3, stderr: expect.stringContaining(`ssmlab deploy ${FLAGS}\` first`) as string });
    const json = await start(['list', '--json', ...LAB], bare);
    expect((JSON.parse(json.stdout) as { error: { hint: string } }).error.hint).toContain(`ssmlab deploy ${FLAGS}\` first`);
    const verify = await start(['verify', ...LAB, '--report', 'json=-'], bare);
    expect((JSON.parse(verify.stdout) as { error: { hint: string } }).error.hint).toContain(`ssmlab deploy ${FLAGS}\` first`);
  }, 30_000);

  it('is short where that lab is in use, and leads back where another is', async () => {
    const state = { ...bare, SSMLAB_HOME: join(home.folder, 'using') };
    expect((await start(['use', ...LAB], state)).status).toBe(0);
    expect((await start(['list'], state)).stderr).toMatch(/run `\S*(?:node \S+|ssmlab) deploy` first/u);
    expect((await start(['list', '--stack', 'third'], state)).stderr).toMatch(/ deploy --stack third` first/u);
    expect((await start(['list', '--target', 'local'], state)).stderr).toMatch(/ deploy --target local` first/u);
  }, 30_000);

  it('of a key that is elsewhere, and of a lab that stands', async () => {
    expect((await start([...deploy, ...LAB], bare)).status).toBe(0);
    const { stdout } = await start(['status', ...LAB], bare);
    expect(stdout).toMatch(new RegExp(`^ends +not by itself; \`[^\`]+ destroy ${FLAGS}\` ends it$`, 'mu'));
    const missing = await start(['exec', '1', ...LAB, '--', 'true'], { ...bare, ...SECOND });
    expect(missing).toMatchObject({ status: 255, stderr: expect.stringMatching(new RegExp(`\\[key-missing\\][\\s\\S]* destroy ${FLAGS}\` and \`[^\`]+ deploy ${FLAGS}\``, 'u')) as string });
    // Both streams in one: the sentence is whole, and before the list.
    const both = spawnSync('sh', ['-c', '"$0" "$@" 2>&1 | cat', process.execPath, join(root, 'bin/run.js'), ...deploy, ...LAB], { cwd: home.folder, env: environment({ ...bare, ...SECOND }), encoding: 'utf8' });
    expect(both.stdout).toMatch(/The private key for Instance1 is not here, [^\n]*:\n {2}\/\S+\n {2}With a copy of it[\s\S]*\n *1 +Instance1/u);
    const gone = await start(['destroy', '--yes', ...LAB], { ...bare, ...SECOND });
    expect(gone).toMatchObject({ status: 0, stderr: expect.stringMatching(/key pair +second-key\S*$/mu) as string });
    expect((await start(['destroy', '--yes', ...LAB], bare)).status).toBe(0);
  }, 60_000);
});

describe('a laptop that sleeps while a lab is deployed', () => {
  it('wakes up, and it is deployed', async () => {
    const running = start(deploy);
    await running.shows(/28 resources are made/u);
    running.child.kill('SIGSTOP');
    // Longer than any connection is kept alive.
    await new Promise((resolve) => setTimeout(resolve, 8000));
    running.child.kill('SIGCONT');
    const { status, stderr } = await running;
    expect([status, stderr]).toEqual([0, expect.stringMatching(/Instance2, Instance3, Instance4 opened and ended/u)]);
    expect((await start(['destroy', '--yes'])).status).toBe(0);
  }, 90_000);
});

describe('an endpoint that takes the call and never answers', () => {
  it('is named within 10 s, once, in a pipe too, and given up after two tries', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const began = performance.now();
    const running = start(['status'], { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    const word = new RegExp(`^127\\.0\\.0\\.1:${port} has not answered [A-Z][A-Za-z]+ for 10 s; waiting, Ctrl-C ends it$`, 'mu');
    await running.shows(word);
    expect(performance.now() - began).toBeLessThan(14_000);
    const { status, stdout, stderr } = await running;
    expect(performance.now() - began).toBeLessThan(50_000);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr.split(word)).toHaveLength(2);
    expect(stderr).toMatch(new RegExp(`^error: nothing answers at 127\\.0\\.0\\.1:${port} \\(ETIMEDOUT\\) +\\[endpoint-unreachable\\]$`, 'mu'));
    silent.close();
  }, 60_000);
});
