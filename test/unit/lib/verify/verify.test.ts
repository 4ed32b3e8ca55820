import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { KnownInstance } from '../../../../src/lib/inventory/instance.js';
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { openStreamSocket } from '../../../../src/lib/session/stream-socket.js';
import { verifyLines } from '../../../../src/lib/report/verify.js';
import type { NetworkModel } from '../../../../src/lib/vpc/model.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { type Claim, verdictOf, type VerifyReport } from '../../../../src/lib/verify/claim.js';
import { subjectsFor } from '../../../../src/lib/verify/expectations.js';
import type { Eyes } from '../../../../src/lib/verify/observe.js';
import { type Only, verify } from '../../../../src/lib/verify/verify.js';
import { type Change, LAB, setEndpoints, setIngress, setRoutes } from '../../../conformance/fabric/lab-network.js';
import { connected, except, eyes, metadata, NO_CONNECTION, ping, printed, PRINTS, type Prints, resolved } from './eyes.js';
import { labSnapshot, withNetwork } from './lab-snapshot.js';

const run = (see: Eyes | undefined, snapshot: Snapshot = labSnapshot(), { only, named = [], from = '198.51.100.7' }: { readonly only?: Only; readonly named?: readonly string[]; readonly from?: string | null } = {}): Promise<VerifyReport> =>
  verify({ subjects: subjectsFor(named, { snapshot, network: indexModel(snapshot.network), from }), where: snapshot, eyes: see, only });

const name = ({ instance, claim, subject }: Claim): string => [instance, claim, ...(subject === null || claim === 'inbound' ? [] : [subject])].join(' ');
const having = (report: VerifyReport, verdict: Claim['verdict']): string[] => report.claims.filter((claim) => claim.verdict === verdict).map(name);
const claimOf = (report: VerifyReport, wanted: string): Claim => {
  const found = report.claims.find((claim) => name(claim) === wanted);
  if (found === undefined) throw new Error(`no claim ${wanted}`);
  return found;
};
const prints = (number: number, over: Partial<Prints>): Eyes['runOn'] => async () => printed({ ...(PRINTS[number] as Prints), ...over });
const INSIDE = ['public-ipv4', 'ping', 'egress-identity', 'service-address ssm', 'service-address ssmmessages'];
const inside = (number: number): string[] => INSIDE.map((claim) => `${number} ${claim}`);
const plain = { style: plainStyle(false) };

describe('which server tells the address that it is seen under', () => {
  it('is not in the snapshot: where it matters which one it is the configuration does not know, and contradicts nobody', async () => {
    const aside = withNetwork((network) => ({ ...network, routeTables: network.routeTables.map((table) => (table.vpcId === LAB.vpc1 ? { ...table, routes: [...table.routes, { destination: '8.8.8.0/24', targetKind: 'local', targetId: 'local', state: 'active' }] } : table)) }));
    const report = await run(eyes(), aside);
    for (const number of [1, 2, 3]) {
      const claim = claimOf(report, `${number} egress-identity`);
      expect([claim.verdict, claim.predicted, claim.observed]).toEqual(['pass', null, claim.declared]);
    }
    expect(claimOf(await run(undefined, aside, { only: 'predicted' }), '1 egress-identity')).toMatchObject({ verdict: 'unknown', why: expect.stringContaining("it depends on the server's address: seen from 198.19.0.1 it is 198.18.0.11, from 8.8.8.1 none") as string });
    // What is asked by its address is known.
    expect(claimOf(report, '1 ping').predicted).toBe('silence');
  });
});

