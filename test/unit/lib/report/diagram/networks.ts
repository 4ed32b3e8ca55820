/** Networks to draw: the lab, whole and broken, and one with fifty instances; what the APIs would say of them and what is predicted. */
import { SNAPSHOT_KIND, SNAPSHOT_VERSION, type Snapshot, type SnapshotInstance } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
import type { ComponentKind, Hop, Trace } from '../../../../../src/lib/reachability/trace.js';
import type { Link, WayInPrediction } from '../../../../../src/lib/reachability/way-in.js';
import type { NetworkInterface, NetworkModel, RouteTable, RouteTargetKind } from '../../../../../src/lib/vpc/model.js';

export const id = (kind: string, n: number): string => `${kind}-${n.toString(16).padStart(17, '0')}`;

export function instanceOf(number: number, over: Partial<SnapshotInstance> = {}): SnapshotInstance {
  return {
    number, name: `Instance${number}`, instanceId: id('i', number), path: 'none', auth: 'session-manager', inbound: [], subnetId: null, vpcId: null, privateIpv4: null, publicIpv4: null, publicDnsName: null,
    keyName: null, instanceProfile: 'profile', state: 'running', agent: 'online', logicalId: null, privateDnsName: null, egress: 'none', labNumber: null,
    tags: {}, imageId: null, metadata: { enabled: true, tokensRequired: true, hopLimit: 2 }, agentRecord: null, ...over,
  };
}

export const eni = (n: number, vpcId: string, subnetId: string, privateIp: string, over: Partial<NetworkInterface> = {}): NetworkInterface => ({
  networkInterfaceId: id('eni', n), vpcId, subnetId, privateIp, groupIds: [], sourceDestCheck: true, interfaceType: 'interface', macAddress: '', up: true, ...over,
});

export const tableOf = (n: number, vpcId: string, subnetIds: readonly string[], target?: { readonly targetKind: RouteTargetKind; readonly targetId: string }): RouteTable => ({
  routeTableId: id('rtb', n), vpcId, main: false, subnetIds,
  routes: [{ destination: '10.0.0.0/16', targetKind: 'local', targetId: 'local', state: 'active' }, ...(target === undefined ? [] : [{ destination: '0.0.0.0/0', ...target, state: 'active' as const }])],
});

export const EMPTY: NetworkModel = { region: 'ap-northeast-1', vpcs: [], subnets: [], routeTables: [], networkAcls: [], securityGroups: [], networkInterfaces: [], internetGateways: [], natGateways: [], vpcEndpoints: [], prefixLists: [] };

const [VPC1, VPC2, PUBLIC, PRIVATE1, PRIVATE2, IGW, NAT] = [id('vpc', 1), id('vpc', 2), id('subnet', 1), id('subnet', 2), id('subnet', 3), id('igw', 1), id('nat', 1)];
const ENDPOINTS = ['ssm', 'ssmmessages', 'ec2messages'] as const;
const GROUP = id('sg', 14);

export function snapshotOf(network: NetworkModel, instances: readonly SnapshotInstance[], names: Readonly<Record<string, string>> = {}): Snapshot {
  return {
    kind: SNAPSHOT_KIND, version: SNAPSHOT_VERSION, takenAt: '2026-11-29T20:15:30.123Z', region: 'ap-northeast-1', account: '123456789012', fabric: 'netns', stack: 'ssmlab',
    stackParameters: {}, network, names, endpointPolicies: {}, instances, profiles: [], hostManagement: null, unread: [],
  };
}

