/** Who is there: the parts of all regions that get a namespace or a link, each with its number. */
import { formatAddress } from '../../../../lib/net/address.js';
import { isAvailable, SERVICE_PORT } from '../../../../lib/vpc/endpoint.js';
import { isAttached } from '../../../../lib/vpc/internet-gateway.js';
import type { VpcEndpoint } from '../../../../lib/vpc/model.js';
import type { InterfaceNode, Network, SubnetNode, VpcNode } from '../../../../lib/vpc/network.js';
import type { InternetHost } from '../../fabric.js';
import { doorOf, identityOf, loopbackOf, sideDoorOf } from '../addresses.js';
import { Numbers } from './numbers.js';

/** A network interface that is on its VPC's router. */
export interface Port {
  readonly node: InterfaceNode;
  readonly kind: 'machine' | 'nat' | 'endpoint';
  /** The router's side of its link. */
  readonly device: string;
  /** As whom metadata service and resolver see it. */
  readonly identity: string;
  readonly mac: string;
  /** Private addresses, the primary one first. */
  readonly addresses: readonly string[];
}

/** A running instance. */
export interface Machine {
  readonly region: string;
  readonly instanceId: string;
  readonly namespace: string;
  /** The internet's side of its side door. */
  readonly device: string;
  readonly number: number;
  readonly sideDoor: string;
  readonly loopback: string;
  /** First device first. */
  readonly ports: readonly Port[];
}

export interface NatNamespace {
  readonly namespace: string;
  readonly port: Port;
}

/** One way by PrivateLink from a VPC to a service. */
export interface Door {
  readonly address: string;
  readonly number: number;
  readonly region: string;
  readonly vpc: VpcNode;
  readonly vpcEndpointId: string;
  readonly host: InternetHost;
  /** An interface endpoint's interface; undefined for a gateway endpoint, whose door stands for `hostAddress`. */
  readonly port: Port | undefined;
  readonly hostAddress: string | undefined;
  /** TCP ports that lead on. */
  readonly tcp: readonly number[];
}

export interface VpcLayout {
  readonly network: Network;
  readonly vpc: VpcNode;
  readonly number: number;
  /** Namespace of its router. */
  readonly router: string;
  readonly ports: readonly Port[];
  readonly portOf: ReadonlyMap<string, Port>;
  readonly doors: readonly Door[];
  /** What packets from a subnet are marked with; also its priority among the routing rules. */
  readonly marks: ReadonlyMap<SubnetNode, number>;
  /** The kernel's number of each route table that a subnet uses, by its id. */
  readonly tables: ReadonlyMap<string, number>;
  /** Private and public addresses that its internet gateway translates; empty without a gateway. */
  readonly publicPairs: readonly { readonly privateAddress: string; readonly publicAddress: string }[];
}

export interface Layout {
  readonly vpcs: readonly VpcLayout[];
  readonly machines: ReadonlyMap<string, Machine>;
  /** By the interface's id. */
  readonly machineOf: ReadonlyMap<string, Machine>;
  readonly natGateways: readonly NatNamespace[];
  readonly doors: readonly Door[];
  /** Interfaces by the identity that metadata service and resolver see. */
  readonly identities: ReadonlyMap<string, Port>;
}

/** What a layout numbers; kept from one to the next. */
export interface LayoutNumbers {
  readonly vpcs: Numbers;
  readonly ports: Numbers;
  readonly machines: Numbers;
  readonly doors: Numbers;
  readonly subnets: Numbers;
  readonly tables: Numbers;
}

export function layoutNumbers(): LayoutNumbers {
  return { vpcs: new Numbers(), ports: new Numbers(), machines: new Numbers(), doors: new Numbers(), subnets: new Numbers(), tables: new Numbers() };
}

/** Numbers of route tables begin above the kernel's own. */
const FIRST_TABLE = 1000;

