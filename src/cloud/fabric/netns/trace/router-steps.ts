/** What a VPC's router did with a packet, in AWS's terms: security groups, network ACLs, the route, the internet gateway. */
import { formatCidr, prefixContains } from '../../../../lib/net/cidr.js';
import { addressOf } from '../../../../lib/net/address.js';
import type { Direction } from '../../../../lib/vpc/security-group.js';
import type { FlowStep } from '../../account.js';
import type { Port, VpcLayout } from '../plan/layout.js';
import type { SemanticRule } from '../plan/remarks.js';
import { ROUTER_LINKS } from '../plan/router.js';
import type { Met, TracedPacket } from './packets.js';
import { dropOf } from './packets.js';
import { portAt } from './path.js';
import { aclEntryWords, groupRuleWords, packetWords } from './words.js';

export type Step = Omit<FlowStep, 'leg'>;

/** The most specific way that the kernel has to an address in one of its tables; undefined where it has none of AWS's. */
export type RouteInForce = { readonly destination: string; readonly type: 'unicast' | 'blackhole' | 'throw' } | undefined;

export type AskRoute = (namespace: string, table: number, address: string) => Promise<RouteInForce>;

export async function routerSteps(vpc: VpcLayout, packet: TracedPacket, askRoute: AskRoute): Promise<Step[]> {
  const inside = portAt(vpc, packet.input);
  const outside = portAt(vpc, packet.output);
  if (packet.output === ROUTER_LINKS.services || packet.input === ROUTER_LINKS.services) return [linkLocal(packet)];
  const early = packet.met.find((met) => met.chain === 'arrival' && met.verdict === 'drop');
  if (early !== undefined) return [refusedByRouter(vpc, inside, packet, early)];
  const route = inside === undefined ? [] : await routeSteps(vpc, inside, packet, askRoute);
  if (route.some((step) => step.verdict === 'drop')) return route;
  const steps = [
    ...(packet.input === ROUTER_LINKS.internetGateway ? [enters(vpc, packet)] : []),
    ...groupSteps(vpc, inside, packet, 'egress'),
    ...aclSteps(vpc, packet, 'egress'),
    ...(dropIn(packet, /^acl_(?:leaving|egress)/u) === undefined ? route : []),
    ...aclSteps(vpc, packet, 'ingress'),
    ...groupSteps(vpc, outside, packet, 'ingress'),
    ...leaves(vpc, packet),
    ...routerItself(vpc, packet),
  ];
  // In AWS's order, which is not all the kernel's; where it ended comes last.
  return [...steps.filter((step) => step.verdict === 'pass'), ...steps.filter((step) => step.verdict === 'drop')];
}

const dropIn = (packet: TracedPacket, chain: RegExp): Met | undefined => packet.met.find((met) => chain.test(met.chain) && met.verdict === 'drop');

function linkLocal({ destination, destinationPort, input }: TracedPacket): Step {
  const service = destinationPort === 53 ? 'VPC resolver' : destinationPort === 123 ? 'time service' : 'metadata service';
  const detail = input === ROUTER_LINKS.services ? `the ${service} answers` : `${destination} is the ${service}: no route, security group or network ACL is asked`;
  return { kind: 'link-local', detail, verdict: 'pass' };
}

/** Words for what is decided by a rule that no resource stands for. */
const REASONS: Readonly<Record<SemanticRule, string>> = {
  A3: 'within one subnet',
  E3: 'source/destination check: the address is not the interface\'s own',
  I10: 'Block Public Access lets nothing of it through',
  I2: 'no public IPv4 address is associated',
  I4: 'carries no private addresses',
  L1: 'the address is not the interface\'s own',
  R8: 'nothing in the VPC has this address',
  S7: 'belongs to a tracked connection',
  V4: 'is delivered nowhere in a VPC',
};

