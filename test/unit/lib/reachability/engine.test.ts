/** Flows of the lab and what its changes make of them: every disposition, every code, every blocker. */
import { describe, expect, it } from 'vitest';
import { traceFlow } from '../../../../src/lib/reachability/engine.js';
import type { Hop, Question, Trace } from '../../../../src/lib/reachability/trace.js';
import type { UnreadPart } from '../../../../src/lib/reachability/unread.js';
import type { BlockPublicAccess } from '../../../../src/lib/vpc/model.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import {
  addGatewayEndpoint, addInterface, type Change, changed, detachGateway, entry, icmpFrom, LAB, OPEN_ENTRIES, removeNat, route, setEgress, setEndpoints, setEntries, setIngress, setInterface, setNat, setRoutes,
  setTable, setVpc, tcpFrom, tcpFromGroup,
} from '../../../conformance/fabric/lab-network.js';

const GOOGLE = '8.8.8.8';
const SSM = '198.19.0.10';
const LAPTOP = '198.51.100.7';
const { eni, ip, acl } = LAB;

const from = (networkInterfaceId: string): Question['from'] => ({ kind: 'interface', networkInterfaceId });
const outside = (address = LAPTOP): Question['from'] => ({ kind: 'internet', address });
const tcp = (who: Question['from'], to: string, port = 443): Question => ({ from: who, to, protocol: 'tcp', port });
const udp = (who: Question['from'], to: string, port: number): Question => ({ from: who, to, protocol: 'udp', port });
const ping = (who: Question['from'], to = GOOGLE): Question => ({ from: who, to, protocol: 'icmp' });

const trace = (question: Question, changes: readonly Change[] = [], unread: readonly UnreadPart[] = []): Trace => traceFlow(indexModel(changed(...changes)), question, { unread });
const brief = ({ component, id, decision, rule, code }: Hop): string => [component, id, decision, rule, ...(code === undefined ? [] : [code])].join(' ');
const blockers = (of: Trace): string[] => of.blockers.map(brief);
const refuse = (direction: 'in' | 'out', more = {}) => [entry(90, direction === 'out', 'deny', more), ...OPEN_ENTRIES];
const only = (direction: 'in' | 'out', ports: { from: number; to: number }) => [entry(100, direction === 'in', 'allow'), entry(100, direction === 'out', 'allow', { protocol: '6', portRange: ports })];
const bpa = (blockPublicAccess: BlockPublicAccess): Change => (model) => ({ ...model, blockPublicAccess });

