/** Puts the packets that the namespaces saw in the order of the way: each place's link leads to the next place. */
import { internetLinks } from '../plan/internet.js';
import type { Layout, NatNamespace, Port, VpcLayout } from '../plan/layout.js';
import { NAT_LINK } from '../plan/nat-gateway.js';
import { endpointDevice, PRIVATE_LINK, privateLinkNamespace } from '../plan/private-link.js';
import { ROUTER_LINKS } from '../plan/router.js';
import { INTERNET_NAMESPACE } from '../plan/state.js';
import { dropOf, type TracedPacket } from './packets.js';

export type Place = { readonly namespace: string; readonly input: string } & (
  | { readonly kind: 'router' | 'private-link'; readonly vpc: VpcLayout }
  | { readonly kind: 'nat-gateway'; readonly vpc: VpcLayout; readonly nat: NatNamespace }
  | { readonly kind: 'internet' }
);

/** A packet at a place; without one it was expected there and not seen. */
export type Pass = { readonly place: Place; readonly packet: TracedPacket | undefined };

export const routerPlace = (vpc: VpcLayout, input: string): Place => ({ kind: 'router', namespace: vpc.router, vpc, input });
const privateLinkPlace = (vpc: VpcLayout, input: string): Place => ({ kind: 'private-link', namespace: privateLinkNamespace(vpc), vpc, input });

export const portAt = (vpc: VpcLayout, device: string | undefined): Port | undefined => vpc.ports.find((port) => port.device === device);

/** The way from a place on, through the packets that `fits` takes. */
export function follow(layout: Layout, from: Place, packetsIn: (namespace: string) => readonly TracedPacket[], fits: (packet: TracedPacket) => boolean): Pass[] {
  const passes: Pass[] = [];
  const used = new Set<TracedPacket>();
  for (let place: Place | undefined = from; place !== undefined;) {
    const { namespace, input }: Place = place;
    const packet = packetsIn(namespace).find((each) => each.input === input && fits(each) && !used.has(each));
    passes.push({ place, packet });
    if (packet === undefined || dropOf(packet) !== undefined) break;
    used.add(packet);
    place = nextPlace(layout, place, packet.output);
  }
  return passes;
}

/** Where a link leads; undefined where it ends: at a machine, at a service, with a host. */
function nextPlace(layout: Layout, place: Place, output: string | undefined): Place | undefined {
  if (output === undefined) return undefined;
  switch (place.kind) {
    case 'router':
      return beyondRouter(layout, place.vpc, output);
    case 'nat-gateway':
      return output === NAT_LINK ? routerPlace(place.vpc, place.nat.port.device) : undefined;
    case 'private-link': {
      if (output === PRIVATE_LINK.vpc) return routerPlace(place.vpc, ROUTER_LINKS.privateLink);
      const port = place.vpc.doors.find((door) => door.port !== undefined && endpointDevice(door) === output)?.port;
      return port === undefined ? undefined : routerPlace(place.vpc, port.device);
    }
    case 'internet':
  }
  const vpc = layout.vpcs.find((each) => internetLinks(each).gateway === output);
  return vpc === undefined ? undefined : routerPlace(vpc, ROUTER_LINKS.internetGateway);
}

function beyondRouter(layout: Layout, vpc: VpcLayout, output: string): Place | undefined {
  if (output === ROUTER_LINKS.internetGateway) return { kind: 'internet', namespace: INTERNET_NAMESPACE, input: internetLinks(vpc).gateway };
  if (output === ROUTER_LINKS.privateLink) return privateLinkPlace(vpc, PRIVATE_LINK.vpc);
  const port = portAt(vpc, output);
  if (port?.kind === 'nat') {
    const nat = layout.natGateways.find((each) => each.port.node.id === port.node.id);
    return nat === undefined ? undefined : { kind: 'nat-gateway', namespace: nat.namespace, input: NAT_LINK, vpc, nat };
  }
  const door = port?.kind === 'endpoint' ? vpc.doors.find((each) => each.port === port) : undefined;
  return door === undefined ? undefined : privateLinkPlace(vpc, endpointDevice(door));
}

/** Where the answer to what came to the end of a way is seen first; undefined where no answer is followed. */
export function answerPlace(passes: readonly Pass[]): Place | undefined {
  const last = passes.at(-1);
  if (last?.packet === undefined) return undefined;
  switch (last.place.kind) {
    case 'router':
      return portAt(last.place.vpc, last.packet.output)?.kind === 'machine' ? routerPlace(last.place.vpc, last.packet.output ?? '') : undefined;
    case 'private-link':
      return last.packet.output === PRIVATE_LINK.services ? privateLinkPlace(last.place.vpc, PRIVATE_LINK.services) : undefined;
    case 'internet': {
      const before = passes.findLast(({ place }) => place.kind === 'router')?.place;
      return before?.kind === 'router' && last.packet.output === undefined ? routerPlace(before.vpc, ROUTER_LINKS.internetGateway) : undefined;
    }
    case 'nat-gateway':
  }
  return undefined;
}

/** Namespaces in which a probe from the machine to the address can be seen. */
export function namespacesOnTheWay(layout: Layout, from: VpcLayout, address: string): string[] {
  const other = layout.vpcs.find((vpc) => vpc.publicPairs.some((pair) => pair.publicAddress === address));
  const vpcs = other === undefined || other === from ? [from] : [from, other];
  return [
    ...(vpcs.some((vpc) => vpc.vpc.internetGateway !== undefined) ? [INTERNET_NAMESPACE] : []),
    ...vpcs.flatMap((vpc) => [
      vpc.router,
      ...(vpc.doors.length > 0 ? [privateLinkNamespace(vpc)] : []),
      ...layout.natGateways.filter((nat) => vpc.ports.some((port) => port.node.id === nat.port.node.id)).map((nat) => nat.namespace),
    ]),
  ];
}
