/** Changes in which a rule decides that random ones seldom come to: several calls of the EC2 API at once, drawn like the others. */
import type { NetworkModel, SecurityGroupRule } from '../../../../src/lib/vpc/model.js';
import { entry, OPEN_ENTRIES, route } from '../lab-network.js';
import { type Apply, guests, patched, pick, tableOf, wornGroup } from './draws.js';

const ANYWHERE = '0.0.0.0/0';
/** Of what a default route leads to. */
const PARTS = ['203.0.113.0/24', '198.19.0.0/24', '198.18.0.0/15', '8.8.8.8/32'] as const;
/** Where answers come from. */
const ANSWERING = [ANYWHERE, '203.0.113.0/24', '198.19.0.0/16', '8.8.8.0/24'] as const;
/** Before all others of a network ACL. */
const FIRST = 40;

function rerouted(model: NetworkModel, table: NetworkModel['routeTables'][number], made: NetworkModel['routeTables'][number]['routes'][number]) {
  return patched(model, 'routeTables', table, { routes: [...table.routes.filter((each) => each.destination !== made.destination), made] }, `${made.destination} to ${made.targetId}, ${made.state}`);
}

const leadsTo = (model: NetworkModel, subnetId: string, kind: 'internet-gateway' | 'nat-gateway'): boolean =>
  tableOf(model, subnetId)?.routes.some((each) => each.destination === ANYWHERE && each.targetKind === kind && each.state === 'active') === true;

/** Those whom the internet reaches, if only the rules let it; everybody when there is none. */
function outside(model: NetworkModel) {
  const found = guests(model).filter((each) => each.publicIp !== undefined && leadsTo(model, each.subnetId, 'internet-gateway'));
  return found.length > 0 ? found : guests(model);
}

/** The address, or none where somebody has it. */
const unused = (model: NetworkModel, address: string): string | undefined => (model.networkInterfaces.some(({ publicIp }) => publicIp === address) ? undefined : address);

const vpcNumber = (vpcId: string): string => vpcId.slice('vpc-'.length);

