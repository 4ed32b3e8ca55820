import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../src/lib/net/address.js';
import { parseCidr, prefixContains } from '../../../../src/lib/net/cidr.js';
import { type Flow, PROTOCOL } from '../../../../src/lib/net/flow.js';
import { privateDnsName } from '../../../../src/lib/vpc/endpoint.js';
import type { NetworkModel, Route, SecurityGroupRule } from '../../../../src/lib/vpc/model.js';
import { networkAclVerdict } from '../../../../src/lib/vpc/network-acl.js';
import { indexModel, type InterfaceNode } from '../../../../src/lib/vpc/network.js';
import { privateHostName, publicHostName } from '../../../../src/lib/vpc/resolver.js';
import { effectiveRouteTable, selectRoute } from '../../../../src/lib/vpc/route.js';
import { securityGroupVerdict, trackingOf } from '../../../../src/lib/vpc/security-group.js';
import {
  ALLOW_ALL_EGRESS, changed, type Change, entry, LAB, route, setEgress, setEntries, setIngress, setRoutes, setTable, tcpFrom,
} from '../../../conformance/fabric/lab-network.js';

const ANYWHERE = '0.0.0.0/0';

function interfaceOf(id: string, ...changes: readonly Change[]): InterfaceNode {
  const node = indexModel(changed(...changes)).interfaces.get(id);
  if (node === undefined) throw new Error(`no ${id}`);
  return node;
}

function tcp(source: string, destination: string, destinationPort: number): Flow {
  return { protocol: PROTOCOL.tcp, source: addressOf(source), destination: addressOf(destination), sourcePort: 40_000, destinationPort };
}

describe('routes', () => {
  it('names the table that is in force, and why (R3)', () => {
    expect(effectiveRouteTable(interfaceOf(LAB.eni.one).subnet)).toMatchObject({ decision: 'explicit', by: LAB.publicTable, rule: 'R3' });
    expect(effectiveRouteTable(interfaceOf(LAB.eni.four).subnet)).toMatchObject({ decision: 'main', by: LAB.main2, rule: 'R3' });
    const without = (model: NetworkModel): NetworkModel => ({ ...model, routeTables: [] });
    expect(effectiveRouteTable(interfaceOf(LAB.eni.four, without).subnet)).toMatchObject({ decision: 'none', by: LAB.vpc2 });
    expect(selectRoute(interfaceOf(LAB.eni.four, without).subnet, 1)).toMatchObject({ decision: 'drop', rule: 'R3' });
  });

  it('takes the longest prefix, whatever the order (R2, R6)', () => {
    const anyRoute: fc.Arbitrary<Route> = fc.record({
      destination: fc.tuple(fc.constantFrom('10.0.0.0', '10.0.2.0', '8.0.0.0', '8.8.8.0', '8.8.8.8'), fc.constantFrom(0, 4, 8, 16, 24, 32)).map(([base, length]) => `${base}/${length}`),
      targetKind: fc.constant('unsupported'),
      targetId: fc.string({ minLength: 1 }),
      state: fc.constantFrom('active', 'blackhole'),
    });
    fc.assert(fc.property(fc.array(anyRoute), fc.constantFrom('8.8.8.8', '8.8.4.4', '10.0.2.9', '172.16.0.1'), (routes, to) => {
      const address = addressOf(to);
      const choice = selectRoute(interfaceOf(LAB.eni.one, setRoutes(LAB.publicTable, ...routes)).subnet, address);
      const length = (each: Route | undefined): number => (each === undefined ? -1 : parseCidr(each.destination)?.length ?? -1);
      const matching = [route('local', 'local', '10.0.0.0/16'), ...routes].filter((each) => {
        const prefix = parseCidr(each.destination);
        return prefix !== undefined && prefixContains(prefix, address);
      });
      expect(length(choice.route)).toBe(Math.max(-1, ...matching.map(length)));
      expect(choice.decision).toBe(choice.route?.state === 'active' ? 'route' : 'drop');
    }));
  });

  it('compares a prefix list like a prefix, after a static route of the same length (R9)', () => {
    const listed = route('vpc-endpoint', 'vpce-s3', 'pl-s3');
    const address = addressOf('198.19.0.200');
    const target = (...routes: Route[]): string | undefined => selectRoute(interfaceOf(LAB.eni.one, setRoutes(LAB.publicTable, ...routes)).subnet, address).route?.targetId;
    expect(target(route('internet-gateway', LAB.igw), listed)).toBe('vpce-s3');
    expect(target(listed, route('nat-gateway', LAB.nat, '198.19.0.200/32'))).toBe(LAB.nat);
  });
});

