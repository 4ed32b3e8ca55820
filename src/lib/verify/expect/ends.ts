/** Between which two ends a declared flow runs: whom the questions are put for, and to which address. Pure. */
import { formatAddress, parseAddress } from '../../net/address.js';
import { formatCidr, parseCidr, prefixContains, prefixCovers, prefixesOverlap, isPrivateUse } from '../../net/cidr.js';
import type { KnownInstance } from '../../inventory/instance.js';
import type { Place } from '../../reachability/trace.js';
import { missingInterface, type UnreadPart, unreadParts } from '../../reachability/unread.js';
import type { InterfaceNode, Network } from '../../vpc/network.js';
import { boundariesOf, publicPart, spokesmen, stretchOf } from './boundaries.js';
import type { FlowRule } from './language.js';

/** A pair of ends; `text` names the one that varies: `from 203.0.113.7`, `to 8.8.8.8`. */
export interface Ends {
  readonly from: Place;
  readonly to: string;
  readonly text: string;
  /** Those whose rules decide, beside what is on the way. */
  readonly interfaces: readonly InterfaceNode[];
}

/** Where there is nothing to ask: closed by nature, or not to be known. */
export interface Settled {
  readonly value: 'closed' | null;
  readonly by: string;
  readonly why: string;
}

export type Between = { readonly ends: readonly Ends[] } | { readonly settled: Settled };

export interface Scene {
  readonly network: Network;
  /** Address that this machine is seen as from the region; null when it is not known. */
  readonly here: string | null;
  /** What of the configuration could not be read. */
  readonly unread: readonly UnreadPart[];
}

/** Well-known addresses make a counter-example easier to read than the first of a stretch. */
const FAMILIAR = ['8.8.8.8', '1.1.1.1'];

const settled = (value: Settled['value'], by: string, why: string): Between => ({ settled: { value, by, why } });

const primary = ({ network }: Scene, instanceId: string): InterfaceNode | undefined => network.instances.get(instanceId)?.[0];

const withoutInterface = ({ unread }: Scene, who: string): Between => settled(null, who, missingInterface(unread) ?? 'it has no network interface');

const atInterface = (node: InterfaceNode): Place => ({ kind: 'interface', networkInterfaceId: node.id });
const onInternet = (address: number): Place => ({ kind: 'internet', address: formatAddress(address) });

/** Between two instances: the far one under its private address within a VPC, else under its public one. */
function betweenInstances(from: InterfaceNode, to: InterfaceNode, toName: string): Between {
  const address = from.vpc === to.vpc ? to.address : to.publicAddress;
  if (address === undefined) return settled('closed', `${to.id} (I2)`, `${toName} is in another VPC and has no public address: there is none to write to`);
  return { ends: [{ from: atInterface(from), to: formatAddress(address), text: `to ${formatAddress(address)}`, interfaces: [from, to] }] };
}

const isOwnVpc = (near: InterfaceNode, address: number): boolean => near.vpc.prefixes.some((prefix) => prefixContains(prefix, address));

/** Interfaces of the VPC in the prefix, without the instance's own and those that are no host's. */
function neighbours(network: Network, near: InterfaceNode, inPrefix: (address: number) => boolean): InterfaceNode[] {
  const own = new Set((network.instances.get(near.interface.instanceId ?? '') ?? [near]).map((node) => node.id));
  return [...near.vpc.interfaces.values()].filter((node) => inPrefix(node.address) && !own.has(node.id));
}