export const SITUATIONS = {
  /** From the internet gateway to the NAT gateway, or back: what is open began another way (N9). */
  reroute: (model, { at, first }) => {
    const { subnetId, vpcId } = pick(first % 4 === 0 ? guests(model) : outside(model), at);
    const table = tableOf(model, subnetId) ?? pick(model.routeTables, at);
    const byNat = leadsTo(model, subnetId, 'internet-gateway') || first % 4 === 0;
    return rerouted(model, table, byNat ? route('nat-gateway', `nat-${vpcNumber(vpcId)}`) : route('internet-gateway', `igw-${vpcNumber(vpcId)}`));
  },
  /** The NAT gateway's own subnet leads back to it (N13). */
  loop: (model, { at, first }) => {
    const nat = pick(model.natGateways, at);
    const table = tableOf(model, nat.subnetId) ?? pick(model.routeTables, first);
    return rerouted(model, table, route('nat-gateway', nat.natGatewayId, pick([ANYWHERE, ANYWHERE, ...PARTS], first)));
  },
  /** A part of what the default route leads to is lost (R6, R7). */
  blackhole: (model, { at, first, second }) => {
    const ways = guests(model).filter((each) => leadsTo(model, each.subnetId, 'internet-gateway') || leadsTo(model, each.subnetId, 'nat-gateway'));
    const table = tableOf(model, pick(ways.length > 0 ? ways : guests(model), at).subnetId) ?? pick(model.routeTables, at);
    const target = pick([['nat-gateway', 'nat-gone'], ['nat-gateway', 'nat-gone'], ['network-interface', 'eni-gone']] as const, first);
    return rerouted(model, table, route(target[0], target[1], pick(PARTS, second), 'blackhole'));
  },
  /** A subnet's own range has a route, which nobody in it asks (R12). */
  'own-range': (model, { at, first }) => {
    const guest = pick(guests(model), at);
    const table = tableOf(model, guest.subnetId);
    const range = model.subnets.find(({ subnetId }) => subnetId === guest.subnetId)?.cidr;
    if (table === undefined || range === undefined) return { model, text: 'no table' };
    return rerouted(model, table, route('network-interface', pick(guests(model).filter((each) => each.vpcId === guest.vpcId), first).networkInterfaceId, range));
  },
  /** A route to an instance, which forwards nothing (E3). */
  detour: (model, { at, first, second }) => {
    const { subnetId, vpcId } = pick(guests(model), at);
    const table = tableOf(model, subnetId) ?? pick(model.routeTables, at);
    const to = pick(guests(model).filter((each) => each.vpcId === vpcId), second);
    return rerouted(model, table, route('network-interface', to.networkInterfaceId, pick([ANYWHERE, ANYWHERE, ...PARTS], first)));
  },
  /** Elastic IPs of two instances change places (V11). */
  move: (model, { at, first }) => {
    const one = pick(outside(model), at);
    const others = outside(model).filter((each) => each.vpcId === one.vpcId && each !== one);
    const other = pick(others.length > 0 ? others : guests(model).filter((each) => each.vpcId === one.vpcId && each !== one), first);
    const publicIp = new Map([[one, other.publicIp], [other, one.publicIp]]);
    return {
      model: { ...model, networkInterfaces: model.networkInterfaces.map((each) => (publicIp.has(each) ? { ...each, publicIp: publicIp.get(each) } : each)) },
      text: `${one.networkInterfaceId} has ${other.publicIp ?? 'no public address'}, ${other.networkInterfaceId} ${one.publicIp ?? 'none'}`,
    };
  },
  /** Another public address: those who know the old one do not know this one (V11). */
  readdress: (model, { at, first, second }) => patched(model, 'networkInterfaces', pick(outside(model), at), { publicIp: unused(model, `198.18.${1 + first % 250}.${1 + second % 250}`) }, 'another public address'),
  /** Only members of the VPC's groups get in, and only by their private addresses (S6). */
  exclusive: (model, draw) => {
    const [worn] = pick(outside(model), draw.at).groupIds;
    const group = model.securityGroups.find(({ groupId }) => groupId === worn) ?? wornGroup(model, draw);
    const ingress = model.securityGroups.filter((each) => each.vpcId === group.vpcId).map((each): SecurityGroupRule => ({ ruleId: `sgr-of-${each.groupId}`, protocol: '-1', groupId: each.groupId }));
    return patched(model, 'securityGroups', group, { ingress }, 'admits members of groups only');
  },
  /** The endpoint wears a group that admits little (P3, S14). */
  bar: (model, { at, first }) => {
    const each = pick(model.networkInterfaces.filter(({ interfaceType }) => interfaceType === 'vpc_endpoint'), at);
    const own = model.securityGroups.filter((group) => group.vpcId === each.vpcId && ['inner', 'tight', 'fresh'].includes(group.groupName));
    return patched(model, 'networkInterfaces', each, { groupIds: [pick(own, first).groupId] }, `wears ${pick(own, first).groupName}`);
  },
  /** The groups of one who is behind a NAT gateway, or outside, lose all rules of one direction: what is tracked lives on (S8, S9). */
  shut: (model, { at, first, second }) => {
    const there = guests(model).filter((each) => leadsTo(model, each.subnetId, second % 3 === 0 ? 'internet-gateway' : 'nat-gateway'));
    const open = there.filter(({ groupIds }) => model.securityGroups.some((group) => groupIds.includes(group.groupId) && [group.ingress, group.egress].every((rules) => rules.some((each) => each.protocol === '-1' && each.cidr === ANYWHERE))));
    const { groupIds, networkInterfaceId } = pick([open, there, guests(model)].find((some) => some.length > 0) ?? [], at);
    const direction = pick(['egress', 'egress', 'egress', 'ingress'] as const, first);
    return { model: { ...model, securityGroups: model.securityGroups.map((group) => (groupIds.includes(group.groupId) ? { ...group, [direction]: [] } : group)) }, text: `no ${direction} rule in the groups of ${networkInterfaceId}` };
  },
  /** Answers do not get through: a network ACL knows no flows (A2). */
  'one-way': (model, { at, first, second }) => {
    const acl = pick(model.networkAcls, at);
    const egress = first % 2 === 0;
    const what = pick([{ protocol: '6', portRange: { from: 1024, to: 65_535 } }, { protocol: '17', portRange: { from: 1024, to: 65_535 } }, { protocol: '1', icmp: { type: 0, code: -1 } }], first >> 1);
    return patched(model, 'networkAcls', acl, { entries: [...acl.entries.filter((each) => each.ruleNumber !== FIRST || each.egress !== egress), entry(FIRST, egress, 'deny', { ...what, cidr: pick(ANSWERING, second) })] }, `no answers ${egress ? 'out' : 'in'} by ${what.protocol}`);
  },
  /** What comes back to the NAT gateway does not get into its subnet (N8). */
  deaf: (model, { at, first, second }) => {
    const nat = pick(model.natGateways, at);
    const cidr = first % 2 === 0 ? ANYWHERE : pick(ANSWERING, second);
    const made = ['6', '17'].map((protocol, index) => entry(FIRST + index, false, 'deny', { protocol, portRange: { from: 1024, to: 65_535 }, cidr }));
    const own = pick(model.networkAcls.filter((each) => each.vpcId === nat.vpcId && !each.isDefault), at);
    // A subnet that no other is listed for has the default one.
    const networkAcls = model.networkAcls.map((each) => (each === own ? { ...each, subnetIds: [nat.subnetId], entries: [...OPEN_ENTRIES, ...made] } : { ...each, subnetIds: each.subnetIds.filter((id) => id !== nat.subnetId) }));
    return { model: { ...model, networkAcls }, text: `nothing comes back to ${nat.natGatewayId} from ${cidr}` };
  },
  /** Protocol 58 is all of ICMP (A4). */
  'no-icmp': (model, { at, first }) => {
    const acl = pick(model.networkAcls, at);
    const egress = first % 2 === 0;
    return patched(model, 'networkAcls', acl, { entries: [...acl.entries.filter((each) => each.ruleNumber !== FIRST + 2 || each.egress !== egress), entry(FIRST + 2, egress, 'deny', { protocol: '58' })] }, `no ICMP ${egress ? 'out' : 'in'}`);
  },
  /** A subnet's network ACL denies everything; metadata and names are there (A7), and neighbours (A3). */
  lock: (model, { at }) => {
    const { subnetId, vpcId } = pick(guests(model), at);
    const acl = pick(model.networkAcls.filter((each) => each.vpcId === vpcId && !each.isDefault), at);
    return {
      model: { ...model, networkAcls: model.networkAcls.map((each) => ({ ...each, ...(each === acl ? { entries: [] } : {}), subnetIds: [...each.subnetIds.filter((id) => id !== subnetId), ...(each === acl ? [subnetId] : [])] })) },
      text: `${subnetId} is locked by ${acl.networkAclId}`,
    };
  },
} satisfies Record<string, Apply>;
