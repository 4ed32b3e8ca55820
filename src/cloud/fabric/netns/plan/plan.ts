/** From what there is to what the kernel is to hold: every namespace and link of the whole fabric. */
import { NAT_MTU } from '../../../../lib/vpc/nat-gateway.js';
import { INTERNET_MTU } from '../../../../lib/vpc/internet-gateway.js';
import type { InternetHost } from '../../fabric.js';
import { internetLinks, internetState } from './internet.js';
import type { Layout, Machine, Port, VpcLayout } from './layout.js';
import { natNamespace } from './layout.js';
import { guestDevice, machineState, SIDE_DOOR_LINK, SIDE_DOOR_MAC } from './machine.js';
import { NAT_LINK, natGatewayState } from './nat-gateway.js';
import { endpointDevice, PRIVATE_LINK, privateLinkNamespace, privateLinkState } from './private-link.js';
import { hasPrivateLink, ROUTER_LINKS, ROUTER_MAC, routerState } from './router.js';
import type { FabricState, Link, NamespaceState } from './state.js';
import { INTERNET_NAMESPACE } from './state.js';

/** Inside a VPC, bytes. */
const VPC_MTU = 9001;
/** Of both ends of a link on which nobody asks for addresses. */
const PLAIN_MAC = '0a:ff:ff:ff:ff:03';

export interface PlanInput {
  readonly layout: Layout;
  readonly hosts: readonly InternetHost[];
  /** Ports that this process listens on for a machine, by the machine's namespace. */
  readonly listens: (machine: Machine) => ReadonlySet<number>;
  /** `net.ipv4.ping_group_range` of machines. */
  readonly pingGroups: string;
  /** What machines were planned as the last time: most of them stay as they are. */
  readonly remembered: MachineMemory;
}

/** Namespace → what its state was made of, and the state. */
export type MachineMemory = Map<string, { readonly signature: string; readonly state: NamespaceState }>;

export function planState({ layout, hosts, listens, pingGroups, remembered }: PlanInput): FabricState {
  const namespaces = new Map<string, NamespaceState>([[INTERNET_NAMESPACE, internetState(layout, hosts, '0 0')]]);
  const links: Link[] = [];
  for (const vpc of layout.vpcs) {
    namespaces.set(vpc.router, routerState(vpc));
    links.push(...vpcLinks(vpc));
    if (hasPrivateLink(vpc)) namespaces.set(privateLinkNamespace(vpc), privateLinkState(vpc));
  }
  for (const nat of layout.natGateways) namespaces.set(nat.namespace, natGatewayState(nat));
  for (const machine of layout.machines.values()) {
    namespaces.set(machine.namespace, machineOnce(machine, listens(machine), pingGroups, remembered));
    links.push(plain(INTERNET_NAMESPACE, machine.device, machine.namespace, SIDE_DOOR_LINK, VPC_MTU, SIDE_DOOR_MAC));
  }
  for (const name of remembered.keys()) if (!namespaces.has(name)) remembered.delete(name);
  return { namespaces, links: new Map(links.map((link) => [`${link.ends[0].namespace}/${link.ends[0].name}`, link])) };

  function vpcLinks(vpc: VpcLayout): Link[] {
    const outside = internetLinks(vpc);
    const own = [plain(INTERNET_NAMESPACE, outside.services, vpc.router, ROUTER_LINKS.services, VPC_MTU)];
    if (vpc.vpc.internetGateway !== undefined) own.push(plain(INTERNET_NAMESPACE, outside.gateway, vpc.router, ROUTER_LINKS.internetGateway, INTERNET_MTU));
    if (hasPrivateLink(vpc)) {
      const namespace = privateLinkNamespace(vpc);
      own.push(plain(INTERNET_NAMESPACE, outside.privateLink, namespace, PRIVATE_LINK.services, NAT_MTU), plain(vpc.router, ROUTER_LINKS.privateLink, namespace, PRIVATE_LINK.vpc, NAT_MTU));
    }
    return [...own, ...vpc.ports.flatMap((port) => portLink(vpc, port) ?? [])];
  }

  function portLink(vpc: VpcLayout, port: Port): Link | undefined {
    if (port.kind === 'nat') return plain(vpc.router, port.device, natNamespace(port), NAT_LINK, NAT_MTU, port.mac);
    if (port.kind === 'endpoint') {
      const door = vpc.doors.find((each) => each.port === port);
      return door === undefined ? undefined : plain(vpc.router, port.device, privateLinkNamespace(vpc), endpointDevice(door), VPC_MTU, port.mac);
    }
    const machine = layout.machineOf.get(port.node.id);
    if (machine === undefined) return undefined;
    const end = { namespace: machine.namespace, name: guestDevice(machine.ports.indexOf(port)), mac: port.mac };
    return { ends: [{ namespace: vpc.router, name: port.device, mac: ROUTER_MAC }, end], mtu: VPC_MTU };
  }
}

function machineOnce(machine: Machine, listens: ReadonlySet<number>, pingGroups: string, remembered: MachineMemory): NamespaceState {
  const signature = JSON.stringify([machine.sideDoor, pingGroups, ...listens, ...machine.ports.map(({ addresses, node }) => [...addresses, node.subnet.prefix])]);
  const known = remembered.get(machine.namespace);
  if (known?.signature === signature) return known.state;
  const state = machineState(machine, listens, pingGroups);
  remembered.set(machine.namespace, { signature, state });
  return state;
}

function plain(namespace: string, name: string, otherNamespace: string, otherName: string, mtu: number, mac: string = PLAIN_MAC): Link {
  return { ends: [{ namespace, name, mac }, { namespace: otherNamespace, name: otherName, mac }], mtu };
}