describe('the lab as it is meant', () => {
  it('holds, claim by claim, in the lab\'s order, its three sides agreeing', async () => {
    const report = await run(eyes());
    expect(having(report, 'fail').concat(having(report, 'unknown'))).toEqual([]);
    expect(report).toMatchObject({ version: 1, verdict: 'pass', fabric: 'computed', stack: 'ssmlab', region: 'ap-northeast-1', takenAt: '2026-11-29T12:00:00.000Z' });
    const seen = ['way-in', 'other-way', ...INSIDE, 'inbound'];
    const tables = (number: number): string[] => [
      `security-group InstanceSecurityGroup${[1, 2, 2, 3][number - 1]}`, ...(number === 4 ? ['security-group EndpointSecurityGroup'] : []), `default-route ${['PublicSubnet', 'PublicSubnet', 'PrivateSubnet1', 'PrivateSubnet2'][number - 1]}`,
      ...(number === 4 ? ['endpoint SSMEndpoint', 'endpoint SSMMessagesEndpoint', 'endpoint EC2MessagesEndpoint'] : []), 'key-pair', 'instance-profile',
    ];
    expect(report.claims.map(name)).toEqual([1, 2, 3, 4].flatMap((number) => [...seen, ...tables(number)].map((claim) => `${number} ${claim}`)));
    expect(report.claims.every(({ declared, predicted, observed, by, why, blame }) => declared === predicted && (observed === null || observed === declared) && by !== '' && why !== '' && blame === null)).toBe(true);
    // Tables are the configuration's alone to say.
    expect(report.claims.filter(({ observed }) => observed === null).map(name)).toEqual([1, 2, 3, 4].flatMap((number) => tables(number).map((claim) => `${number} ${claim}`)));
  });

  it('is declared by the lab and not by what is there', async () => {
    const values = Object.fromEntries((await run(eyes())).claims.map((claim) => [name(claim), claim.declared]));
    expect(values).toMatchObject({
      '1 way-in': 'SSH is open', '1 other-way': 'Session Manager is closed', '4 way-in': 'Session Manager is open', '4 other-way': 'SSH is closed', '1 public-ipv4': LAB.public.one, '3 public-ipv4': 'not available',
      '1 egress-identity': LAB.public.one, '3 egress-identity': LAB.public.nat, '4 egress-identity': 'none', '3 ping': 'replies', '4 ping': 'silence', '1 service-address ssm': 'public', '4 service-address ssmmessages': 'SSMMessagesEndpoint',
      '1 inbound': 'reachable', '2 inbound': 'not reachable', '1 security-group InstanceSecurityGroup1': 'in tcp/22 from 0.0.0.0/0, out all', '2 security-group InstanceSecurityGroup2': 'in nothing, out all',
      '4 security-group EndpointSecurityGroup': 'in tcp/443 from InstanceSecurityGroup3, out all', '1 default-route PublicSubnet': 'internet gateway', '3 default-route PrivateSubnet1': 'NAT gateway', '4 default-route PrivateSubnet2': 'none',
      '4 endpoint SSMEndpoint': 'in PrivateSubnet2, private DNS on', '1 key-pair': 'ssmlab-key', '2 key-pair': 'none', '1 instance-profile': 'none', '2 instance-profile': 'a role with AmazonSSMManagedInstanceCore',
    });
  });

  it('fits 80 columns', async () => {
    const lines = verifyLines(await run(eyes()), { style: plainStyle(), width: 80, seconds: 1.94 });
    expect(lines).toEqual([
      '  #  WAY IN     PUBLIC IPV4    PING       SEEN AS        SERVICES    TABLES',
      '  1  ✔ SSH      ✔ 198.18.0.11  ✔ replies  ✔ 198.18.0.11  ✔ public    ✔ 4 of 4',
      '  2  ✔ Session  ✔ 198.18.0.12  ✔ replies  ✔ 198.18.0.12  ✔ public    ✔ 4 of 4',
      '  3  ✔ Session  ✔ none         ✔ replies  ✔ 198.18.0.10  ✔ public    ✔ 4 of 4',
      '  4  ✔ Session  ✔ none         ✔ silence  ✔ none         ✔ endpoint  ✔ 8 of 8',
      '  hidden: OTHER, IN; a pipe and --json have all',
      '  4 cannot ping 8.8.8.8, as it should be: it has no way to the internet.',
      '52 claims hold. The lab is as it should be. (1.9 s, computed fabric)',
    ]);
    expect(verifyLines(await run(eyes()), { style: plainStyle(), width: 120 })[0]).toBe('  #  WAY IN     OTHER     PUBLIC IPV4    PING       SEEN AS        SERVICES    IN      TABLES');
    expect(verifyLines(await run(eyes()), { style: plainStyle(), width: 120 }).join('\n')).not.toContain('hidden');
    const narrow = verifyLines(await run(eyes()), { style: plainStyle(), width: 60 });
    expect(narrow[0]).toBe('  #  WAY IN     PUBLIC IPV4    PING       SEEN AS');
    expect(narrow[5]).toBe('  hidden: OTHER, SERVICES, IN, TABLES; a pipe and --json');
    expect(narrow[6]).toBe('  have all');
    expect(verifyLines(await run(eyes()), { style: plainStyle(), width: 30 }).join(' ')).toContain('hidden: OTHER, SERVICES, IN,');
    expect(verifyLines(await run(eyes()), plain).join('\n')).not.toContain('hidden');
  });

  it('says that a silence is meant only of one that was seen and is', async () => {
    const report = await run(eyes());
    const without = (change: Partial<Claim>) => verifyLines({ ...report, claims: report.claims.map((claim) => (claim.instance === 4 && claim.claim === 'ping' ? { ...claim, ...change } : claim)) }, plain).join('\n');
    expect(without({})).toContain('4 cannot ping 8.8.8.8, as it should be');
    expect(without({ observed: 'replies', verdict: 'fail' })).not.toContain('cannot ping');
    expect(without({ observed: null, verdict: 'unknown' })).not.toContain('cannot ping');
    expect(without({ declared: null })).not.toContain('cannot ping');
  });
});

