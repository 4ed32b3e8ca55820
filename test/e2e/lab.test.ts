/**
 * The lab's whole life on the local cloud through the real program: deploy, list, exec, connect, verify, break, heal,
 * restart, destroy. Facts: lab.md "What must be seen", control-plane.md m1 and m5.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportsOf, Home, onEachFabric, Terminal } from './program.js';

interface Listed {
  readonly instances: readonly {
    readonly number: number;
    readonly name: string;
    readonly instanceId: string;
    readonly path: string;
    readonly auth: string;
    readonly inbound: readonly string[] | string;
    readonly privateIpv4: string;
    readonly publicIpv4: string | null;
    readonly agent: string;
  }[];
}

interface Verified {
  readonly verdict: string;
  readonly fabric: string;
  readonly claims: readonly { readonly instance: number; readonly claim: string; readonly subject: string | null; readonly verdict: string; readonly declared: string; readonly predicted: string | null; readonly observed: string | null; readonly why: string; readonly blame: string | null }[];
}

const hasSsh = spawnSync('ssh', ['-V']).status === 0;
const aws = ['aws'].find((name) => spawnSync(name, ['--version']).status === 0);

onEachFabric('the lab on the local cloud', (fabric) => {
  const home = new Home(fabric);
  let exports: NodeJS.ProcessEnv = {};

  beforeAll(() => {
    const deployed = home.run(['deploy', '--yes']);
    expect(deployed.stderr + deployed.stdout, 'deploy').toContain('Instance4');
    expect(deployed.status).toBe(0);
    exports = { PATH: process.env['PATH'], HOME: home.folder, ...exportsOf(home) };
  });
  afterAll(() => home.remove());

  const awsCli = (...args: string[]) => {
    const endpoint = exports['AWS_ENDPOINT_URL'] ?? '';
    const { status, stdout, stderr } = spawnSync(aws ?? 'aws', ['--endpoint-url', endpoint, '--output', 'json', ...args], { env: { ...exports, AWS_PAGER: '' }, encoding: 'utf8' });
    if (status !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>);
  };

  const until = async (what: string, holds: () => boolean, seconds: number) => {
    const deadline = Date.now() + seconds * 1000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`${what} not within ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  it('lists four instances with path and auth method as they are', () => {
    const { instances } = home.json<Listed>('list');
    expect(instances.map(({ number, name, path, auth, agent }) => ({ number, name, path, auth, agent }))).toEqual([
      { number: 1, name: 'Instance1', path: 'internet-gateway', auth: 'ssh-key-pair', agent: expect.not.stringMatching(/^online$/) as string },
      { number: 2, name: 'Instance2', path: 'internet-gateway', auth: 'session-manager', agent: 'online' },
      { number: 3, name: 'Instance3', path: 'nat-gateway', auth: 'session-manager', agent: 'online' },
      { number: 4, name: 'Instance4', path: 'vpc-endpoint', auth: 'session-manager', agent: 'online' },
    ]);
    expect(instances.map((instance) => instance.publicIpv4 === null)).toEqual([false, false, true, true]);
    for (const instance of instances) if (instance.publicIpv4 !== null) expect(instance.publicIpv4).toMatch(/^198\.18\./);
  });

  it('says that nothing changed when deployed again', () => {
    const again = home.run(['deploy', '--yes']);
    expect(again.status).toBe(0);
    expect(again.stdout + again.stderr).toMatch(/nothing (has )?changed|already/i);
  });

  it('verifies: every claim holds, and 4 does not reach the internet, as meant', () => {
    const report = home.json<Verified>('verify');
    expect(report.verdict).toBe('pass');
    expect(report.fabric).toBe(fabric);
    expect(new Set(report.claims.map((claim) => claim.instance))).toEqual(new Set([1, 2, 3, 4]));
    expect(report.claims.filter(({ verdict, declared, predicted, observed }) => verdict !== 'pass' || predicted !== declared || (observed !== null && observed !== declared))).toEqual([]);
    expect(report.claims).toHaveLength(52);
  });

  it.each(['1', '2', '3', '4'])('runs a command on %s with streams apart and its own status', (instance) => {
    const line = home.run(['exec', instance, '--', 'echo out; echo err >&2; exit 7']);
    expect([line.stdout, line.stderr, line.status]).toEqual(['out\n', 'err\n', 7]);
    const words = home.run(['exec', instance, '--', 'sh', '-c', 'exit 7']);
    expect(words.status).toBe(7);
  });

  it('carries input: by SSH as it comes, to a session along with the command, and says so where it was not sent', () => {
    expect(home.run(['exec', '1', '--', 'cat'], { input: 'in\n' })).toMatchObject({ status: 0, stdout: 'in\n', stderr: '' });
    expect(home.run(['exec', '--stdin', '3', '--', 'cat; exit 7'], { input: 'in\n' })).toMatchObject({ status: 7, stdout: 'in\n', stderr: '' });
    expect(home.run(['exec', '3', '--', 'cat'], { input: 'in\n' })).toMatchObject({ status: 0, stdout: '', stderr: 'note: stdin was not sent to the command; --stdin sends it\n' });
    expect(home.run(['exec', '3', '--', 'cat'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it.skipIf(!hasSsh)('leads OpenSSH to every instance by the file that list writes', () => {
    const lines = home.run(['list']).stdout.split('\n').flatMap((line) => /^ {2}(ssh -F (\S+)) (\w+)/u.exec(line)?.slice(1, 4) ?? []);
    expect([lines[2], lines[5]]).toEqual(['Instance1', 'Instance2']);
    const file = String(lines[1]).replace(/^~/u, home.folder);
    const names = [1, 2, 3, 4].map((number) => spawnSync('ssh', ['-F', file, '-o', 'LogLevel=ERROR', `Instance${number}`, 'hostname'], { env: home.environment, encoding: 'utf8', timeout: 60_000 }).stdout);
    const { instances } = home.json<Listed>('list');
    expect(names).toEqual(instances.map(({ privateIpv4 }) => `ip-${privateIpv4.replaceAll('.', '-')}.ap-northeast-1.compute.internal\n`));
  });

  it.skipIf(!Terminal.available).each([['1', 7], ['3', 0]] as const)('runs a command on %s in the terminal as it is', async (instance, status) => {
    const terminal = home.terminal(['exec', '-t', instance, '--', 'stty size; exit 7'], { columns: 91, rows: 27 });
    await terminal.waitFor(/\r\n27 91\r\n/);
    await terminal.waitFor(new RegExp(`\\[ended ${status}\\]`, 'u'));
    terminal.kill();
  });

  it('prints what AL2023 prints', () => {
    // It ends when a child of its ends that it has not started.
    if (fabric === 'netns') for (const number of ['1', '3']) expect(home.run(['exec', number, '--', 'ps'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^ +PID TTY +TIME CMD\n/u) as string, stderr: '' });
    expect(home.run(['exec', '3', '--', 'ec2-metadata --public-ipv4']).stdout).toBe('public-ipv4: not available\n');
    const { instances } = home.json<Listed>('list');
    expect(home.run(['exec', '1', '--', 'ec2-metadata --public-ipv4']).stdout).toBe(`public-ipv4: ${instances[0]?.publicIpv4}\n`);
    const silent = home.run(['exec', '4', '--', 'ping -c 2 -i 0.2 -W 1 8.8.8.8']);
    expect(silent.stdout).toMatch(/^PING 8\.8\.8\.8 \(8\.8\.8\.8\) 56\(84\) bytes of data\.\n\n--- 8\.8\.8\.8 ping statistics ---\n2 packets transmitted, 0 received, 100% packet loss, time \d+ms\n\n$/);
    expect(silent.status).toBe(1);
    const reply = home.run(['exec', '3', '--', 'ping -c 2 -i 0.2 8.8.8.8']);
    expect(reply.stdout).toMatch(/64 bytes from 8\.8\.8\.8: icmp_seq=1 ttl=\d+ time=[\d.]+ ms\n/);
    expect(reply.stdout).toMatch(/2 packets transmitted, 2 received, 0% packet loss, time \d+ms\nrtt min\/avg\/max\/mdev = [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms\n$/);
    expect(reply.status).toBe(0);
  });

  it('shows which way each goes out', () => {
    const { instances } = home.json<Listed>('list');
    expect(home.run(['exec', '2', '--', 'curl -s checkip.amazonaws.com']).stdout.trim()).toBe(instances[1]?.publicIpv4);
    const nat = home.run(['exec', '3', '--', 'curl -s checkip.amazonaws.com']).stdout.trim();
    expect(nat).toMatch(/^198\.18\./);
    expect(instances.map((instance) => instance.publicIpv4)).not.toContain(nat);
    expect(home.run(['exec', '4', '--', 'getent hosts ssm.ap-northeast-1.amazonaws.com']).stdout).toMatch(/^10\.0\.3\.\d+\s/);
  });

  it('names near instances when one is unknown', () => {
    const run = home.run(['exec', 'Instanc3', '--', 'true']);
    expect(run.status).toBe(255);
    expect(run.stderr).toContain('[instance-not-found]');
    expect(run.stderr).toContain('Instance3');
  });

  it.skipIf(!Terminal.available)('gives a shell by Session Manager in a real terminal', async () => {
    const terminal = home.terminal(['connect', '4'], { columns: 90, rows: 28 });
    await terminal.waitFor(/sh-5\.2\$ /);
    // A client tells the size when the shell has begun, and a real terminal takes it by a program of its own.
    await new Promise((resolve) => setTimeout(resolve, 700));
    terminal.type('stty size\r');
    await terminal.waitFor(/\r\n28 90\r\n/);
    terminal.resize({ columns: 77, rows: 20 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    terminal.type('stty size\r');
    await terminal.waitFor(/\r\n20 77\r\n/);
    terminal.type('sleep 60\r');
    await terminal.waitFor(/sleep 60\r\n/);
    // Until it runs: a bash that is about to start a program takes the key for its own.
    await new Promise((resolve) => setTimeout(resolve, 700));
    const pressed = Date.now();
    terminal.type('\u0003');
    await terminal.waitFor(/sh-5\.2\$ /);
    expect(Date.now() - pressed).toBeLessThan(1000);
    terminal.type('yes | head -1\r');
    await terminal.waitFor(/\r\ny\r\n/);
    terminal.type('exit\r');
    await terminal.waitFor(/\[ended 0\]/);
    // The terminal is as it was before: `stty -a` shows canonical mode and echo.
    await terminal.waitFor(/(?<!-)icanon[\s\S]*(?<!-)echo /);
  });

  it.skipIf(!Terminal.available)('gives a shell by SSH on 1', async () => {
    const terminal = home.terminal(['connect', '1']);
    await terminal.waitFor(/\[ec2-user@ip-10-0-1-\d+ ~\]\$ /);
    terminal.type('whoami\r');
    await terminal.waitFor(/ec2-user\r\n/);
    terminal.type('exit\r');
    await terminal.waitFor(/\[ended 0\]/);
  });

  it.skipIf(aws === undefined)('answers the AWS CLI; without its NAT route 3 is lost within 5 s; deploy tells what drifted and leaves it, deploy --heal puts it back', async () => {
    const { instances } = home.json<Listed>('list');
    const id = instances[2]?.instanceId ?? '';
    const status = () => {
      const list = awsCli('ssm', 'describe-instance-information')?.['InstanceInformationList'] as { InstanceId: string; PingStatus: string }[];
      return list.find((entry) => entry.InstanceId === id)?.PingStatus;
    };
    expect(status()).toBe('Online');
    const tables = awsCli('ec2', 'describe-route-tables')?.['RouteTables'] as { RouteTableId: string; Routes: { NatGatewayId?: string }[] }[];
    const table = tables.find((entry) => entry.Routes.some((route) => route.NatGatewayId !== undefined));
    awsCli('ec2', 'delete-route', '--route-table-id', table?.RouteTableId ?? '', '--destination-cidr-block', '0.0.0.0/0');
    await until('instance 3 lost', () => status() === 'ConnectionLost', 5);
    const broken = home.run(['verify', '--json']);
    expect(broken.status).toBe(1);
    const report = JSON.parse(broken.stdout) as Verified;
    expect(new Set(report.claims.filter((claim) => claim.verdict === 'fail').map((claim) => claim.instance))).toEqual(new Set([3]));
    expect(new Set(report.claims.filter((claim) => claim.verdict === 'unknown').map((claim) => claim.instance))).toEqual(new Set([3]));
    const groups = awsCli('ec2', 'describe-security-groups', '--filters', 'Name=tag:aws:cloudformation:logical-id,Values=EndpointSecurityGroup')?.['SecurityGroups'] as { GroupId: string; IpPermissions: object[] }[];
    awsCli('ec2', 'revoke-security-group-ingress', '--group-id', groups[0]?.GroupId ?? '', '--ip-permissions', JSON.stringify(groups[0]?.IpPermissions));
    const told = home.run(['deploy', '--yes']);
    expect([told.status, told.stderr]).toEqual([0, expect.stringMatching(/RouteToNATGateway \(AWS::EC2::Route\) was deleted[\s\S]*EndpointSecurityGroup \(AWS::EC2::SecurityGroup\) was changed[\s\S]*left as it is; deploy again with --heal/u)]);
    expect(status()).toBe('ConnectionLost');
    const healed = home.run(['deploy', '--heal', '--yes']);
    expect([healed.status, healed.stderr]).toEqual([0, expect.stringMatching(/^Changed in /mu)]);
    await until('instance 3 back', () => status() === 'Online', 10);
    expect(home.run(['verify']).status).toBe(0);
    const after = home.run(['deploy', '--yes']);
    expect(after.stderr).toContain('Nothing changed: the stack is there and complete.');
    expect(after.stderr).not.toContain('beside CloudFormation');
  });

  it.skipIf(aws === undefined)('is honest at once about an instance that is off: list, status, connection status, exec, deploy', async () => {
    const { instances } = home.json<Listed>('list');
    const id = instances[2]?.instanceId ?? '';
    const state = () => home.json<{ instances: { state: string; agent: string }[] }>('list').instances[2];
    home.run(['exec', '3', '--', 'sudo shutdown now']);
    await until('instance 3 is off', () => state()?.state !== 'running', 5);
    expect(state()?.agent).toBe('connection-lost');
    expect(awsCli('ssm', 'get-connection-status', '--target', id)?.['Status']).toBe('notconnected');
    expect(home.run(['status']).stdout).toContain('3 of 4 running, 2 agents online');
    const off = home.run(['exec', '3', '--', 'ls']);
    expect([off.status, off.stderr]).toEqual([255, expect.stringMatching(/^error: Instance3 \(i-\w+\) is stop(?:ping|ped) .*\[not-connected\]\nhint: {2}start it with `aws ec2 start-instances/u)]);
    await until('instance 3 stopped', () => state()?.state === 'stopped', 20);
    const again = home.run(['deploy', '--yes']);
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('Nothing changed: the stack is complete, but Instance3 is stopped.')]);
    expect(again.stderr).not.toMatch(/Instance3, .*online|connect 3/u);
    awsCli('ec2', 'start-instances', '--instance-ids', id);
    await until('instance 3 back', () => state()?.agent === 'online', 20);
    expect(home.run(['deploy', '--yes']).stderr).toContain('the stack is there and complete.');
  });

  it('comes back after a kill with the same ids, addresses, endpoint and keys', () => {
    const before = home.json<Listed>('list');
    const { pid } = home.json<{ localCloud: { pid: number } }>('status').localCloud;
    process.kill(pid, 'SIGKILL');
    const envBefore = exports['AWS_ENDPOINT_URL'];
    expect(home.run(['local', 'start']).status).toBe(0);
    expect(home.run(['local', 'env']).stdout).toContain(envBefore);
    const ids = ({ instances }: Listed) => instances.map(({ instanceId, privateIpv4, publicIpv4 }) => ({ instanceId, privateIpv4, publicIpv4 }));
    expect(ids(home.json<Listed>('list'))).toEqual(ids(before));
    expect(home.run(['deploy', '--yes']).status).toBe(0);
    expect(home.run(['verify']).status).toBe(0);
  });

  it('leaves nothing behind', () => {
    const { pid } = home.json<{ localCloud: { pid: number } }>('status').localCloud;
    const destroyed = home.run(['destroy', '--yes']);
    expect(destroyed.status).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const state = home.environment['SSMLAB_HOME'] ?? '';
    const left = existsSync(state) ? readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : [];
    expect(left.map((entry) => entry.name)).toEqual([]);
    expect(home.run(['list']).stderr).toContain('[no-lab]');
  });
});
