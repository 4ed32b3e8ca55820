/** Random networks, small enough for the kernel to hold in a moment: a shape, whose every part is there, and what changes make of it. */
import fc from 'fast-check';
import type { BlockPublicAccess, NetworkInterface, NetworkModel, Route, RouteTable, SecurityGroup, SecurityGroupRule, Vpc } from '../../../../src/lib/vpc/model.js';
import { entry, OPEN_ENTRIES, REGION, route } from '../lab-network.js';
import { S3_SERVICE, SSM_SERVICE } from './hosts.js';

export const S3_LIST = 'pl-s3';
export const GUESTS = 8;
const ANYWHERE = '0.0.0.0/0';
/** VPC of each guest. */
const VPC_OF = [0, 0, 0, 0, 0, 1, 1, 1];
const RANGES = [['10.0.0.0/16', '10.0.0.0/16'], ['10.0.0.0/16', '10.0.0.0/20'], ['10.0.0.0/20', '10.0.0.0/16'], ['10.0.0.0/16', '172.16.0.0/16']] as const;

export interface Shape {
  readonly ranges: number;
  /** How many subnets each VPC has. */
  readonly subnets: readonly [number, number];
  /** Subnet of each guest, of those its VPC has. */
  readonly places: readonly number[];
  /** Security group of each guest; an open one where there is none of this number. */
  readonly worn: readonly number[];
  /** And a further one, where there is one of this number. */
  readonly more: readonly number[];
  /** Which guests have a public address, bit by bit. */
  readonly publics: number;
  /** Security group of the endpoints: their own, or one that admits only those who wear it (S14). */
  readonly endpoints: number;
}

export const shapes: fc.Arbitrary<Shape> = fc.record({
  ranges: fc.nat(RANGES.length - 1),
  subnets: fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 4 })),
  places: fc.array(fc.nat(3), { minLength: GUESTS, maxLength: GUESTS }),
  worn: fc.array(fc.nat(6), { minLength: GUESTS, maxLength: GUESTS }),
  more: fc.array(fc.nat(14), { minLength: GUESTS, maxLength: GUESTS }),
  publics: fc.nat(2 ** GUESTS - 1).map((bits) => bits | 0b0010_1001),
  endpoints: fc.nat(1),
});

/** Block Public Access of either kind, of which up to two VPCs or subnets are excluded. */
export const accesses: fc.Arbitrary<BlockPublicAccess> = fc.record({
  mode: fc.constantFrom('block-ingress', 'block-bidirectional'),
  exclusions: fc.array(fc.record({
    exclusionId: fc.constant('vpcbpa-exclude-1'), mode: fc.constantFrom('allow-egress', 'allow-bidirectional'), resourceId: fc.constantFrom('vpc-0', 'vpc-1', 'subnet-00', 'subnet-01', 'subnet-10', 'subnet-11', 'subnet-02'),
  }), { maxLength: 2 }),
});

export const name = {
  vpc: (vpc: number) => `vpc-${vpc}`, subnet: (vpc: number, subnet: number) => `subnet-${vpc}${subnet}`, guest: (index: number) => `eni-g${index}`,
  nat: (vpc: number) => `nat-${vpc}`, igw: (vpc: number) => `igw-${vpc}`, group: (vpc: number, which: string) => `sg-${vpc}-${which}`,
};
export const GROUPS = ['open', 'some', 'inner', 'tight', 'fresh'] as const;

const rule = (ruleId: string, protocol: string, peer: Partial<SecurityGroupRule>, from?: number, to = from): SecurityGroupRule => ({ ruleId, protocol, fromPort: from, toPort: to, ...peer });

function groupsOf(vpc: number, cidr: string): SecurityGroup[] {
  const all = [rule('sgr-out', '-1', { cidr: ANYWHERE })];
  const group = (which: string, ingress: readonly SecurityGroupRule[], egress = all): SecurityGroup => ({ groupId: name.group(vpc, which), groupName: which, vpcId: name.vpc(vpc), ingress, egress });
  return [
    group('open', [rule('sgr-all', '-1', { cidr: ANYWHERE })]),
    group('some', [rule('sgr-ssh', 'tcp', { cidr: ANYWHERE }, 22), rule('sgr-echo', 'udp', { cidr: ANYWHERE }, 7), rule('sgr-ping', 'icmp', { cidr: ANYWHERE }, 8, -1)]),
    group('inner', [rule('sgr-self', '-1', { groupId: name.group(vpc, 'inner') }), rule('sgr-some', '-1', { groupId: name.group(vpc, 'some') }), rule('sgr-open', '-1', { groupId: name.group(vpc, 'open') })]),
    group('tight', [rule('sgr-vpc', 'tcp', { cidr }, 22), rule('sgr-vpc-udp', 'udp', { cidr }, 7)],
      [rule('sgr-https', 'tcp', { cidr: ANYWHERE }, 443), rule('sgr-ssh', 'tcp', { cidr }, 22), rule('sgr-echo', 'udp', { cidr: ANYWHERE }, 7), rule('sgr-ping', 'icmp', { cidr: ANYWHERE }, -1)]),
    // As it is made (S2).
    group('fresh', []),
    group('endpoint', [rule('sgr-443', 'tcp', { cidr }, 443), rule('sgr-any', '-1', { groupId: name.group(vpc, 'open') })]),
  ];
}

function nic(id: string, vpc: number, subnet: number, privateIp: string, groupIds: readonly string[], more: Partial<NetworkInterface>): NetworkInterface {
  return { networkInterfaceId: id, vpcId: name.vpc(vpc), subnetId: name.subnet(vpc, subnet), privateIp, groupIds, sourceDestCheck: true, interfaceType: 'interface', macAddress: '', up: true, ...more };
}

