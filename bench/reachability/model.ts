/** A large network, made alike at every run: VPCs with the same addresses, each with the four kinds of subnet that the lab has. */
import type { Question } from '../../src/lib/reachability/trace.js';
import type { NetworkAclEntry, NetworkInterface, NetworkModel, Route, RouteTable, SecurityGroup, SecurityGroupRule, VpcEndpoint } from '../../src/lib/vpc/model.js';

export const VPCS = 200;
export const INSTANCES = 10_000;
export const FLOWS = 100_000;
const PER_VPC = INSTANCES / VPCS;
const REGION = 'ap-northeast-1';
const ANYWHERE = '0.0.0.0/0';
const KINDS = ['public', 'private', 'endpoints', 'isolated'] as const;
const CIDR = '10.0.0.0/16';

/** `sg-00123`. */
const id = (kind: string, ...numbers: readonly number[]): string => `${kind}-${numbers.map((each) => String(each).padStart(3, '0')).join('')}`;
const publicIp = (number: number): string => `3.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;

const rule = (ruleId: string, protocol: string, port: number | undefined, peer: Partial<SecurityGroupRule>): SecurityGroupRule => ({ ruleId, protocol, fromPort: port, toPort: port, ...peer });
const ALL = rule('sgr-all', '-1', undefined, { cidr: ANYWHERE });

function groupsOf(vpc: number): SecurityGroup[] {
  const group = (number: number, ingress: readonly SecurityGroupRule[], egress: readonly SecurityGroupRule[] = [ALL]): SecurityGroup => ({ groupId: id('sg', vpc, number), groupName: `group-${number}`, vpcId: id('vpc', vpc), ingress, egress });
  const offices = Array.from({ length: 10 }, (_, office) => rule(`sgr-office${office}`, 'tcp', 22, { cidr: `203.0.113.${office * 16}/28` }));
  return [
    group(0, [...offices, rule('sgr-web', 'tcp', 443, { cidr: ANYWHERE }), rule('sgr-ping', 'icmp', 8, { cidr: CIDR })]),
    group(1, [rule('sgr-front', 'tcp', 8080, { groupId: id('sg', vpc, 0) }), rule('sgr-self', '-1', undefined, { groupId: id('sg', vpc, 1) })]),
    group(2, [rule('sgr-https', 'tcp', 443, { cidr: CIDR })]),
    group(3, [rule('sgr-front', 'tcp', 22, { groupId: id('sg', vpc, 1) })], [rule('sgr-https', 'tcp', 443, { cidr: ANYWHERE }), rule('sgr-dns', 'udp', 53, { cidr: CIDR })]),
  ];
}

function tablesOf(vpc: number): RouteTable[] {
  const route = (targetKind: Route['targetKind'], targetId: string, destination = ANYWHERE): Route => ({ destination, targetKind, targetId, state: 'active' });
  const routes: Record<(typeof KINDS)[number], readonly Route[]> = {
    public: [route('internet-gateway', id('igw', vpc))],
    private: [route('nat-gateway', id('nat', vpc)), route('unsupported', 'tgw-1', '172.16.0.0/12')],
    endpoints: [route('vpc-endpoint', id('vpce', vpc, 2), 'pl-s3')],
    isolated: [],
  };
  return KINDS.map((kind, index) => ({ routeTableId: id('rtb', vpc, index), vpcId: id('vpc', vpc), main: kind === 'isolated', subnetIds: kind === 'isolated' ? [] : [id('subnet', vpc, index)], routes: [route('local', 'local', CIDR), ...routes[kind]] }));
}

const entry = (ruleNumber: number, egress: boolean, action: 'allow' | 'deny', more: Partial<NetworkAclEntry> = {}): NetworkAclEntry => ({ ruleNumber, egress, protocol: '-1', action, cidr: ANYWHERE, ...more });
/** As a careful administrator has them: some addresses are shut out, and only what is meant comes in. */
const ENTRIES = [
  ...[0, 1, 2, 3].map((number) => entry(10 + number, false, 'deny', { cidr: `192.0.2.${number * 64}/26` })),
  ...[22, 443].map((port, index) => entry(100 + index, false, 'allow', { protocol: '6', portRange: { from: port, to: port } })),
  entry(110, false, 'allow', { protocol: '6', portRange: { from: 1024, to: 65535 } }), entry(111, false, 'allow', { protocol: '17', portRange: { from: 1024, to: 65535 } }),
  entry(112, false, 'allow', { protocol: '1', icmp: { type: -1, code: -1 } }), entry(120, false, 'allow', { cidr: CIDR }), entry(100, true, 'allow'),
];

function interfaceOf(networkInterfaceId: string, vpc: number, subnet: number, host: number, groupIds: readonly string[], more: Partial<NetworkInterface>): NetworkInterface {
  return { networkInterfaceId, vpcId: id('vpc', vpc), subnetId: id('subnet', vpc, subnet), privateIp: `10.0.${subnet}.${host}`, groupIds, sourceDestCheck: true, interfaceType: 'interface', macAddress: '0e:00:00:00:00:01', up: true, ...more };
}

const endpointsOf = (vpc: number): VpcEndpoint[] => ['ssm', 'ssmmessages', 's3'].map((service, number) => ({
  vpcEndpointId: id('vpce', vpc, number), vpcId: id('vpc', vpc), endpointType: service === 's3' ? 'Gateway' : 'Interface', serviceName: `com.amazonaws.${REGION}.${service}`, state: 'available',
  privateDnsEnabled: service !== 's3', networkInterfaceIds: service === 's3' ? [] : [id('eni-vpce', vpc, number)], routeTableIds: [],
}));

export function largeModel(): NetworkModel {
  const vpcs = Array.from({ length: VPCS }, (_, vpc) => vpc);
  return {
    region: REGION,
    vpcs: vpcs.map((vpc) => ({ vpcId: id('vpc', vpc), cidrs: [CIDR], enableDnsSupport: true, enableDnsHostnames: true })),
    subnets: vpcs.flatMap((vpc) => KINDS.map((_, index) => ({ subnetId: id('subnet', vpc, index), vpcId: id('vpc', vpc), cidr: `10.0.${index}.0/24`, availabilityZone: `${REGION}a` }))),
    routeTables: vpcs.flatMap(tablesOf),
    networkAcls: vpcs.flatMap((vpc) => [{ networkAclId: id('acl', vpc), vpcId: id('vpc', vpc), isDefault: true, subnetIds: [], entries: ENTRIES }]),
    securityGroups: vpcs.flatMap(groupsOf),
    networkInterfaces: vpcs.flatMap((vpc) => [
      ...Array.from({ length: PER_VPC }, (_, number) => {
        const subnet = number % KINDS.length;
        return interfaceOf(id('eni', vpc, number), vpc, subnet, 10 + number, [id('sg', vpc, subnet), id('sg', vpc, 3)], { instanceId: id('i', vpc, number), publicIp: subnet === 0 ? publicIp(vpc * 256 + number) : undefined });
      }),
      interfaceOf(id('eni-nat', vpc), vpc, 0, 4, [], { interfaceType: 'nat_gateway', publicIp: publicIp(vpc * 256 + 255), sourceDestCheck: false }),
      ...[0, 1].map((number) => interfaceOf(id('eni-vpce', vpc, number), vpc, 2, 5 + number, [id('sg', vpc, 2)], { interfaceType: 'vpc_endpoint' })),
    ]),
    internetGateways: vpcs.map((vpc) => ({ internetGatewayId: id('igw', vpc), vpcId: id('vpc', vpc) })),
    natGateways: vpcs.map((vpc) => ({ natGatewayId: id('nat', vpc), vpcId: id('vpc', vpc), subnetId: id('subnet', vpc, 0), networkInterfaceId: id('eni-nat', vpc), privateIp: '10.0.0.4', publicIp: publicIp(vpc * 256 + 255), state: 'available' })),
    vpcEndpoints: vpcs.flatMap(endpointsOf),
    prefixLists: [{ prefixListId: 'pl-s3', prefixListName: `com.amazonaws.${REGION}.s3`, cidrs: ['52.219.0.0/16', '3.5.152.0/21'] }],
  };
}

/** From every instance in turn: to the internet, by ping and by TCP, to a peer, to an endpoint, to S3, to a public address; and from outside. */
export function* manyFlows(): Iterable<Question> {
  for (let flow = 0; flow < FLOWS; flow++) {
    const vpc = flow % VPCS;
    const number = Math.floor(flow / VPCS) % PER_VPC;
    const peer = (number * 7 + flow) % PER_VPC;
    const front = publicIp(((vpc + 1) % VPCS) * 256 + (peer - peer % KINDS.length));
    const from = { kind: 'interface', networkInterfaceId: id('eni', vpc, number) } as const;
    const kinds: readonly Question[] = [
      { from, to: '52.94.8.1', protocol: 'tcp', port: 443 }, { from, to: '8.8.8.8', protocol: 'icmp' }, { from, to: `10.0.${peer % KINDS.length}.${10 + peer}`, protocol: 'tcp', port: 22 },
      { from, to: '10.0.2.5', protocol: 'tcp', port: 443 }, { from, to: '52.219.4.4', protocol: 'tcp', port: 443 }, { from, to: front, protocol: 'tcp', port: 443 },
      { from: { kind: 'internet', address: '203.0.113.7' }, to: front, protocol: 'tcp', port: 22 }, { from, to: `10.0.${peer % KINDS.length}.${10 + peer}`, protocol: 'udp', port: 53 },
    ];
    const kind = kinds[(flow * 5 + number) % kinds.length];
    if (kind !== undefined) yield kind;
  }
}
