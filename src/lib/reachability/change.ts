/** One change that somebody could make by one call of AWS's API, and the snapshot as it would be after it. Pure. */
import type { Snapshot, SnapshotRole } from '../inventory/snapshot/snapshot.js';
import { formatAddress } from '../net/address.js';
import { parseCidr, prefixLast } from '../net/cidr.js';
import type { PortRange } from '../net/port.js';
import type { BlockPublicAccessExclusion, NetworkInterface, NetworkModel, Route, SecurityGroupRule } from '../vpc/model.js';

/** Whom a security-group rule names. */
export type Peer = { readonly cidr: string } | { readonly groupId: string };

/** A change of the network. */
export type NetworkChange =
  /** AuthorizeSecurityGroupIngress or -Egress; `port` absent: an echo request. */
  | { readonly kind: 'authorize'; readonly direction: 'ingress' | 'egress'; readonly groupId: string; readonly protocol: 'tcp' | 'udp' | 'icmp'; readonly port?: number | undefined; readonly peer: Peer }
  | { readonly kind: 'create-route' | 'replace-route'; readonly routeTableId: string; readonly destination: string; readonly targetKind: 'internet-gateway' | 'nat-gateway'; readonly targetId: string }
  | { readonly kind: 'associate-route-table'; readonly routeTableId: string; readonly subnetId: string }
  | { readonly kind: 'attach-internet-gateway'; readonly internetGatewayId: string; readonly vpcId: string }
  /** `protocol` as CreateNetworkAclEntry has it; all ports without `ports`. */
  | { readonly kind: 'create-acl-entry'; readonly networkAclId: string; readonly egress: boolean; readonly ruleNumber: number; readonly protocol: string; readonly ports?: PortRange | undefined; readonly cidr: string }
  | { readonly kind: 'vpc-attribute'; readonly vpcId: string; readonly attribute: 'enableDnsSupport' | 'enableDnsHostnames' }
  | { readonly kind: 'associate-dhcp-options'; readonly vpcId: string; readonly dhcpOptionsId: string; readonly servers: readonly string[] }
  | { readonly kind: 'private-dns'; readonly vpcEndpointId: string }
  | { readonly kind: 'create-endpoint'; readonly vpcId: string; readonly serviceName: string; readonly subnetId: string; readonly groupIds: readonly string[] }
  | { readonly kind: 'source-dest-check-off'; readonly networkInterfaceId: string }
  | { readonly kind: 'exclude-subnet'; readonly subnetId: string; readonly mode: BlockPublicAccessExclusion['mode'] }
  /** `withAddress`: a public address comes with the start, as one that is assigned automatically does (V11). */
  | { readonly kind: 'start-instance'; readonly instanceId: string; readonly withAddress?: true | undefined };

/** A change of what decides besides packets: policies, roles, the metadata service. */
export type IdentityChange =
  | { readonly kind: 'reset-endpoint-policy'; readonly vpcEndpointId: string }
  | { readonly kind: 'metadata-on'; readonly instanceId: string }
  | { readonly kind: 'associate-profile'; readonly instanceId: string; readonly profileName: string }
  | { readonly kind: 'add-role'; readonly profileName: string; readonly roleName: string }
  | { readonly kind: 'attach-core-policy'; readonly roleName: string }
  | { readonly kind: 'trust-ec2'; readonly roleName: string; readonly trust: string };

export type Change = NetworkChange | IdentityChange;

/** Name of AWS's own policy for an agent's role (`aws-facts.md` §6). */
export const CORE_POLICY = 'AmazonSSMManagedInstanceCore';
/** What of that policy a session needs (`diagnosis.md` I09). */
const CORE_DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Action: ['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel', 'ec2messages:*'],
    Resource: '*',
  }],
});

/** Id that an endpoint has in the model before it is made. */
const NEW_ENDPOINT = 'vpce-new';

/** Stands for the public address that a start brings, which nobody knows before: of a range for documentation, so that nobody has it (RFC 5737). */
export const COMING_ADDRESS = '192.0.2.1';

