/**
 * The whole life of a lab on AWS, by the real program: `--target aws`, its endpoint set to the local cloud by AWS_ENDPOINT_URL. Each request is
 * seen on its way: it has to be right by the service's own API model, and in the table of docs/faults.md.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_MODEL } from '../conformance/api-model/model.js';
import { modelFor, requestProblems } from '../conformance/api-model/request-problems.js';
import { FaultProxy } from '../conformance/faults/proxy.js';
import { readFaults } from '../conformance/faults/table.js';
import { makeKeyPair } from '../../src/lib/ssh/key-pair.js';
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';
import { exportsOf, Home, root, type Run } from './program.js';

const REGION = 'ap-northeast-1';
const home = new Home('computed');
let proxy: FaultProxy;
let cloud: NodeJS.ProcessEnv = {};
let environment: NodeJS.ProcessEnv = {};

/** Not by `home.run`, which would hold up the proxy. */
const run = (...args: string[]) => new Promise<Run>((resolve) => {
  const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd: home.folder, env: { ...home.environment, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000 });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('close', (status) => resolve({ status, stdout, stderr, took: 0 }));
});

/** A call as the account's owner, not through the proxy; the reply's text. */
async function call(service: string, { method = 'POST', path = '/', headers = {}, body = '' }: { readonly method?: string; readonly path?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }): Promise<string> {
  const url = new URL(path, cloud['AWS_ENDPOINT_URL']);
  const credentials = { accessKeyId: cloud['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: cloud['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const signed = signRequest({ method, url, headers, payloadHash: hashPayload(body) }, { service, region: REGION, now: Date.now() }, credentials);
  const response = await fetch(url, { method, ...(body === '' ? {} : { body }), headers: { ...headers, ...signed } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} ${path}: ${text}`);
  return text;
}
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const ec2 = (Action: string, input: Readonly<Record<string, string>> = {}) => call('ec2', { headers: FORM, body: new URLSearchParams({ Action, Version: '2016-11-15', ...input }).toString() });
const iam = (Action: string, input: Readonly<Record<string, string>> = {}) => call('iam', { headers: FORM, body: new URLSearchParams({ Action, Version: '2010-05-08', ...input }).toString() });

const json = async <T>(...args: string[]): Promise<T> => {
  const { stdout, stderr } = await run(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
};

beforeAll(async () => {
  expect(home.run(['local', 'start']).status).toBe(0);
  cloud = exportsOf(home);
  proxy = await FaultProxy.start(cloud['AWS_ENDPOINT_URL'] ?? '');
  environment = {
    AWS_ENDPOINT_URL: proxy.url, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: cloud['AWS_ACCESS_KEY_ID'], AWS_SECRET_ACCESS_KEY: cloud['AWS_SECRET_ACCESS_KEY'], SSMLAB_TARGET: 'aws',
    ALL_PROXY: /ALL_PROXY='?([^'\n]+)/u.exec(home.run(['local', 'env', '--proxy']).stdout)?.[1],
  };
});
afterAll(async () => {
  await proxy.close();
  home.remove();
});

describe('a lab on AWS', () => {
  const deploy = (...more: string[]) => run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', ...more);

  it('is looked at first: account, what would go wrong, price, plan; and nothing is made', async () => {
    const { status, stderr } = await deploy('--dry-run');
    expect(stderr).toMatch(/AWS account \d{12}, region ap-northeast-1, as arn:aws:iam::\d{12}:user\/[\s\S]*by AWS_ENDPOINT_URL, which is not AWS's own[\s\S]*permissions +\d+ actions are allowed[\s\S]*USD an hour[\s\S]*28 resources are made:[\s\S]*Nothing was made or changed/u);
    expect(status).toBe(0);
    expect(await json('status')).toMatchObject({ target: 'aws', stack: null });
    expect(await ec2('DescribeKeyPairs')).not.toContain('ssmlab-key');
  }, 60_000);

  it('is deployed: sessions open, host keys of instance 1 are pinned', async () => {
    const { status, stderr, stdout } = await deploy();
    expect([status, stderr]).toEqual([0, expect.stringMatching(/Instance2, Instance3, Instance4 opened and ended/u)]);
    expect(stdout).toContain('Instance4');
    expect(await json('status')).toMatchObject({ stack: { status: 'CREATE_COMPLETE' }, instances: { total: 4, running: 4, online: 3 }, standing: { expires: null } });
  }, 90_000);

  it('again nothing changes', async () => {
    expect(await deploy()).toMatchObject({ status: 0, stderr: expect.stringContaining('Nothing changed: the stack is there and complete.') as string });
  }, 60_000);

  it('opens instance 1 by SSH and instance 3 by a session', async () => {
    for (const number of ['1', '3']) expect(await run('exec', number, '--', 'echo', 'well', number)).toMatchObject({ status: 0, stdout: `well ${number}\n` });
  }, 60_000);

  it('refuses another host key than the pinned one, with both fingerprints', async () => {
    const { instances } = await json<{ instances: { number: number; instanceId: string }[] }>('list');
    const file = join(home.folder, 'state/labs', `aws-${REGION}-ssmlab`, 'known_hosts');
    const before = readFileSync(file, 'utf8');
    expect(before).toContain(instances.find(({ number }) => number === 1)?.instanceId);
    const [algorithm = '', other = ''] = makeKeyPair('another').publicKey.split(' ');
    writeFileSync(file, before.split('\n').map((line) => (line.includes(` ${algorithm} `) ? line.replace(/(?<=ssh-ed25519 )\S+/u, other) : '')).join('\n'));
    const refused = await run('exec', '1', '--', 'true');
    writeFileSync(file, before);
    expect(refused.status).toBe(255);
    expect(refused.stderr).toMatch(/SHA256:\S+[\s\S]*SHA256:\S+[\s\S]*\[host-key-changed\]/u);
    expect((await run('exec', '1', '--', 'true')).status).toBe(0);
  }, 60_000);

  it('is verified', async () => {
    const { status, stdout } = await run('verify', '--from', '198.51.100.7');
    expect([status, stdout]).toEqual([0, expect.stringContaining('hold')]);
  }, 60_000);

  it('is told where it drifted, and healed on request', async () => {
    const groups = await ec2('DescribeSecurityGroups', { 'Filter.1.Name': 'tag:aws:cloudformation:logical-id', 'Filter.1.Value.1': 'InstanceSecurityGroup1' });
    const GroupId = /<groupId>(sg-[0-9a-f]+)/u.exec(groups)?.[1] ?? '';
    await ec2('RevokeSecurityGroupIngress', { GroupId, 'IpPermissions.1.IpProtocol': 'tcp', 'IpPermissions.1.FromPort': '22', 'IpPermissions.1.ToPort': '22', 'IpPermissions.1.IpRanges.1.CidrIp': '198.51.100.7/32' });
    expect(await deploy()).toMatchObject({ status: 0, stderr: expect.stringContaining('InstanceSecurityGroup1') as string });
    expect((await run('exec', '1', '--', 'true')).status).toBe(255);
    expect((await deploy('--heal')).status).toBe(0);
    expect((await run('exec', '1', '--', 'true')).status).toBe(0);
  }, 120_000);

  it('is found by sweep', async () => {
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ region: REGION, labs: [{ stack: 'ssmlab', status: 'UPDATE_COMPLETE' }], orphans: [], unread: null }], roles: [] });
  });

  it('is destroyed, and nothing is left', async () => {
    const { status, stderr } = await run('destroy', '--yes');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/billed too +NATGateway[\s\S]*Destroyed: no stack, instance, address, network, log group or key pair of "ssmlab" is left/u)]);
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ labs: [], orphans: [] }], roles: [] });
  }, 120_000);
});

describe('the end that --ttl sets', () => {
  it('comes: the schedule deletes the whole lab by its role, and destroy removes what is left beside it', async () => {
    const made = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--ttl', '10m', '--stack', 'short');
    expect(made.status, made.stderr).toBe(0);
    const name = `ssmlab-ttl-${REGION}-short`;
    const { CreationDate: _made, LastModificationDate: _modified, Arn: _arn, Name: _name, ...schedule } = JSON.parse(await call('scheduler', { method: 'GET', path: `/schedules/${name}` })) as Record<string, unknown>;
    // Nobody waits ten minutes here: its time comes at once. All else of it is as deploy made it.
    await call('scheduler', { method: 'PUT', path: `/schedules/${name}`, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...schedule, ScheduleExpression: `at(${new Date(Date.now() + 1000).toISOString().slice(0, 19)})` }) });
    for (let tries = 0; (await json<{ stack: unknown }>('status', '--stack', 'short')).stack !== null; tries += 1) {
      expect(tries, 'the lab goes').toBeLessThan(30);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await ec2('DescribeInstances', { 'Filter.1.Name': 'instance-state-name', 'Filter.1.Value.1': 'running' })).not.toContain('<instanceId>');
    // AWS deletes the schedule that has run, and nothing else.
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ labs: [], orphans: [{ kind: 'key-pair', id: expect.stringMatching(/^short-key-[0-9a-f]{8}$/u) as string }] }], roles: [{ id: name }] });
    expect((await run('destroy', '--yes', '--stack', 'short')).status).toBe(0);
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ labs: [], orphans: [] }], roles: [] });
    expect(await iam('ListRoles')).not.toContain('ssmlab-ttl');
  }, 120_000);
});

describe('a lab in express mode', () => {
  it('is deployed when each way in has been opened, though its resources are only asked for, and goes like any other', async () => {
    const made = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--express', '--stack', 'quick');
    expect([made.status, made.stderr]).toEqual([0, expect.stringMatching(/Instance1 … Instance4 +launched; whether they run is seen below[\s\S]*agents +Instance2, Instance3, Instance4 online[\s\S]*Instance2, Instance3, Instance4 opened and ended/u)]);
    expect(await run('exec', '3', '--stack', 'quick', '--', 'echo', 'well')).toMatchObject({ status: 0, stdout: 'well\n' });
    expect((await run('destroy', '--yes', '--stack', 'quick')).status).toBe(0);
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ labs: [], orphans: [] }], roles: [] });
  }, 90_000);
});

describe('a template without instances', () => {
  it('is deployed to its end, and removed', () => {
    writeFileSync(join(home.folder, 'empty.yaml'), 'Resources:\n  VPC:\n    Type: AWS::EC2::VPC\n    Properties: { CidrBlock: 10.9.0.0/16 }\n');
    const { status, stderr } = home.run(['deploy', '--yes', '--stack', 'empty', '--template', 'empty.yaml']);
    expect([status, stderr]).toEqual([0, expect.stringMatching(/Deployed in/u)]);
    expect(home.run(['destroy', '--yes', '--stack', 'empty']).status).toBe(0);
  }, 60_000);
});

describe('the requests of that life', () => {
  it.skipIf(modelFor('ec2') === undefined)(`are right by the services' API models${modelFor('ec2') === undefined ? `: ${NO_MODEL}` : ''}`, () => {
    expect(proxy.seen.length).toBeGreaterThan(300);
    // Models of before 2026-07 have no express mode.
    const knows = modelFor('cloudformation')?.shapes['DeploymentConfig'] !== undefined;
    expect(proxy.seen.filter(({ body }) => knows || !body.includes('DeploymentConfig')).map((request) => [request.operation, requestProblems(request) ?? []] as const).filter(([, problems]) => problems.length > 0)).toEqual([]);
  });

  it('are those whose faults are tried', () => {
    const tried = new Set([...readFaults(readFileSync(join(root, 'docs/faults.md'), 'utf8')).keys()].map((row) => row.split(' | ')[1]));
    // Of commands that the table is not of: status and sweep.
    const others = ['ec2 DescribeRegions', 'iam ListRoles', 'scheduler ListSchedules'];
    expect([...new Set(proxy.seen.map(({ operation }) => operation))].filter((operation) => !tried.has(operation) && !others.includes(operation))).toEqual([]);
  });
});