describe('the way of a flow', () => {
  it('goes out by the internet gateway, with the header before and after it, and back', () => {
    const { disposition, forward, reply, blockers, unknowns } = trace(tcp(from(eni.two), SSM));
    expect(disposition).toBe('delivered');
    expect([blockers, unknowns]).toEqual([[], []]);
    expect(forward.map(brief)).toEqual([
      'instance i-2 pass E1', 'security-group sg-2 pass S4', 'network-acl acl-public pass A1', 'route-table rtb-public pass R2', 'internet-gateway igw-1 pass I1', 'internet 198.19.0.10 pass I1',
    ]);
    expect(reply.map(brief)).toEqual(['internet-gateway igw-1 pass I1', 'network-acl acl-public pass A1', 'security-group sg-2 pass S7', 'instance i-2 pass E1']);
    expect(forward[3]).toMatchObject({ by: 'rtb-public 0.0.0.0/0 → igw-1', why: 'longest prefix for 198.19.0.10, to igw-1' });
    expect(forward[4]).toMatchObject({
      header: { source: ip.two, destination: SSM, protocol: 'tcp', sourcePort: 32768, destinationPort: 443 },
      after: { source: LAB.public.two, destination: SSM, protocol: 'tcp', sourcePort: 32768, destinationPort: 443 },
    });
    expect(reply[0]).toMatchObject({ header: { source: SSM, destination: LAB.public.two, sourcePort: 443, destinationPort: 32768 }, after: { destination: ip.two } });
  });

  it('goes out by the NAT gateway, from whose address the world sees it', () => {
    const { disposition, forward, reply } = trace(ping(from(eni.three)));
    expect(disposition).toBe('delivered');
    expect(forward.map(brief)).toEqual([
      'instance i-3 pass E1', 'security-group sg-2 pass S4', 'network-acl acl-private1 pass A1', 'route-table rtb-private pass R2', 'network-acl acl-public pass A1',
      'nat-gateway nat-1 pass N5 NGW_SOURCE_ADDRESS_REASSIGN', 'network-acl acl-public pass A1', 'route-table rtb-public pass R2', 'internet-gateway igw-1 pass I1', 'internet 8.8.8.8 pass I1',
    ]);
    expect(forward.at(-1)?.header).toEqual({ source: LAB.public.nat, destination: GOOGLE, protocol: 'icmp' });
    expect(reply.map(brief)).toEqual([
      'internet-gateway igw-1 pass I1', 'network-acl acl-public pass A1', 'nat-gateway nat-1 pass N5', 'network-acl acl-public pass A1', 'route-table rtb-public pass R1', 'network-acl acl-private1 pass A1',
      'security-group sg-2 pass S7', 'instance i-3 pass E1',
    ]);
  });

  it('comes in by the internet gateway', () => {
    const { disposition, forward } = trace(tcp(outside(), LAB.public.one, 22));
    expect(disposition).toBe('delivered');
    expect(forward.map(brief)).toEqual(['internet-gateway igw-1 pass I1', 'network-acl acl-public pass A1', 'security-group sg-1 pass S4', 'instance i-1 pass E1']);
  });

  it('goes to an interface endpoint in the same subnet without route and network ACL', () => {
    const { disposition, forward, reply } = trace(tcp(from(eni.four), ip.ssm), [setEntries(acl.private2)]);
    expect(disposition).toBe('delivered');
    expect(forward.map(brief)).toEqual(['instance i-4 pass E1', 'security-group sg-3 pass S4', 'subnet subnet-private2 pass R12', 'security-group sg-endpoint pass S5', 'vpc-endpoint vpce-3a pass P5']);
    expect(reply.map(brief)).toEqual(['security-group sg-endpoint pass S7', 'subnet subnet-private2 pass R12', 'security-group sg-3 pass S7', 'instance i-4 pass E1']);
  });

  it('goes to S3 by the gateway endpoint, and nowhere else by it', () => {
    const way = trace(tcp(from(eni.four), '198.19.0.200'), [addGatewayEndpoint]);
    expect(way.disposition).toBe('delivered');
    expect(way.forward.at(-1)).toMatchObject({ component: 'vpc-endpoint', id: 'vpce-s3', rule: 'P14' });
    expect(trace(ping(from(eni.four)), [addGatewayEndpoint]).disposition).toBe('no-route');
  });

  it('turns round at the internet gateway where it asks for a public address of the region', () => {
    const { disposition, forward, reply } = trace(tcp(from(eni.three), LAB.public.one, 22));
    expect(disposition).toBe('delivered');
    expect(forward.slice(-5).map(brief)).toEqual(['internet-gateway igw-1 pass I1', 'internet-gateway igw-1 pass I1', 'network-acl acl-public pass A1', 'security-group sg-1 pass S4', 'instance i-1 pass E1']);
    expect(forward.at(-1)?.header.source).toBe(LAB.public.nat);
    expect(reply.at(-1)?.header).toMatchObject({ source: LAB.public.one, destination: ip.three });
  });

  it('does not leave an instance that speaks to itself', () => {
    expect(trace(tcp(from(eni.one), ip.one, 22), [setEgress(LAB.sg1)]).forward.map(brief)).toEqual(['instance i-1 pass E1']);
    expect(trace(tcp(from(eni.one), '127.0.0.1', 22)).disposition).toBe('delivered');
    expect(trace(tcp(from(eni.one), ip.one, 22), [setInterface(eni.one, { up: false })]).disposition).toBe('nobody-there');
  });

  it.each([
    ['metadata', tcp(from(eni.four), '169.254.169.254', 80), 'network-interface eni-4 pass L13'],
    ['time', udp(from(eni.four), '169.254.169.123', 123), 'network-interface eni-4 pass L2'],
    ['the resolver at VPC + 2', udp(from(eni.four), '10.0.0.2', 53), 'resolver vpc-2 pass L1'],
    ['the resolver at its link-local address', tcp(from(eni.four), '169.254.169.253', 53), 'resolver vpc-2 pass L1'],
  ])('reaches %s past every rule', (_, question, last) => {
    const { disposition, forward, reply } = trace(question, [setEgress(LAB.sg3), setEntries(acl.private2)]);
    expect([disposition, forward.map(brief), reply]).toEqual(['delivered', ['instance i-4 pass E1', last], []]);
  });
});

