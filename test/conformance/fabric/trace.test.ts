/** By which rule a flow passes or ends, as each fabric accounts for it: where both speak, they name the same place. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createComputedFabric } from '../../../src/cloud/fabric/computed/fabric.js';
import type { BlockPublicAccess } from '../../../src/lib/vpc/model.js';
import type { FlowAccount, FlowStep } from '../../../src/cloud/fabric/account.js';
import { netnsObstacle, startNetnsFabric } from '../../unit/cloud/fabric/netns/bundled-holder.js';
import type { NetnsFabric } from '../../../src/cloud/fabric/netns/fabric.js';
import { addGatewayEndpoint, type Change, entry, LAB, OPEN_ENTRIES, route, setEgress, setEndpoints, setEntries, setInterface, setNat, setRoutes } from './lab-network.js';
import { type Actor, Lab, SERVICE } from './probes.js';

const { eni, ip, acl } = LAB;
type Sender = Exclude<Actor, 'laptop'>;

interface Case {
  readonly changes?: readonly Change[];
  readonly from: Sender;
  readonly to: string;
  /** ICMP without one. */
  readonly port?: number;
  readonly answer: FlowAccount['answer'];
  /** Where it ends; absent where it passes. */
  readonly ends?: Pick<FlowStep, 'leg' | 'kind'> & { readonly id: string; readonly rule?: string };
}

const TCP_IN = entry(50, false, 'deny', { protocol: '6', portRange: { from: 22, to: 22 } });
const EPHEMERAL_IN = entry(50, false, 'deny', { protocol: '6', portRange: { from: 1024, to: 65_535 } });
const EPHEMERAL_OUT = entry(50, true, 'deny', { protocol: '6', portRange: { from: 1024, to: 65_535 } });

const blocked = (mode: BlockPublicAccess['mode']): Change => (model) => ({ ...model, blockPublicAccess: { mode, exclusions: [] } });

