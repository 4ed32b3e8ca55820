import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { KnownInstance } from '../../../../src/lib/inventory/instance.js';
import { LAB_INSTANCES } from '../../../../src/lib/lab/lab.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { verifyLines } from '../../../../src/lib/report/verify.js';
import { verdictOf } from '../../../../src/lib/verify/claim.js';
import { expectationsFor } from '../../../../src/lib/verify/expectations.js';
import { type RunOn, verify } from '../../../../src/lib/verify/verify.js';

const instances: KnownInstance[] = LAB_INSTANCES.map((lab) => ({
  number: lab.number, name: `n${lab.number}`, instanceId: `i-${lab.number}`, path: lab.path, auth: lab.auth, inbound: [], subnetId: null, vpcId: null, privateIpv4: null,
  publicIpv4: lab.shows.publicIpv4 ? `198.18.0.1${lab.number}` : null, publicDnsName: null, keyName: null, instanceProfile: null, state: 'running', agent: 'online',
  logicalId: lab.logicalId, privateDnsName: null, egress: lab.path, labNumber: lab.number,
}));

const ping = (received: number): string =>
  `PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n${Array.from({ length: received }, (_, i) => `64 bytes from 8.8.8.8: icmp_seq=${i + 1} ttl=117 time=2.35 ms\n`).join('')}\n--- 8.8.8.8 ping statistics ---\n4 packets transmitted, ${received} received, ${100 - 25 * received}% packet loss, time 603ms\n`;
const output = (address: string, received: number): string => `public-ipv4: ${address}\nssmlab-probe-status 0\n${ping(received)}ssmlab-probe-status ${received > 0 ? 0 : 1}\n`;

const asMeant: RunOn = async (instance) => output(instance.publicIpv4 ?? 'not available', instance.path === 'vpc-endpoint' ? 0 : 4);
const except = (number: number, run: RunOn): RunOn => (instance, way, line) => (instance.number === number ? run(instance, way, line) : asMeant(instance, way, line));
const run = (runOn: RunOn, there = instances) => verify({ expectations: expectationsFor([], there), where: { fabric: 'computed', region: 'ap-northeast-1', stack: 'ssmlab' }, runOn });
const verdicts = (report: Awaited<ReturnType<typeof run>>, instance: number): string[] => report.claims.filter((claim) => claim.instance === instance).map((claim) => claim.verdict);