describe('a flow that ends', () => {
  it.each<readonly [what: string, disposition: string, blockers: readonly string[], question: Question, changes: readonly Change[]]>([
    ['no egress rule', 'denied', ['security-group sg-2 block S3 SG_HAS_NO_RULES'], ping(from(eni.two)), [setEgress(LAB.sg2)]],
    ['no ingress rule', 'denied', ['security-group sg-1 block S4 SG_HAS_NO_RULES'], tcp(outside(), LAB.public.one, 22), [setIngress(LAB.sg1)]],
    ['a rule for another port', 'denied', ['security-group sg-1 block S4 ENI_SG_RULES_MISMATCH'], tcp(outside(), LAB.public.one, 443), []],
    ['a rule for another protocol', 'denied', ['security-group sg-1 block S4 ENI_SG_RULES_MISMATCH'], ping(outside(), LAB.public.one), []],
    ['a reference that does not survive translation', 'denied', ['security-group sg-1 block S6 SG_REFERENCES_NOT_PRESERVED'], tcp(from(eni.three), LAB.public.one, 22), [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))]],
    ['the endpoint\'s group without 443', 'denied', ['security-group sg-endpoint block S4 SG_HAS_NO_RULES'], tcp(from(eni.four), ip.ssm), [setIngress(LAB.sgEndpoint)]],
    ['a network ACL on the way out', 'denied', ['network-acl acl-public block A1 SUBNET_ACL_RESTRICTION'], tcp(from(eni.one), GOOGLE), [setEntries(acl.public, ...refuse('out', { protocol: '6', portRange: { from: 443, to: 443 } }))]],
    ['no route', 'no-route', ['route-table rtb-main2 block R8 NO_ROUTE_TO_DESTINATION'], ping(from(eni.four)), []],
    ['a blackhole', 'no-route', ['route-table rtb-private block R6 BAD_STATE_ROUTE'], ping(from(eni.three)), [setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, '0.0.0.0/0', 'blackhole'))]],
    ['a route to an interface that is gone', 'no-route', ['network-interface eni-gone block R6 BAD_STATE_ROUTE'], ping(from(eni.three)), [setRoutes(LAB.privateTable, route('network-interface', 'eni-gone'))]],
    ['a route to an interface that forwards nothing', 'dropped-by-gateway', ['network-interface eni-1 block E3 ENI_SOURCE_DEST_CHECK_RESTRICTION'], ping(from(eni.three)), [setRoutes(LAB.privateTable, route('network-interface', eni.one))]],
    ['an internet gateway that is not attached', 'dropped-by-gateway', ['internet-gateway igw-1 block I1 UNASSOCIATED_COMPONENT'], ping(from(eni.one)), [detachGateway]],
    ['the same from outside', 'dropped-by-gateway', ['internet-gateway vpc-1 block I1 UNASSOCIATED_COMPONENT', 'internet-gateway igw-1 block I1 UNASSOCIATED_COMPONENT'], tcp(outside(), LAB.public.one, 22), [detachGateway]],
    ['no public address', 'dropped-by-gateway', ['internet-gateway igw-1 block I2 IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS'], ping(from(eni.one)), [setInterface(eni.one, { publicIp: undefined })]],
    ['a private destination', 'dropped-by-gateway', ['internet-gateway igw-1 block I4 IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS'], ping(from(eni.one), '192.168.1.1'), []],
    ['a destination for carriers', 'dropped-by-gateway', ['internet-gateway igw-1 block I4 IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS'], ping(from(eni.one), '100.64.0.9'), []],
    ['a private source', 'dropped-by-gateway', ['internet-gateway igw-1 block I4 IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS'], tcp(outside('192.168.1.1'), LAB.public.one, 22), []],
    ['a source for carriers', 'dropped-by-gateway', ['internet-gateway igw-1 block I4 IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS'], tcp(outside('100.64.0.9'), LAB.public.one, 22), []],
    ['a NAT gateway that is not available', 'dropped-by-gateway', ['nat-gateway nat-1 block N2 BAD_STATE'], ping(from(eni.three)), [setNat({ state: 'failed' })]],
    ['a NAT gateway that is gone', 'dropped-by-gateway', ['nat-gateway nat-1 block N2 BAD_STATE'], ping(from(eni.three)), [removeNat]],
    ['a NAT gateway of another VPC', 'dropped-by-gateway', ['nat-gateway nat-1 block N6 NGW_REQUIRES_SOURCE_IN_VPC'], ping(from(eni.four)), [setRoutes(LAB.main2, route('nat-gateway', LAB.nat))]],
    ['a NAT gateway whose subnet leads back to it', 'no-route', ['nat-gateway nat-1 block N13 CANNOT_ROUTE'], ping(from(eni.three)), [setRoutes(LAB.publicTable, route('nat-gateway', LAB.nat))]],
    ['a NAT gateway whose subnet leads nowhere', 'no-route', ['route-table rtb-public block R8 NO_ROUTE_TO_DESTINATION'], ping(from(eni.three)), [setRoutes(LAB.publicTable)]],
    ['a private NAT gateway', 'dropped-by-gateway', ['internet-gateway igw-1 block I2 IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS'], ping(from(eni.three)), [setNat({ publicIp: undefined }), setInterface(eni.nat, { publicIp: undefined })]],
    ['the public address of a NAT gateway', 'dropped-by-gateway', ['nat-gateway nat-1 block N7 NO_PATH'], ping(outside(), LAB.public.nat), []],
    ['the private address of a NAT gateway', 'dropped-by-gateway', ['nat-gateway nat-1 block N7 NO_PATH'], ping(from(eni.three), ip.nat), []],
    ['an endpoint that is pending', 'dropped-by-gateway', ['vpc-endpoint vpce-3a block P2 BAD_STATE'], tcp(from(eni.four), ip.ssm), [setEndpoints({ state: 'pending' })]],
    ['another port of an endpoint', 'dropped-by-gateway', ['vpc-endpoint vpce-3a block P12'], tcp(from(eni.four), ip.ssm, 80), [setIngress(LAB.sgEndpoint, tcpFrom(80, '10.0.0.0/16'))]],
    ['a ping of an endpoint', 'dropped-by-gateway', ['vpc-endpoint vpce-3a block P13'], ping(from(eni.four), ip.ssm), [setIngress(LAB.sgEndpoint, icmpFrom('10.0.0.0/16'))]],
    ['a gateway endpoint that is pending', 'dropped-by-gateway', ['vpc-endpoint vpce-s3 block P2 BAD_STATE'], tcp(from(eni.four), '198.19.0.200'), [addGatewayEndpoint, setEndpoints({ state: 'pending' }, '.s3')]],
    ['UDP to a gateway endpoint', 'dropped-by-gateway', ['vpc-endpoint vpce-s3 block P14 VPCE_GATEWAY_PROTOCOL_RESTRICTION'], udp(from(eni.four), '198.19.0.200', 443), [addGatewayEndpoint]],
    ['a gateway endpoint that is gone', 'dropped-by-gateway', ['vpc-endpoint vpce-gone block P14 BAD_STATE'], tcp(from(eni.four), GOOGLE), [setRoutes(LAB.main2, route('vpc-endpoint', 'vpce-gone'))]],
    ['an address that nothing has', 'nobody-there', ['subnet subnet-private1 block R8 NO_PATH'], ping(from(eni.one), '10.0.2.99'), []],
    ['an address in no subnet', 'nobody-there', ['subnet vpc-1 block R8 NO_PATH'], ping(from(eni.one), '10.0.99.9'), []],
    ['a public address that nothing has', 'nobody-there', ['internet 198.18.9.9 block I3 UNKNOWN_RESOURCE'], tcp(outside(), '198.18.9.9', 22), []],
    ['an instance that is not running', 'nobody-there', ['instance i-1 block E1 BAD_STATE'], tcp(from(eni.two), ip.one, 22), [setInterface(eni.one, { up: false })]],
    ['its public address', 'nobody-there', ['internet-gateway igw-1 block I3 IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS'], tcp(outside(), LAB.public.one, 22), [setInterface(eni.one, { up: false })]],
    ['a sender that is not running', 'nobody-there', ['instance i-2 block E1 BAD_STATE'], tcp(from(eni.two), ip.one, 22), [setInterface(eni.two, { up: false })]],
    ['a bare interface', 'nobody-there', ['network-interface eni-1 block I3 UNASSOCIATED_COMPONENT'], tcp(from(eni.two), ip.one, 22), [setInterface(eni.one, { up: false, instanceId: undefined })]],
    ['a bare interface as the sender', 'nobody-there', ['network-interface eni-2 block E1 UNASSOCIATED_COMPONENT'], tcp(from(eni.two), ip.one, 22), [setInterface(eni.two, { up: false, instanceId: undefined })]],
    ['a link-local address', 'no-route', ['subnet subnet-public block R10 NO_PATH'], tcp(from(eni.one), '169.254.7.7'), []],
    ['a multicast address', 'no-route', ['subnet subnet-public block V4 NO_PATH'], udp(from(eni.one), '224.0.0.1', 5), []],
    ['the VPC router', 'nobody-there', ['subnet subnet-public block R12 NO_PATH'], ping(from(eni.one), '10.0.1.1'), []],
    ['another port of the resolver', 'nobody-there', ['resolver subnet-public block L1 NO_PATH'], tcp(from(eni.one), '10.0.0.2', 80), []],
    ['the resolver of a VPC without DNS', 'nobody-there', ['resolver vpc-1 block L3 BAD_STATE'], udp(from(eni.one), '10.0.0.2', 53), [setVpc(LAB.vpc1, { enableDnsSupport: false })]],
    ['a network ACL on the way back', 'reply-lost', ['network-acl acl-public block A1 SUBNET_ACL_RESTRICTION'], tcp(from(eni.one), GOOGLE), [setEntries(acl.public, ...only('in', { from: 443, to: 443 }))]],
    ['a network ACL that lets some answers back', 'reply-lost', ['network-acl acl-public block A1 SUBNET_ACL_RESTRICTION'], tcp(from(eni.one), GOOGLE), [setEntries(acl.public, ...only('in', { from: 1024, to: 40_000 }))]],
    ['a network ACL that knows Linux but no NAT gateway', 'reply-lost', ['network-acl acl-public block A1 SUBNET_ACL_RESTRICTION'], tcp(from(eni.three), GOOGLE), [setEntries(acl.public, entry(80, false, 'allow', { cidr: '10.0.0.0/16' }), ...only('in', { from: 32768, to: 60999 }))]],
    ['an answer without a route', 'reply-lost', ['route-table rtb-private block R8 NO_ROUTE_TO_DESTINATION'], tcp(outside(), '198.18.0.13', 22), [setInterface(eni.three, { publicIp: '198.18.0.13', groupIds: [LAB.sg1] }), setRoutes(LAB.privateTable)]],
    ['an answer by a NAT gateway', 'reply-lost', ['nat-gateway nat-1 block N5 NO_PATH'], tcp(outside(), '198.18.0.13', 22), [setInterface(eni.three, { publicIp: '198.18.0.13', groupIds: [LAB.sg1] })]],
    ['an answer by another gateway', 'reply-lost', ['internet 198.19.0.200 block I7 NO_PATH'], tcp(outside('198.19.0.200'), LAB.public.one, 22), [
      addGatewayEndpoint, setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw), route('vpc-endpoint', 'vpce-s1', 'pl-s3')),
      (model) => ({ ...model, vpcEndpoints: [...model.vpcEndpoints, { vpcEndpointId: 'vpce-s1', vpcId: LAB.vpc1, endpointType: 'Gateway', serviceName: 's3', state: 'available', privateDnsEnabled: false, networkInterfaceIds: [], routeTableIds: [] }] }),
    ]],
  ])('%s: %s', (_, disposition, expected, question, changes) => {
    const way = trace(question, changes);
    expect([way.disposition, blockers(way), way.unknowns]).toEqual([disposition, expected, []]);
    expect(way.blockers).toEqual([...way.forward, ...way.reply].filter((hop) => hop.decision === 'block'));
  });

  it('names every blocker of the path, there and back, as if each were lifted', () => {
    const way = trace(tcp(from(eni.three), SSM), [
      setEgress(LAB.sg2), setEntries(acl.private1, ...refuse('out', { cidr: SSM + '/32' })), setEntries(acl.public, entry(100, false, 'allow', { cidr: '10.0.0.0/16' }), entry(100, true, 'allow', { cidr: '10.0.0.0/16' })),
      setNat({ state: 'pending', publicIp: undefined }), setInterface(eni.nat, { publicIp: undefined }),
    ]);
    expect(way.disposition).toBe('denied');
    expect(blockers(way)).toEqual([
      'security-group sg-2 block S3 SG_HAS_NO_RULES', 'network-acl acl-private1 block A1 SUBNET_ACL_RESTRICTION', 'nat-gateway nat-1 block N2 BAD_STATE',
      'network-acl acl-public block A1 SUBNET_ACL_RESTRICTION', 'internet-gateway igw-1 block I2 IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS', 'network-acl acl-public block A1 SUBNET_ACL_RESTRICTION',
    ]);
    expect(way.reply.at(-1)).toMatchObject({ component: 'instance', id: 'i-3', decision: 'pass' });
  });

  it('does not walk through what is not there', () => {
    const way = trace(ping(from(eni.four)), [setEgress(LAB.sg3)]);
    expect(blockers(way)).toEqual(['security-group sg-3 block S3 SG_HAS_NO_RULES', 'route-table rtb-main2 block R8 NO_ROUTE_TO_DESTINATION']);
    expect(way.reply).toEqual([]);
    // Which address the peer would see is not known.
    const hairpin = trace(tcp(from(eni.two), LAB.public.one, 22), [setInterface(eni.two, { publicIp: undefined })]);
    expect([blockers(hairpin), hairpin.reply]).toEqual([['internet-gateway igw-1 block I2 IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS'], []]);
  });

  it('says which ports a network ACL loses answers to', () => {
    const way = trace(tcp(from(eni.one), GOOGLE), [setEntries(acl.public, ...only('in', { from: 1024, to: 40_000 }))]);
    expect(way.blockers[0]).toMatchObject({ by: 'acl-public ingress rule *', why: 'no rule matches 8.8.8.8 answers to ports of 40001-60999' });
  });
});

