/** Changes that may lift a block on a path, the narrowest first. Whether one does is for the engine to say. */
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import { parseAddress } from '../net/address.js';
import { EPHEMERAL_PORTS, NAT_PORTS } from '../net/port.js';
import type { NetworkAclEntry, Route } from '../vpc/model.js';
import type { InterfaceNode, Network, VpcNode } from '../vpc/network.js';
import type { Change, Peer } from './change.js';
import type { Header, Hop, Trace } from './trace.js';

const AMAZON_DNS = 'AmazonProvidedDNS';
const EVERYWHERE = '0.0.0.0/0';
/** IANA numbers, as network ACLs have them. */
const NUMBER = { tcp: '6', udp: '17', icmp: '1' } as const;
/** The highest number of an entry (A1). */
const LAST_ENTRY = 32_766;

export interface PathContext {
  readonly network: Network;
  readonly trace: Trace;
  /** The far end is a public service whose addresses change: a rule for the one that was traced would not do. */
  readonly manyAddresses: boolean;
}

/** Changes for the blocks of one trace, in the order of the walk. */
export function pathCandidates(context: PathContext): Change[] {
  const reply = new Set(context.trace.reply);
  // A network ACL that loses the answers to some ports blocks only by chance.
  const byChance = context.trace.reply.filter(({ decision, code }) => decision === 'unknown' && code === 'SUBNET_ACL_RESTRICTION');
  return [...context.trace.blockers, ...byChance].flatMap((hop) => [
    ...groupCandidates(context, hop),
    ...routeCandidates(context, hop),
    ...aclCandidates(context, hop, reply.has(hop)),
    ...gatewayCandidates(context, hop),
    ...interfaceCandidates(context, hop),
  ]);
}

/** The VPC that the flow begins or ends in. */
function vpcOf({ network, trace: { question } }: PathContext): VpcNode | undefined {
  if (question.from.kind === 'interface') return network.interfaces.get(question.from.networkInterfaceId)?.vpc;
  return network.publicAddresses.get(parseAddress(question.to) ?? -1)?.vpc;
}

function nodeAt(context: PathContext, address: string): InterfaceNode | undefined {
  return vpcOf(context)?.interfaces.get(parseAddress(address) ?? -1);
}

const idsIn = (hop: Hop, kind: string): string[] => [...new Set(`${hop.id} ${hop.by}`.match(new RegExp(`\\b${kind}-[0-9A-Za-z-]+`, 'gu')) ?? [])];

function groupCandidates(context: PathContext, hop: Hop): Change[] {
  if (hop.component !== 'security-group') return [];
  const { header } = hop;
  const [source, destination] = [nodeAt(context, header.source), nodeAt(context, header.destination)];
  const make = (direction: 'ingress' | 'egress', node: InterfaceNode | undefined, peers: readonly Peer[]): Change[] => {
    const named = idsIn(hop, 'sg').filter((id) => node?.groupIds.has(id) === true);
    const groups = named.length > 0 ? named : [...(node?.groupIds ?? [])];
    return peers.flatMap((peer) => groups.map((groupId): Change => ({ kind: 'authorize', direction, groupId, protocol: header.protocol, port: header.protocol === 'icmp' ? undefined : header.destinationPort, peer })));
  };
  // Never wider than who asks: a group of the same VPC, or one address (diagnosis.md, rules for good verdicts 4).
  const inward = make('ingress', destination, [...groupsOf(source), { cidr: `${header.source}/32` }]);
  return [...inward, ...make('egress', source, outwardPeers(context, header, destination))];
}

const groupsOf = (node: InterfaceNode | undefined): Peer[] => [...(node?.groupIds ?? [])].map((groupId) => ({ groupId }));

function outwardPeers({ manyAddresses }: PathContext, { destination }: Header, node: InterfaceNode | undefined): Peer[] {
  if (node === undefined) return [{ cidr: manyAddresses ? EVERYWHERE : `${destination}/32` }];
  // Endpoints of two services may stand in the same subnet with different groups.
  return [...groupsOf(node), { cidr: `${destination}/32` }, { cidr: node.subnet.subnet.cidr }, ...node.vpc.vpc.cidrs.map((cidr) => ({ cidr }))];
}

