/** The index over a model: every id and every (VPC, address) leads at once to what stands there. Never keyed by address alone (V5). */
import { parseAddress } from '../net/address.js';
import type { Prefix } from '../net/cidr.js';
import { parseCidr, prefixContains } from '../net/cidr.js';
import type { AclNode, GroupNode, RouteTableNode } from './compile.js';
import { compileAcl, compileGroup, compilePrefixLists, compileRouteTable } from './compile.js';
import type { InternetGateway, NatGateway, NetworkInterface, NetworkModel, Subnet, Vpc, VpcEndpoint } from './model.js';

export interface VpcNode {
  readonly vpc: Vpc;
  /** Primary first; IPv4 only. */
  readonly prefixes: readonly Prefix[];
  /** Primary CIDR + 2 (V3); undefined when the VPC has no IPv4 CIDR. */
  readonly resolverAddress: number | undefined;
  /** The attached gateway (I1). */
  readonly internetGateway: InternetGateway | undefined;
  readonly subnets: readonly SubnetNode[];
  readonly endpoints: readonly VpcEndpoint[];
  /** By private address. */
  readonly interfaces: ReadonlyMap<number, InterfaceNode>;
}

export interface SubnetNode {
  readonly subnet: Subnet;
  readonly vpc: VpcNode;
  readonly prefix: Prefix;
  /** The table in force, and whether it is the main one by fallback (R3). */
  readonly routeTable: RouteTableNode | undefined;
  readonly implicitMain: boolean;
  readonly acl: AclNode | undefined;
}

/** An interface at one of its private addresses; what is looked up by id is it at its primary one. */
export interface InterfaceNode {
  readonly id: string;
  readonly interface: NetworkInterface;
  readonly address: number;
  /** Mapped to this address. */
  readonly publicAddress: number | undefined;
  /** All private addresses of the interface. */
  readonly addresses: ReadonlySet<number>;
  readonly vpc: VpcNode;
  readonly subnet: SubnetNode;
  readonly groups: readonly GroupNode[];
  readonly groupIds: ReadonlySet<string>;
  /** Set on the interface of a NAT gateway. */
  readonly natGateway: NatGateway | undefined;
  /** Set on the interface of an interface endpoint. */
  readonly endpoint: VpcEndpoint | undefined;
}

export interface Network {
  readonly model: NetworkModel;
  readonly region: string;
  readonly vpcs: ReadonlyMap<string, VpcNode>;
  readonly subnets: ReadonlyMap<string, SubnetNode>;
  readonly interfaces: ReadonlyMap<string, InterfaceNode>;
  /** The interfaces of each instance, the first device first. */
  readonly instances: ReadonlyMap<string, readonly InterfaceNode[]>;
  /** By public address, which is unique in a region. */
  readonly publicAddresses: ReadonlyMap<number, InterfaceNode>;
  readonly natGateways: ReadonlyMap<string, InterfaceNode>;
  readonly endpoints: ReadonlyMap<string, VpcEndpoint>;
}

interface VpcDraft extends VpcNode {
  readonly subnets: SubnetNode[];
  readonly interfaces: Map<number, InterfaceNode>;
}

/** Builds the index, linear in the size of the model. What refers to a resource that is not in the model is left out. */
export function indexModel(model: NetworkModel): Network {
  const lists = compilePrefixLists(model.prefixLists);
  const groups = new Map(model.securityGroups.map((group) => [group.groupId, compileGroup(group, lists)]));
  const vpcs = indexVpcs(model);
  const subnets = indexSubnets(model, vpcs, lists);
  const natByInterface = new Map(model.natGateways.map((nat) => [nat.networkInterfaceId, nat]));
  const endpointByInterface = new Map(
    model.vpcEndpoints.flatMap((endpoint) => endpoint.networkInterfaceIds.map((id) => [id, endpoint] as const)));

  const interfaces = new Map<string, InterfaceNode>();
  const publicAddresses = new Map<number, InterfaceNode>();
  const natGateways = new Map<string, InterfaceNode>();
  for (const each of [...model.networkInterfaces, ...impliedNatInterfaces(model)]) {
    const vpc = vpcs.get(each.vpcId);
    const subnet = subnets.get(each.subnetId);
    const address = parseAddress(each.privateIp);
    if (vpc === undefined || subnet === undefined || address === undefined) continue;
    const natGateway = natByInterface.get(each.networkInterfaceId);
    const secondary = (each.secondaryAddresses ?? []).flatMap(({ privateIp, publicIp }) => {
      const own = parseAddress(privateIp);
      return own === undefined ? [] : [{ address: own, publicAddress: publicAddressOf(publicIp) }];
    });
    const node: InterfaceNode = {
      id: each.networkInterfaceId,
      interface: each,
      address,
      publicAddress: publicAddressOf(each.publicIp ?? natGateway?.publicIp),
      addresses: new Set([address, ...secondary.map((one) => one.address)]),
      vpc,
      subnet,
      groups: each.groupIds.flatMap((id) => groups.get(id) ?? []),
      groupIds: new Set(each.groupIds),
      natGateway,
      endpoint: endpointByInterface.get(each.networkInterfaceId),
    };
    interfaces.set(node.id, node);
    for (const at of [node, ...secondary.map((one): InterfaceNode => ({ ...node, ...one }))]) {
      vpc.interfaces.set(at.address, at);
      if (at.publicAddress !== undefined) publicAddresses.set(at.publicAddress, at);
    }
    if (natGateway !== undefined) natGateways.set(natGateway.natGatewayId, node);
  }
  const endpoints = new Map(model.vpcEndpoints.map((endpoint) => [endpoint.vpcEndpointId, endpoint]));
  return { model, region: model.region, vpcs, subnets, interfaces, instances: instancesOf(interfaces.values()), publicAddresses, natGateways, endpoints };
}

function publicAddressOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseAddress(text);
}

function instancesOf(interfaces: Iterable<InterfaceNode>): Map<string, InterfaceNode[]> {
  const instances = new Map<string, InterfaceNode[]>();
  for (const node of interfaces) {
    const { instanceId } = node.interface;
    if (instanceId === undefined) continue;
    const known = instances.get(instanceId);
    if (known === undefined) instances.set(instanceId, [node]);
    else known.push(node);
  }
  const deviceOf = (node: InterfaceNode): number => node.interface.deviceIndex ?? 0;
  for (const nodes of instances.values()) if (nodes.length > 1) nodes.sort((a, b) => deviceOf(a) - deviceOf(b));
  return instances;
}

function indexVpcs(model: NetworkModel): Map<string, VpcDraft> {
  const gateways = new Map(model.internetGateways.flatMap((gateway) => (gateway.vpcId === undefined ? [] : [[gateway.vpcId, gateway] as const])));
  const endpoints = new Map<string, VpcEndpoint[]>(model.vpcs.map((vpc) => [vpc.vpcId, []]));
  for (const endpoint of model.vpcEndpoints) endpoints.get(endpoint.vpcId)?.push(endpoint);
  return new Map(model.vpcs.map((vpc) => {
    const prefixes = vpc.cidrs.flatMap((cidr) => parseCidr(cidr) ?? []);
    const primary = prefixes[0];
    return [vpc.vpcId, {
      vpc,
      prefixes,
      resolverAddress: primary === undefined ? undefined : primary.base + 2,
      internetGateway: gateways.get(vpc.vpcId),
      subnets: [],
      endpoints: endpoints.get(vpc.vpcId) ?? [],
      interfaces: new Map(),
    }];
  }));
}

function indexSubnets(model: NetworkModel, vpcs: ReadonlyMap<string, VpcDraft>, lists: ReturnType<typeof compilePrefixLists>): Map<string, SubnetNode> {
  const tables = model.routeTables.map((table) => compileRouteTable(table, lists));
  const tableOf = new Map(tables.flatMap((node) => node.table.subnetIds.map((id) => [id, node] as const)));
  const mainOf = new Map(tables.flatMap((node) => (node.table.main ? [[node.table.vpcId, node] as const] : [])));
  const acls = model.networkAcls.map(compileAcl);
  const aclOf = new Map(acls.flatMap((node) => node.acl.subnetIds.map((id) => [id, node] as const)));
  const defaultAclOf = new Map(acls.flatMap((node) => (node.acl.isDefault ? [[node.acl.vpcId, node] as const] : [])));
  const subnets = new Map<string, SubnetNode>();
  for (const subnet of model.subnets) {
    const vpc = vpcs.get(subnet.vpcId);
    const prefix = parseCidr(subnet.cidr);
    if (vpc === undefined || prefix === undefined) continue;
    const explicit = tableOf.get(subnet.subnetId);
    const node: SubnetNode = {
      subnet,
      vpc,
      prefix,
      routeTable: explicit ?? mainOf.get(subnet.vpcId),
      implicitMain: explicit === undefined,
      acl: aclOf.get(subnet.subnetId) ?? defaultAclOf.get(subnet.vpcId),
    };
    vpc.subnets.push(node);
    subnets.set(subnet.subnetId, node);
  }
  return subnets;
}

/** The interfaces of NAT gateways that the model lists by id only (N16: they are requester-managed, and some readers skip them). */
function impliedNatInterfaces(model: NetworkModel): NetworkInterface[] {
  const known = new Set(model.networkInterfaces.map((each) => each.networkInterfaceId));
  return model.natGateways.filter((nat) => !known.has(nat.networkInterfaceId)).map((nat) => ({
    networkInterfaceId: nat.networkInterfaceId,
    vpcId: nat.vpcId,
    subnetId: nat.subnetId,
    privateIp: nat.privateIp,
    publicIp: nat.publicIp,
    groupIds: [],
    sourceDestCheck: false,
    interfaceType: 'nat_gateway',
    macAddress: '',
    up: true,
  }));
}

/** True when the address lies in one of the VPC's CIDRs. */
export function inVpc(vpc: VpcNode, address: number): boolean {
  return vpc.prefixes.some((prefix) => prefixContains(prefix, address));
}

/** The subnet of the VPC that holds the address. */
export function subnetAt(vpc: VpcNode, address: number): SubnetNode | undefined {
  return vpc.subnets.find((each) => prefixContains(each.prefix, address));
}

/** Whether something answers at the interface: gateways and endpoints always, an instance while it runs (I3). */
export function isUp(node: InterfaceNode): boolean {
  const { interfaceType, up } = node.interface;
  return interfaceType === 'nat_gateway' || interfaceType === 'vpc_endpoint' || up;
}
