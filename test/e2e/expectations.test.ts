/** A file of expectations on a real lab: written, judged, broken by a change of the network, watched while it changes. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand, EC2Client, RevokeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home, onEachFabric, root, Terminal } from './program.js';

interface Claim { readonly instance: number; readonly claim: string; readonly subject: string | null; readonly declared: string; readonly predicted: string | null; readonly observed: string | null; readonly verdict: string; readonly why: string; readonly blame: string | null }
interface Report { readonly verdict: string; readonly claims: readonly Claim[] }
interface Line { readonly at: string; readonly verdict?: string; readonly changed?: readonly Claim[] }

const documented = /```yaml\n([^]*?)```/u.exec(readFileSync(join(root, 'docs/expectations.md'), 'utf8'))?.[1] ?? '';
const name = ({ instance, claim, subject }: Claim): string => [instance, claim, ...(subject === null ? [] : [subject])].join(' ');

/** The lines of a program that goes on, as they come. */
class Lines {
  readonly #child: ChildProcess;
  #text = '';
  #taken = 0;
  error = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.#text += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.error += chunk));
  }

  /** The next one that is so; those before it are passed over. */
  async next(isWanted: (line: Line) => boolean, timeoutMs = 60_000): Promise<Line> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const lines = this.#text.split('\n').slice(0, -1);
      while (this.#taken < lines.length) {
        const line = JSON.parse(lines[this.#taken++] ?? '') as Line;
        if (isWanted(line)) return line;
      }
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error(`it did not come:\n${this.#text}\n${this.error}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    return new Promise((resolve) => {
      this.#child.once('close', (status) => resolve(status));
      this.#child.kill(signal);
    });
  }
}

onEachFabric('expectations', (fabric) => {
  const home = new Home(fabric);
  const file = (text: string, path = 'f.yaml'): string => (writeFileSync(join(home.folder, path), text), path);
  let ec2: EC2Client;

  async function groupOf(logicalId: string): Promise<string> {
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'tag:aws:cloudformation:logical-id', Values: [logicalId] }] }));
    return SecurityGroups?.[0]?.GroupId ?? '';
  }
  const tcp = (port: number, cidr: string) => [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: cidr }] }];
  const admit = async (logicalId: string, port: number, cidr: string) => ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: await groupOf(logicalId), IpPermissions: tcp(port, cidr) }));
  const refuse = async (logicalId: string, port: number, cidr: string) => ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: await groupOf(logicalId), IpPermissions: tcp(port, cidr) }));

  beforeAll(() => {
    const deployed = home.run(['deploy', '--yes', '--brief'], { timeout: 180_000 });
    expect(deployed.status, deployed.stderr).toBe(0);
    const environment = exportsOf(home);
    ec2 = new EC2Client({ endpoint: environment['AWS_ENDPOINT_URL'] ?? '', region: 'ap-northeast-1', credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' } });
  }, 200_000);
  afterAll(() => {
    ec2?.destroy();
    home.remove();
  });

  it('as documented hold for the lab, none unknown, seen where they can be', () => {
    const report = home.json<Report>('verify', '--expect', file(documented, 'lab.yaml'));
    expect(report.claims.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect([report.verdict, report.claims.length > 30, report.claims.filter(({ observed }) => observed !== null).length > 20]).toEqual(['pass', true, true]);
    const run = home.run(['verify', '--expect', 'lab.yaml']);
    expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/^\d+ claims hold\. All is as lab\.yaml expects\./mu)]);
  });

  it('are written from what is there, hold at once, and nothing is written over', () => {
    expect(home.run(['expect', 'init'])).toMatchObject({ status: 0, stdout: 'expectations.yaml: what is expected of 4 instances\n' });
    const text = readFileSync(join(home.folder, 'expectations.yaml'), 'utf8');
    expect(text).toContain('  - select: Instance4\n    session-manager: open\n    ssh: closed\n    public-ipv4: none\n    ping: silence\n    egress: none\n');
    const report = home.json<Report>('verify', '--expect', 'expectations.yaml');
    expect(report.claims.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    const again = home.run(['expect', 'init', '--stack', 'ssmlab']);
    expect([again.status, again.stderr]).toEqual([3, expect.stringMatching(/expectations\.yaml is there already[\s\S]*--force/u)]);
    writeFileSync(join(home.folder, 'expectations.yaml'), 'mine');
    expect(home.run(['expect', 'init']).status).toBe(3);
    expect(readFileSync(join(home.folder, 'expectations.yaml'), 'utf8')).toBe('mine');
    expect(home.run(['expect', 'init', '--force']).status).toBe(0);
    expect(home.run(['expect', 'init', '--output', '-']).stdout).toContain('version: 1\ninstances:\n');
    expect(home.run(['expect', 'init', '--output', 'no/such/file.yaml']).stderr).toMatch(/the file of expectations no\/such\/file\.yaml cannot be written: its folder no\/such is not there[\s\S]*mkdir -p no\/such/u);
    expect(existsSync(join(home.folder, '-'))).toBe(false);
  });

  it('say where they are wrong', () => {
    const refused = (text: string) => {
      const run = home.run(['verify', '--expect', file(text)]);
      return [run.status, run.stdout, run.stderr];
    };
    expect(refused('version: 1\ninstances:\n  - select: Instance1\n    ssh: opne\n')).toEqual([3, '', expect.stringMatching(/f\.yaml:4:10: "opne" is neither open nor closed; did you mean open\?[\s\S]*\[expectations-invalid\]/u)]);
    expect(refused('version: 1\ninstances:\n  - select: "tag:Name=Instance5"\n    ssh: open\n')).toEqual([3, '', expect.stringMatching(/f\.yaml:3:13: "tag:Name=Instance5" matches no instance; did you mean tag:Name=Instance1[\s\S]*\[expectations-unmatched\]/u)]);
    expect(home.json('verify', '--expect', 'none.yaml')).toMatchObject({ error: { code: 'expectations-unusable', message: 'none.yaml cannot be read: it is not there' } });
    expect(home.run(['verify', '--watch', '--snapshot', 'x']).status).toBe(2);
  });

  it('are broken by who is let in, and say which rule does it', async () => {
    await admit('InstanceSecurityGroup2', 8080, '203.0.113.0/24');
    try {
      const run = home.run(['verify', '--expect', 'lab.yaml', '--json']);
      const report = JSON.parse(run.stdout) as Report;
      // 2 and 3 wear the group; 3 has no address that the internet could write to.
      expect([run.status, report.claims.filter(({ verdict }) => verdict !== 'pass').map(name)]).toEqual([1, ['2 reachable all from internet']]);
      const broken = report.claims.find(({ verdict }) => verdict === 'fail');
      expect(broken).toMatchObject({ declared: 'not reachable', predicted: 'reachable in part', why: expect.stringMatching(/tcp\/8080 from 203\.0\.113\./u) as string, blame: expect.stringMatching(/^sg-/u) as string });
    } finally {
      await refuse('InstanceSecurityGroup2', 8080, '203.0.113.0/24');
    }
    expect(home.run(['verify', '--expect', 'lab.yaml']).status).toBe(0);
  });

  it('are watched: a change is told when it comes, and when it goes, and Ctrl-C ends with the last verdict', async () => {
    const lines = new Lines(home.start('verify', '--expect', file('version: 1\ninstances:\n  - { select: Instance1, ssh: open, from: { here: { tcp/22: open } } }\n  - { select: Instance4, session-manager: open }\n', 'w.yaml'), '--watch', '--json'));
    const first = await lines.next(() => true);
    expect([first.verdict, first.changed?.map(name)]).toEqual(['pass', ['1 way-in ssh', '1 reachable tcp/22 from here', '4 way-in session-manager']]);
    await refuse('InstanceSecurityGroup1', 22, '198.51.100.7/32');
    const lost = await lines.next(({ changed }) => changed?.some((claim) => claim.predicted === 'not reachable' && claim.observed === 'not reachable') === true);
    expect(lost.verdict).toBe('fail');
    expect(lost.changed?.every(({ instance }) => instance === 1)).toBe(true);
    await admit('InstanceSecurityGroup1', 22, '198.51.100.7/32');
    await lines.next(({ verdict }) => verdict === 'pass');
    expect(await lines.end('SIGINT')).toBe(0);
    expect(lines.error).toBe('');
  });

  it.skipIf(!Terminal.available)('are watched in a terminal: the report, the change with its time, the end', async () => {
    const terminal = home.terminal(['verify', '--expect', file('version: 1\ninstances: [{ select: Instance2, from: { internet: { tcp/9090: closed } } }]\n', 't.yaml'), '--watch', '--every', '5']);
    await terminal.waitFor(/1 claim holds\. All is as t\.yaml expects\..*\r\n.*Ctrl-C ends it/u, 60_000);
    await admit('InstanceSecurityGroup2', 9090, '0.0.0.0/0');
    await terminal.waitFor(/\d\d:\d\d:\d\d {2}\S+ 2 reachable tcp\/9090 from internet: declared not reachable .*/u, 60_000);
    await terminal.waitFor(/\d\d:\d\d:\d\d {2}1 claim is broken\./u);
    terminal.type('\u0003');
    const end = await terminal.waitFor(/\[ended \d+\]/u, 20_000);
    expect(end).toContain('[ended 1]');
    expect(end).toMatch(/interrupted: nothing was changed; the exit status is that of the last verdict\r\n/u);
    expect(end).not.toMatch(/error/u);
    await refuse('InstanceSecurityGroup2', 9090, '0.0.0.0/0');
  });
});

describe('the schema', () => {
  it('is printed as docs/schemas has it', () => {
    const home = new Home();
    expect(home.run(['expect', 'schema']).stdout).toBe(readFileSync(join(root, 'docs/schemas/expectations.schema.json'), 'utf8'));
    home.remove();
  });
});