function routeCandidates(context: PathContext, hop: Hop): Change[] {
  if (hop.component !== 'route-table') return [];
  const { network, manyAddresses } = context;
  const vpc = vpcOf(context);
  if (vpc === undefined) return [];
  const { destination } = hop.header;
  const inVpc = vpc.interfaces.has(parseAddress(destination) ?? -1);
  const wanted = inVpc || !manyAddresses ? `${destination}/32` : EVERYWHERE;
  const routes = idsIn(hop, 'rtb').flatMap((routeTableId) => {
    const table = network.model.routeTables.find((each) => each.routeTableId === routeTableId);
    // A blackhole wins its match (R6): it has to be replaced.
    const dead = table?.routes.find((route) => route.state === 'blackhole' && `${hop.by} `.includes(`${route.destination} `));
    const there = dead ?? table?.routes.find((route) => route.destination === wanted);
    return targetsOf(network, vpc).map((target): Change => ({ kind: there === undefined ? 'create-route' : 'replace-route', routeTableId, destination: there?.destination ?? wanted, ...target }));
  });
  return [...associations(network, nodeAt(context, hop.header.source)), ...routes];
}

/** A subnet that fell back to the main table may need one of its own again (R3). */
function associations(network: Network, sender: InterfaceNode | undefined): Change[] {
  if (sender?.subnet.implicitMain !== true) return [];
  const { subnetId, vpcId } = sender.subnet.subnet;
  const own = sender.subnet.routeTable?.table.routeTableId;
  return network.model.routeTables
    .filter((table) => table.vpcId === vpcId && table.routeTableId !== own)
    .map(({ routeTableId }): Change => ({ kind: 'associate-route-table', routeTableId, subnetId }));
}

interface Target {
  readonly targetKind: 'internet-gateway' | 'nat-gateway';
  readonly targetId: string;
}

function targetsOf({ model }: Network, { vpc }: VpcNode): Target[] {
  return [
    ...model.internetGateways.filter((gateway) => gateway.vpcId === vpc.vpcId).map(({ internetGatewayId }) => ({ targetKind: 'internet-gateway' as const, targetId: internetGatewayId })),
    ...model.natGateways.filter((nat) => nat.vpcId === vpc.vpcId && nat.state === 'available').map(({ natGatewayId }) => ({ targetKind: 'nat-gateway' as const, targetId: natGatewayId })),
  ];
}

function aclCandidates(context: PathContext, hop: Hop, isReply: boolean): Change[] {
  if (hop.component !== 'network-acl') return [];
  const { header } = hop;
  const egress = / egress /u.test(` ${hop.by} `);
  const peer = egress ? header.destination : header.source;
  const node = nodeAt(context, peer);
  const port = header.destinationPort;
  const exact = port === undefined ? undefined : { from: port, to: port };
  // Stateless: the answer goes to whichever port the asker took (A2, A5).
  const ports = isReply && exact !== undefined ? NAT_PORTS : exact;
  const narrow = node === undefined && context.manyAddresses ? [EVERYWHERE] : [`${peer}/32`];
  return idsIn(hop, 'acl').flatMap((networkAclId) => {
    const entries = context.network.model.networkAcls.find((acl) => acl.networkAclId === networkAclId)?.entries.filter((entry) => entry.egress === egress) ?? [];
    const ruleNumber = freeNumber(entries, Number(/ rule (\d+)/u.exec(hop.by)?.[1] ?? Infinity));
    if (ruleNumber === undefined) return [];
    const make = (cidr: string, protocol: string, range: typeof ports): Change => ({ kind: 'create-acl-entry', networkAclId, egress, ruleNumber, protocol, ports: range, cidr });
    const protocol = NUMBER[header.protocol];
    const subnet = node === undefined ? [] : [node.subnet.subnet.cidr];
    return [
      ...[...narrow, ...subnet].map((cidr) => make(cidr, protocol, ports)),
      // Where requests and answers cross the same entry, as at a NAT gateway's subnet, only a wide one does; what AWS's own ACLs have is the widest.
      make(EVERYWHERE, protocol, header.protocol === 'icmp' ? undefined : { from: Math.min(port ?? EPHEMERAL_PORTS.from, NAT_PORTS.from), to: NAT_PORTS.to }),
      make(EVERYWHERE, '-1', undefined),
    ];
  });
}

/** A number that nobody has, before the entry that blocks. */
function freeNumber(entries: readonly NetworkAclEntry[], before: number): number | undefined {
  const taken = new Set(entries.map((entry) => entry.ruleNumber));
  const usual = Math.max(0, ...[...taken].filter((number) => number < before));
  for (const number of [usual + 100, usual + 10, usual + 1]) if (number < before && number <= LAST_ENTRY && !taken.has(number)) return number;
  for (let number = Math.min(before - 1, LAST_ENTRY); number > 0; number -= 1) if (!taken.has(number)) return number;
  return undefined;
}