/** The snapshot after the change. What the change names and the snapshot does not have is left out. */
export function applyChange(change: Change, snapshot: Snapshot): Snapshot {
  const { network } = snapshot;
  const model = (over: Partial<NetworkModel>): Snapshot => ({ ...snapshot, network: { ...network, ...over } });
  switch (change.kind) {
    case 'authorize': {
      const { direction, groupId } = change;
      return model({ securityGroups: edited(network.securityGroups, (group) => group.groupId === groupId, (group) => ({ ...group, [direction]: [...group[direction], ruleOf(change)] })) });
    }
    case 'create-route':
    case 'replace-route': {
      const { routeTableId, destination, targetKind, targetId } = change;
      const route: Route = { destination, targetKind, targetId, state: 'active' };
      return model({ routeTables: edited(network.routeTables, (table) => table.routeTableId === routeTableId, (table) => ({ ...table, routes: [...table.routes.filter((each) => each.destination !== destination), route] })) });
    }
    case 'associate-route-table': {
      const { routeTableId, subnetId } = change;
      return model({ routeTables: network.routeTables.map((table) => ({ ...table, subnetIds: [...table.subnetIds.filter((id) => id !== subnetId), ...(table.routeTableId === routeTableId ? [subnetId] : [])] })) });
    }
    case 'attach-internet-gateway': {
      const { internetGatewayId, vpcId } = change;
      const revived = (route: Route): Route => (route.targetId === internetGatewayId ? { ...route, state: 'active' } : route);
      return model({
        internetGateways: edited(network.internetGateways, (gateway) => gateway.internetGatewayId === internetGatewayId, (gateway) => ({ ...gateway, vpcId })),
        routeTables: edited(network.routeTables, (table) => table.vpcId === vpcId, (table) => ({ ...table, routes: table.routes.map(revived) })),
      });
    }
    case 'create-acl-entry': {
      const { networkAclId, egress, ruleNumber, protocol, ports, cidr } = change;
      const entry = { ruleNumber, egress, protocol, cidr, action: 'allow' as const, portRange: ports };
      return model({ networkAcls: edited(network.networkAcls, (acl) => acl.networkAclId === networkAclId, (acl) => ({ ...acl, entries: [...acl.entries, entry] })) });
    }
    case 'vpc-attribute': return model({ vpcs: edited(network.vpcs, (vpc) => vpc.vpcId === change.vpcId, (vpc) => ({ ...vpc, [change.attribute]: true })) });
    case 'associate-dhcp-options': return model({ vpcs: edited(network.vpcs, (vpc) => vpc.vpcId === change.vpcId, (vpc) => ({ ...vpc, domainNameServers: change.servers })) });
    case 'private-dns': return model({ vpcEndpoints: edited(network.vpcEndpoints, (endpoint) => endpoint.vpcEndpointId === change.vpcEndpointId, (endpoint) => ({ ...endpoint, privateDnsEnabled: true })) });
    case 'create-endpoint': return withEndpoint(snapshot, change);
    case 'source-dest-check-off': return model({ networkInterfaces: edited(network.networkInterfaces, (each) => each.networkInterfaceId === change.networkInterfaceId, (each) => ({ ...each, sourceDestCheck: false })) });
    case 'exclude-subnet': {
      const { blockPublicAccess } = network;
      const exclusion = { exclusionId: 'vpcbpa-exclude-new', resourceId: change.subnetId, mode: change.mode };
      return blockPublicAccess === undefined ? snapshot : model({ blockPublicAccess: { ...blockPublicAccess, exclusions: [...blockPublicAccess.exclusions, exclusion] } });
    }
    case 'start-instance': return {
      ...model({ networkInterfaces: edited(network.networkInterfaces, (each) => each.instanceId === change.instanceId, (each) => ({ ...each, up: true, publicIp: each.publicIp ?? (change.withAddress && (each.deviceIndex ?? 0) === 0 ? COMING_ADDRESS : undefined) })) }),
      instances: edited(snapshot.instances, (each) => each.instanceId === change.instanceId, (each) => ({ ...each, state: 'running' })),
    };
    default: return withIdentity(change, snapshot);
  }
}

