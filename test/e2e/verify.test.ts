/**
 * What verify is for: the healthy lab holds claim by claim, on what is declared, predicted and observed. After HTTPS to the endpoints
 * is taken away by the AWS CLI exactly the right claims are broken or unknown, and who is to blame is named; healed, all holds again.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/lib/verify/claim.js';
import { brokenClaims, claimName } from '../conformance/verify/mutations.js';
import { exportsOf, Home, onEachFabric } from './program.js';

const hasAws = spawnSync('aws', ['--version']).status === 0;
const unknown = (report: VerifyReport): string[] => report.claims.filter(({ verdict }) => verdict === 'unknown').map(claimName);

onEachFabric('verify of the lab', (fabric) => {
  const home = new Home(fabric);
  let environment: NodeJS.ProcessEnv = {};
  beforeAll(() => {
    expect(home.run(['deploy', '--yes']).status).toBe(0);
    environment = { ...exportsOf(home), PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '' };
  });
  afterAll(() => home.remove());

  const aws = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('aws', [...args, '--output', 'text'], { env: environment, encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const verify = (...args: string[]): { readonly status: number | null; readonly report: VerifyReport } => {
    const { status, stdout, stderr } = home.run(['verify', '--json', ...args]);
    expect(stderr).toBe('');
    return { status, report: JSON.parse(stdout) as VerifyReport };
  };

  it('every claim of the healthy lab holds, its three sides agree, and none is unknown', () => {
    const { status, report } = verify();
    expect(report.claims.filter(({ verdict, declared, predicted, observed }) => verdict !== 'pass' || predicted !== declared || (observed !== null && observed !== declared))).toEqual([]);
    expect([status, report.verdict, report.fabric, report.stack, report.region, report.claims.length]).toEqual([0, 'pass', fabric, 'ssmlab', 'ap-northeast-1', 52]);
    // What can be seen was seen, 8 claims of each.
    expect(report.claims.filter(({ observed }) => observed !== null)).toHaveLength(32);
  });

  it('one side alone: predicted is all of it without an instance, observed what can be seen', () => {
    const predicted = verify('--only', 'predicted');
    expect([predicted.status, predicted.report.claims.length, predicted.report.claims.every(({ observed }) => observed === null)]).toEqual([0, 52, true]);
    const observed = verify('--only', 'observed');
    expect([observed.status, observed.report.claims.length, observed.report.claims.every((claim) => claim.predicted === null)]).toEqual([0, 32, true]);
  });

  it('a snapshot is judged the same where nothing is deployed, and shows no instance', () => {
    const file = join(home.folder, 'lab.json');
    const elsewhere = { SSMLAB_HOME: mkdtempSync(join(tmpdir(), 'ssmlab-e2e-none-')), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    try {
      const written = verify('--only', 'predicted', '--snapshot', file);
      const { status, stdout } = home.run(['verify', '--only', 'predicted', '--snapshot', file, '--json'], { environment: elsewhere });
      expect([status, JSON.parse(stdout)]).toEqual([0, written.report]);
      const both = home.run(['verify', '--snapshot', file], { environment: elsewhere });
      expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('add --only predicted')]);
    } finally {
      rmSync(elsewhere.SSMLAB_HOME, { recursive: true, force: true });
    }
  });

  it('takes an address for who asks, and nothing else', () => {
    const { report, status } = verify('--only', 'predicted', '--from', '203.0.113.9');
    expect([status, brokenClaims(report)]).toEqual([1, ['1 way-in', '1 inbound']]);
    expect(home.run(['verify', '--from', 'here'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--from "here" is no IPv4 address') as string });
  });

  it.skipIf(!hasAws)('without HTTPS to the endpoints: the session of 4 and the table of their group, and no other; who is to blame is named', async () => {
    const id = (logicalId: string): string => aws('cloudformation', 'describe-stack-resource', '--stack-name', 'ssmlab', '--logical-resource-id', logicalId, '--query', 'StackResourceDetail.PhysicalResourceId');
    const [group, source, instance] = [id('EndpointSecurityGroup'), id('InstanceSecurityGroup3'), id('Instance4')];
    const permission = ['--group-id', group, '--ip-permissions', `[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"UserIdGroupPairs":[{"GroupId":"${source}"}]}]`];
    const status = (): string => aws('ssm', 'describe-instance-information', '--filters', `Key=InstanceIds,Values=${instance}`, '--query', 'InstanceInformationList[0].PingStatus');
    aws('ec2', 'revoke-security-group-ingress', ...permission);
    await expect.poll(status, { timeout: 30_000, interval: 500 }).toBe('ConnectionLost');

    const { status: code, report } = verify();
    expect([code, brokenClaims(report)]).toEqual([1, ['4 way-in', '4 security-group EndpointSecurityGroup']]);
    expect(unknown(report)).toEqual(['4 public-ipv4', '4 ping', '4 egress-identity', '4 service-address ssm', '4 service-address ssmmessages']);
    for (const claim of report.claims.filter(({ verdict }) => verdict === 'unknown')) expect(claim.why).toContain('the session to Instance4 is lost');
    expect(report.claims.filter(({ predicted, observed, verdict }) => verdict !== 'unknown' && observed !== null && predicted !== observed)).toEqual([]);
    const way = report.claims.find((claim) => claimName(claim) === '4 way-in');
    expect([way?.predicted, way?.observed, way?.blame]).toEqual(['Session Manager is closed', 'Session Manager is closed', expect.stringContaining(group)]);
    const table = report.claims.find((claim) => claimName(claim) === '4 security-group EndpointSecurityGroup');
    expect(table).toMatchObject({ declared: 'in tcp/443 from InstanceSecurityGroup3, out all', predicted: 'in nothing, out all', blame: group });

    // A person reads first what is wrong.
    const text = home.run(['verify', '4']).stdout;
    expect(text).toMatch(/^ {2}4 {2}✘ way in: declared Session Manager is open · predicted and observed Session Manager is closed\n/u);
    expect(text).toMatch(/\n2 claims are broken, 5 are unknown\. \(/u);

    aws('ec2', 'authorize-security-group-ingress', ...permission);
    await expect.poll(status, { timeout: 60_000, interval: 500 }).toBe('Online');
    expect(verify().status).toBe(0);
  });
});