function gatewayCandidates(context: PathContext, hop: Hop): Change[] {
  const vpc = vpcOf(context)?.vpc.vpcId;
  if (vpc === undefined) return [];
  const detached = (id: string): boolean => context.network.model.internetGateways.some((gateway) => gateway.internetGatewayId === id && gateway.vpcId === undefined);
  const deadRoutes = (id: string): Route[] => context.network.model.routeTables.filter((table) => table.routeTableId === id).flatMap((table) => table.routes.filter((route) => route.state === 'blackhole'));
  const ids = [...idsIn(hop, 'igw'), ...idsIn(hop, 'rtb').flatMap((id) => deadRoutes(id).map((route) => route.targetId))];
  return [...new Set(ids)].filter(detached).map((internetGatewayId): Change => ({ kind: 'attach-internet-gateway', internetGatewayId, vpcId: vpc }));
}

function interfaceCandidates(context: PathContext, hop: Hop): Change[] {
  const { network, trace } = context;
  if (hop.component === 'block-public-access') {
    const subnets = [...new Set([hop.header.source, hop.header.destination].flatMap((address) => nodeAt(context, address)?.subnet.subnet.subnetId ?? []))];
    return (['allow-egress', 'allow-bidirectional'] as const).flatMap((mode) => subnets.map((subnetId): Change => ({ kind: 'exclude-subnet', subnetId, mode })));
  }
  const ends = [...idsIn(hop, 'eni').flatMap((id) => network.interfaces.get(id) ?? []), nodeAt(context, hop.header.destination), network.publicAddresses.get(parseAddress(trace.question.to) ?? -1)];
  const asleep = new Set(ends.flatMap((node) => (node === undefined || node.interface.up || node.interface.instanceId === undefined ? [] : [node.interface.instanceId])));
  const checked = hop.code === 'ENI_SOURCE_DEST_CHECK_RESTRICTION' ? idsIn(hop, 'eni') : [];
  return [
    ...[...asleep].map((instanceId): Change => ({ kind: 'start-instance', instanceId })),
    ...checked.map((networkInterfaceId): Change => ({ kind: 'source-dest-check-off', networkInterfaceId })),
  ];
}

/** Another of the region's DHCP option sets, that of the VPC's own resolver alone first (L14). */
export function dhcpCandidates({ network, dhcpOptions = {} }: Snapshot, vpcId: string | undefined): Change[] {
  const now = network.vpcs.find((vpc) => vpc.vpcId === vpcId)?.domainNameServers ?? [AMAZON_DNS];
  if (vpcId === undefined || now[0] === AMAZON_DNS) return [];
  const sets = Object.entries(dhcpOptions).filter(([, servers]) => servers.includes(AMAZON_DNS)).toSorted(([, a], [, b]) => a.length - b.length);
  return sets.map(([dhcpOptionsId, servers]) => ({ kind: 'associate-dhcp-options', vpcId, dhcpOptionsId, servers }));
}

/** What an agent's way to a service may want beside a free path: its name to lead to an endpoint, or an endpoint at all. */
export function endpointCandidates(network: Network, networkInterfaceId: string, services: readonly string[]): Change[] {
  const node = network.interfaces.get(networkInterfaceId);
  if (node === undefined) return [];
  const { vpcId, enableDnsSupport, enableDnsHostnames } = node.vpc.vpc;
  const names = services.map((service) => `com.amazonaws.${network.region}.${service}`);
  const own = node.vpc.endpoints.filter((endpoint) => endpoint.endpointType === 'Interface');
  const groupIds = [...new Set(own.flatMap((endpoint) => endpoint.networkInterfaceIds).flatMap((id) => [...(network.interfaces.get(id)?.groupIds ?? [])]))];
  return [
    ...(enableDnsSupport ? [] : [{ kind: 'vpc-attribute', vpcId, attribute: 'enableDnsSupport' } as const]),
    ...(enableDnsHostnames ? [] : [{ kind: 'vpc-attribute', vpcId, attribute: 'enableDnsHostnames' } as const]),
    ...own.filter((endpoint) => names.includes(endpoint.serviceName) && !endpoint.privateDnsEnabled).map(({ vpcEndpointId }): Change => ({ kind: 'private-dns', vpcEndpointId })),
    ...names.filter((serviceName) => groupIds.length > 0 && !own.some((endpoint) => endpoint.serviceName === serviceName))
      .map((serviceName): Change => ({ kind: 'create-endpoint', vpcId, serviceName, subnetId: node.subnet.subnet.subnetId, groupIds })),
  ];
}
