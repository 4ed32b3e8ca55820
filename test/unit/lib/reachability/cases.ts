/** Flows of the lab, what its changes make of them, and who blocks: every disposition and every code of the engine. */
import { traceFlow } from '../../../../src/lib/reachability/engine.js';
import type { Hop, Question, Trace } from '../../../../src/lib/reachability/trace.js';
import type { UnreadPart } from '../../../../src/lib/reachability/unread.js';
import type { BlockPublicAccess } from '../../../../src/lib/vpc/model.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import {
  addGatewayEndpoint, type Change, changed, detachGateway, entry, icmpFrom, LAB, OPEN_ENTRIES, removeNat, route, setEgress, setEndpoints, setEntries, setIngress, setInterface, setNat, setRoutes, setTable, setVpc,
  tcpFrom, tcpFromGroup,
} from '../../../conformance/fabric/lab-network.js';

export const GOOGLE = '8.8.8.8';
export const SSM = '198.19.0.10';
export const LAPTOP = '198.51.100.7';
const { eni, ip, acl } = LAB;

export const from = (networkInterfaceId: string): Question['from'] => ({ kind: 'interface', networkInterfaceId });
export const outside = (address = LAPTOP): Question['from'] => ({ kind: 'internet', address });
export const tcp = (who: Question['from'], to: string, port = 443): Question => ({ from: who, to, protocol: 'tcp', port });
export const udp = (who: Question['from'], to: string, port: number): Question => ({ from: who, to, protocol: 'udp', port });
export const ping = (who: Question['from'], to = GOOGLE): Question => ({ from: who, to, protocol: 'icmp' });

export const trace = (question: Question, changes: readonly Change[] = [], unread: readonly UnreadPart[] = []): Trace => traceFlow(indexModel(changed(...changes)), question, { unread });
/** `security-group sg-1 block S4 ENI_SG_RULES_MISMATCH`. */
export const brief = ({ component, id, decision, rule, code }: Hop): string => [component, id, decision, rule, ...(code === undefined ? [] : [code])].join(' ');
export const blockersOf = (of: Trace): string[] => of.blockers.map(brief);
export const refuse = (direction: 'in' | 'out', more = {}) => [entry(90, direction === 'out', 'deny', more), ...OPEN_ENTRIES];
export const only = (direction: 'in' | 'out', ports: { from: number; to: number }) => [entry(100, direction === 'in', 'allow'), entry(100, direction === 'out', 'allow', { protocol: '6', portRange: ports })];
export const bpa = (blockPublicAccess: BlockPublicAccess): Change => (model) => ({ ...model, blockPublicAccess });

export interface Case {
  readonly what: string;
  readonly disposition: Trace['disposition'];
  readonly blockers: readonly string[];
  readonly question: Question;
  readonly changes: readonly Change[];
}

const ENDED: readonly (readonly [what: string, disposition: Trace['disposition'], blockers: readonly string[], question: Question, changes: readonly Change[]])[] = [
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
  ['an answer without a route', 'reply-lost', ['route-table rtb-private block R8 NO_ROUTE_TO_DESTINATION'], tcp(outside(), '198.18.0.13', 22), [setInterface(eni.three, { publicIp: '198.18.0.13', groupIds: [LAB.sg1] }), setRoutes(LAB.privateTable)]],
  ['an answer by a NAT gateway', 'reply-lost', ['nat-gateway nat-1 block N5 NO_PATH'], tcp(outside(), '198.18.0.13', 22), [setInterface(eni.three, { publicIp: '198.18.0.13', groupIds: [LAB.sg1] })]],
  ['an answer by another gateway', 'reply-lost', ['internet 198.19.0.200 block I7 NO_PATH'], tcp(outside('198.19.0.200'), LAB.public.one, 22), [
    addGatewayEndpoint, setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw), route('vpc-endpoint', 'vpce-s1', 'pl-s3')),
    (model) => ({ ...model, vpcEndpoints: [...model.vpcEndpoints, { vpcEndpointId: 'vpce-s1', vpcId: LAB.vpc1, endpointType: 'Gateway', serviceName: 's3', state: 'available', privateDnsEnabled: false, networkInterfaceIds: [], routeTableIds: [] }] }),
  ]],
];