describe('Block Public Access', () => {
  const on = (mode: BlockPublicAccess['mode'], ...exclusions: BlockPublicAccess['exclusions']): Change => bpa({ mode, exclusions });
  const excluded = (resourceId: string, mode: 'allow-egress' | 'allow-bidirectional') => ({ exclusionId: 'vpcbpa-exclude-1', resourceId, mode });
  const blocked = 'block-public-access vpc-1 block';

  it('spares NAT gateways and endpoints when only ingress is blocked (I11)', () => {
    const ways = [ping(from(eni.two)), ping(from(eni.three)), tcp(from(eni.four), ip.ssm), tcp(outside(), LAB.public.one, 22)].map((question) => trace(question, [on('block-ingress')]));
    expect(ways.map(({ disposition }) => disposition)).toEqual(['denied', 'delivered', 'delivered', 'denied']);
    expect(ways.flatMap(blockers)).toEqual([`${blocked} I11 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`, `${blocked} I11 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`]);
  });

  it('spares endpoints only when both ways are blocked (I10)', () => {
    const ways = [ping(from(eni.two)), ping(from(eni.three)), tcp(from(eni.four), ip.ssm)].map((question) => trace(question, [on('block-bidirectional')]));
    expect(ways.map(({ disposition }) => disposition)).toEqual(['denied', 'denied', 'delivered']);
    expect(blockers(ways[1] ?? ways[0] as Trace)).toEqual([`${blocked} I10 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`]);
  });

  it.each([
    ['block-bidirectional', LAB.publicSubnet, 'allow-bidirectional', ['delivered', 'delivered', 'delivered']],
    ['block-bidirectional', LAB.vpc1, 'allow-egress', ['delivered', 'delivered', 'denied']],
    ['block-bidirectional', LAB.privateSubnet1, 'allow-bidirectional', ['denied', 'denied', 'denied']],
    ['block-ingress', LAB.vpc1, 'allow-egress', ['denied', 'delivered', 'denied']],
    ['block-ingress', LAB.vpc1, 'allow-bidirectional', ['delivered', 'delivered', 'delivered']],
    ['off', 'vpc-9', 'allow-egress', ['delivered', 'delivered', 'delivered']],
  ] as const)('%s, %s excluded with %s', (mode, resourceId, allowed, expected) => {
    const change = on(mode, excluded(resourceId, allowed));
    expect([ping(from(eni.two)), ping(from(eni.three)), tcp(outside(), LAB.public.one, 22)].map((question) => trace(question, [change]).disposition)).toEqual(expected);
  });

  it('judges both ends of a flow that turns round at the gateway', () => {
    expect(trace(tcp(from(eni.two), LAB.public.one, 22), [on('block-bidirectional', excluded(LAB.vpc1, 'allow-egress'))]).blockers[0]).toMatchObject({ id: LAB.vpc1, header: { source: LAB.public.two } });
  });
});