/** Everybody in a prefix: the public part stretch by stretch, and of the instance's own VPC who is there. */
function withAddresses(scene: Scene, near: InterfaceNode, direction: FlowRule['direction'], cidr: string, onlyForeign: boolean): Between {
  const prefix = parseCidr(cidr);
  if (prefix === undefined) return settled(null, cidr, 'it is no prefix');
  const { network, here, unread } = scene;
  const preferred = [here ?? '', ...FAMILIAR].flatMap((text) => parseAddress(text) ?? []);
  const boundaries = boundariesOf(network, near.vpc.vpc.vpcId, near.groupIds).addresses;
  const outside = publicPart(stretchOf(prefix), network).flatMap((stretch) => spokesmen(stretch, boundaries, preferred));
  // An address of the region's own is nobody's to send from but its owner's; whom it is meant for is asked for by name.
  const foreign = outside.filter((address) => !network.publicAddresses.has(address) || (!onlyForeign && direction === 'reach'));
  const inside = onlyForeign ? [] : neighbours(network, near, (address) => prefixContains(prefix, address));
  const single = prefix.length === 32;
  const nobody = inside.length === 0 && isOwnVpc(near, prefix.base);
  // Of those in its VPC then only instances are known, and of the prefix not all.
  const hidden = onlyForeign || !(single ? nobody : near.vpc.prefixes.some((own) => prefixesOverlap(own, prefix))) ? undefined : unreadParts(unread).of('networkInterfaces');
  if (hidden !== undefined) return settled(null, near.vpc.vpc.vpcId, hidden);
  if (direction === 'reach') {
    const to = (address: number, node?: InterfaceNode): Ends => ({ from: atInterface(near), to: formatAddress(address), text: `to ${formatAddress(address)}`, interfaces: node === undefined ? [near] : [near, node] });
    const ends = [...(nobody ? [to(prefix.base)] : inside.map((node) => to(node.address, node))), ...foreign.map((address) => to(address))];
    return ends.length > 0 ? { ends } : elsewhere(scene, cidr);
  }
  const to = near.publicAddress;
  const owner = single ? network.publicAddresses.get(prefix.base) : undefined;
  if (owner !== undefined) return fromPublicAddressOf(owner, near, cidr);
  const hosts = inside.filter((node) => node.interface.interfaceType === 'interface');
  const fromInside = hosts.map((node) => ({ from: atInterface(node), to: formatAddress(near.address), text: `from ${formatAddress(node.address)}`, interfaces: [near, node] }));
  const fromOutside = to === undefined ? [] : foreign.map((address) => ({ from: onInternet(address), to: formatAddress(to), text: `from ${formatAddress(address)}`, interfaces: [near] }));
  const ends = [...fromInside, ...fromOutside];
  if (ends.length > 0) return { ends };
  if (foreign.length > 0) return settled('closed', `${near.id} (I2)`, 'it has no public address: nobody outside its VPC can write to it');
  if (nobody) return settled(null, near.vpc.vpc.vpcId, `${single ? `nothing has ${cidr.replace('/32', '')}` : `nothing is in ${cidr}`} now, so that nobody can be asked for`);
  return elsewhere(scene, cidr);
}

/** From a public address that is the region's own. */
function fromPublicAddressOf(owner: InterfaceNode, near: InterfaceNode, cidr: string): Between {
  const address = cidr.replace('/32', '');
  if (owner.natGateway !== undefined) return settled(null, owner.natGateway.natGatewayId, `${address} is the NAT gateway's: whom it speaks for is asked for by name`);
  const to = near.publicAddress;
  if (to === undefined) return settled('closed', `${near.id} (I2)`, 'it has no public address: nobody outside its VPC can write to it');
  return { ends: [{ from: atInterface(owner), to: formatAddress(to), text: `from ${address}`, interfaces: [owner, near] }] };
}

function elsewhere({ network }: Scene, cidr: string): Between {
  const prefix = parseCidr(cidr);
  const vpc = prefix === undefined ? undefined : [...network.vpcs.values()].find((each) => each.prefixes.some((own) => prefixCovers(own, prefix)));
  if (vpc !== undefined) return settled('closed', `${vpc.vpc.vpcId} (V5)`, `${cidr} is in another VPC, which is not joined with its own`);
  if (prefix !== undefined && isPrivateUse(prefix.base)) return settled(null, cidr, 'it is private and in no VPC of the snapshot: peering, a transit gateway and a VPN are not modelled');
  return settled(null, cidr, 'no host of the internet or of its VPC has an address in it');
}

/** `near`: the instance that the rule stands at; `far`: which of the selected ones, where the far end is a selector. */
export function endsOf(scene: Scene, near: KnownInstance, { direction, far }: FlowRule, farInstance?: KnownInstance): Between {
  const node = primary(scene, near.instanceId);
  if (node === undefined) return withoutInterface(scene, near.instanceId);
  if (far.kind === 'internet') return withAddresses(scene, node, direction, '0.0.0.0/0', true);
  if (far.kind === 'addresses') return withAddresses(scene, node, direction, formatCidr(far.prefix), false);
  if (far.kind === 'here') return scene.here === null ? settled(null, 'here', 'the address that this machine is seen as is not known') : withAddresses(scene, node, direction, `${scene.here}/32`, true);
  const other = farInstance === undefined ? undefined : primary(scene, farInstance.instanceId);
  if (farInstance === undefined || other === undefined) return withoutInterface(scene, farInstance?.instanceId ?? far.text);
  return direction === 'reach' ? betweenInstances(node, other, farInstance.name) : betweenInstances(other, node, near.name);
}