/** What arrives, though a rule might be thought to stop it. */
const DELIVERED: readonly (readonly [what: string, question: Question, changes: readonly Change[]])[] = [
  ['by the internet gateway', tcp(from(eni.two), SSM), []],
  ['by the NAT gateway', ping(from(eni.three)), []],
  ['from outside', tcp(outside(), LAB.public.one, 22), []],
  ['through groups of which the second admits it (S1)', tcp(outside(), LAB.public.one, 443), [setInterface(eni.one, { groupIds: [LAB.sg1, LAB.sg2] }), setIngress(LAB.sg2, tcpFrom(443, '0.0.0.0/0'))]],
  ['inside the VPC from one with the referenced group (S5)', tcp(from(eni.three), ip.one, 22), [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))]],
  ['inside a subnet past its network ACL (A3)', tcp(from(eni.four), ip.ssm), [setEntries(acl.private2)]],
  ['past an entry of a higher number (A1)', tcp(outside(), LAB.public.one, 22), [setEntries(acl.public, entry(80, false, 'allow', { protocol: '6', portRange: { from: 22, to: 22 } }), ...refuse('in'))]],
  ['with answers to the ports of Linux (A2, A5)', tcp(from(eni.two), SSM), [setEntries(acl.public, ...only('in', { from: 32768, to: 60999 }))]],
  ['with an answer that no group admits (S7)', tcp(outside(), LAB.public.one, 22), [setEgress(LAB.sg1)]],
  ['from an endpoint that may not send (P3)', tcp(from(eni.four), ip.ssm), [setEgress(LAB.sgEndpoint)]],
  ['to an endpoint in another subnet (P8)', tcp(from(eni.five), ip.ssm), [setIngress(LAB.sgEndpoint, tcpFrom(443, '10.0.0.0/16'))]],
  ['to an endpoint with the default group, from one who wears it (S14)', tcp(from(eni.five), ip.ssm), [setInterface(eni.ssm, { groupIds: [LAB.sgDefault2] })]],
  ['by a gateway endpoint (P14)', tcp(from(eni.four), '198.19.0.200'), [addGatewayEndpoint]],
  ['by a gateway endpoint without any public address (P15)', ping(from(eni.four), '198.19.0.200'), [addGatewayEndpoint]],
  ['by the longest prefix (R2)', ping(from(eni.three)), [setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat), route('nat-gateway', 'nat-gone', '8.0.0.0/7', 'blackhole'), route('nat-gateway', LAB.nat, '8.8.8.0/24'))]],
  ['by the main table (R3)', ping(from(eni.three)), [setTable(LAB.privateTable, { subnetIds: [] }), setRoutes(LAB.main1, route('nat-gateway', LAB.nat))]],
  ['by another main table (R5)', ping(from(eni.three)), [setTable(LAB.main1, { main: false }), setTable(LAB.privateTable, { main: true, subnetIds: [] })]],
  ['by the local route (R1)', tcp(from(eni.three), ip.one, 22), [setRoutes(LAB.privateTable)]],
  ['inside a subnet without a route (R12)', tcp(from(eni.two), ip.one, 22), [setTable(LAB.publicTable, { routes: [] })]],
  ['to the public address of a peer (I8)', tcp(from(eni.three), LAB.public.one, 22), []],
  ['to metadata (L13)', tcp(from(eni.four), '169.254.169.254', 80), [setEgress(LAB.sg3), setEntries(acl.private2)]],
  ['to the resolver at VPC + 2 (V3, A7)', udp(from(eni.five), '10.0.0.2', 53), [setEgress(LAB.sgDefault2), setEntries(acl.other2)]],
  ['to the time service (L2)', udp(from(eni.four), '169.254.169.123', 123), [setEgress(LAB.sg3), setEntries(acl.private2)]],
  ['to itself', tcp(from(eni.one), ip.one, 22), [setEgress(LAB.sg1)]],
  ['past Block Public Access by the NAT gateway (I11)', ping(from(eni.three)), [bpa({ mode: 'block-ingress', exclusions: [] })]],
  ['past Block Public Access where the VPC is excluded (I10)', ping(from(eni.two)), [bpa({ mode: 'block-bidirectional', exclusions: [{ exclusionId: 'vpcbpa-exclude-1', resourceId: LAB.vpc1, mode: 'allow-egress' }] })]],
];

