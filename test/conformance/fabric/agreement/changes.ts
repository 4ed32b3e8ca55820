/** Random changes of a network, one call of the EC2 API each: what is chosen by numbers, so that a failing run shrinks. */
import fc from 'fast-check';
import type { NetworkAclEntry, NetworkModel, Route, SecurityGroupRule } from '../../../../src/lib/vpc/model.js';
import { entry, route } from '../lab-network.js';
import { type Apply, type Changed, type Draw, guests, patched, pick, wornGroup } from './draws.js';
import { HOSTS } from './hosts.js';
import { SITUATIONS } from './situations.js';
import { GROUPS, S3_LIST } from './topology.js';

/** Which change, and of what. */
export interface ChangeDraw extends Draw {
  readonly what: ChangeName;
  /** Everything else is again as it was at first, but who has which address and wears which groups: what is to be lost has to be there. */
  readonly afresh: boolean;
}

const PORTS = [[22, 22], [443, 443], [7, 7], [8080, 8080], [0, 65535], [20, 1024]] as const;
const CIDRS = ['0.0.0.0/0', '10.0.0.0/16', '10.0.1.0/24', '10.0.2.0/24', '198.51.100.0/24', '198.18.0.0/16', '203.0.113.0/24', '198.19.0.0/16', '10.0.1.17/32'] as const;

function groupRule(vpcId: string, { first, second }: Draw): SecurityGroupRule {
  const peers: readonly Partial<SecurityGroupRule>[] = [...CIDRS.map((cidr) => ({ cidr })), { prefixListId: S3_LIST }, ...GROUPS.map((which) => ({ groupId: `${vpcId.replace('vpc', 'sg')}-${which}` }))];
  const [from, to] = pick(PORTS, first >> 2);
  const what: readonly Partial<SecurityGroupRule>[] = [
    { protocol: '-1' }, { protocol: 'tcp', fromPort: from, toPort: to }, { protocol: 'udp', fromPort: from, toPort: to },
    { protocol: 'icmp', fromPort: pick([-1, 8, 0, 3], first >> 2), toPort: -1 },
  ];
  return { ruleId: `sgr-${first}-${second}`, protocol: '-1', ...pick(what, first), ...pick(peers, second) };
}

/** Ranges either hold all ephemeral ports or none: which one a flow gets is the kernel's business, here and there. */
const ENTRY_PORTS = [[22, 22], [443, 443], [7, 7], [0, 1023], [1024, 65535], [0, 65535]] as const;

function aclEntry({ first, second }: Draw): NetworkAclEntry {
  const [from, to] = pick(ENTRY_PORTS, first >> 3);
  const what: readonly Partial<NetworkAclEntry>[] = [
    { protocol: '-1' }, { protocol: '-1' }, { protocol: '6', portRange: { from, to } }, { protocol: '17', portRange: { from, to } }, { protocol: '58' },
    { protocol: '1', icmp: { type: pick([-1, 8, 0, 3], first >> 3), code: -1 } }, { protocol: '58' }, { protocol: '50' },
  ];
  return entry(50 + second % 60, first % 2 === 0, pick(['deny', 'deny', 'allow'], second), { ...pick(what, first >> 1), cidr: pick(CIDRS, second >> 1) });
}

const DESTINATIONS = ['0.0.0.0/0', '0.0.0.0/0', '203.0.113.0/24', '8.8.8.0/24', '198.18.0.0/15', '198.19.0.0/24', '10.0.0.0/8'] as const;

/** Of what a default route leads to. */
const PARTS = ['203.0.113.0/24', '198.19.0.0/24', '198.18.0.0/15', '8.8.8.8/32'] as const;