function withIdentity(change: IdentityChange, snapshot: Snapshot): Snapshot {
  const instance = (id: string, over: (each: Snapshot['instances'][number]) => Partial<Snapshot['instances'][number]>): Snapshot => ({
    ...snapshot, instances: edited(snapshot.instances, (each) => each.instanceId === id, (each) => ({ ...each, ...over(each) })),
  });
  const role = (name: string, over: (role: SnapshotRole) => Partial<SnapshotRole>): Snapshot => ({
    ...snapshot, profiles: edited(snapshot.profiles, (profile) => profile.role?.roleName === name, (profile) => (profile.role === null ? profile : { ...profile, role: { ...profile.role, ...over(profile.role) } })),
  });
  switch (change.kind) {
    case 'reset-endpoint-policy': {
      const { [change.vpcEndpointId]: _reset, ...endpointPolicies } = snapshot.endpointPolicies;
      return { ...snapshot, endpointPolicies };
    }
    case 'metadata-on': return instance(change.instanceId, ({ metadata }) => ({ metadata: { ...metadata, enabled: true } }));
    case 'associate-profile': return instance(change.instanceId, () => ({ instanceProfile: change.profileName }));
    case 'add-role': {
      const added = snapshot.profiles.find((profile) => profile.role?.roleName === change.roleName)?.role ?? null;
      return { ...snapshot, profiles: edited(snapshot.profiles, (profile) => profile.name === change.profileName, (profile) => ({ ...profile, role: added })) };
    }
    case 'attach-core-policy': return role(change.roleName, ({ policies }) => ({ policies: [...policies, { name: CORE_POLICY, arn: corePolicyArn(snapshot.region), document: CORE_DOCUMENT }] }));
    default: return role(change.roleName, () => ({ trust: change.trust }));
  }
}

/** In the partition of the region. */
export function corePolicyArn(region: string): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:iam::aws:policy/${CORE_POLICY}`;
}

function edited<Item>(items: readonly Item[], test: (item: Item) => boolean, change: (item: Item) => Item): Item[] {
  return items.map((item) => (test(item) ? change(item) : item));
}

function ruleOf({ direction, groupId, protocol, port, peer }: Extract<Change, { readonly kind: 'authorize' }>): SecurityGroupRule {
  // ICMP: type 8, code 0, an echo request (S4).
  const ports = port === undefined ? { fromPort: 8, toPort: 0 } : { fromPort: port, toPort: port };
  return { ruleId: `${groupId}/${direction}/new`, protocol, ...ports, ...peer };
}

/** The endpoint with its interface at an address of the subnet that nobody has (V2 leaves out the first four and the last). */
function withEndpoint(snapshot: Snapshot, { vpcId, serviceName, subnetId, groupIds }: Extract<Change, { readonly kind: 'create-endpoint' }>): Snapshot {
  const { network } = snapshot;
  const prefix = parseCidr(network.subnets.find((subnet) => subnet.subnetId === subnetId)?.cidr ?? '');
  if (prefix === undefined) return snapshot;
  const taken = new Set(network.networkInterfaces.filter((each) => each.vpcId === vpcId).map((each) => each.privateIp));
  let address = prefix.base + 4;
  while (taken.has(formatAddress(address)) && address < prefixLast(prefix) - 1) address += 1;
  const networkInterface: NetworkInterface = {
    networkInterfaceId: 'eni-new', vpcId, subnetId, privateIp: formatAddress(address), groupIds, sourceDestCheck: true, interfaceType: 'vpc_endpoint', macAddress: '', up: true,
  };
  const endpoint = { vpcEndpointId: NEW_ENDPOINT, vpcId, endpointType: 'Interface' as const, serviceName, state: 'available', privateDnsEnabled: true, networkInterfaceIds: ['eni-new'], routeTableIds: [] };
  return { ...snapshot, network: { ...network, networkInterfaces: [...network.networkInterfaces, networkInterface], vpcEndpoints: [...network.vpcEndpoints, endpoint] } };
}
