/** What changes between two snapshots of the lab: the ways, and the difference that decides each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidingOf } from '../../../../src/lib/diff/deciding.js';
import { diffOf, type SnapshotDiff } from '../../../../src/lib/diff/diff.js';
import { differencesOf } from '../../../../src/lib/diff/differences.js';
import { factsOf, changedFacts, withFacts } from '../../../../src/lib/diff/facts.js';
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { diffLines } from '../../../../src/lib/report/diff.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { addInterface, detachGateway, entry, LAB, OPEN_ENTRIES, removeNat, route, setEgress, setEndpoints, setEntries, setIngress, setInterface, setNat, setRoutes, setTable, setVpc, tcpFrom, type Change } from '../../../conformance/fabric/lab-network.js';
import { labSnapshot, PROFILE, role } from '../lab-snapshot.js';

const compare = (after: Snapshot, before = labSnapshot()): SnapshotDiff => diffOf(before, { least: after, most: after, doubts: [] }, ['before', 'after']);
const brief = (diff: SnapshotDiff): string[] => diff.changes.map(({ instance, way, kind, deciding }) => `${instance.name}: ${way} ${kind}: ${deciding.join(' & ')}`);

describe('two snapshots', () => {
  it('that are the same say so', () => {
    const diff = compare(labSnapshot());
    expect(diff).toMatchObject({ verdict: 'same', changes: [], unknown: [], differences: [] });
    expect(diff.same).toBeGreaterThan(10);
    expect(diffLines(diff, { style: plainStyle() }).at(-1)).toMatch(/^Nothing changed\. \d+ ways stay as they are\.$/u);
  });

  it.each<readonly [string, Change[], string[]]>([
    ['the endpoints\' rule', [setIngress(LAB.sgEndpoint)], ['Instance4: Session Manager lost: sg-endpoint (EndpointSecurityGroup) lost the rule ingress tcp/443 from sg-3 (InstanceSecurityGroup3)']],
    ['private DNS of one endpoint', [setEndpoints({ privateDnsEnabled: false }, '.ssm')], ['Instance4: Session Manager lost: vpce-ssm has private DNS off instead of on']],
    ['an attribute of the VPC', [setVpc(LAB.vpc2, { enableDnsHostnames: false })], ['Instance4: Session Manager lost: vpc-2 has enableDnsHostnames off instead of on']],
    ['the route to the NAT gateway', [setRoutes(LAB.privateTable)], ['Session Manager', 'ping to 8.8.8.8', 'tcp/443 to 8.8.8.8'].map((way) => `Instance3: ${way} lost: rtb-private (PrivateSubnet1RouteTable) lost the route 0.0.0.0/0 to nat-1`)],
    ['the association of the table', [setTable(LAB.privateTable, { subnetIds: [] })], ['Session Manager', 'ping to 8.8.8.8', 'tcp/443 to 8.8.8.8'].map((way) => `Instance3: ${way} lost: subnet-private1 has no more rtb-private (PrivateSubnet1RouteTable)`)],
    ['SSH for everybody in 2', [setIngress(LAB.sg2, tcpFrom(22, '0.0.0.0/0'))], [
      'Instance2: tcp/22 from 8.8.8.8 opened', 'Instance2: tcp/22 from Instance1 opened', 'Instance2: tcp/22 from Instance3 opened', 'Instance3: tcp/22 from Instance1 opened', 'Instance3: tcp/22 from Instance2 opened',
    ].map((text) => `${text}: sg-2 (group-2) got the rule ingress tcp/22 from 0.0.0.0/0`)],
    ['an entry of a network ACL', [setEntries(LAB.acl.private1, entry(90, true, 'deny', { protocol: '1' }), ...OPEN_ENTRIES)], [
      'ping to 8.8.8.8', 'ping from Instance1', 'ping from Instance2',
    ].slice(0, 1).map((way) => `Instance3: ${way} lost: acl-private1 got the entry 90 deny icmp to 0.0.0.0/0`)],
    ['the address of the NAT gateway', [setNat({ publicIp: '198.18.0.99' }), setInterface(LAB.eni.nat, { publicIp: '198.18.0.99' })], ['ping to 8.8.8.8', 'tcp/443 to 8.8.8.8'].map((way) => `Instance3: ${way} moved: nat-1 has the public address 198.18.0.99 instead of 198.18.0.10`)],
  ])('%s', (_, changes, expected) => {
    const diff = compare(labSnapshot(...changes));
    expect(brief(diff)).toEqual(expected);
    expect(diff.verdict).toBe('changed');
  });

  it('tells a session whose services\' names are captured by endpoints, though it stays open', () => {
    const captured = (admitted: boolean): Snapshot => labSnapshot((model) => ({
      ...model,
      vpcEndpoints: model.vpcEndpoints.map((each) => ({ ...each, vpcId: LAB.vpc1 })),
      networkInterfaces: model.networkInterfaces.map((each) => (each.interfaceType === 'vpc_endpoint' ? { ...each, vpcId: LAB.vpc1, subnetId: LAB.privateSubnet1, privateIp: each.privateIp.replace('10.0.3', '10.0.2') } : each)),
    }), ...(admitted ? [setIngress(LAB.sgEndpoint, tcpFrom(443, '10.0.0.0/16'))] : []));
    const sessions = (diff: SnapshotDiff): string[] => diff.changes.filter(({ way }) => way === 'Session Manager').map(({ instance, kind, why }) => `${instance.number} ${kind}: ${why ?? ''}`);
    const why = 'ssm by an endpoint, ssmmessages by an endpoint instead of ssm in public, ssmmessages in public';
    const diff = compare(captured(true));
    expect(sessions(diff).slice(0, 2)).toEqual([`2 rerouted: ${why}`, `3 rerouted: ${why}`]);
    expect(diff.verdict).toBe('changed');
    expect(diffLines(diff, { style: plainStyle() }).join('\n')).toContain('Instance3: Session Manager goes to its services another way\n');
    expect(sessions(compare(captured(false))).slice(0, 2)).toEqual(['2 lost: sg-endpoint: no ingress rule admits tcp/443 from 10.0.1.17', '3 lost: sg-endpoint: no ingress rule admits tcp/443 from 10.0.2.18']);
  });

  it('tells the claims of the lab\'s tables that say something else, though no way changes', () => {
    const narrower = compare(labSnapshot(setIngress(LAB.sgEndpoint, tcpFrom(443, '10.0.3.0/24'))));
    expect([narrower.verdict, narrower.changes]).toEqual(['changed', []]);
    expect(narrower.claims).toEqual([{ instance: 4, claim: 'security-group', subject: 'EndpointSecurityGroup', name: 'Instance4', before: 'in tcp/443 from InstanceSecurityGroup3, out all', after: 'in tcp/443 from 10.0.3.0/24, out all' }]);
    const lines = diffLines(narrower, { style: plainStyle() });
    expect(lines).toContain('  · Instance4: security group EndpointSecurityGroup: in tcp/443 from 10.0.3.0/24, out all instead of in tcp/443 from InstanceSecurityGroup3, out all');
    expect(lines.at(-1)).toMatch(/^No way changes, 1 claim does, \d+ ways stay as they are\. The configuration has 2 differences\.$/u);
    // A value that only the change brings, and one that has to do with what is in doubt.
    const [before, after] = [labSnapshot(), labSnapshot(setIngress(LAB.sgEndpoint, tcpFrom(443, '10.0.3.0/24')))];
    for (const outlook of [{ least: before, most: after, doubts: [] }, { least: after, most: after, doubts: [{ component: LAB.sgEndpoint, text: 'EndpointSecurityGroup (sg-endpoint) is replaced' }] }]) {
      const diff = diffOf(before, outlook, ['now', 'change set x']);
      expect(diff.claims.map(({ claim, after: now }) => [claim, now])).toEqual([['security-group', null]]);
      expect(diffLines(diff, { style: plainStyle() }).join('\n')).toContain('security group EndpointSecurityGroup: unknown instead of in tcp/443');
    }
    expect(diffOf(before, { least: before, most: after, doubts: [] }, ['now', 'x']).verdict).toBe('unknown');
    // Of another stack nobody claims anything.
    const others = (snapshot: Snapshot): Snapshot => ({ ...snapshot, instances: snapshot.instances.map((each) => ({ ...each, labNumber: null })) });
    expect(compare(others(after), others(before)).claims).toEqual([]);
  });

  it('names the change that decides, not the others that came with it', () => {
    const diff = compare(labSnapshot(setIngress(LAB.sgEndpoint), setVpc(LAB.vpc1, { enableDnsHostnames: false }), setEntries(LAB.acl.other2, entry(100, true, 'allow')), addInterface('eni-9', LAB.vpc2, LAB.otherSubnet, '10.0.4.99', [LAB.sg3])));
    expect(diff.differences.length).toBeGreaterThan(3);
    expect(brief(diff)).toEqual(['Instance4: Session Manager lost: sg-endpoint (EndpointSecurityGroup) lost the rule ingress tcp/443 from sg-3 (InstanceSecurityGroup3)']);
  });

  it('names both where it takes two', () => {
    const [change] = compare(labSnapshot(setIngress(LAB.sgEndpoint), setEgress(LAB.sg3))).changes;
    expect(change?.deciding).toEqual([
      'sg-3 (InstanceSecurityGroup3) lost the rule egress everything to 0.0.0.0/0',
      'sg-endpoint (EndpointSecurityGroup) lost the rule ingress tcp/443 from sg-3 (InstanceSecurityGroup3)',
    ]);
  });

  it('takes for one what goes together: a gateway with its interface and the routes that die of it, an instance that stops', () => {
    const gone = compare(labSnapshot(removeNat, setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, '0.0.0.0/0', 'blackhole'))));
    expect(gone.differences).toEqual(['nat-1 is gone']);
    expect(new Set(gone.changes.flatMap(({ deciding }) => deciding))).toEqual(new Set(['nat-1 is gone']));
    const detached = compare(labSnapshot(detachGateway, setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw, '0.0.0.0/0', 'blackhole'))));
    expect(detached.differences).toEqual(['igw-1 has the VPC none instead of vpc-1']);
    const lab = labSnapshot(setInterface(LAB.eni.two, { up: false, publicIp: undefined }));
    const stopped = compare({ ...lab, instances: lab.instances.map((each) => (each.number === 2 ? { ...each, state: 'stopped', publicIpv4: null } : each)) });
    expect(stopped.differences).toEqual(['i-2 (Instance2) has the state stopped instead of running']);
  });

  it('knows what is no packet: the role of 2, 3 and 4', () => {
    const diff = compare({ ...labSnapshot(), profiles: [{ name: PROFILE, role: role({ policies: [] }) }] });
    expect(brief(diff)).toEqual([2, 3, 4].map((number) => `Instance${number}: Session Manager lost: role lab-role lost the policy AmazonSSMManagedInstanceCore`));
  });

  it('tells an instance that is gone', () => {
    const lab = labSnapshot((model) => ({ ...model, networkInterfaces: model.networkInterfaces.filter(({ instanceId }) => instanceId !== 'i-3') }));
    const diff = compare({ ...lab, instances: lab.instances.filter(({ number }) => number !== 3) });
    expect(diff.differences).toEqual(['i-3 (Instance3) is gone']);
    expect(diff.changes.every(({ kind, deciding }) => kind === 'lost' && deciding[0] === 'i-3 (Instance3) is gone')).toBe(true);
    expect(brief(diff)).toContain('Instance3: Session Manager lost: i-3 (Instance3) is gone');
  });

  it('a rule that was made anew under another id is the same', () => {
    expect(compare(labSnapshot(setIngress(LAB.sgEndpoint, { ruleId: 'sgr-new', protocol: 'tcp', fromPort: 443, toPort: 443, groupId: LAB.sg3 }))).differences).toEqual([]);
  });

  it('is unknown where one of them could not be read, and names the action', () => {
    const after: Snapshot = { ...labSnapshot((model) => ({ ...model, networkAcls: [] })), unread: [{ part: 'networkAcls', action: 'ec2:DescribeNetworkAcls', code: 'UnauthorizedOperation', message: 'no' }] };
    const diff = compare(after);
    expect(diff.verdict).toBe('unknown');
    expect(diff.changes.every(({ kind }) => kind === 'doubtful')).toBe(true);
    expect(diff.changes.find(({ way }) => way === 'ping to 8.8.8.8')?.deciding.join()).toContain('ec2:DescribeNetworkAcls');
  });
});

describe('facts', () => {
  const changes: readonly Change[] = [
    setIngress(LAB.sgEndpoint), setEgress(LAB.sg2), setRoutes(LAB.privateTable), setTable(LAB.publicTable, { subnetIds: [] }), detachGateway, removeNat, setVpc(LAB.vpc2, { enableDnsSupport: false }),
    setEntries(LAB.acl.public, entry(100, true, 'allow')), setInterface(LAB.eni.two, { publicIp: undefined, groupIds: [LAB.sg1] }), setEndpoints({ privateDnsEnabled: false }), addInterface('eni-9', LAB.vpc1, LAB.publicSubnet, '10.0.1.99', [LAB.sg1]),
    (model) => ({ ...model, blockPublicAccess: { mode: 'block-ingress', exclusions: [] } }),
  ];

  it('put together again give the other snapshot, whatever differs', () => {
    fc.assert(fc.property(fc.subarray([...changes]), fc.subarray([...changes]), (some, others) => {
      const [a, b] = [labSnapshot(...some), labSnapshot(...others)];
      const keys = differencesOf(a, b).flatMap((difference) => difference.keys);
      expect(changedFacts(factsOf(a), factsOf(withFacts(b, a, keys)))).toEqual([]);
    }), { numRuns: 60 });
  });

  it('that decide are the fewest', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat(39), { maxLength: 4 }), (size, wanted) => {
      const all = Array.from({ length: size }, (_, i) => i);
      const needed = [...new Set(wanted)].filter((each) => each < size).toSorted((a, b) => a - b);
      expect(decidingOf(all, (kept) => needed.every((each) => kept.includes(each)))).toEqual(needed);
    }));
    expect(decidingOf([1, 2], () => false)).toBeUndefined();
  });
});

describe('as text', () => {
  it('has a line for each way and one for what decides it, in 80 columns', () => {
    const lines = diffLines(compare(labSnapshot(setIngress(LAB.sgEndpoint), setIngress(LAB.sg2, tcpFrom(22, '0.0.0.0/0')))), { style: plainStyle(false), width: 80 });
    expect(lines).toContain('  FAIL Instance4: Session Manager is lost');
    expect(lines).toContain('  ok Instance2: tcp/22 from 8.8.8.8, tcp/22 from Instance1, tcp/22 from');
    expect(lines).toContain('    Instance3 are newly open');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.slice(-2).join(' ')).toMatch(/^6 ways change, 3 claims do, \d+ ways stay as they are\. The configuration has 2 differences\.$/u);
  });

  it('shows what a name would do to the terminal', () => {
    const lab = labSnapshot(setIngress(LAB.sgEndpoint));
    const text = diffLines(compare({ ...lab, names: { [LAB.sgEndpoint]: 'evil\u001B[2J' } }), { style: plainStyle() }).join('\n');
    expect(text).toContain('evil\\e[2J');
    expect(text).not.toContain('\u001B');
  });
});