describe('verify', () => {
  it('holds for the lab as it is meant, in the lab\'s order', async () => {
    const report = await run(asMeant);
    expect(report).toMatchObject({ version: 1, verdict: 'pass', fabric: 'computed', stack: 'ssmlab', region: 'ap-northeast-1' });
    expect(new Date(report.takenAt).toISOString()).toBe(report.takenAt);
    expect(report.claims.map((claim) => `${claim.instance} ${claim.claim}`)).toEqual([1, 2, 3, 4].flatMap((n) => [`${n} way-in`, `${n} public-ipv4`, `${n} ping`]));
    expect(report.claims.every((claim) => claim.predicted === null && claim.by !== '' && claim.why !== '')).toBe(true);
    expect(verifyLines(report, { style: plainStyle(false), pathOf: (n) => instances.find((i) => i.number === n)?.path })).toEqual([
      '  #  WAY IN      PUBLIC IPV4       ping 8.8.8.8',
      '  1  ok SSH      ok 198.18.0.11    ok replies',
      '  2  ok Session  ok 198.18.0.12    ok replies',
      '  3  ok Session  ok not available  ok replies, through the NAT gateway',
      '  4  ok Session  ok not available  ok silence: nothing routes it, as meant',
      '12 claims hold. The lab is as it should be.',
    ]);
  });

  it.each([
    ['a lost agent', 3, () => Promise.reject(new SsmlabError('not-connected', 'TargetNotConnected')), ['fail', 'unknown', 'unknown'], 'fail'],
    ['a shut port', 1, () => Promise.reject(new SsmlabError('ssh-unreachable', 'timed out')), ['fail', 'unknown', 'unknown'], 'fail'],
    ['a key that is not there', 1, () => Promise.reject(new SsmlabError('key-missing', 'no key')), ['unknown', 'unknown', 'unknown'], 'unknown'],
    ['a region that does not answer', 2, () => Promise.reject(new SsmlabError('endpoint-unreachable', 'refused')), ['unknown', 'unknown', 'unknown'], 'unknown'],
    ['a ping that is answered where none is meant', 4, () => Promise.resolve(output('not available', 4)), ['pass', 'pass', 'fail'], 'fail'],
    ['silence where replies are meant', 3, () => Promise.resolve(output('not available', 0)), ['pass', 'pass', 'fail'], 'fail'],
    ['an address where none is meant', 3, () => Promise.resolve(output('198.18.0.99', 4)), ['pass', 'fail', 'pass'], 'fail'],
    ['another address than EC2 says', 2, () => Promise.resolve(output('198.18.0.99', 4)), ['pass', 'fail', 'pass'], 'fail'],
    ['output that is cut', 2, () => Promise.resolve('public-ipv4: 198'), ['pass', 'unknown', 'unknown'], 'unknown'],
    ['a ping that is not there', 2, () => Promise.resolve('public-ipv4: 198.18.0.12\nssmlab-probe-status 0\nsh: ping: not found\nssmlab-probe-status 127\n'), ['pass', 'pass', 'unknown'], 'unknown'],
  ] as const)('%s', async (_, number, runOn, want, verdict) => {
    const report = await run(except(number, runOn));
    expect(verdicts(report, number)).toEqual(want);
    expect(report.verdict).toBe(verdict);
    expect(report.claims.filter((claim) => claim.instance !== number).every((claim) => claim.verdict === 'pass')).toBe(true);
  });

  it('that is interrupted ends once no instance is being tried any more', async () => {
    let trying = 4;
    const told = run(async (instance) => {
      await new Promise((resolve) => setTimeout(resolve, instance.number * 5));
      trying -= 1;
      throw new SsmlabError('interrupted', 'told to end');
    });
    await expect(told).rejects.toMatchObject({ code: 'interrupted' });
    expect(trying).toBe(0);
  });

  it('fails the way in of an instance that is not there', async () => {
    const report = await run(asMeant, instances.filter((instance) => instance.number !== 4));
    expect(verdicts(report, 4)).toEqual(['fail', 'unknown', 'unknown']);
    expect(report.claims.find((claim) => claim.instance === 4)?.why).toBe('Instance4 is not there');
  });

  it('throws faults of the program on', async () => {
    await expect(run(except(2, () => Promise.reject(new TypeError('x'))))).rejects.toThrow(TypeError);
  });

  it('says what is broken and why', async () => {
    const report = await run(except(3, () => Promise.reject(new SsmlabError('not-connected', 'i-3 is not \u001b[31mconnected'))));
    const lines = verifyLines(report, { style: plainStyle(false), seconds: 1.94 });
    expect(lines.find((line) => line.startsWith('  3'))).toBe('  3  FAIL Session  ? not reached     ? not reached');
    expect(lines).toContain('1 claim is broken, 2 are unknown. (1.9 s)');
    expect(lines).toContain('     i-3 is not \\e[31mconnected');
  });

  describe('a stack that is not the lab', () => {
    const foreign = (over: Partial<KnownInstance>): KnownInstance[] => instances.map((instance) => ({ ...instance, labNumber: null, ...(instance.number === 3 ? over : {}) }));

    it('is held against what its paths say, which nobody declared', async () => {
      const report = await run(asMeant, foreign({}));
      expect(report.verdict).toBe('pass');
      expect(report.claims.map(({ instance, declared, predicted }) => [instance, declared, predicted]).slice(-3)).toEqual([['i-4', null, 'Session Manager is open'], ['i-4', null, 'not available'], ['i-4', null, 'silence']]);
      expect(report.claims.every((claim) => !claim.why.includes('as meant'))).toBe(true);
      expect(verifyLines(report, { style: plainStyle(false) }).at(-1)).toBe('12 claims hold. What the instances show is what their paths say; nothing is declared of this stack.');
    });

    it('fails where the path promises more than is seen, and names what a path does not show', async () => {
      const report = await run(except(3, () => Promise.resolve(output('not available', 0))), foreign({}));
      const claim = report.claims.find((each) => each.instance === 'i-3' && each.claim === 'ping');
      expect(claim).toMatchObject({ verdict: 'fail', declared: null, predicted: 'replies', observed: 'silence' });
      expect(claim?.why).toBe('0 of 4 replies where replies are expected of its path: a security group, a network ACL or the far side is in the way');
      expect(verifyLines(report, { style: plainStyle(false) })).toContain('  i-3  ping: its path says replies · observed silence'.replace('·', plainStyle(false).separator));
    });

    it.each<[string, Partial<KnownInstance>]>([['that is stopped', { state: 'stopped' }], ['without a way in', { auth: 'none' }]])('knows nothing of an instance %s', async (_, over) => {
      const report = await run(asMeant, foreign(over));
      expect(report.verdict).toBe('unknown');
      expect(report.claims.filter((claim) => claim.instance === 'i-3').map((claim) => claim.verdict)).toEqual(['unknown', 'unknown', 'unknown']);
    });
  });

  it('knows nothing when nothing is claimed', () => expect(verdictOf([])).toBe('unknown'));
});