const BPA_BLOCK = 'block-public-access vpc-1 block';
const REFUSED: typeof ENDED = [
  ['Block Public Access of both ways (I10)', 'denied', [`${BPA_BLOCK} I10 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`], ping(from(eni.three)), [bpa({ mode: 'block-bidirectional', exclusions: [] })]],
  ['Block Public Access of ingress (I11)', 'denied', [`${BPA_BLOCK} I11 VPC_BLOCK_PUBLIC_ACCESS_ENABLED`], ping(from(eni.two)), [bpa({ mode: 'block-ingress', exclusions: [] })]],
  ['a reference that does not survive the public address (S6)', 'denied', ['security-group sg-1 block S6 SG_REFERENCES_NOT_PRESERVED'], tcp(from(eni.two), LAB.public.one, 22), [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))]],
  ['an endpoint with the default group (S14)', 'denied', ['security-group sg-default2 block S4 ENI_SG_RULES_MISMATCH'], tcp(from(eni.four), ip.ssm), [setInterface(eni.ssm, { groupIds: [LAB.sgDefault2] })]],
  ['the address of another VPC (V5)', 'nobody-there', ['subnet subnet-private1 block R8 NO_PATH'], tcp(from(eni.one), '10.0.2.19', 22), [setInterface(eni.four, { privateIp: '10.0.2.19' })]],
  ['a way back past the network ACL of the NAT gateway (N8)', 'denied', ['network-acl acl-public block A1 SUBNET_ACL_RESTRICTION'], ping(from(eni.three)), [setEntries(acl.public, entry(100, true, 'allow'), entry(90, false, 'deny', { cidr: '10.0.2.0/24' }), entry(100, false, 'allow'))]],
  ['ICMP that protocol 58 stands for (A4)', 'denied', ['network-acl acl-public block A1 SUBNET_ACL_RESTRICTION'], ping(from(eni.one)), [setEntries(acl.public, ...refuse('out', { protocol: '58' }))]],
  ['a network ACL that lets some answers back (A5)', 'unknown', [], tcp(from(eni.one), GOOGLE), [setEntries(acl.public, ...only('in', { from: 1024, to: 40_000 }))]],
  ['a network ACL that knows Linux but no NAT gateway (A5)', 'unknown', [], tcp(from(eni.three), GOOGLE), [setEntries(acl.public, entry(80, false, 'allow', { cidr: '10.0.0.0/16' }), ...only('in', { from: 32768, to: 60999 }))]],
  ['an edge route table (R13)', 'unknown', [], tcp(outside(), LAB.public.one, 22), [setTable(LAB.main1, { gatewayIds: [LAB.igw] })]],
];

export const CASES: readonly Case[] = [
  ...[...ENDED, ...REFUSED].map(([what, disposition, blockers, question, changes]) => ({ what, disposition, blockers, question, changes })),
  ...DELIVERED.map(([what, question, changes]) => ({ what, disposition: 'delivered' as const, blockers: [], question, changes })),
];

/** Those that do not end as they should. */
export function failingCases(): string[] {
  return CASES.filter(({ disposition, blockers, question, changes }) => {
    const way = trace(question, changes);
    return way.disposition !== disposition || blockersOf(way).join('; ') !== blockers.join('; ');
  }).map(({ what }) => what);
}