describe('security groups', () => {
  it('name the group and rule that admits, or the groups that do not', () => {
    const node = interfaceOf(LAB.eni.one);
    expect(securityGroupVerdict(node, 'ingress', tcp('198.51.100.7', LAB.ip.one, 22))).toEqual({ decision: 'allow', rule: 'S4', by: 'sg-1 sgr-ssh', why: 'admits tcp/22 from 198.51.100.7' });
    expect(securityGroupVerdict(node, 'ingress', tcp('198.51.100.7', LAB.ip.one, 80))).toEqual({ decision: 'deny', rule: 'S4', by: 'sg-1', why: 'no ingress rule admits tcp/80 from 198.51.100.7' });
    expect(securityGroupVerdict(interfaceOf(LAB.eni.one, setEgress(LAB.sg1)), 'egress', tcp(LAB.ip.one, '8.8.8.8', 53)).rule).toBe('S3');
    expect(securityGroupVerdict(interfaceOf(LAB.eni.ssm), 'ingress', tcp(LAB.ip.four, LAB.ip.ssm, 443))).toMatchObject({ decision: 'allow', rule: 'S5' });
  });

  it.each<[string, SecurityGroupRule]>([
    ['an IPv6 rule', { ruleId: 'sgr-6', protocol: '-1', cidr: '::/0' }],
    ['a prefix list that is not there', { ruleId: 'sgr-pl', protocol: '-1', prefixListId: 'pl-none' }],
    ['a protocol that is not known', { ruleId: 'sgr-x', protocol: 'nonsense', cidr: ANYWHERE }],
    ['a rule for UDP', { ruleId: 'sgr-udp', protocol: 'udp', fromPort: 22, toPort: 22, cidr: ANYWHERE }],
  ])('%s admits no TCP over IPv4', (_name, rule) => {
    expect(securityGroupVerdict(interfaceOf(LAB.eni.one, setIngress(LAB.sg1, rule)), 'ingress', tcp('198.51.100.7', LAB.ip.one, 22)).decision).toBe('deny');
  });

  it.each<[string, string, readonly Change[], 'tracked' | 'untracked']>([
    ['SSH open to all with the default egress', 'ingress', [], 'untracked'],
    ['SSH from one network', 'ingress', [setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24'))], 'tracked'],
    ['SSH open to all with a narrow egress', 'ingress', [setEgress(LAB.sg1, tcpFrom(443, ANYWHERE))], 'tracked'],
    ['SSH open to all with all TCP ports out', 'ingress', [setEgress(LAB.sg1, { ruleId: 'sgr-tcp', protocol: 'tcp', fromPort: 0, toPort: 65535, cidr: ANYWHERE })], 'untracked'],
    ['SSH open to all with all UDP ports out', 'ingress', [setEgress(LAB.sg1, { ruleId: 'sgr-udp', protocol: 'udp', fromPort: 0, toPort: 65535, cidr: ANYWHERE })], 'tracked'],
    ['outgoing with no inbound rule for all ports', 'egress', [], 'tracked'],
    ['outgoing with everything open', 'egress', [setIngress(LAB.sg1, { ...ALLOW_ALL_EGRESS, ruleId: 'sgr-in' })], 'untracked'],
  ])('%s: %s is %s (S8)', (_name, direction, changes, expected) => {
    const flow = direction === 'ingress' ? tcp('198.51.100.7', LAB.ip.one, 22) : tcp(LAB.ip.one, '198.19.0.10', 443);
    expect(trackingOf(interfaceOf(LAB.eni.one, ...changes), direction as 'ingress' | 'egress', flow).decision).toBe(expected);
  });

  it('always tracks ICMP (S8)', () => {
    const flow: Flow = { ...tcp('198.51.100.7', LAB.ip.one, 0), protocol: PROTOCOL.icmp, icmp: { type: 8, code: 0 } };
    expect(trackingOf(interfaceOf(LAB.eni.one, setIngress(LAB.sg1, { ...ALLOW_ALL_EGRESS, ruleId: 'sgr-in' })), 'ingress', flow).decision).toBe('tracked');
  });
});

describe('network ACLs', () => {
  it('name the entry that decides, in the order of the numbers (A1)', () => {
    const { subnet } = interfaceOf(LAB.eni.one, setEntries(LAB.acl.public, entry(200, false, 'allow'), entry(100, false, 'deny', { cidr: '198.51.100.0/24' })));
    expect(networkAclVerdict(subnet, 'ingress', tcp('198.51.100.7', LAB.ip.one, 22))).toMatchObject({ decision: 'deny', rule: 'A1', by: 'acl-public ingress rule 100' });
    expect(networkAclVerdict(subnet, 'ingress', tcp('203.0.113.1', LAB.ip.one, 22))).toMatchObject({ decision: 'allow', by: 'acl-public ingress rule 200' });
    expect(networkAclVerdict(subnet, 'egress', tcp(LAB.ip.one, '203.0.113.1', 22))).toMatchObject({ decision: 'deny', by: 'acl-public egress rule *' });
  });

  it('fall back to the VPC\'s default one, and to denial where none is known', () => {
    const asDefault = (model: NetworkModel): NetworkModel => ({ ...model, networkAcls: model.networkAcls.map((acl) => ({ ...acl, isDefault: acl.networkAclId === LAB.acl.public, subnetIds: [] })) });
    const flow = tcp('203.0.113.1', LAB.ip.three, 22);
    expect(networkAclVerdict(interfaceOf(LAB.eni.three, asDefault).subnet, 'ingress', flow).by).toContain(LAB.acl.public);
    expect(networkAclVerdict(interfaceOf(LAB.eni.three, (model) => ({ ...model, networkAcls: [] })).subnet, 'ingress', flow).decision).toBe('deny');
  });
});

describe('the index', () => {
  it('leaves out what refers to nothing, and finds a NAT gateway whose interface is not listed', () => {
    const model = changed();
    const network = indexModel({
      ...model,
      subnets: model.subnets.filter((each) => each.subnetId !== LAB.privateSubnet1),
      networkInterfaces: model.networkInterfaces.filter((each) => each.networkInterfaceId !== LAB.eni.nat),
    });
    expect(network.interfaces.has(LAB.eni.three)).toBe(false);
    expect(network.natGateways.get(LAB.nat)?.address).toBe(addressOf(LAB.ip.nat));
    expect(network.publicAddresses.get(addressOf(LAB.public.nat))?.id).toBe(LAB.eni.nat);
  });

  it('keeps equal addresses of two VPCs apart (V5)', () => {
    const twin: Change = (model) => ({ ...model, networkInterfaces: model.networkInterfaces.map((each) => (each.networkInterfaceId === LAB.eni.five ? { ...each, privateIp: LAB.ip.one } : each)) });
    const { vpcs } = indexModel(changed(twin, setTable(LAB.main2, {})));
    const at = (vpc: string): string | undefined => vpcs.get(vpc)?.interfaces.get(addressOf(LAB.ip.one))?.id;
    expect([at(LAB.vpc1), at(LAB.vpc2)]).toEqual([LAB.eni.one, LAB.eni.five]);
  });
});

describe('names', () => {
  it.each([
    ['com.amazonaws.ap-northeast-1.ssm', 'ssm.ap-northeast-1.amazonaws.com'],
    ['com.amazonaws.eu-west-1.ecr.api', 'api.ecr.eu-west-1.amazonaws.com'],
    ['com.example.service', undefined],
  ])('the service %s is called %s', (serviceName, name) => {
    expect(privateDnsName(serviceName)).toBe(name);
  });

  it('of hosts are spelled otherwise in us-east-1 (L4, L5)', () => {
    expect(privateHostName('ap-northeast-1', '10.0.1.16')).toBe('ip-10-0-1-16.ap-northeast-1.compute.internal');
    expect(privateHostName('us-east-1', '10.0.1.16')).toBe('ip-10-0-1-16.ec2.internal');
    expect(publicHostName('ap-northeast-1', '198.18.0.11')).toBe('ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com');
    expect(publicHostName('us-east-1', '198.18.0.11')).toBe('ec2-198-18-0-11.compute-1.amazonaws.com');
  });
});
