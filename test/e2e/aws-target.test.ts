/**
 * The whole life of a lab on AWS, by the real program: `--target aws`, its endpoint set to the local cloud by AWS_ENDPOINT_URL. Each request is
 * seen on its way: it has to be right by the service's own API model, and in the table of docs/faults.md.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NO_MODEL } from '../conformance/api-model/model.js';
import { modelFor, requestProblems } from '../conformance/api-model/request-problems.js';
import { FaultProxy, type Kind } from '../conformance/faults/proxy.js';
import { readFaults } from '../conformance/faults/table.js';
import { makeKeyPair } from '../../src/lib/ssh/key-pair.js';
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';
import { exportsOf, Home, root, type Run, Terminal } from './program.js';

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
    ALL_PROXY: /^export ALL_PROXY='?([^'\n]+)/mu.exec(home.run(['local', 'env', '--proxy']).stdout)?.[1],
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

  it('opens instance 1 by OpenSSH too, through the proxy that ALL_PROXY names, with nothing secret in the file', async () => {
    const line = /ssh -F (\S+) Instance1$/mu.exec((await run('list')).stdout)?.[1]?.replace(/^~/u, home.folder) ?? '';
    const ssh = (more: NodeJS.ProcessEnv = {}) => spawnSync('ssh', ['-F', line, '-o', 'BatchMode=yes', 'Instance1', 'echo well'], { env: { ...home.environment, ...environment, ...more }, encoding: 'utf8', timeout: 30_000 });
    expect(ssh()).toMatchObject({ status: 0, stdout: 'well\n' });
    expect(readFileSync(line, 'utf8')).not.toContain(new URL(environment['ALL_PROXY'] ?? '').password);
    expect(ssh({ ALL_PROXY: 'socks5h://ada:hidden@127.0.0.1:9' }).stderr).toMatch(/no way through the SOCKS proxy 127\.0\.0\.1:9: connect ECONNREFUSED/u);
  }, 60_000);

  it('blames a SOCKS proxy that is not there, and not the instance', async () => {
    const before = environment;
    environment = { ...before, ALL_PROXY: 'socks5h://ada:hidden@127.0.0.1:9' };
    const { status, stderr } = await run('exec', '1', '--', 'id').finally(() => (environment = before));
    expect(status).toBe(255);
    expect(stderr).toMatch(/ssh to Instance1 \(198\.18\.[\d.]+:22\): no way through the SOCKS proxy 127\.0\.0\.1:9: connect ECONNREFUSED 127\.0\.0\.1:9[\s\S]*ALL_PROXY names the proxy/u);
    expect(stderr).not.toMatch(/hidden|port 22 has to be open/u);
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

  describe.skipIf(!Terminal.available)('has a shell in a terminal', () => {
    const PROMPT = { 1: /\[ec2-user@ip-10-0-1-\d+ ~\]\$ $/u, 3: /sh-5\.2\$ $/u } as const;
    /** The terminal as it was: `stty -a` after the program's end. */
    const RESTORED = /(?<!-)\bopost\b[\s\S]*(?<!-)\bicanon\b[^\n]*(?<!-)\becho\b/u;
    const knownHosts = () => join(home.folder, 'state/labs', `aws-${REGION}-ssmlab`, 'known_hosts');
    /** Sessions that the service has open. */
    const sessions = async (): Promise<unknown[]> => (JSON.parse(await call('ssm', { headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.DescribeSessions' }, body: '{"State":"Active"}' })) as { Sessions: unknown[] }).Sessions;
    const untilNone = async (): Promise<void> => {
      for (let tries = 0; (await sessions()).length > 0; tries += 1) {
        expect(tries, 'no session stays').toBeLessThan(50);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };

    /** `connect`, as far as `until` says; then its end and all that was shown. */
    async function connect(number: 1 | 3, act: (terminal: Terminal) => Promise<unknown>): Promise<{ readonly status: number; readonly text: string }> {
      const terminal = home.terminal(['connect', String(number)], { columns: 200, rows: 30 }, environment);
      try {
        await act(terminal);
        await terminal.waitFor(/\[ended \d+\]/u, 40_000);
        await terminal.waitFor(RESTORED);
        return { status: Number(/\[ended (\d+)\]/u.exec(terminal.text)?.[1]), text: terminal.text };
      } finally {
        terminal.kill();
      }
    }
    const use = (number: 1 | 3, last = 'exit\r') => async (terminal: Terminal): Promise<void> => {
      await terminal.waitFor(PROMPT[number], 40_000);
      terminal.type("echo we''ll\r");
      await terminal.waitFor(/\r\nwell\r\n/u);
      await terminal.waitFor(PROMPT[number]);
      terminal.type(last);
    };
    /** Strikes an operation so often. */
    function strike(operation: string, kind: Kind, times = Number.POSITIVE_INFINITY): void {
      proxy.struck = 0;
      proxy.fault = (request) => (request.operation === operation && proxy.struck < times ? kind : undefined);
    }
    afterEach(() => void (proxy.fault = undefined));

    it.each([1, 3] as const)('on instance %d', async (number) => {
      expect(await connect(number, use(number))).toMatchObject({ status: 0 });
      await untilNone();
    }, 60_000);

    it.each([
      ['ssm StartSession', 'throttled'], ['ssm StartSession', 'lost'], ['ssmmessages OpenDataChannel', 'cut'], ['ssmmessages OpenDataChannel', 'fault'], ['ssm TerminateSession', 'lost'],
    ] as const)('though %s fails once: %s', async (operation, kind) => {
      strike(operation, kind, 1);
      expect(await connect(3, use(3, operation === 'ssm TerminateSession' ? '\r~.' : 'exit\r'))).toMatchObject({ status: 0, text: expect.stringContaining('Session ended.') as string });
      expect(proxy.struck).toBe(1);
      await untilNone();
    }, 60_000);

    it('though its stream is late: that is said, and another is opened', async () => {
      proxy.tooLateMs = 12_000;
      strike('ssmmessages OpenDataChannel', 'late', 1);
      expect(await connect(3, use(3))).toMatchObject({ status: 0, text: expect.stringMatching(/No answer yet: the stream at 127\.0\.0\.1:\d+ cannot be reached: opening handshake has timed out\. Trying again; Ctrl-C ends it\./u) as string });
      await untilNone();
    }, 60_000);

    it.each([
      ['ssm StartSession', 'denied', /not authorized to perform: ssm:StartSession\s+\[access-denied\]/u],
      ['ssmmessages OpenDataChannel', 'cut', /the stream at \S+ cannot be reached: ECONNRESET\s+\[stream-unreachable\]/u],
      ['ssmmessages OpenDataChannel', 'denied', /refuses the stream: HTTP 403 Forbidden\s+\[session-failed\]/u],
    ] as const)('not while %s always fails: %s; the terminal is as it was, and no session stays', async (operation, kind, said) => {
      strike(operation, kind);
      expect(await connect(3, async () => undefined)).toEqual({ status: 3, text: expect.stringMatching(said) as string });
      await untilNone();
    }, 60_000);

    it('though it cannot be ended: that is said, and the next command ends it', async () => {
      strike('ssm TerminateSession', 'denied');
      expect(await connect(3, use(3, '\r~.'))).toMatchObject({ status: 0, text: expect.stringMatching(/note: session \S+ could not be ended: [^\n]*ssm:TerminateSession\. The next command of this lab tries again/u) as string });
      expect(await sessions()).toHaveLength(1);
      proxy.fault = undefined;
      expect((await run('list')).status).toBe(0);
      await untilNone();
    }, 60_000);

    it('on instance 1 from a machine that does not know its host keys, though its console is throttled once', async () => {
      rmSync(knownHosts());
      strike('ec2 GetConsoleOutput', 'throttled', 1);
      expect(await connect(1, use(1))).toMatchObject({ status: 0 });
      expect([proxy.struck, readFileSync(knownHosts(), 'utf8')]).toEqual([1, expect.stringContaining('ssh-ed25519')]);
    }, 60_000);

    it.each([['n', 3, /\[declined\]/u], ['y', 0, /Connection closed/u]] as const)('on instance 1, whose console never answers, as a person says: %s', async (answer, status, said) => {
      const before = readFileSync(knownHosts(), 'utf8');
      rmSync(knownHosts());
      strike('ec2 GetConsoleOutput', 'denied');
      const ended = await connect(1, async (terminal) => {
        await terminal.waitFor(/is not known: its console cannot be read[\s\S]*Trust it from now on\?/u, 20_000);
        terminal.type(`${answer}\r`);
        if (answer === 'y') await use(1)(terminal);
      });
      writeFileSync(knownHosts(), before);
      expect(ended).toEqual({ status, text: expect.stringMatching(said) as string });
    }, 60_000);
  });

  it('is verified', async () => {
    const { status, stdout } = await run('verify', '--from', '198.51.100.7');
    expect([status, stdout]).toEqual([0, expect.stringContaining('hold')]);
  }, 60_000);

  it('is told where it drifted, and healed on request', async () => {
    const groups = await ec2('DescribeSecurityGroups', { 'Filter.1.Name': 'tag:aws:cloudformation:logical-id', 'Filter.1.Value.1': 'InstanceSecurityGroup1' });
    const GroupId = /<groupId>(sg-[0-9a-f]+)/u.exec(groups)?.[1] ?? '';
    await ec2('RevokeSecurityGroupIngress', { GroupId, 'IpPermissions.1.IpProtocol': 'tcp', 'IpPermissions.1.FromPort': '22', 'IpPermissions.1.ToPort': '22', 'IpPermissions.1.IpRanges.1.CidrIp': '198.51.100.7/32' });
    const told = await run('deploy', '--yes', '--ssh-from', '198.51.100.7/32');
    expect([told.status, told.stderr]).toEqual([0, expect.stringMatching(/InstanceSecurityGroup1[\s\S]*Next\n.*ssmlab deploy --heal --ssh-from 198\.51\.100\.7\/32 --target aws/u)]);
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
    const name = `ssmlab-ttl-${REGION}-short`;
    const { expires } = (await json<{ standing: { expires: string } }>('status', '--stack', 'short')).standing;
    const end = expires.replace(/\.\d+Z$/u, 'Z');
    expect([made.status, made.stderr]).toEqual([0, expect.stringMatching(new RegExp(`deletes itself at ${end}: for that the schedule and the role ${name} are made besides[\\s\\S]*Deployed in [\\s\\S]*It deletes itself at ${end}, in (?:9|10) min`, 'u'))]);
    const again = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--ttl', '2h', '--stack', 'short');
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('the stack "short" is there already, and --ttl is for a new one')]);
    const listed = await run('destroy', '--stack', 'short');
    expect([listed.status, listed.stderr]).toEqual([2, expect.stringMatching(new RegExp(`its end +schedule ${name}, role ${name}, outside the stack`, 'u'))]);
    const { CreationDate: _made, LastModificationDate: _modified, Arn: _arn, Name: _name, ...schedule } = JSON.parse(await call('scheduler', { method: 'GET', path: `/schedules/${name}` })) as Record<string, unknown>;
    // Nobody waits ten minutes here: its time comes at once. All else of it is as deploy made it.
    await call('scheduler', { method: 'PUT', path: `/schedules/${name}`, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...schedule, ScheduleExpression: `at(${new Date(Date.now() + 1000).toISOString().slice(0, 19)})` }) });
    for (let tries = 0; (await json<{ stack: unknown }>('status', '--stack', 'short')).stack !== null; tries += 1) {
      expect(tries, 'the lab goes').toBeLessThan(30);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await ec2('DescribeInstances', { 'Filter.1.Name': 'instance-state-name', 'Filter.1.Value.1': 'running' })).not.toContain('<instanceId>');
    // AWS deletes the schedule that has run, and nothing else.
    expect((await run('status', '--stack', 'short')).stdout).toMatch(new RegExp(`short: not deployed\\n.*left +key pair short-key-[0-9a-f]{8}, role ${name}, key file \\S+; \`.*ssmlab destroy --target aws .*--stack short.*\` takes it away`, 'u'));
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ labs: [], orphans: [{ kind: 'key-pair', id: expect.stringMatching(/^short-key-[0-9a-f]{8}$/u) as string }] }], roles: [{ id: name }] });
    expect(await run('destroy', '--yes', '--stack', 'short')).toMatchObject({ status: 0, stderr: expect.stringMatching(new RegExp(`its end +role ${name}, outside`, 'u')) as string });
    expect(await json('sweep', '--region', REGION)).toMatchObject({ regions: [{ labs: [], orphans: [] }], roles: [] });
    expect(await iam('ListRoles')).not.toContain('ssmlab-ttl');
    expect(await json('status', '--stack', 'short')).toMatchObject({ stack: null, left: [] });
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
    // Of commands that the table is not of, status and sweep; and what follows a StartSession whose answer was lost.
    const others = ['ssm DescribeSessions', 'ec2 DescribeRegions', 'iam ListRoles', 'scheduler ListSchedules'];
    expect([...new Set(proxy.seen.map(({ operation }) => operation))].filter((operation) => !tried.has(operation) && !others.includes(operation))).toEqual([]);
  });
});