export const lab: Snapshot = snapshotOf(
  {
    ...EMPTY,
    vpcs: [VPC2, VPC1].map((vpcId) => ({ vpcId, cidrs: ['10.0.0.0/16'], enableDnsSupport: true, enableDnsHostnames: true })),
    subnets: [
      { subnetId: PRIVATE2, vpcId: VPC2, cidr: '10.0.3.0/24', availabilityZone: 'ap-northeast-1a' },
      { subnetId: PRIVATE1, vpcId: VPC1, cidr: '10.0.2.0/24', availabilityZone: 'ap-northeast-1a' },
      { subnetId: PUBLIC, vpcId: VPC1, cidr: '10.0.1.0/24', availabilityZone: 'ap-northeast-1a' },
    ],
    routeTables: [tableOf(1, VPC1, [PUBLIC], { targetKind: 'internet-gateway', targetId: IGW }), tableOf(2, VPC1, [PRIVATE1], { targetKind: 'nat-gateway', targetId: NAT }), tableOf(3, VPC2, [PRIVATE2])],
    internetGateways: [{ internetGatewayId: IGW, vpcId: VPC1 }],
    natGateways: [{ natGatewayId: NAT, vpcId: VPC1, subnetId: PUBLIC, networkInterfaceId: id('eni', 9), privateIp: '10.0.1.20', publicIp: '198.18.0.10', state: 'available' }],
    networkInterfaces: [
      eni(1, VPC1, PUBLIC, '10.0.1.16', { publicIp: '198.18.0.11', instanceId: id('i', 1) }), eni(2, VPC1, PUBLIC, '10.0.1.17', { publicIp: '198.18.0.12', instanceId: id('i', 2) }),
      eni(3, VPC1, PRIVATE1, '10.0.2.18', { instanceId: id('i', 3) }), eni(4, VPC2, PRIVATE2, '10.0.3.19', { instanceId: id('i', 4) }),
      ...ENDPOINTS.map((_, at) => eni(20 + at, VPC2, PRIVATE2, `10.0.3.${20 + at}`, { interfaceType: 'vpc_endpoint' })),
    ],
    vpcEndpoints: ENDPOINTS.map((service, at) => ({ vpcEndpointId: id('vpce', at + 1), vpcId: VPC2, endpointType: 'Interface', serviceName: `com.amazonaws.ap-northeast-1.${service}`, state: 'available', privateDnsEnabled: true, networkInterfaceIds: [id('eni', 20 + at)], routeTableIds: [] })),
  },
  [
    instanceOf(1, { labNumber: 1, auth: 'ssh-key-pair', subnetId: PUBLIC, vpcId: VPC1, privateIpv4: '10.0.1.16', publicIpv4: '198.18.0.11' }),
    instanceOf(2, { labNumber: 2, subnetId: PUBLIC, vpcId: VPC1, privateIpv4: '10.0.1.17', publicIpv4: '198.18.0.12' }),
    instanceOf(3, { labNumber: 3, subnetId: PRIVATE1, vpcId: VPC1, privateIpv4: '10.0.2.18' }),
    instanceOf(4, { labNumber: 4, subnetId: PRIVATE2, vpcId: VPC2, privateIpv4: '10.0.3.19' }),
  ],
  { [VPC1]: 'VPC1', [VPC2]: 'VPC2', [PUBLIC]: 'PublicSubnet', [PRIVATE1]: 'PrivateSubnet1', [PRIVATE2]: 'PrivateSubnet2', [IGW]: 'IGW', [NAT]: 'NATGateway', [id('vpce', 1)]: 'SSMEndpoint', [id('vpce', 2)]: 'SSMMessagesEndpoint', [id('vpce', 3)]: 'EC2MessagesEndpoint' },
);

const HEADER = { source: '10.0.0.1', destination: '198.18.0.1', protocol: 'tcp' } as const;

/** `security-group sg-1`, or `!security-group sg-1 why` for a block, `?unsupported tgw-1 why` for what is not known. */
export function hop(text: string): Hop {
  const [, sign, component = '', at = '', why = ''] = /^([!?]?)(\S+) (\S+)(?: (.*))?$/u.exec(text) ?? [];
  return { component: component as ComponentKind, id: at, decision: sign === '!' ? 'block' : sign === '?' ? 'unknown' : 'pass', by: at, why: why === '' ? 'passes' : why, rule: 'R2', header: HEADER };
}

export function traceOf(forward: readonly string[], reply: readonly string[] = []): Trace {
  const [there, back] = [forward.map(hop), reply.map(hop)];
  const blockers = [...there, ...back].filter(({ decision }) => decision === 'block');
  const unknown = [...there, ...back].some(({ decision }) => decision === 'unknown');
  return { question: { from: { kind: 'internet', address: '198.51.100.7' }, to: '198.18.0.1', protocol: 'tcp', port: 443 }, disposition: blockers.length > 0 ? 'denied' : unknown ? 'unknown' : 'delivered', forward: there, reply: back, blockers, unknowns: [] };
}