interface Internet {
  readonly behind: (serviceName: string) => InternetHost | undefined;
}

const byId = <T>(id: (item: T) => string) => (a: T, b: T): number => (id(a) < id(b) ? -1 : id(a) > id(b) ? 1 : 0);

function kindOf(node: InterfaceNode, internet: Internet): Port['kind'] | undefined {
  if (node.natGateway !== undefined) return node.natGateway.state.toLowerCase() === 'available' ? 'nat' : undefined;
  if (node.endpoint !== undefined) {
    const leads = isAvailable(node.endpoint) && internet.behind(node.endpoint.serviceName)?.tcp.has(SERVICE_PORT) === true;
    return leads ? 'endpoint' : undefined;
  }
  return node.interface.interfaceType === 'interface' && node.interface.instanceId !== undefined && node.interface.up ? 'machine' : undefined;
}

/** The model's address where it is one, else one made of the number; locally administered, as EC2's are. */
function macOf(node: InterfaceNode, number: number): string {
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/iu.test(node.interface.macAddress)
    ? node.interface.macAddress
    : `0a:${number.toString(16).padStart(10, '0').replaceAll(/(?=(?:..)+$)(?!^)/gu, ':')}`;
}

function addressesOf(node: InterfaceNode): string[] {
  const primary = formatAddress(node.address);
  return [primary, ...[...node.addresses].map(formatAddress).filter((address) => address !== primary).toSorted()];
}

/** Lays out all regions. `numbers` are settled for exactly what is there. */
export function layOut(networks: readonly Network[], internet: Internet, numbers: LayoutNumbers): Layout {
  const vpcs = networks.flatMap((network) => [...network.vpcs.values()].map((vpc) => ({ network, vpc, key: `${network.region}/${vpc.vpc.vpcId}` }))).toSorted(byId((each) => each.key));
  const nodes = networks.flatMap((network) => [...network.interfaces.values()].flatMap((node) => {
    const kind = kindOf(node, internet);
    return kind === undefined ? [] : [{ network, node, kind, key: `${network.region}/${node.id}` }];
  })).toSorted(byId((each) => each.key));
  numbers.vpcs.settle(vpcs.map((each) => each.key));
  numbers.ports.settle(nodes.map((each) => each.key));
  const subnetKey = (region: string, subnet: SubnetNode): string => `${region}/${subnet.subnet.subnetId}`;
  const tableKey = (region: string, id: string): string => `${region}/${id}`;
  numbers.subnets.settle(networks.flatMap((network) => [...network.subnets.values()].map((subnet) => subnetKey(network.region, subnet))));
  numbers.tables.settle(networks.flatMap((network) => [...network.subnets.values()].flatMap(({ routeTable }) => (routeTable === undefined ? [] : [tableKey(network.region, routeTable.table.routeTableId)]))));
  const ports = new Map(nodes.map(({ node, kind, key }): [string, Port] => {
    const number = numbers.ports.of(key);
    return [node.id, { node, kind, device: `e-${number}`, identity: identityOf(number), mac: macOf(node, number), addresses: addressesOf(node) }];
  }));
  const machines = machinesOf(networks, ports, numbers.machines);
  const doors = doorsOf(networks, ports, internet, numbers.doors);
  return {
    vpcs: vpcs.map(({ network, vpc, key }): VpcLayout => {
      const number = numbers.vpcs.of(key);
      const own = [...ports.values()].filter((port) => port.node.vpc === vpc);
      return {
        network, vpc, number, router: `v${number}`, ports: own, portOf: new Map(own.map((port) => [port.node.id, port])),
        doors: doors.filter((door) => door.vpc === vpc),
        marks: new Map(vpc.subnets.map((subnet) => [subnet, numbers.subnets.of(subnetKey(network.region, subnet))])),
        tables: new Map(vpc.subnets.flatMap(({ routeTable }) => (routeTable === undefined ? [] : [[routeTable.table.routeTableId, FIRST_TABLE + numbers.tables.of(tableKey(network.region, routeTable.table.routeTableId))] as const]))),
        publicPairs: vpc.internetGateway === undefined ? [] : publicPairs(vpc, ports),
      };
    }),
    machines,
    machineOf: new Map([...machines.values()].flatMap((machine) => machine.ports.map((port) => [port.node.id, machine] as const))),
    natGateways: [...ports.values()].filter((port) => port.kind === 'nat').map((port) => ({ namespace: natNamespace(port), port })),
    doors,
    identities: new Map([...ports.values()].map((port) => [port.identity, port])),
  };
}