const CASES: Readonly<Record<string, Case>> = {
  'a ping by the internet gateway': { from: 'one', to: '8.8.8.8', answer: 'echo-reply' },
  'a ping by the NAT gateway': { from: 'three', to: '8.8.8.8', answer: 'echo-reply' },
  'a connection to a neighbour': { from: 'two', to: ip.one, port: 22, answer: 'connected' },
  'a connection to another subnet': { from: 'three', to: ip.one, port: 22, answer: 'connected' },
  'a connection to an endpoint': { from: 'four', to: ip.ssm, port: 443, answer: 'connected' },
  'a connection from NAT gateway to public address': { from: 'three', to: LAB.public.one, port: 22, answer: 'connected' },
  'a service on the internet': { from: 'three', to: SERVICE.ssm, port: 443, answer: 'connected' },
  'a port without a listener': { from: 'one', to: '8.8.8.8', port: 443, answer: 'refused' },
  'the metadata service': { from: 'three', to: '169.254.169.254', port: 80, answer: 'connected' },
  'no route': { from: 'four', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'route', id: LAB.main2 } },
  'a blackhole': {
    changes: [setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, '0.0.0.0/0', 'blackhole'))],
    from: 'three', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'route', id: LAB.privateTable, rule: '0.0.0.0/0' },
  },
  'egress of the security group': { changes: [setEgress(LAB.sg2)], from: 'three', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'security-group', id: LAB.sg2 } },
  'ingress of the security group': { from: 'one', to: ip.three, port: 22, answer: 'none', ends: { leg: 'forward', kind: 'security-group', id: LAB.sg2 } },
  'ingress of the security group, the wrong port': { from: 'two', to: ip.one, port: 8080, answer: 'none', ends: { leg: 'forward', kind: 'security-group', id: LAB.sg1 } },
  'the security group of an endpoint': { from: 'five', to: ip.ssm, port: 443, answer: 'none', ends: { leg: 'forward', kind: 'security-group', id: LAB.sgEndpoint } },
  'network ACL, outbound': {
    changes: [setEntries(acl.private1, ...OPEN_ENTRIES, entry(50, true, 'deny', { cidr: '8.8.8.8/32' }))],
    from: 'three', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'network-acl', id: acl.private1, rule: '50' },
  },
  'network ACL, inbound': { changes: [setEntries(acl.public, ...OPEN_ENTRIES, TCP_IN)], from: 'three', to: ip.one, port: 22, answer: 'none', ends: { leg: 'forward', kind: 'network-acl', id: acl.public, rule: '50' } },
  'network ACL, no entry': { changes: [setEntries(acl.public, entry(100, true, 'allow'))], from: 'three', to: ip.one, port: 22, answer: 'none', ends: { leg: 'forward', kind: 'network-acl', id: acl.public, rule: '*' } },
  'network ACL, the answer\'s way out': { changes: [setEntries(acl.public, ...OPEN_ENTRIES, EPHEMERAL_OUT)], from: 'three', to: ip.one, port: 22, answer: 'none', ends: { leg: 'return', kind: 'network-acl', id: acl.public, rule: '50' } },
  'network ACL, the answer\'s way in': { changes: [setEntries(acl.private1, ...OPEN_ENTRIES, EPHEMERAL_IN)], from: 'three', to: ip.one, port: 22, answer: 'none', ends: { leg: 'return', kind: 'network-acl', id: acl.private1, rule: '50' } },
  'no public address': { changes: [setInterface(eni.one, { publicIp: undefined })], from: 'one', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'internet-gateway', id: LAB.igw } },
  'Block Public Access, outbound': { changes: [blocked('block-ingress')], from: 'two', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'internet-gateway', id: LAB.igw } },
  'Block Public Access, inbound by the NAT gateway': { changes: [blocked('block-ingress')], from: 'three', to: LAB.public.one, port: 22, answer: 'none', ends: { leg: 'forward', kind: 'internet-gateway', id: LAB.igw } },
  'Block Public Access behind an egress rule': { changes: [blocked('block-bidirectional'), setEgress(LAB.sg2)], from: 'two', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'security-group', id: LAB.sg2 } },
  'a NAT gateway without an Elastic IP': { changes: [setNat({ publicIp: undefined }), setInterface(eni.nat, { publicIp: undefined })], from: 'three', to: '8.8.8.8', answer: 'none', ends: { leg: 'forward', kind: 'internet-gateway', id: LAB.igw } },
  'an address that nothing has': { from: 'three', to: '10.0.9.9', answer: 'none', ends: { leg: 'forward', kind: 'vpc', id: LAB.vpc1 } },
  'an endpoint that is not there yet': { changes: [setEndpoints({ state: 'pending' }, '.ssm')], from: 'four', to: ip.ssm, port: 443, answer: 'none', ends: { leg: 'forward', kind: 'vpc-endpoint', id: 'vpce-3a' } },
  'a machine that is off': { changes: [setInterface(eni.one, { up: false })], from: 'three', to: ip.one, port: 22, answer: 'none', ends: { leg: 'forward', kind: 'network-interface', id: eni.one } },
  'a gateway endpoint': { changes: [addGatewayEndpoint], from: 'five', to: SERVICE.s3, port: 443, answer: 'connected' },
};

const end = ({ steps }: FlowAccount): FlowStep | undefined => steps.find(({ verdict }) => verdict === 'drop');

function traced(lab: Lab, { from, to, port = 0 }: Case): Promise<FlowAccount> {
  return lab.fabric.trace({ networkInterfaceId: eni[from], address: to, port, protocol: port === 0 ? 'icmp' : 'tcp' });
}

describe('the computed account', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = new Lab({ fabric: createComputedFabric({ log: (line) => { throw new Error(line); } }), silenceMs: 100 });
    await lab.start();
  });
  afterAll(() => lab.fabric.close());

  it.each(Object.entries(CASES))('%s', async (_, one) => {
    await lab.change(...(one.changes ?? []));
    const account = await traced(lab, one);
    expect(account.by).toBe('computed');
    expect(account.answer).toBe(one.answer);
    if (one.ends === undefined) expect(end(account)).toBeUndefined();
    else expect(end(account)).toMatchObject(one.ends);
  });
});

const obstacle = await netnsObstacle();

