/** Whom a change concerns: flows to and from them are tried more often, and opened before it. */
import type { NetworkInterface, NetworkModel } from '../../../../src/lib/vpc/model.js';
import type { ChangeName } from './changes.js';
import { guests, tableOf } from './draws.js';

/** How somebody is spoken to, or speaks: `around` by the internet gateway and back, `near` within the subnet, `large` with sizes that not all links take. */
export type Way = 'out' | 'in' | 'across' | 'near' | 'around' | 'endpoint' | 'metadata' | 'names' | 'large';

export interface Focus {
  /** Interfaces of those whom a change concerns. */
  readonly guests: readonly string[];
  readonly ways: readonly Way[];
  /** Set where it is about one protocol: that of connections, for a change that is to come. */
  readonly kind?: 'tcp' | 'icmp' | undefined;
}

export const ALL_WAYS: readonly Way[] = ['out', 'out', 'out', 'in', 'in', 'across', 'across', 'near', 'around', 'endpoint', 'metadata', 'names', 'large'];

/** Where a change shows. */
const SHOWS: Readonly<Partial<Record<ChangeName, readonly Way[]>>> = {
  'reroute': ['out', 'out', 'out', 'large'], 'main': ['out', 'out', 'in', 'across'], 'loop': ['out'], 'blackhole': ['out'], 'own-range': ['near'], 'move': ['in'], 'readdress': ['out', 'out', 'in'], 'detour': ['out'], 'bar': ['endpoint'], 'exclusive': ['around', 'around', 'across'], 'one-way': ['out', 'across', 'in'], 'deaf': ['out'],
  'no-icmp': ['out', 'across'], 'lock': ['metadata', 'metadata', 'names', 'near', 'endpoint'], 'shut': ['out', 'out', 'in'], 'mute': ['out', 'endpoint'], 'close': ['in', 'across'], 'nat': ['out', 'out', 'large'], 'power': ['in', 'across'],
  'attribute': ['names'], 'endpoint': ['names', 'names', 'endpoint'], 'address': ['in', 'around', 'out'],
};

/** Whom a change concerns, all guests when it is nothing of a few. `from` and `to`: the network before it and after. */
export function concerned(what: ChangeName | undefined, from: NetworkModel, to: NetworkModel, when: 'made' | 'to come'): Focus {
  const touched = guests(to).filter((each) => touches(from, to, each));
  // What comes back to a NAT gateway is of those behind it.
  const behind = what === 'deaf' ? touched.filter((each) => each.up && natSubnets(to, each).length > 0) : [];
  const found = behind.length > 0 ? behind : touched;
  return {
    guests: (found.length === 0 ? guests(to) : found).map(({ networkInterfaceId }) => networkInterfaceId),
    ways: what === undefined ? ALL_WAYS : SHOWS[what] ?? ALL_WAYS,
    kind: when === 'to come' ? 'tcp' : what === 'no-icmp' ? 'icmp' : undefined,
  };
}

function touches(before: NetworkModel, after: NetworkModel, guest: NetworkInterface): boolean {
  const changed = (key: 'networkInterfaces' | 'vpcs' | 'natGateways' | 'internetGateways' | 'vpcEndpoints', of: (item: never) => boolean): boolean =>
    after[key].some((item, index) => item !== before[key][index] && of(item as never));
  const subnets = new Set([guest.subnetId, ...natSubnets(before, guest), ...natSubnets(after, guest)]);
  return changed('networkInterfaces', (each: NetworkInterface) => each.networkInterfaceId === guest.networkInterfaceId)
    || changed('vpcs', (each: { vpcId: string }) => each.vpcId === guest.vpcId)
    || changed('internetGateways', (each: { internetGatewayId: string }) => each.internetGatewayId.slice(-1) === guest.vpcId.slice(-1))
    || changed('vpcEndpoints', (each: { vpcId: string }) => each.vpcId === guest.vpcId)
    || changed('natGateways', (each: { vpcId: string }) => each.vpcId === guest.vpcId && natSubnets(after, guest).length > 0)
    || after.securityGroups.some((group, index) => group !== before.securityGroups[index] && guest.groupIds.includes(group.groupId))
    || [...subnets].some((subnetId) => routesOf(before, subnetId) !== routesOf(after, subnetId) || entriesOf(before, subnetId) !== entriesOf(after, subnetId));
}

const routesOf = (model: NetworkModel, subnetId: string): unknown => tableOf(model, subnetId)?.routes;

function entriesOf(model: NetworkModel, subnetId: string): unknown {
  const vpcId = model.subnets.find((each) => each.subnetId === subnetId)?.vpcId;
  return (model.networkAcls.find((each) => each.subnetIds.includes(subnetId)) ?? model.networkAcls.find((each) => each.isDefault && each.vpcId === vpcId))?.entries;
}

/** Subnets of the NAT gateways that a guest's routes lead to. */
function natSubnets(model: NetworkModel, guest: NetworkInterface): string[] {
  const targets = tableOf(model, guest.subnetId)?.routes.map(({ targetId }) => targetId) ?? [];
  return model.natGateways.filter(({ natGatewayId }) => targets.includes(natGatewayId)).map(({ subnetId }) => subnetId);
}
