/** Flows of the lab and what its changes make of them: every disposition, every code, every blocker. */
import { describe, expect, it } from 'vitest';
import type { Question, Trace } from '../../../../src/lib/reachability/trace.js';
import type { UnreadPart } from '../../../../src/lib/reachability/unread.js';
import type { BlockPublicAccess } from '../../../../src/lib/vpc/model.js';
import {
  addGatewayEndpoint, addInterface, type Change, entry, LAB, OPEN_ENTRIES, route, setEgress, setEntries, setIngress, setInterface, setNat, setRoutes, setTable, tcpFrom,
} from '../../../conformance/fabric/lab-network.js';
import { blockersOf, bpa, brief, CASES, from, GOOGLE, only, outside, ping, refuse, SSM, tcp, trace, udp } from './cases.js';

const { eni, ip, acl } = LAB;

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
    for (const own of ['127.0.0.1', '0.0.0.0']) expect(trace(tcp(from(eni.one), own, 22))).toMatchObject({ disposition: 'delivered', forward: [{ why: `${own} is its own: no packet leaves it` }] });
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
  it.each(CASES)('$what: $disposition', ({ disposition, blockers, question, changes }) => {
    const way = trace(question, changes);
    expect([way.disposition, blockersOf(way), way.unknowns.length]).toEqual([disposition, blockers, disposition === 'unknown' ? 1 : 0]);
    expect(way.blockers).toEqual([...way.forward, ...way.reply].filter((hop) => hop.decision === 'block'));
  });

  it('names every blocker of the path, there and back, as if each were lifted', () => {
    const way = trace(tcp(from(eni.three), SSM), [
      setEgress(LAB.sg2), setEntries(acl.private1, ...refuse('out', { cidr: SSM + '/32' })), setEntries(acl.public, entry(100, false, 'allow', { cidr: '10.0.0.0/16' }), entry(100, true, 'allow', { cidr: '10.0.0.0/16' })),
      setNat({ state: 'pending', publicIp: undefined }), setInterface(eni.nat, { publicIp: undefined }),
    ]);
    expect(way.disposition).toBe('denied');
    expect(blockersOf(way)).toEqual([
      'security-group sg-2 block S3 SG_HAS_NO_RULES', 'network-acl acl-private1 block A1 SUBNET_ACL_RESTRICTION', 'nat-gateway nat-1 block N2 BAD_STATE',
      'network-acl acl-public block A1 SUBNET_ACL_RESTRICTION', 'internet-gateway igw-1 block I2 IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS', 'network-acl acl-public block A1 SUBNET_ACL_RESTRICTION',
    ]);
    expect(way.reply.at(-1)).toMatchObject({ component: 'instance', id: 'i-3', decision: 'pass' });
  });

  it('does not walk through what is not there', () => {
    const way = trace(ping(from(eni.four)), [setEgress(LAB.sg3)]);
    expect(blockersOf(way)).toEqual(['security-group sg-3 block S3 SG_HAS_NO_RULES', 'route-table rtb-main2 block R8 NO_ROUTE_TO_DESTINATION']);
    expect(way.reply).toEqual([]);
    // Which address the peer would see is not known.
    const hairpin = trace(tcp(from(eni.two), LAB.public.one, 22), [setInterface(eni.two, { publicIp: undefined })]);
    expect([blockersOf(hairpin), hairpin.reply]).toEqual([['internet-gateway igw-1 block I2 IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS'], []]);
  });

  it('does not know where a network ACL loses the answers to some ports, and says which', () => {
    const way = trace(tcp(from(eni.one), GOOGLE), [setEntries(acl.public, ...only('in', { from: 1024, to: 40_000 }))]);
    const chance = 'it depends on the port that the asker or a NAT gateway takes';
    expect([way.disposition, way.blockers, way.unknowns]).toEqual(['unknown', [], [`acl-public ingress rule * loses answers to ports 40001-60999: ${chance}`]]);
    // Common practice: RDP and the like are denied before all else is allowed.
    const denied = (from: number, to: number, number: number) => entry(number, false, 'deny', { protocol: '6', portRange: { from, to } });
    const byNat = (...entries: ReturnType<typeof entry>[]) => trace(tcp(from(eni.three), GOOGLE), [setEntries(acl.public, ...entries, ...OPEN_ENTRIES)]);
    expect(byNat(denied(8080, 8080, 80))).toMatchObject({ disposition: 'unknown', unknowns: [`acl-public ingress rule 80 loses answers to port 8080: ${chance}`] });
    expect(byNat(denied(3389, 3389, 80), denied(3390, 3400, 81), denied(8080, 8080, 82)).unknowns).toEqual([`acl-public ingress rule 80 loses answers to ports 3389-3400, 8080: ${chance}`]);
    // Below what anybody takes nothing is lost; where all are, it is certain.
    expect(byNat(denied(22, 22, 80)).disposition).toBe('delivered');
    expect(byNat(denied(1024, 65_535, 80))).toMatchObject({ disposition: 'reply-lost', blockers: [{ by: 'acl-public ingress rule 80', why: 'first match for 8.8.8.8 denies answers to ports of 1024-65535' }] });
    expect(byNat(denied(1024, 2000, 80), denied(2001, 65_535, 81)).disposition).toBe('reply-lost');
  });
});