function refusedByRouter(vpc: VpcLayout, port: Port | undefined, packet: TracedPacket, met: Met): Step {
  const rule = met.remark?.kind === 'rule' ? met.remark.rule : undefined;
  if (rule === 'E3') return { kind: 'network-interface', id: port?.node.id, detail: REASONS.E3, verdict: 'drop' };
  return { kind: 'vpc', id: vpc.vpc.vpc.vpcId, detail: `${packet.destination} ${rule === undefined ? 'is not taken' : REASONS[rule]}`, verdict: 'drop' };
}

async function routeSteps(vpc: VpcLayout, from: Port, packet: TracedPacket, askRoute: AskRoute): Promise<Step[]> {
  const { subnet } = from.node;
  const address = addressOf(packet.destination);
  if (prefixContains(subnet.prefix, address)) return [];
  const { routeTable } = subnet;
  const table = routeTable === undefined ? undefined : vpc.tables.get(routeTable.table.routeTableId);
  if (routeTable === undefined || table === undefined) return [{ kind: 'route', detail: `${subnet.subnet.subnetId} has no route table`, verdict: 'drop' }];
  const id = routeTable.table.routeTableId;
  const found = await askRoute(vpc.router, table, packet.destination);
  const written = found === undefined ? undefined : routeTable.routes.find(({ prefix }) => formatCidr(prefix) === found.destination)?.route;
  if (found === undefined || written === undefined) return [{ kind: 'route', id, detail: `no route to ${packet.destination}`, verdict: 'drop' }];
  const leads = `${found.destination === written.destination ? '' : `${found.destination} `}leads to ${written.targetId}`;
  const blackhole = found.type === 'blackhole';
  return [{ kind: 'route', id, rule: written.destination, detail: blackhole ? `${leads}, which carries nothing: a blackhole` : leads, verdict: blackhole ? 'drop' : 'pass' }];
}

function aclSteps(vpc: VpcLayout, packet: TracedPacket, direction: Direction): Step[] {
  const egress = direction === 'egress';
  const port = portAt(vpc, egress ? packet.input : packet.output);
  const gate = egress ? 'acl_leaving' : 'acl_entering';
  const decided = packet.met.find((met) => met.chain.startsWith(`acl_${direction}_`) && met.remark?.kind === 'network-acl-entry');
  if (decided?.remark?.kind === 'network-acl-entry') {
    const { networkAclId, entry } = decided.remark;
    const rules = port?.node.subnet.acl?.[direction] ?? [];
    const written = rules.find((rule) => String(rule.entry.ruleNumber) === entry)?.entry;
    return [{ kind: 'network-acl', id: networkAclId, rule: entry, detail: aclEntryWords(written, egress), verdict: decided.verdict === 'drop' ? 'drop' : 'pass' }];
  }
  return dropIn(packet, new RegExp(`^${gate}$`, 'u')) === undefined ? [] : [{ kind: 'network-acl', detail: `${port?.node.subnet.subnet.subnetId ?? 'the subnet'} has no network ACL`, verdict: 'drop' }];
}