describe.skipIf(obstacle !== undefined)(`the kernel's account${obstacle === undefined ? '' : ` (${obstacle})`}`, () => {
  let fabric: NetnsFabric;
  let lab: Lab;
  beforeAll(async () => {
    fabric = await startNetnsFabric();
    lab = new Lab({ fabric, silenceMs: 500 });
    await lab.start();
  });
  afterAll(() => fabric.close());

  it.each(Object.entries(CASES))('%s', async (_, one) => {
    await lab.change(...(one.changes ?? []));
    const account = await traced(lab, one);
    const steps = account.steps.map(({ leg, kind, id, rule, detail, verdict }) => [leg, verdict, kind, id, rule, detail].join(' ')).join('\n');
    expect(account.by).toBe('kernel');
    expect(account.answer, steps).toBe(one.answer);
    if (one.ends === undefined) expect(end(account), steps).toBeUndefined();
    else expect(end(account), steps).toMatchObject(one.ends);
    // Nothing is said of what is behind the end.
    expect(account.steps.findIndex(({ verdict }) => verdict === 'drop'), steps).toBe(one.ends === undefined ? -1 : account.steps.length - 1);
  });

  it('names every rule on the way there and back', async () => {
    await lab.change();
    const { steps } = await traced(lab, { from: 'three', to: '8.8.8.8', answer: 'echo-reply' });
    expect(steps.map(({ leg, kind, id, rule }) => [leg, kind, id, rule].filter((part) => part !== undefined).join(' '))).toEqual([
      'forward network-interface eni-3', 'forward security-group sg-2 sgr-egress', 'forward network-acl acl-private1 100', 'forward route rtb-private 0.0.0.0/0',
      'forward network-acl acl-public 100', 'forward nat-gateway nat-1', 'forward network-acl acl-public 100', 'forward route rtb-public 0.0.0.0/0', 'forward internet-gateway igw-1', 'forward internet',
      'return internet-gateway igw-1', 'return network-acl acl-public 100', 'return nat-gateway nat-1', 'return network-acl acl-public 100', 'return route rtb-public 10.0.0.0/16',
      'return network-acl acl-private1 100', 'return security-group sg-2', 'return network-interface eni-3',
    ]);
  });

  it('traces several flows asked for at once', async () => {
    const [passes, ends] = await Promise.all([traced(lab, { from: 'one', to: '8.8.8.8', answer: 'echo-reply' }), traced(lab, { from: 'four', to: '8.8.8.8', answer: 'none' })]);
    expect([passes.answer, ends.answer]).toEqual(['echo-reply', 'none']);
    expect(passes.steps[0]?.id).toBe(eni.one);
    expect(end(ends)?.id).toBe(LAB.main2);
  });

  it('is not led astray by packets that look like the probe', async () => {
    const namespace = fabric.layout.machineOf.get(eni.one)?.namespace ?? '';
    const others = fabric.run(namespace, ['ping', '-q', '-Q', '168', '-c', '100', '-i', '0.02', '-W', '0.1', ip.two]);
    const account = await traced(lab, { from: 'one', to: '8.8.8.8', answer: 'echo-reply' });
    await others;
    expect(account.answer).toBe('echo-reply');
    expect(account.steps.filter(({ leg }) => leg === 'forward').at(-1)?.kind).toBe('internet');
    expect(account.steps.at(-1)).toMatchObject({ leg: 'return', kind: 'network-interface', id: eni.one });
  });

  it('leaves no rule and no listener behind', async () => {
    await traced(lab, { from: 'three', to: '8.8.8.8', answer: 'echo-reply' });
    for (const namespace of ['', ...fabric.layout.vpcs.map(({ router }) => router), ...fabric.layout.natGateways.map((nat) => nat.namespace)]) {
      const { stdout } = await fabric.run(namespace, ['sh', '-c', 'nft list tables; for each in /proc/[0-9]*; do tr "\\0" " " < "$each/cmdline"; echo; done']);
      expect(stdout).toContain('table ip ssmlab\n');
      expect(stdout).not.toContain('ssmlab_trace');
      expect(stdout).toMatch(/^sh -c nft list/mu);
      expect(stdout).not.toMatch(/^nft .*monitor/mu);
    }
  });

  it('refuses an interface that no running instance has', async () => {
    await expect(fabric.trace({ networkInterfaceId: 'eni-none', address: '8.8.8.8', port: 0, protocol: 'icmp' })).rejects.toThrow(/eni-none is on no running instance/u);
  });
});