function linkOf(link: Link['link'], service: Link['service'], trace?: Trace, bad?: Link['verdict']): Link {
  const blocker = [...(trace?.forward ?? []), ...(trace?.reply ?? [])].find(({ decision }) => decision !== 'pass');
  const verdict = bad ?? (blocker === undefined ? 'open' : blocker.decision === 'block' ? 'closed' : 'unknown');
  return { link, service, verdict, by: blocker?.by ?? 'i-1', why: blocker?.why ?? (verdict === 'open' ? 'as it should be' : 'the instance has no instance profile'), rule: 'R2', trace };
}

/** A session whose two services take these traces; `identity` is what is said of role and profile. */
export function session(ssm: Trace, ssmmessages: Trace = ssm, identity: Link['verdict'] = 'open'): WayInPrediction {
  const links = [linkOf('instance', null), linkOf('identity', null, undefined, identity), ...([['ssm', ssm], ['ssmmessages', ssmmessages]] as const).map(([service, trace]) => linkOf('path', service, trace))];
  return { way: 'session-manager', verdict: links.some(({ verdict }) => verdict === 'closed') ? 'closed' : links.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'open', links };
}

export function ssh(trace: Trace): WayInPrediction {
  const links = [linkOf('instance', null), linkOf('identity', null), linkOf('path', null, trace)];
  return { way: 'ssh-key-pair', verdict: links.at(-1)?.verdict ?? 'open', links };
}

const own = (n: number): string[] => [`network-interface ${id('eni', n)}`, `security-group ${id('sg', n)}`, `route-table ${id('rtb', n)}`];
const toEndpoint = (at: number, group = `security-group ${GROUP}`): Trace => traceOf([...own(4), group, `vpc-endpoint ${id('vpce', at)}`]);

const healthyOf = (n: number): WayInPrediction => {
  if (n === 1) return ssh(traceOf(['internet 198.51.100.7', `internet-gateway ${IGW}`, `security-group ${id('sg', 1)}`, `network-interface ${id('eni', 1)}`]));
  if (n === 2) return session(traceOf([...own(2), `internet-gateway ${IGW}`, 'internet ssm']));
  if (n === 3) return session(traceOf([...own(3), `nat-gateway ${NAT}`, `route-table ${id('rtb', 1)}`, `internet-gateway ${IGW}`, 'internet ssm']));
  return session(toEndpoint(1), toEndpoint(2));
};

const predictions = (over: Readonly<Record<number, WayInPrediction>> = {}): ReadonlyMap<string, WayInPrediction> => new Map([1, 2, 3, 4].map((n) => [id('i', n), over[n] ?? healthyOf(n)]));

export const healthyLab = predictions();

/** 443 is revoked on the endpoints' group; 3's default route is gone; 2 has no profile; 1's group admits nobody. */
export const brokenLab = predictions({
  1: ssh(traceOf(['internet 198.51.100.7', `internet-gateway ${IGW}`, `!security-group ${id('sg', 1)} no rule admits tcp/22 from 198.51.100.7`, `network-interface ${id('eni', 1)}`])),
  2: session(traceOf([...own(2), `internet-gateway ${IGW}`, 'internet ssm']), undefined, 'closed'),
  3: session(traceOf([`network-interface ${id('eni', 3)}`, `security-group ${id('sg', 3)}`, `!route-table ${id('rtb', 2)} no route for 198.18.0.1`])),
  4: session(toEndpoint(1, `!security-group ${GROUP} no rule admits tcp/443 from ${id('sg', 4)}`), toEndpoint(2, `!security-group ${GROUP} no rule admits tcp/443 from ${id('sg', 4)}`)),
});