function routeTo(model: NetworkModel, vpcId: string, { first, second }: Draw): Route {
  const vpc = vpcId.slice('vpc-'.length);
  const destination = pick(DESTINATIONS, second);
  const guests = model.networkInterfaces.filter((each) => each.vpcId === vpcId && each.interfaceType === 'interface');
  return pick([
    () => route('internet-gateway', `igw-${vpc}`, destination),
    () => route('nat-gateway', `nat-${vpc}`, destination),
    () => route('nat-gateway', 'nat-gone', pick(PARTS, second), 'blackhole'),
    () => route('network-interface', 'eni-gone', pick(PARTS, second), 'blackhole'),
    () => route('network-interface', pick(guests, second >> 3).networkInterfaceId, destination),
    () => route('vpc-endpoint', `vpce-s3${vpc}`, S3_LIST),
    () => route('unsupported', 'tgw-1', destination),
    () => route('internet-gateway', 'igw-of-another', destination),
  ], first)();
}

const NAT_STATES = ['pending', 'deleted', 'pending', 'available'] as const;

const CHANGES = {
  ...SITUATIONS,
  route: (model, draw) => {
    const table = pick(model.routeTables, draw.at);
    const made = routeTo(model, table.vpcId, draw);
    return patched(model, 'routeTables', table, { routes: [...table.routes.filter((each) => each.destination !== made.destination), made] }, `${made.destination} to ${made.targetId}`);
  },
  unroute: (model, draw) => {
    const table = pick(model.routeTables, draw.at);
    const gone = pick(table.routes, draw.first);
    if (gone.targetKind === 'local') return { model, text: 'the local route stays' };
    return patched(model, 'routeTables', table, { routes: table.routes.filter((each) => each !== gone) }, `no route for ${gone.destination}`);
  },
  associate: (model, draw) => {
    const { subnetId, vpcId } = pick(model.subnets, draw.at);
    const tables = model.routeTables.filter((each) => each.vpcId === vpcId);
    const chosen = pick([...tables, undefined], draw.first);
    const next = model.routeTables.map((each) => ({ ...each, subnetIds: [...each.subnetIds.filter((id) => id !== subnetId), ...(each === chosen ? [subnetId] : [])] }));
    return { model: { ...model, routeTables: next }, text: `${subnetId} uses ${chosen?.routeTableId ?? 'the main table'}` };
  },
  main: (model, draw) => {
    const chosen = pick(model.routeTables, draw.at);
    return { model: { ...model, routeTables: model.routeTables.map((each) => (each.vpcId === chosen.vpcId ? { ...each, main: each === chosen } : each)) }, text: `${chosen.routeTableId} is the main table` };
  },
  admit: (model, draw) => {
    const group = pick(model.securityGroups, draw.at);
    const rule = groupRule(group.vpcId, draw);
    const direction = pick(['ingress', 'ingress', 'egress'] as const, draw.first + draw.second);
    return patched(model, 'securityGroups', group, { [direction]: [...group[direction], rule] }, `${direction} ${JSON.stringify(rule)}`);
  },
  revoke: (model, draw) => {
    const group = pick(model.securityGroups, draw.at);
    const direction = pick(['ingress', 'egress'] as const, draw.second);
    if (group[direction].length === 0) return { model, text: 'nothing to revoke' };
    const gone = pick(group[direction], draw.first);
    return patched(model, 'securityGroups', group, { [direction]: group[direction].filter((each) => each !== gone) }, `no ${direction} ${gone.ruleId}`);
  },
  mute: (model, draw) => patched(model, 'securityGroups', wornGroup(model, draw), { egress: [] }, 'no egress rule at all'),
  close: (model, draw) => patched(model, 'securityGroups', wornGroup(model, draw), { ingress: [] }, 'no ingress rule at all'),
  wear: (model, draw) => {
    const each = pick(model.networkInterfaces.filter(({ interfaceType }) => interfaceType !== 'nat_gateway'), draw.at);
    const own = model.securityGroups.filter((group) => group.vpcId === each.vpcId).map((group) => group.groupId);
    const groupIds = [...new Set(pick([[draw.first], [draw.first, draw.second]], draw.second).map((index) => pick(own, index)))];
    return patched(model, 'networkInterfaces', each, { groupIds }, `wears ${groupIds.join(' and ')}`);
  },
  entry: (model, draw) => {
    const acl = pick(model.networkAcls, draw.at);
    const made = aclEntry(draw);
    const others = acl.entries.filter((each) => each.ruleNumber !== made.ruleNumber || each.egress !== made.egress);
    return patched(model, 'networkAcls', acl, { entries: [...others, made] }, `entry ${JSON.stringify(made)}`);
  },
  'remove-entry': (model, draw) => {
    const acl = pick(model.networkAcls, draw.at);
    if (acl.entries.length === 0) return { model, text: 'no entry to remove' };
    const gone = pick(acl.entries, draw.first);
    return patched(model, 'networkAcls', acl, { entries: acl.entries.filter((each) => each !== gone) }, `no ${gone.egress ? 'egress' : 'ingress'} entry ${gone.ruleNumber}`);
  },
  guard: (model, draw) => {
    const { subnetId, vpcId } = pick(model.subnets, draw.at);
    const chosen = pick(model.networkAcls.filter((each) => each.vpcId === vpcId), draw.first);
    return { model: { ...model, networkAcls: model.networkAcls.map((each) => ({ ...each, subnetIds: [...each.subnetIds.filter((id) => id !== subnetId), ...(each === chosen ? [subnetId] : [])] })) }, text: `${subnetId} is guarded by ${chosen.networkAclId}` };
  },
  address: (model, draw) => {
    const each = pick(guests(model), draw.at);
    // A new one at every time, as after a stop (V11); it never comes back.
    const publicIp = pick([undefined, `198.18.${1 + draw.first % 250}.${1 + draw.second % 250}`, `198.18.${1 + draw.first % 250}.${1 + draw.second % 250}`], draw.first);
    return patched(model, 'networkInterfaces', each, { publicIp: model.networkInterfaces.some((other) => other.publicIp === publicIp) ? undefined : publicIp }, `public address ${publicIp ?? 'none'}`);
  },
  secondary: (model, draw) => {
    const each = pick(guests(model), draw.at);
    const index = each.networkInterfaceId.slice(-1);
    const secondaryAddresses = pick([[], [{ privateIp: each.privateIp.replace(/\d+$/, `10${index}`), publicIp: pick([undefined, `198.18.0.10${index}`], draw.second) }]], draw.first);
    return patched(model, 'networkInterfaces', each, { secondaryAddresses }, `secondary addresses ${JSON.stringify(secondaryAddresses)}`);
  },
  power: (model, draw) => {
    const each = pick(guests(model), draw.at);
    const up = !each.up;
    return patched(model, 'networkInterfaces', each, { up }, up ? 'started' : 'stopped');
  },
  check: (model, draw) => {
    const each = pick(guests(model), draw.at);
    return patched(model, 'networkInterfaces', each, { sourceDestCheck: !each.sourceDestCheck }, `source/dest check ${each.sourceDestCheck ? 'off' : 'on'}`);
  },
  nat: (model, draw) => patched(model, 'natGateways', pick(model.natGateways, draw.at), { state: pick(NAT_STATES, draw.first) }, `state ${pick(NAT_STATES, draw.first)}`),
  gateway: (model, draw) => {
    const each = pick(model.internetGateways, draw.at);
    const vpcId = each.vpcId === undefined ? each.internetGatewayId.replace('igw', 'vpc') : undefined;
    return patched(model, 'internetGateways', each, { vpcId }, vpcId === undefined ? 'detached' : `attached to ${vpcId}`);
  },
  block: (model, { at, first, second }) => {
    const mode = pick(['off', 'block-ingress', 'block-bidirectional', 'block-ingress'] as const, first);
    const resources = [...model.vpcs.map((vpc) => vpc.vpcId), ...model.subnets.map((subnet) => subnet.subnetId)];
    const exclusions = pick([[0], [0, 1], []], second).map((index) => ({ exclusionId: `vpcbpa-exclude-${index}`, resourceId: pick(resources, at + index), mode: pick(['allow-egress', 'allow-bidirectional'] as const, second + index) }));
    return { model: { ...model, blockPublicAccess: { mode, exclusions } }, text: `Block Public Access ${mode}, without ${exclusions.map((each) => `${each.resourceId} (${each.mode})`).join(' and ')}` };
  },
  attribute: (model, draw) => {
    const vpc = pick(model.vpcs, draw.at);
    const second = `${vpc.cidrs[0]?.split('.').slice(0, 2).join('.')}.0.2`;
    const patch = pick([
      { enableDnsSupport: false }, { enableDnsSupport: false }, { enableDnsHostnames: false }, { enableDnsHostnames: false }, { enableDnsHostnames: false }, { domainNameServers: [second] }, { domainNameServers: [second] }, { domainNameServers: [second] }, { domainNameServers: [second] },
      { domainNameServers: ['8.8.8.8'] }, { domainNameServers: ['8.8.8.8'] }, { domainNameServers: ['8.8.8.8'] }, { domainNameServers: [HOSTS.ssm, 'AmazonProvidedDNS'] }, { domainNameServers: undefined, enableDnsSupport: true, enableDnsHostnames: true },
    ], draw.first);
    return patched(model, 'vpcs', vpc, patch, JSON.stringify(patch));
  },
  endpoint: (model, draw) => {
    const patch = pick([{ state: 'pending' }, { privateDnsEnabled: false }, { privateDnsEnabled: false }, { state: 'pending' }, { privateDnsEnabled: false }, { state: 'available', privateDnsEnabled: true }], draw.first);
    return patched(model, 'vpcEndpoints', pick(model.vpcEndpoints.filter((each) => each.endpointType === 'Interface' || draw.second % 4 === 0), draw.at), patch, JSON.stringify(patch));
  },
} satisfies Record<string, Apply>;