describe('what is not known', () => {
  it.each<readonly [string, Question, readonly Change[]]>([
    ['transit gateway tgw-1 is not modelled', ping(from(eni.three)), [setRoutes(LAB.privateTable, route('unsupported', 'tgw-1'))]],
    ['VPC peering connection pcx-1 is not modelled', ping(from(eni.three), '172.16.0.9'), [setRoutes(LAB.privateTable, route('unsupported', 'pcx-1', '172.16.0.0/16'))]],
    ['core network arn:aws:networkmanager::1:core-network/x is not modelled', ping(from(eni.three)), [setRoutes(LAB.privateTable, route('unsupported', 'arn:aws:networkmanager::1:core-network/x'))]],
    ['route target unknown is not modelled', ping(from(eni.three)), [setRoutes(LAB.privateTable, route('unsupported', 'unknown'))]],
    ['Gateway Load Balancer endpoint vpce-3a is not modelled', ping(from(eni.four)), [setRoutes(LAB.main2, route('vpc-endpoint', 'vpce-3a'))]],
    ['what i-1 does with packets that are not for it is not modelled', ping(from(eni.three)), [setRoutes(LAB.privateTable, route('network-interface', eni.one)), setInterface(eni.one, { sourceDestCheck: false })]],
    ['edge route table rtb-main1 of igw-1 is not modelled', tcp(outside(), LAB.public.one, 22), [setTable(LAB.main1, { gatewayIds: [LAB.igw] })]],
    ['what eni-db belongs to is not modelled', tcp(from(eni.one), '10.0.2.70', 5432), [addInterface('eni-db', LAB.vpc1, LAB.privateSubnet1, '10.0.2.70', [LAB.sg1], { instanceId: undefined }), setIngress(LAB.sg1, tcpFrom(5432, '10.0.0.0/16'))]],
    ['sg-2 is not in the snapshot', ping(from(eni.two)), [(model) => ({ ...model, securityGroups: model.securityGroups.filter((group) => group.groupId !== LAB.sg2) })]],
    ['pl-other is not in the snapshot', ping(from(eni.two)), [setEgress(LAB.sg2, { ruleId: 'sgr-1', protocol: '-1', prefixListId: 'pl-other' })]],
    ['pl-other is not in the snapshot', ping(from(eni.two)), [setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw), route('vpc-endpoint', 'vpce-1', 'pl-other'))]],
  ])('%s', (what, question, changes) => {
    const way = trace(question, changes);
    expect([way.disposition, way.unknowns, way.blockers]).toEqual(['unknown', [what], []]);
    expect([...way.forward, ...way.reply].some((hop) => hop.decision === 'unknown')).toBe(true);
  });

  const without = (key: 'networkAcls' | 'securityGroups' | 'routeTables' | 'internetGateways' | 'natGateways' | 'vpcEndpoints' | 'prefixLists' | 'networkInterfaces', keep: (item: never) => boolean = () => false): Change =>
    (model) => ({ ...model, [key]: (model[key] as readonly never[]).filter(keep) });
  it.each<readonly [part: UnreadPart['part'], what: string, question: Question, changes: readonly Change[]]>([
    ['networkAcls', 'network ACLs', ping(from(eni.two)), [without('networkAcls')]],
    ['securityGroups', 'security groups', ping(from(eni.two)), [without('securityGroups')]],
    ['routeTables', 'route tables', ping(from(eni.two)), [without('routeTables')]],
    ['internetGateways', 'internet gateways', ping(from(eni.two)), [without('internetGateways')]],
    ['internetGateways', 'internet gateways', tcp(outside(), LAB.public.one, 22), [without('internetGateways')]],
    ['natGateways', 'NAT gateways', ping(from(eni.three)), [without('natGateways')]],
    ['vpcEndpoints', 'VPC endpoints', tcp(from(eni.four), GOOGLE), [setRoutes(LAB.main2, route('vpc-endpoint', 'vpce-s3'))]],
    ['vpcEndpoints', 'VPC endpoints', tcp(from(eni.four), ip.ssm), [without('vpcEndpoints')]],
    ['prefixLists', 'prefix lists', tcp(from(eni.four), '198.19.0.200'), [addGatewayEndpoint, without('prefixLists')]],
    ['prefixLists', 'prefix lists', tcp(from(eni.two), '198.19.0.200'), [setEgress(LAB.sg2, { ruleId: 'sgr-1', protocol: '-1', prefixListId: 'pl-s3' }), without('prefixLists')]],
    ['networkInterfaces', 'network interfaces', ping(from(eni.one), '10.0.2.99'), []],
    ['networkInterfaces', 'network interfaces', tcp(outside(), '198.18.9.9', 22), []],
    ['networkInterfaces', 'network interfaces', ping(from(eni.three)), [setRoutes(LAB.privateTable, route('network-interface', 'eni-gone'))]],
    ['blockPublicAccess', 'Block Public Access', ping(from(eni.two)), []],
    ['dnsAttributes', 'DNS attributes', udp(from(eni.two), '10.0.0.2', 53), []],
  ])('%s could not be read', (part, what, question, changes) => {
    const way = trace(question, changes, [{ part, action: 'ec2:DescribeSomething' }]);
    expect([way.disposition, way.unknowns, way.blockers]).toEqual(['unknown', [`${what} could not be read: ec2:DescribeSomething was refused`], []]);
  });

  it('is asked about nobody it knows', () => {
    expect(trace(ping(from('eni-9')))).toMatchObject({ disposition: 'unknown', unknowns: ['eni-9 is not in the snapshot'] });
    expect(trace(ping(from(eni.one), '2600::1'))).toMatchObject({ disposition: 'unknown', unknowns: ['IPv6 is not modelled: 2600::1'] });
    expect(trace(ping(outside('nowhere'), LAB.public.one))).toMatchObject({ disposition: 'unknown', unknowns: ['"nowhere" is no IPv4 address'] });
  });

  it('is no doubt where a block is certain, and what could not be read is told all the same', () => {
    const way = trace(ping(from(eni.two)), [without('networkAcls'), setEgress(LAB.sg2)], [{ part: 'networkAcls', action: 'ec2:DescribeNetworkAcls' }]);
    expect([way.disposition, way.unknowns]).toEqual(['denied', ['network ACLs could not be read: ec2:DescribeNetworkAcls was refused']]);
  });

  it('does not concern the local route, whatever prefix lists are missing', () => {
    expect(trace(tcp(from(eni.three), ip.one, 22), [setRoutes(LAB.privateTable, route('vpc-endpoint', 'vpce-1', 'pl-other'))]).disposition).toBe('delivered');
  });
});