export function natNamespace(port: Port): string {
  return `n${port.device.slice(2)}`;
}

function machinesOf(networks: readonly Network[], ports: ReadonlyMap<string, Port>, numbers: Numbers): Map<string, Machine> {
  const found = networks.flatMap((network) => [...network.instances].flatMap(([instanceId, nodes]) => {
    const own = nodes.flatMap((node) => {
      const port = ports.get(node.id);
      return port?.kind === 'machine' ? [port] : [];
    });
    return own.length === 0 ? [] : [{ region: network.region, instanceId, own, key: `${network.region}/${instanceId}` }];
  }));
  numbers.settle(found.map((each) => each.key));
  return new Map(found.map(({ region, instanceId, own, key }): [string, Machine] => {
    const number = numbers.of(key);
    return [key, { region, instanceId, namespace: `i${number}`, device: `s-${number}`, number, sideDoor: sideDoorOf(number), loopback: loopbackOf(number), ports: own }];
  }));
}

function doorsOf(networks: readonly Network[], ports: ReadonlyMap<string, Port>, internet: Internet, numbers: Numbers): Door[] {
  const found = networks.flatMap((network) => network.model.vpcEndpoints.filter(isAvailable).flatMap((endpoint) => {
    const vpc = network.vpcs.get(endpoint.vpcId);
    const host = internet.behind(endpoint.serviceName);
    if (vpc === undefined || host === undefined) return [];
    const at = { region: network.region, vpc, vpcEndpointId: endpoint.vpcEndpointId, host };
    return endpoint.endpointType === 'Interface' ? interfaceDoors(endpoint, ports).map((door) => ({ ...at, ...door })) : gatewayDoors(host).map((door) => ({ ...at, ...door }));
  }));
  const keyOf = (door: (typeof found)[number]): string => `${door.region}/${door.vpcEndpointId}/${door.port?.node.id ?? door.hostAddress}`;
  numbers.settle(found.map(keyOf));
  return found.toSorted(byId(keyOf)).map((door) => ({ ...door, number: numbers.of(keyOf(door)), address: doorOf(numbers.of(keyOf(door))) }));
}

type DoorEnd = Pick<Door, 'port' | 'hostAddress' | 'tcp'>;

function interfaceDoors(endpoint: VpcEndpoint, ports: ReadonlyMap<string, Port>): DoorEnd[] {
  return endpoint.networkInterfaceIds.flatMap((id) => {
    const port = ports.get(id);
    return port === undefined ? [] : [{ port, hostAddress: undefined, tcp: [SERVICE_PORT] }];
  });
}

function gatewayDoors(host: InternetHost): DoorEnd[] {
  return host.addresses.map((hostAddress) => ({ port: undefined, hostAddress, tcp: [...host.tcp.keys()] }));
}

function publicPairs(vpc: VpcNode, ports: ReadonlyMap<string, Port>): VpcLayout['publicPairs'] {
  return [...vpc.interfaces.values()]
    .filter((node) => node.publicAddress !== undefined && isAttached(node) && ports.has(node.id))
    .map((node) => ({ privateAddress: formatAddress(node.address), publicAddress: formatAddress(node.publicAddress ?? 0) }))
    .toSorted(byId((pair) => pair.privateAddress));
}