describe('Block Public Access', () => {
  const on = (mode: BlockPublicAccess['mode'], ...exclusions: BlockPublicAccess['exclusions']): Change => bpa({ mode, exclusions });
  const excluded = (resourceId: string, mode: 'allow-egress' | 'allow-bidirectional') => ({ exclusionId: 'vpcbpa-exclude-1', resourceId, mode });
  const blocked = 'block-public-access vpc-1 block';

  it('spares NAT gateways and endpoints when only ingress is blocked (I11)', () => {
    const ways = [ping(from(eni.two)), ping(from(eni.three)), tcp(from(eni.four), ip.ssm), tcp(outside(), LAB.public.one, 22)].map((question) => trace(question, [on('block-ingress')]));
    expect(ways.map(({ disposition }) => disposition)).toEqual(['denied', 'delivered', 'delivered', 'denied']);
    expect(ways.flatMap(blockersOf)).toEqual([`${blocked} I11 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`, `${blocked} I11 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`]);
  });

  it('spares endpoints only when both ways are blocked (I10)', () => {
    const ways = [ping(from(eni.two)), ping(from(eni.three)), tcp(from(eni.four), ip.ssm)].map((question) => trace(question, [on('block-bidirectional')]));
    expect(ways.map(({ disposition }) => disposition)).toEqual(['denied', 'denied', 'delivered']);
    expect(blockersOf(ways[1] ?? ways[0] as Trace)).toEqual([`${blocked} I10 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`]);
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

  it.each([
    ['the packet', ping(from(eni.two)), 'out', {}],
    ['some of its answers', tcp(from(eni.two), GOOGLE), 'in', { protocol: '6', portRange: { from: 40_000, to: 40_100 } }],
  ] as const)('is where an entry decides of %s in a word of tomorrow, and names it', (_, question, direction, more) => {
    const number = direction === 'out' ? 'egress' : 'ingress';
    const odd = { ...entry(90, direction === 'out', 'deny', more), action: 'unknown' as const };
    const way = trace(question, [setEntries(LAB.acl.public, odd, ...OPEN_ENTRIES)]);
    expect([way.disposition, way.unknowns, way.blockers]).toEqual(['unknown', [`acl-public ${number} rule 90: first match for 8.8.8.8 does what is not known here`], []]);
    expect(trace(tcp(from(eni.two), GOOGLE), [setEntries(LAB.acl.public, { ...odd, cidr: '192.0.2.0/24' }, ...OPEN_ENTRIES)]).disposition).toBe('delivered');
  });

  it('does not concern the local route, whatever prefix lists are missing', () => {
    expect(trace(tcp(from(eni.three), ip.one, 22), [setRoutes(LAB.privateTable, route('vpc-endpoint', 'vpce-1', 'pl-other'))]).disposition).toBe('delivered');
  });
});