describe('what is seen otherwise', () => {
  it.each<[string, number, Eyes, readonly string[], readonly string[]]>([
    ['a lost agent', 3, except(3, () => Promise.reject(new SsmlabError('not-connected', 'TargetNotConnected'))), ['3 way-in'], inside(3)],
    ['a shut port', 1, except(1, () => Promise.reject(new SsmlabError('ssh-unreachable', 'timed out'))), ['1 way-in'], inside(1)],
    ['a key that is not there', 1, except(1, () => Promise.reject(new SsmlabError('key-missing', 'no key'))), [], ['1 way-in', ...inside(1)]],
    ['a region that does not answer', 2, except(2, () => Promise.reject(new SsmlabError('endpoint-unreachable', 'refused'))), [], ['2 way-in', ...inside(2)]],
    ['a ping that is answered where none is meant', 4, except(4, prints(4, { ping: ping(4) })), ['4 ping'], []],
    ['silence where replies are meant', 3, except(3, prints(3, { ping: ping(0) })), ['3 ping'], []],
    ['an address where none is meant', 3, except(3, prints(3, { metadata: metadata('198.18.0.99') })), ['3 public-ipv4'], []],
    ['another address than EC2 says', 2, except(2, prints(2, { metadata: metadata('198.18.0.99') })), ['2 public-ipv4'], []],
    ['the instance itself where the NAT gateway is meant', 3, except(3, prints(3, { egress: ['198.18.0.77', 0] })), ['3 egress-identity'], []],
    ['a way out where none is meant', 4, except(4, prints(4, { egress: ['198.18.0.77', 0] })), ['4 egress-identity'], []],
    ['a public address of a service where an endpoint is meant', 4, except(4, prints(4, { ssm: resolved('ssm', '198.19.0.10') })), ['4 service-address ssm'], []],
    ['the address of another endpoint', 4, except(4, prints(4, { ssm: resolved('ssm', LAB.ip.ssmmessages) })), ['4 service-address ssm'], []],
    ['a resolver that does not answer', 2, except(2, prints(2, { ssm: ['', 124] })), ['2 service-address ssm'], []],
    ['a server of the internet without an address', 2, except(2, prints(2, { egress: ['curl: (6) Could not resolve host: checkip.amazonaws.com', 6] })), [], ['2 egress-identity']],
    ['output that is cut', 2, except(2, async () => 'public-ipv4: 198'), [], inside(2)],
    ['a ping that is not there', 2, except(2, prints(2, { ping: ['sh: ping: not found', 127] })), [], ['2 ping']],
    ['a port that answers where none is meant', 2, eyes({ dial: async () => connected() }), ['2 inbound'], []],
    ['a port that lets the key in', 2, eyes({ dial: async () => connected(), knock: async () => undefined }), ['2 other-way', '2 inbound'], []],
    ['a port that answers, with no key to try', 2, eyes({ dial: async () => connected(), knock: () => Promise.reject(new SsmlabError('key-missing', 'no key')) }), ['2 inbound'], ['2 other-way']],
    ['a port that does not answer where it is meant to', 1, eyes({ dial: async () => ({ outcome: 'silence', why: 'nothing answers' }) }), ['1 inbound'], []],
    ['a port that refuses', 2, eyes({ dial: async (host) => (host === LAB.public.one ? connected() : { outcome: 'refused', why: 'the connection was refused' }) }), ['2 inbound'], []],
    ['ports that cannot be tried', 1, eyes({ dial: async () => ({ outcome: 'untried', why: 'this machine has no network' }) }), [], ['1 inbound', '2 other-way', '2 inbound']],
    ['an agent where none is meant', 1, eyes({ isConnected: async () => true }), ['1 other-way'], []],
    ['an agent of which nothing may be asked', 1, eyes({ isConnected: () => Promise.reject(new SsmlabError('access-denied', 'no ssm:GetConnectionStatus')) }), [], ['1 other-way']],
  ])('%s', async (_, __, see, broken, unknown) => {
    const report = await run(see);
    expect([having(report, 'fail'), having(report, 'unknown')]).toEqual([broken, unknown]);
    expect(report.verdict).toBe(broken.length > 0 ? 'fail' : 'unknown');
    // What the configuration does not explain is nobody's fault in it.
    for (const claim of broken) expect(claimOf(report, claim)).toMatchObject({ blame: null, why: expect.stringMatching(/^configuration and network disagree: /u) as string });
  });

  it('that is interrupted ends once no instance is being looked at any more', async () => {
    let trying = 4;
    const told = run(eyes({
      runOn: async (instance) => {
        await new Promise((resolve) => setTimeout(resolve, instance.number * 5));
        trying -= 1;
        throw new SsmlabError('interrupted', 'told to end');
      },
    }));
    await expect(told).rejects.toMatchObject({ code: 'interrupted' });
    expect(trying).toBe(0);
  });

  it('throws faults of the program on', async () => {
    await expect(run(except(2, () => Promise.reject(new TypeError('x'))))).rejects.toThrow(TypeError);
  });

  it('is told first, with its sides, its reason and who is to blame; what is unknown for one reason together', async () => {
    const see = except(4, () => Promise.reject(new SsmlabError('not-connected', 'the connection to its agent is \u001b[31mlost')));
    const report = await run(see, withNetwork(setIngress(LAB.sgEndpoint)));
    expect([having(report, 'fail'), having(report, 'unknown')]).toEqual([['4 way-in', '4 security-group EndpointSecurityGroup'], inside(4)]);
    expect(claimOf(report, '4 way-in')).toMatchObject({ predicted: 'Session Manager is closed', observed: 'Session Manager is closed', blame: expect.stringContaining(LAB.sgEndpoint) as string });
    expect(claimOf(report, '4 ping')).toMatchObject({ declared: 'silence', predicted: 'silence', observed: null, why: 'not reached: the session to Instance4 is lost: the connection to its agent is \u001b[31mlost' });
    const lines = verifyLines(report, { ...plain, seconds: 1.94 });
    expect(lines[0]).toBe('  4  FAIL way in: declared Session Manager is open - predicted and observed Session Manager is closed');
    expect(lines[1]).toMatch(/^ {5}the connection to its agent is \\e\[31mlost, since .*443/u);
    expect(lines[2]).toMatch(/^ {5}by ssm:StartSession i-4 - blame sg-endpoint.* \(S\d\)$/u);
    expect(lines[3]).toBe('  4  FAIL security group EndpointSecurityGroup: declared in tcp/443 from InstanceSecurityGroup3, out all - predicted in nothing, out all');
    expect(lines.find((line) => line.includes('not known'))).toBe('  4  ? not known: public IPv4, ping, seen outside as, address of ssm, address of ssmmessages');
    expect(lines.at(-2)).toMatch(/^ {2}4 {2}FAIL closed {2,}ok closed {2,}\? unknown {2,}\? unknown/u);
    expect(lines.at(-1)).toBe('2 claims are broken, 5 are unknown. (1.9 s, computed fabric)');
    for (const line of verifyLines(report, { style: plainStyle(), width: 80 })) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('that is not known for a key that can be mended says how', async () => {
    const unsafe = new SsmlabError('key-unsafe', 'the key file /k has mode 0644; others may read it', { hint: 'run `chmod 600 /k`' });
    const report = await run(except(1, () => Promise.reject(unsafe)));
    expect(claimOf(report, '1 way-in')).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('others may read it [key-unsafe]: run `chmod 600 /k`') as string });
    expect(verifyLines(report, plain).join('\n')).toContain('[key-unsafe]: run `chmod 600 /k`');
    const elsewhere = await run(except(1, () => Promise.reject(new SsmlabError('aws-error', 'no'))));
    expect(claimOf(elsewhere, '1 way-in').why).toMatch(/no \[aws-error\]$/u);
  });

  it('of an instance that is not there is its way in, and nothing else is known', async () => {
    const snapshot = labSnapshot();
    const report = await run(eyes(), { ...snapshot, instances: snapshot.instances.filter(({ number }) => number !== 4) });
    expect([having(report, 'fail'), having(report, 'unknown')]).toEqual([['4 way-in'], ['4 public-ipv4', '4 ping', '4 egress-identity']]);
    expect(claimOf(report, '4 way-in')).toMatchObject({ why: 'Instance4 is not there', blame: 'Instance4' });
  });
});

describe('one side alone', () => {
  it('predicted enters no instance and dials nothing', async () => {
    const never = (): Promise<never> => Promise.reject(new TypeError('was looked at'));
    const report = await run({ region: 'x', runOn: never, dial: never, knock: never, isConnected: never }, labSnapshot(), { only: 'predicted' });
    expect([report.verdict, report.claims.length, report.claims.every(({ observed }) => observed === null)]).toEqual(['pass', 52, true]);
    expect(verifyLines(report, { ...plain, only: 'predicted' }).at(-1)).toBe('52 claims hold. By its configuration the lab is as it should be; nothing was looked at. (computed fabric)');
  });
  it('observed makes no prediction, and claims nothing that only the configuration says', async () => {
    const report = await run(eyes(), labSnapshot(), { only: 'observed' });
    expect([report.verdict, report.claims.length, report.claims.every(({ predicted }) => predicted === null)]).toEqual(['pass', 32, true]);
    // The configuration would say otherwise.
    expect((await run(eyes(), withNetwork(setRoutes(LAB.privateTable)), { only: 'observed', named: ['3'] })).verdict).toBe('pass');
  });
  it('does not know who asks where nobody says it', async () => {
    const report = await run(undefined, labSnapshot(), { only: 'predicted', from: null });
    expect([report.verdict, having(report, 'unknown')]).toEqual(['unknown', ['1 way-in', '1 inbound', '2 other-way', '2 inbound', '3 other-way', '4 other-way']]);
  });
  it.each([[429, 'unknown'], [503, 'unknown'], [403, 'fail']] as const)('a stream that is refused with HTTP %i leaves the way in %s', async (status, verdict) => {
    const server = createServer().on('upgrade', (_, socket) => socket.end(`HTTP/1.1 ${status} Whatever\r\n\r\n`)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const refused = await openStreamSocket({ streamUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` }).catch((error: unknown) => error);
    server.close();
    const report = await run(except(3, () => Promise.reject(refused)));
    expect(claimOf(report, '3 way-in')).toMatchObject({ verdict, why: expect.stringContaining(`refuses the stream: HTTP ${status}`) });
  });
  it.each<readonly [Snapshot['unread'][number]['part'], keyof NetworkModel, readonly string[]]>([
    ['vpcs', 'vpcs', ['3 egress-identity', '4 service-address ssm']], ['subnets', 'subnets', ['3 egress-identity', '4 service-address ssm']],
    ['networkInterfaces', 'networkInterfaces', ['3 egress-identity', '4 service-address ssm']], ['vpcEndpoints', 'vpcEndpoints', ['4 service-address ssm']], ['natGateways', 'natGateways', ['3 egress-identity']],
  ])('what is seen breaks nothing where %s could not be read', async (part, kind, unknown) => {
    const whole = labSnapshot();
    const snapshot: Snapshot = { ...whole, network: { ...whole.network, [kind]: [] }, unread: [{ part, action: 'ec2:DescribeSomething', code: 'UnauthorizedOperation', message: 'no' }] };
    const report = await run(eyes(), snapshot);
    expect(having(report, 'fail')).toEqual([]);
    for (const claim of unknown) expect(claimOf(report, claim)).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('ec2:DescribeSomething was refused') });
    // What is seen to be wrong is wrong all the same.
    const cut = await run(except(3, async () => printed({ ...(PRINTS[3] as Prints), egress: NO_CONNECTION })), snapshot);
    expect(having(cut, 'fail')).toEqual(['3 egress-identity']);
  });
  it('does not know what depends on what was not to be read, and names the action', async () => {
    const snapshot: Snapshot = { ...labSnapshot(), unread: [{ part: 'securityGroups', action: 'ec2:DescribeSecurityGroups', code: 'UnauthorizedOperation', message: 'no' }] };
    const claim = claimOf(await run(undefined, snapshot, { only: 'predicted' }), '2 security-group InstanceSecurityGroup2');
    expect(claim).toMatchObject({ verdict: 'unknown', predicted: null, by: 'ec2:DescribeSecurityGroups', why: 'not allowed to read it: ec2:DescribeSecurityGroups (UnauthorizedOperation)' });
  });
});

describe('tables', () => {
  it('say what is there instead', async () => {
    const cases: readonly [readonly Change[], string, string][] = [
      [[setIngress(LAB.sgEndpoint, { ruleId: 'r', protocol: 'tcp', fromPort: 443, toPort: 443, cidr: '10.0.0.0/16' })], '4 security-group EndpointSecurityGroup', 'in tcp/443 from 10.0.0.0/16, out all'],
      [[setIngress(LAB.sg2, { ruleId: 'r', protocol: 'icmp', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' }, { ruleId: 's', protocol: '17', fromPort: 5000, toPort: 5010, groupId: LAB.sg1 })], '3 security-group InstanceSecurityGroup2', 'in icmp from 0.0.0.0/0 and udp/5000-5010 from InstanceSecurityGroup1, out all'],
      [[setEndpoints({ state: 'failed' }, '.ssm')], '4 endpoint SSMEndpoint', 'failed, in PrivateSubnet2, private DNS on'],
      [[setEndpoints({ networkInterfaceIds: ['eni-5'] }, '.ssm')], '4 endpoint SSMEndpoint', 'in subnet-other2, private DNS on'],
      [[setRoutes(LAB.main2, { destination: '0.0.0.0/0', targetKind: 'unsupported', targetId: 'tgw-1', state: 'active' })], '4 default-route PrivateSubnet2', 'tgw-1'],
    ];
    for (const [changes, claim, predicted] of cases) expect(claimOf(await run(undefined, withNetwork(...changes), { only: 'predicted' }), claim)).toMatchObject({ verdict: 'fail', predicted });
  });
});

describe('who may open SSH', () => {
  const group = '1 security-group InstanceSecurityGroup1';
  const having22 = (...cidrs: readonly string[]): Change => setIngress(LAB.sg1, ...cidrs.map((cidr) => ({ ruleId: `sgr-${cidr}`, protocol: 'tcp', fromPort: 22, toPort: 22, cidr })));
  const predicted = async (stackParameters: Snapshot['stackParameters'], unread: Snapshot['unread'], ...cidrs: readonly string[]) => claimOf(await run(undefined, { ...withNetwork(having22(...cidrs)), stackParameters, unread }, { only: 'predicted' }), group);
  const declared = { SSHSourceCidr: '198.51.100.7/32' };

  it('is whom the stack\'s parameter names, and nobody else', async () => {
    expect(await predicted(declared, [], '198.51.100.7/32')).toMatchObject({ verdict: 'pass', declared: 'in tcp/22 from 198.51.100.7/32, out all' });
    expect(await predicted(declared, [], '198.51.100.0/24')).toMatchObject({ verdict: 'fail', declared: 'in tcp/22 from 198.51.100.7/32, out all', predicted: 'in tcp/22 from 198.51.100.0/24, out all' });
    expect(await predicted(declared, [], '198.51.100.7/32', '0.0.0.0/0')).toMatchObject({ verdict: 'fail', predicted: 'in tcp/22 from 0.0.0.0/0 and tcp/22 from 198.51.100.7/32, out all' });
  });
  it('is not known where the parameter was not to be read, and is what it is where a template has none', async () => {
    const refused = { part: 'stackParameters', action: 'cloudformation:DescribeStacks', code: 'AccessDenied', message: 'no' } as const;
    expect(await predicted({}, [refused], '203.0.113.0/24')).toMatchObject({ verdict: 'unknown', by: 'cloudformation:DescribeStacks' });
    expect(await predicted({}, [], '203.0.113.0/24')).toMatchObject({ verdict: 'pass', declared: 'in tcp/22 from 203.0.113.0/24, out all' });
    expect(await predicted({}, [], '203.0.113.0/24', '0.0.0.0/0')).toMatchObject({ verdict: 'fail', declared: 'in tcp/22 from the range of SSHSourceCidr, out all' });
  });
});

describe('a stack that is not the lab', () => {
  const foreign = (over: Partial<KnownInstance> = {}): Snapshot => {
    const snapshot = labSnapshot();
    return { ...snapshot, instances: snapshot.instances.map((instance) => ({ ...instance, labNumber: null, ...(instance.number === 3 ? over : {}) })) };
  };

  it('is held against its configuration, which nobody declared', async () => {
    const report = await run(eyes(), foreign());
    expect([report.verdict, having(report, 'fail'), having(report, 'unknown')]).toEqual(['pass', [], []]);
    expect(report.claims.map(({ instance, declared, predicted }) => [instance, declared, predicted]).slice(-3)).toEqual([['i-4', null, 'Session Manager is open'], ['i-4', null, 'not available'], ['i-4', null, 'silence']]);
    expect(verifyLines(report, plain).at(-1)).toBe('12 claims hold. What the instances show is what their configuration says; nothing is declared of this stack. (computed fabric)');
  });

  it('fails where configuration and network disagree', async () => {
    const report = await run(except(3, prints(3, { ping: ping(0) })), foreign());
    expect(claimOf(report, 'i-3 ping')).toMatchObject({ verdict: 'fail', declared: null, predicted: 'replies', observed: 'silence', why: expect.stringMatching(/^configuration and network disagree: by the configuration replies/u) as string });
    expect(verifyLines(report, plain)[0]).toBe('  i-3  FAIL ping: predicted replies - observed silence');
  });

  it.each<[string, Partial<KnownInstance>]>([['that is stopped', { state: 'stopped' }], ['without a way in', { auth: 'none' }]])('knows nothing of an instance %s', async (_, over) => {
    const report = await run(eyes(), foreign(over));
    expect(report.verdict).toBe('unknown');
    expect(report.claims.filter((claim) => claim.instance === 'i-3').map((claim) => claim.verdict)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('has nothing to be held against where one side is asked alone', async () => {
    expect((await run(undefined, foreign(), { only: 'predicted' })).verdict).toBe('unknown');
    expect((await run(eyes(), foreign(), { only: 'observed' })).verdict).toBe('unknown');
  });
});

it('knows nothing when nothing is claimed', () => expect(verdictOf([])).toBe('unknown'));