const wornBy = (shape: Shape, index: number): string[] => [...new Set([GROUPS[shape.worn[index] ?? 0] ?? 'open', GROUPS[shape.more[index] ?? GROUPS.length]])].flatMap((which) => which ?? []);

/** Everything that a shape has, before any change. */
export function networkOf(shape: Shape): NetworkModel {
  const both = [0, 1] as const;
  const ranges = RANGES[shape.ranges] ?? RANGES[0];
  const net = (vpc: number): string => (ranges[vpc] ?? '').split('.').slice(0, 2).join('.');
  const count = (vpc: number): number => shape.subnets[vpc] ?? 2;
  const last = (vpc: number): number => count(vpc) - 1;
  const local = (vpc: number): Route => ({ destination: ranges[vpc] ?? '', targetKind: 'local', targetId: 'local', state: 'active' });
  const table = (vpc: number, which: string, subnetIds: readonly string[], routes: readonly Route[], main = false): RouteTable => ({ routeTableId: `rtb-${vpc}-${which}`, vpcId: name.vpc(vpc), main, subnetIds, routes: [local(vpc), ...routes] });
  const s3 = (vpc: number): Route => route('vpc-endpoint', `vpce-s3${vpc}`, S3_LIST);
  return {
    region: REGION,
    vpcs: both.map((vpc): Vpc => ({ vpcId: name.vpc(vpc), cidrs: [ranges[vpc] ?? ''], enableDnsSupport: true, enableDnsHostnames: true })),
    subnets: both.flatMap((vpc) => Array.from({ length: count(vpc) }, (_, index) => ({ subnetId: name.subnet(vpc, index), vpcId: name.vpc(vpc), cidr: `${net(vpc)}.${index + 1}.0/24`, availabilityZone: `${REGION}a` }))),
    // The first subnet is public, the second behind the NAT gateway, and leads to S3 besides; a third uses the main table, which leads there only, a fourth has nothing.
    routeTables: both.flatMap((vpc) => [
      table(vpc, 'main', [], [s3(vpc)], true),
      table(vpc, 'public', [name.subnet(vpc, 0)], [route('internet-gateway', name.igw(vpc))]),
      table(vpc, 'private', [name.subnet(vpc, 1)], [route('nat-gateway', name.nat(vpc)), s3(vpc)]),
      table(vpc, 'isolated', [name.subnet(vpc, 3)], []),
    ]),
    networkAcls: both.flatMap((vpc) => ['default', 'own'].map((which) => ({
      networkAclId: `acl-${vpc}-${which}`, vpcId: name.vpc(vpc), isDefault: which === 'default', subnetIds: which === 'default' ? [] : [name.subnet(vpc, last(vpc))],
      entries: which === 'default' ? OPEN_ENTRIES : [...OPEN_ENTRIES, entry(90, false, 'deny', { protocol: '6', portRange: { from: 8080, to: 8080 } })],
    }))),
    securityGroups: both.flatMap((vpc) => groupsOf(vpc, ranges[vpc] ?? '')),
    networkInterfaces: [
      ...VPC_OF.map((vpc, index) => {
        const subnet = (shape.places[index] ?? 0) % count(vpc);
        return nic(name.guest(index), vpc, subnet, `${net(vpc)}.${subnet + 1}.${16 + index % 5}`, wornBy(shape, index).map((which) => name.group(vpc, which)), {
          instanceId: `i-g${index}`, publicIp: (shape.publics >> index) % 2 === 1 ? `198.18.0.${10 + index}` : undefined,
        });
      }),
      ...both.map((vpc) => nic(`eni-nat${vpc}`, vpc, 0, `${net(vpc)}.1.200`, [], { interfaceType: 'nat_gateway', publicIp: `198.18.0.${200 + vpc}`, sourceDestCheck: false })),
      ...both.map((vpc) => nic(`eni-ssm${vpc}`, vpc, last(vpc), `${net(vpc)}.${count(vpc)}.50`, [name.group(vpc, shape.endpoints === 0 ? 'endpoint' : 'inner')], { interfaceType: 'vpc_endpoint' })),
    ],
    internetGateways: both.map((vpc) => ({ internetGatewayId: name.igw(vpc), vpcId: name.vpc(vpc) })),
    natGateways: both.map((vpc) => ({ natGatewayId: name.nat(vpc), vpcId: name.vpc(vpc), subnetId: name.subnet(vpc, 0), networkInterfaceId: `eni-nat${vpc}`, privateIp: `${net(vpc)}.1.200`, publicIp: `198.18.0.${200 + vpc}`, state: 'available' })),
    vpcEndpoints: both.flatMap((vpc) => [
      { vpcEndpointId: `vpce-${vpc}a`, vpcId: name.vpc(vpc), endpointType: 'Interface' as const, serviceName: SSM_SERVICE, state: 'available', privateDnsEnabled: true, networkInterfaceIds: [`eni-ssm${vpc}`], routeTableIds: [] },
      { vpcEndpointId: `vpce-s3${vpc}`, vpcId: name.vpc(vpc), endpointType: 'Gateway' as const, serviceName: S3_SERVICE, state: 'available', privateDnsEnabled: false, networkInterfaceIds: [], routeTableIds: [`rtb-${vpc}-main`, `rtb-${vpc}-private`] },
    ]),
    prefixLists: [{ prefixListId: S3_LIST, prefixListName: S3_SERVICE, cidrs: ['198.19.0.200/32'] }],
  };
}