/** 3's way ends at the NAT gateway's own route; 4 reaches one service and not the other; 2's way crosses what is not modelled. */
export const halfLab = predictions({
  2: session(traceOf([...own(2), '?unsupported tgw-0123456789abcdef0 a transit gateway is not modelled'])),
  3: session(traceOf([...own(3), `nat-gateway ${NAT}`, `!route-table ${id('rtb', 1)} no route for 198.18.0.1`, `internet-gateway ${IGW}`])),
  4: session(toEndpoint(1), toEndpoint(2, `!security-group ${GROUP} no rule admits tcp/443 from ${id('sg', 4)}`)),
});

/** Three zones, each with a NAT gateway, endpoints' interfaces and private instances; names of all lengths, every seventh way closed. */
export function large(count = 50): { readonly snapshot: Snapshot; readonly predictions: ReadonlyMap<string, WayInPrediction> } {
  const zones = ['a', 'b', 'c'];
  const subnet = (kind: string, at: number): string => id(kind === 'public' ? 'subnet' : 'subnet', (kind === 'public' ? 100 : 200) + at);
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const nat = (at: number): string => id('nat', 10 + at);
  const network: NetworkModel = {
    ...EMPTY,
    vpcs: [{ vpcId: VPC1, cidrs: ['10.0.0.0/16', '100.64.0.0/16'], enableDnsSupport: true, enableDnsHostnames: true }],
    subnets: zones.flatMap((zone, at) => [
      { subnetId: subnet('public', at), vpcId: VPC1, cidr: `10.0.${at}.0/24`, availabilityZone: `ap-northeast-1${zone}` },
      { subnetId: subnet('private', at), vpcId: VPC1, cidr: `10.0.${10 + at}.0/24`, availabilityZone: `ap-northeast-1${zone}` },
      { subnetId: id('subnet', 300 + at), vpcId: VPC1, cidr: `10.0.${20 + at}.0/24`, availabilityZone: `ap-northeast-1${zone}` },
    ]),
    routeTables: [tableOf(1, VPC1, zones.map((_, at) => subnet('public', at)), { targetKind: 'internet-gateway', targetId: IGW }), ...zones.map((_, at) => tableOf(10 + at, VPC1, [subnet('private', at)], { targetKind: 'nat-gateway', targetId: nat(at) }))],
    internetGateways: [{ internetGatewayId: IGW, vpcId: VPC1 }],
    natGateways: zones.map((_, at) => ({ natGatewayId: nat(at), vpcId: VPC1, subnetId: subnet('public', at), networkInterfaceId: id('eni', 900 + at), privateIp: `10.0.${at}.9`, publicIp: `198.18.0.${at + 1}`, state: 'available' })),
    networkInterfaces: [
      ...numbers.map((n) => eni(n, VPC1, subnet('private', n % 3), `10.0.${10 + (n % 3)}.${n}`, { instanceId: id('i', n) })),
      ...zones.map((_, at) => eni(800 + at, VPC1, subnet('private', at), `10.0.${10 + at}.200`, { interfaceType: 'vpc_endpoint' })),
    ],
    vpcEndpoints: [{ vpcEndpointId: id('vpce', 9), vpcId: VPC1, endpointType: 'Interface', serviceName: 'com.amazonaws.ap-northeast-1.ssm', state: 'available', privateDnsEnabled: true, networkInterfaceIds: zones.map((_, at) => id('eni', 800 + at)), routeTableIds: [] }],
  };
  const instances = numbers.map((n) => instanceOf(n, { name: n % 5 === 0 ? `web-server-production-blue-${n}.internal.example` : n % 3 === 0 ? `データベース${n}` : `app${n}`, subnetId: subnet('private', n % 3), vpcId: VPC1, privateIpv4: `10.0.${10 + (n % 3)}.${n}`, state: n % 11 === 0 ? 'stopped' : 'running' }));
  const way = (n: number): WayInPrediction => session(
    traceOf([...own(n), ...(n % 7 === 0 ? [`!security-group ${GROUP} no rule admits tcp/443 from ${id('sg', n)}`] : []), `network-interface ${id('eni', 800 + (n % 3))}`]),
    traceOf([...own(n), `nat-gateway ${nat(n % 3)}`, `internet-gateway ${IGW}`]),
  );
  return { snapshot: snapshotOf(network, instances, { [VPC1]: 'production', [IGW]: 'igw' }), predictions: new Map(numbers.map((n) => [id('i', n), way(n)])) };
}
