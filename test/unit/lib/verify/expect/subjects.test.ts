import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KnownInstance } from '../../../../../src/lib/inventory/instance.js';
import type { Snapshot } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
import { traceFlow } from '../../../../../src/lib/reachability/engine.js';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { readExpectations } from '../../../../../src/lib/verify/expect/read.js';
import { expectedSubjects } from '../../../../../src/lib/verify/expect/subjects.js';
import { leftOutText, writeExpectations } from '../../../../../src/lib/verify/expect/write.js';
import type { Claim, VerifyReport } from '../../../../../src/lib/verify/claim.js';
import type { Eyes } from '../../../../../src/lib/verify/observe.js';
import { type Only, verify } from '../../../../../src/lib/verify/verify.js';
import { indexModel } from '../../../../../src/lib/vpc/network.js';
import { type Change, entry, icmpFrom, LAB, OPEN_ENTRIES, setIngress, setRoutes, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { connected, eyes, PRINTS, probePart, silence } from '../eyes.js';
import { labSnapshot, withNetwork } from '../lab-snapshot.js';

const HERE = '198.51.100.7';
const configuration = (snapshot: Snapshot) => ({ snapshot, network: indexModel(snapshot.network), from: HERE });

/** Eyes on a network that is as the snapshot says, and on every command that was run. */
function watchful(snapshot: Snapshot, more: Partial<Eyes> = {}): { readonly eyes: Eyes; readonly ran: string[]; readonly dialled: string[] } {
  const network = indexModel(snapshot.network);
  const ran: string[] = [];
  const dialled: string[] = [];
  const answer = ({ number, instanceId }: KnownInstance, command: string): readonly [string, number] => {
    const prints = PRINTS[number];
    if (prints === undefined) throw new Error(`nothing is known of ${instanceId}`);
    if (command.startsWith('ec2-metadata')) return prints.metadata;
    if (command.includes('8.8.8.8')) return prints.ping;
    if (command.includes('checkip')) return prints.egress;
    if (command.includes('ssmmessages')) return prints.ssmmessages;
    if (command.includes('getent')) return prints.ssm;
    const [, to = '', port] = /(\d+\.\d+\.\d+\.\d+)(?::(\d+))?\/?$/u.exec(command) ?? [];
    const isOpen = traceFlow(network, { from: { kind: 'interface', networkInterfaceId: network.instances.get(instanceId)?.[0]?.id ?? '' }, to, ...(port === undefined ? { protocol: 'icmp' as const } : { protocol: 'tcp' as const, port: Number(port) }) }).disposition === 'delivered';
    if (port !== undefined) return isOpen ? ["curl: (7) Couldn't connect to server\n0.000000", 7] : ['curl: (28) Connection timed out after 1501 milliseconds\n0.000000', 28];
    return [`PING ${to} (${to}) 56(84) bytes of data.\n${isOpen ? `64 bytes from ${to}: icmp_seq=1 ttl=64 time=0.1 ms\n` : ''}\n--- ${to} ping statistics ---\n2 packets transmitted, ${isOpen ? 1 : 0} received, ${isOpen ? 50 : 100}% packet loss, time 201ms`, isOpen ? 0 : 1];
  };
  return {
    ran, dialled,
    eyes: eyes({
      runOn: async (instance, _way, line) => {
        const commands = [...line.matchAll(/\{ o=\$\((.*?) 2>&1\); s=/gu)].map(([, command = '']) => command);
        ran.push(...commands.filter((command) => /^(?:curl -sSI|ping -c 2)/u.test(command)).map((command) => `${instance.name}: ${command}`));
        return commands.map((command, i) => { const [text, status] = answer(instance, command); return probePart(i, status, text); }).join('');
      },
      dial: async (host, port) => {
        dialled.push(`${host}:${port}`);
        return traceFlow(network, { from: { kind: 'internet', address: HERE }, to: host, protocol: 'tcp', port }).disposition === 'delivered' ? connected() : silence;
      },
      ...more,
    }),
  };
}

async function judge(text: string, snapshot: Snapshot = labSnapshot(), { see = watchful(snapshot).eyes, only, names = [] }: { readonly see?: Eyes; readonly only?: Only; readonly names?: readonly string[] } = {}): Promise<VerifyReport> {
  return verify({ subjects: expectedSubjects(readExpectations(text, 'f.yaml'), configuration(snapshot), names), where: snapshot, eyes: see, only });
}

const name = ({ instance, claim, subject }: Claim): string => [instance, claim, ...(subject === null ? [] : [subject])].join(' ');
const having = (report: VerifyReport, verdict: Claim['verdict']): string[] => report.claims.filter((claim) => claim.verdict === verdict).map(name);
const one = (select: string, members: string): string => `version: 1\ninstances:\n  - select: ${select}\n    ${members}\n`;
const documented = /```yaml\n([^]*?)```/u.exec(readFileSync(join(import.meta.dirname, '../../../../../docs/expectations.md'), 'utf8'))?.[1] ?? '';

describe('the lab written as a file, as docs/expectations.md has it', () => {
  it('holds in every claim', async () => {
    const report = await judge(documented);
    expect(report.claims.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(report.verdict).toBe('pass');
    expect(report.claims.length).toBeGreaterThan(40);
    expect(report.claims.every(({ declared, predicted }) => declared !== null && predicted === declared)).toBe(true);
  });

  it('is tried where trying shows something, each flow where it begins, and says what is predicted only', async () => {
    const snapshot = labSnapshot();
    const { eyes: see, ran, dialled } = watchful(snapshot);
    const report = await judge(documented, snapshot, { see });
    const only = report.claims.filter(({ observed }) => observed === null);
    expect(only.every(({ why }) => /\(predicted only: (?:silence of UDP says nothing|so many ports are not tried|nobody there can be asked to try|there is no address to try|one address of many shows nothing of the others|from here only TCP is tried)\)/u.test(why))).toBe(true);
    expect(ran.filter((line) => line.startsWith('Instance3')).map((line) => `${/curl|ping/u.exec(line)?.[0]} ${/\S+$/u.exec(line)?.[0]}`).toSorted()).toEqual(['curl http://10.0.1.17:22/', 'ping 10.0.1.16']);
    expect([...new Set(dialled)].toSorted()).toEqual(['198.18.0.11:22', '198.18.0.12:22']);
  });

  it('breaks at the claims that a change breaks, and at no other', async () => {
    const changes: readonly (readonly [Change, readonly string[]])[] = [
      [setRoutes('rtb-private'), ['3 egress-identity', '3 ping', '3 reachable all to internet', '3 way-in session-manager']],
      [setIngress(LAB.sgEndpoint), ['4 reachable tcp/443 to 10.0.3.0/24', '4 way-in session-manager']],
      [setIngress(LAB.sg1, tcpFrom(22, '0.0.0.0/0'), icmpFrom('10.0.2.0/24')), ['3 reachable icmp to Instance1']],
      [setIngress(LAB.sg2, tcpFrom(8080, '203.0.113.0/24')), ['2 reachable all from internet']],
    ];
    for (const [change, broken] of changes) expect(having(await judge(documented, withNetwork(change), { only: 'predicted' }), 'fail').toSorted()).toEqual(broken);
  });
});

describe('an expectation', () => {
  it('that nobody sees from inside enters no instance', async () => {
    const see = watchful(labSnapshot(), { runOn: () => Promise.reject(new Error('entered')) }).eyes;
    const report = await judge(one('Instance1', 'from: { internet: { tcp/22: open, udp: closed }, here: { tcp/23: closed } }'), labSnapshot(), { see });
    expect(report.claims.map(({ verdict, observed }) => [verdict, observed])).toEqual([['pass', 'reachable'], ['pass', null], ['pass', 'not reachable']]);
  });

  it('of a flow between two is tried by the other, of which nothing need be expected', async () => {
    const snapshot = labSnapshot();
    const { eyes: see, ran } = watchful(snapshot);
    const report = await judge(one('Instance1', 'from: { Instance3: { tcp/22: open } }'), snapshot, { see });
    expect(report.claims).toMatchObject([{ instance: 1, claim: 'reachable', subject: 'tcp/22 from Instance3', declared: 'reachable', predicted: 'reachable', observed: 'reachable', verdict: 'pass' }]);
    expect(report.claims[0]?.why).toBe('the connection was refused: packets get there and back, and nothing listens');
    expect(ran).toEqual([expect.stringMatching(/^Instance3: curl .*http:\/\/10\.0\.1\.16:22\/$/u)]);
  });

  it('that can only be seen from inside is unknown where the session is lost, and names it', async () => {
    const see = watchful(labSnapshot(), { runOn: () => Promise.reject(new SsmlabError('not-connected', 'its agent is offline')) }).eyes;
    const report = await judge(one('Instance3', 'session-manager: open\n    reach: { Instance1: { tcp/22: open } }'), labSnapshot(), { see });
    expect(report.claims.map(({ verdict, why }) => [verdict, why])).toEqual([
      ['fail', expect.stringContaining('its agent is offline')],
      ['unknown', 'not reached: the session to Instance3 is lost: its agent is offline'],
    ]);
  });

  it('is broken where network and configuration disagree', async () => {
    const see = watchful(withNetwork(setIngress(LAB.sg1))).eyes;
    const [claim] = (await judge(one('Instance3', 'reach: { Instance1: { tcp/22: open } }'), labSnapshot(), { see })).claims;
    expect(claim).toMatchObject({ verdict: 'fail', predicted: 'reachable', observed: 'not reachable' });
    expect(claim?.why).toContain('configuration and network disagree');
  });

  it('tells what it blames', async () => {
    const [claim] = (await judge(one('Instance2', 'from: { internet: { tcp: closed } }'), withNetwork(setIngress(LAB.sg2, tcpFrom(8080, '203.0.113.0/24'))), { only: 'predicted' })).claims;
    expect(claim).toMatchObject({ verdict: 'fail', predicted: 'reachable in part', blame: 'sg-2 sgr-8080 (S4)' });
    expect(claim?.why).toMatch(/^tcp\/8080 from 203\.0\.113\.\d+: .* \(predicted only: so many ports are not tried\)$/u);
  });

  it('may want both ways in open, or both shut', async () => {
    const open = await judge(one('Instance1', 'ssh: open\n    session-manager: open'));
    expect(open.claims.map(({ claim, subject, verdict }) => [claim, subject, verdict])).toEqual([['way-in', 'session-manager', 'fail'], ['other-way', 'ssh', expect.any(String)]]);
    const shut = await judge(one('Instance2', 'ssh: closed\n    session-manager: closed'));
    expect(shut.claims.map(({ claim, subject, verdict }) => [claim, subject, verdict])).toEqual([['way-in', 'session-manager', 'fail'], ['other-way', 'ssh', 'pass']]);
  });

  it('is judged for those that are named alone', async () => {
    const text = 'version: 1\ninstances:\n  - { select: "Instance[12]", ping: replies }\n'.replace('"Instance[12]"', '[Instance1, Instance2]');
    expect((await judge(text, labSnapshot(), { names: ['2'] })).claims.map(name)).toEqual(['2 ping']);
    await expect(judge(text, labSnapshot(), { names: ['3'] })).rejects.toMatchObject({ code: 'expectations-unmatched', message: 'f.yaml expects nothing of Instance3 (i-3)' });
  });

  it('asks of many flows no more at once than a small machine takes', async () => {
    const lines: string[] = [];
    const { eyes: see } = watchful(labSnapshot());
    const counting: Eyes = { ...see, runOn: (instance, way, line) => { lines.push(line); return see.runOn(instance, way, line); } };
    const flows = Array.from({ length: 60 }, (_, i) => `tcp/${i + 100}: closed`).join(', ');
    const report = await judge(one('Instance3', `reach: { Instance1: { ${flows} } }`), labSnapshot(), { see: counting });
    expect([report.verdict, report.claims.length, lines.length]).toEqual(['pass', 60, 3]);
  });
});

describe('a file that is written from what is there', () => {
  const round = async (snapshot: Snapshot) => judge(writeExpectations(configuration(snapshot)).text, snapshot);

  it('holds at once', async () => {
    const text = writeExpectations(configuration(labSnapshot())).text;
    expect(text).toContain('  - select: Instance1\n    session-manager: closed\n    ssh: open\n    public-ipv4: own\n    ping: replies\n    egress: own\n');
    expect(text).toContain('    from:\n      here: { tcp/22: open }\n      internet: { icmp: closed, tcp/1-21: closed, tcp/22: open, tcp/23-65535: closed, udp: closed }\n');
    expect(text).toContain('    egress: nat-gateway\n    reach:\n      internet: { all: open }\n');
    const report = await round(labSnapshot());
    expect(report.claims.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(report.verdict).toBe('pass');
  });

  it.each<[string, readonly Change[]]>([
    ['open in part', [setIngress(LAB.sg1, tcpFrom(22, '203.0.113.0/24'), tcpFrom(443, '0.0.0.0/0'), icmpFrom('0.0.0.0/0'))]],
    ['without a way', [setRoutes('rtb-private'), setIngress(LAB.sgEndpoint)]],
    ['with network ACLs', [(model) => ({ ...model, networkAcls: model.networkAcls.map((acl) => (acl.networkAclId === LAB.acl.public ? { ...acl, entries: [entry(90, false, 'deny', { protocol: '6', portRange: { from: 0, to: 1023 } }), ...OPEN_ENTRIES] } : acl)) })]],
  ])('holds of a network %s, by the configuration', async (_, changes) => {
    const snapshot = withNetwork(...changes);
    const report = await judge(writeExpectations(configuration(snapshot)).text, snapshot, { only: 'predicted' });
    expect(report.claims.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(report.claims.length).toBeGreaterThan(10);
  });

  it('has a comment for each instance that does not run, and tells of it', async () => {
    const base = labSnapshot();
    const snapshot: Snapshot = { ...base, instances: base.instances.map((instance, i) => (i === 1 ? { ...instance, state: 'stopped', name: 'We\nb: 2' } : instance)) };
    const { text, instances, leftOut } = writeExpectations(configuration(snapshot));
    expect([instances, leftOut, leftOut.map(leftOutText)]).toEqual([3, [{ instance: 'We\nb: 2', state: 'stopped' }], [String.raw`We\nb: 2 is stopped: left out`]]);
    expect(text.split('\n').filter((line) => line.includes('left out'))).toEqual([String.raw`  # We\nb: 2 is stopped: left out`]);
    expect((await judge(text, snapshot)).verdict).toBe('pass');
  });

  it('names the program as anyone who has the repository can call it', () => {
    expect(writeExpectations(configuration(labSnapshot())).text.match(/`[^`]*ssmlab[^`]*`/gu)).toEqual(['`npx ssmlab expect init`', '`npx ssmlab verify --expect FILE`']);
  });

  it('says what is not known, and expects nothing of it', () => {
    const snapshot = { ...labSnapshot(), unread: [{ part: 'roles', action: 'iam:GetRole', code: 'AccessDenied', message: 'no' }] } as const;
    expect(writeExpectations(configuration(snapshot)).text).toMatch(/# session-manager: not known: .*iam:GetRole/u);
    const acls = { ...withNetwork((network) => ({ ...network, networkAcls: [] })), unread: [{ part: 'networkAcls', action: 'ec2:DescribeNetworkAcls', code: 'UnauthorizedOperation', message: 'no' }] } as const;
    const { text } = writeExpectations(configuration(acls));
    expect(text).toMatch(/\n {4}# reach internet: not known: .*ec2:DescribeNetworkAcls/u);
    expect(() => readExpectations(text, 'f')).not.toThrow();
  });

  it('names instances so that each is meant alone, whatever they are called', async () => {
    const names = ['Instance1', 'a: b & "c"', '*', 'null'];
    const base = labSnapshot();
    const snapshot: Snapshot = { ...base, instances: base.instances.map((instance, i) => ({ ...instance, name: names[i] ?? '', logicalId: null })) };
    const file = readExpectations(writeExpectations(configuration(snapshot)).text, 'f');
    expect(file.entries.map(({ select }) => select[0]?.text)).toEqual(['Instance1', 'i-2', 'i-3', 'null']);
    expect((await round(snapshot)).verdict).toBe('pass');
  });
});