export type ChangeName = keyof typeof CHANGES;

/** How often each is drawn, where all are. What Block Public Access stops shows nothing else: it has random flows of its own (block-public-access.test.ts). */
const WEIGHTS: Readonly<Record<ChangeName, number>> = {
  route: 4, unroute: 2, associate: 3, main: 6, admit: 4, revoke: 3, mute: 3, close: 3, wear: 4, entry: 4, 'remove-entry': 2, guard: 3, address: 4, secondary: 3, power: 5, check: 3,
  nat: 4, gateway: 4, block: 0, attribute: 6, endpoint: 5,
  reroute: 6, loop: 3, blackhole: 5, 'own-range': 3, detour: 4, move: 4, readdress: 4, exclusive: 6, shut: 6, 'one-way': 4, deaf: 4, 'no-icmp': 4, lock: 4, bar: 5,
};

const NUMBER = fc.nat(9999);
const NUMBERS = { at: NUMBER, first: NUMBER, second: NUMBER };
export const changes: fc.Arbitrary<ChangeDraw> = fc.record({
  what: fc.oneof(...(Object.keys(WEIGHTS) as ChangeName[]).map((what) => ({ weight: WEIGHTS[what], arbitrary: fc.constant(what) }))),
  afresh: fc.boolean(), ...NUMBERS,
});

/** Of these kinds only, each in a network that is else as it was at first. */
export const changesOf = (...kinds: readonly ChangeName[]): fc.Arbitrary<ChangeDraw> => fc.record({ what: fc.constantFrom(...kinds), afresh: fc.constant(true), ...NUMBERS });

/** `original`: the network before any change. */
export function applyChange(model: NetworkModel, { what, afresh, ...draw }: ChangeDraw, original: NetworkModel): Changed {
  if (!afresh) return CHANGES[what](model, draw);
  const { model: made, text } = CHANGES[what]({ ...original, networkInterfaces: model.networkInterfaces.map((each) => ({ ...each, up: true })) }, draw);
  return { model: made, text: `all is as it was, and ${text}` };
}