function groupSteps(vpc: VpcLayout, port: Port | undefined, packet: TracedPacket, direction: Direction): Step[] {
  const chains = new RegExp(`^(?:${direction}_gate|list_${direction}_|${direction}_\\d)`, 'u');
  const met = packet.met.filter(({ chain }) => chains.test(chain));
  const decided = met.find(({ remark, verdict }) => (remark !== undefined && verdict !== 'continue') || verdict === 'drop');
  if (decided === undefined) return [];
  const { remark, verdict } = decided;
  const groups = port?.node.groups ?? [];
  const ids = groups.map(({ group }) => group.groupId).join(' ');
  if (remark?.kind === 'security-group-rule') {
    const found = groups.flatMap((group) => group[direction].map(({ rule }) => ({ id: group.group.groupId, rule }))).find(({ rule }) => rule.ruleId === remark.ruleId);
    return [{ kind: 'security-group', id: found?.id ?? ids, rule: remark.ruleId, detail: found === undefined ? direction : groupRuleWords(found.rule, direction), verdict: 'pass' }];
  }
  if (remark?.kind === 'rule') {
    if (verdict !== 'drop') return ids === '' ? [] : [{ kind: 'security-group', id: ids, detail: `${direction}: ${REASONS[remark.rule]}`, verdict: 'pass' }];
    if (remark.rule === 'I4') return [gatewayStep(vpc, `${REASONS.I4}: ${packet.destination}`, 'drop')];
    if (remark.rule === 'E3') return [{ kind: 'network-interface', id: port?.node.id, detail: REASONS.E3, verdict: 'drop' }];
    return [remark.rule === 'R8' ? nobodyThere(vpc, packet.destination) : { kind: 'vpc', id: vpc.vpc.vpc.vpcId, detail: `${REASONS[remark.rule]}: ${packet.destination}`, verdict: 'drop' }];
  }
  if (!decided.chain.startsWith('list_')) return [{ kind: 'vpc', id: vpc.vpc.vpc.vpcId, detail: 'the packet belongs to no connection that is known', verdict: 'drop' }];
  return [{ kind: 'security-group', id: ids, detail: ids === '' ? 'the interface has no security group' : `no ${direction} rule admits ${packetWords(packet, direction)}`, verdict: 'drop' }];
}

/** The router has no link to the address: nothing has it, or what has it is off. */
function nobodyThere(vpc: VpcLayout, address: string): Step {
  const node = vpc.vpc.interfaces.get(addressOf(address));
  if (node === undefined) return { kind: 'vpc', id: vpc.vpc.vpc.vpcId, detail: `${REASONS.R8}: ${address}`, verdict: 'drop' };
  if (node.endpoint !== undefined) return { kind: 'vpc-endpoint', id: node.endpoint.vpcEndpointId, detail: `is ${node.endpoint.state}, and takes nothing`, verdict: 'drop' };
  return { kind: 'network-interface', id: node.id, detail: `${node.interface.instanceId ?? 'what it is for'} does not run`, verdict: 'drop' };
}

function gatewayStep(vpc: VpcLayout, detail: string, verdict: Step['verdict']): Step {
  return { kind: 'internet-gateway', id: vpc.vpc.internetGateway?.internetGatewayId, detail, verdict };
}

function enters(vpc: VpcLayout, packet: TracedPacket): Step {
  const { destination } = packet;
  if (dropIn(packet, /^public_access_in$/u) !== undefined) return gatewayStep(vpc, `${REASONS.I10}: ${destination}`, 'drop');
  const pair = vpc.publicPairs.find(({ privateAddress }) => privateAddress === destination);
  return gatewayStep(vpc, pair === undefined ? `to ${destination}` : `${pair.publicAddress} is ${pair.privateAddress} inside`, 'pass');
}

function leaves(vpc: VpcLayout, packet: TracedPacket): Step[] {
  if (packet.output !== ROUTER_LINKS.internetGateway) return [];
  if (dropIn(packet, /^public_access_out$/u) !== undefined) return [gatewayStep(vpc, `${REASONS.I10}: ${packet.source}`, 'drop')];
  const drop = dropIn(packet, /^to_internet$/u);
  if (drop !== undefined) return [gatewayStep(vpc, `${REASONS.I2} with ${packet.source}`, 'drop')];
  if (dropOf(packet) !== undefined) return [];
  const pair = vpc.publicPairs.find(({ privateAddress }) => privateAddress === packet.source);
  return [gatewayStep(vpc, pair === undefined ? `from ${packet.source}` : `${pair.privateAddress} becomes ${pair.publicAddress}`, 'pass')];
}

/** Spoken to itself, a VPC's router is silent. */
function routerItself(vpc: VpcLayout, packet: TracedPacket): Step[] {
  return dropIn(packet, /^to_router$/u) === undefined ? [] : [{ kind: 'vpc', id: vpc.vpc.vpc.vpcId, detail: `${packet.destination} is the VPC router's own address, which answers nothing`, verdict: 'drop' }];
}
