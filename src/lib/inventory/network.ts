/** What EC2 describes, as the neutral network document that the rules are asked with. */
import type { NetworkDescription } from '../aws/ec2-network.js';
import type { NetworkInterface, NetworkModel, Route, RouteTable, RouteTargetKind, SecurityGroup, SecurityGroupRule } from '../vpc/model.js';
import type { ApiInstance } from './stack-instances.js';

type ApiRouteTable = NetworkDescription['routeTables'][number];
type ApiRoute = NonNullable<ApiRouteTable['Routes']>[number];
type ApiGroup = NetworkDescription['securityGroups'][number];
type ApiPermission = NonNullable<ApiGroup['IpPermissions']>[number];

export const present = (ids: readonly (string | undefined)[]): string[] => ids.filter((id) => id !== undefined);

function routeTarget(route: ApiRoute): { targetKind: RouteTargetKind; targetId: string } {
  const gateway = route.GatewayId;
  if (gateway === 'local') return { targetKind: 'local', targetId: 'local' };
  if (gateway?.startsWith('igw-') === true) return { targetKind: 'internet-gateway', targetId: gateway };
  if (gateway?.startsWith('vpce-') === true) return { targetKind: 'vpc-endpoint', targetId: gateway };
  if (route.NatGatewayId !== undefined) return { targetKind: 'nat-gateway', targetId: route.NatGatewayId };
  if (route.NetworkInterfaceId !== undefined) return { targetKind: 'network-interface', targetId: route.NetworkInterfaceId };
  const other = [gateway, route.TransitGatewayId, route.VpcPeeringConnectionId, route.EgressOnlyInternetGatewayId, route.LocalGatewayId, route.CarrierGatewayId, route.CoreNetworkArn];
  return { targetKind: 'unsupported', targetId: other.find((id) => id !== undefined) ?? 'unknown' };
}

const isServiceEndpoint = ({ VpcEndpointType }: NetworkDescription['vpcEndpoints'][number]): boolean => VpcEndpointType === 'Interface' || VpcEndpointType === 'Gateway';

function routeOf(route: ApiRoute): Route | undefined {
  // IPv6 routes do not matter to an IPv4 path.
  const destination = route.DestinationCidrBlock ?? route.DestinationPrefixListId;
  if (destination === undefined) return undefined;
  const target = routeTarget(route);
  const state: string = route.State ?? 'active';
  // Of a route in a state of another name (`filtered`, or one to come) nobody here knows what it does.
  if (state !== 'active' && state !== 'blackhole') return { destination, targetKind: 'unsupported', targetId: `${target.targetId}, which is ${state}`, state: 'active' };
  return { destination, ...target, state };
}

function routeTableOf(table: ApiRouteTable): RouteTable {
  const associations = table.Associations ?? [];
  return {
    routeTableId: table.RouteTableId ?? '',
    vpcId: table.VpcId ?? '',
    main: associations.some((association) => association.Main === true),
    subnetIds: present(associations.map((association) => association.SubnetId)),
    gatewayIds: present(associations.map((association) => association.GatewayId)),
    routes: (table.Routes ?? []).flatMap((route) => routeOf(route) ?? []),
  };
}

function rulesOf(groupId: string, direction: string, permissions: readonly ApiPermission[]): SecurityGroupRule[] {
  return permissions.flatMap((permission, i) => {
    const base = { protocol: permission.IpProtocol ?? '-1', fromPort: permission.FromPort, toPort: permission.ToPort };
    const sources = [
      ...(permission.IpRanges ?? []).map((range) => ({ cidr: range.CidrIp })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({ groupId: pair.GroupId })),
      ...(permission.PrefixListIds ?? []).map((list) => ({ prefixListId: list.PrefixListId })),
    ];
    return sources.map((source, j) => ({ ruleId: `${groupId}/${direction}/${i}.${j}`, ...base, ...source }));
  });
}

export function securityGroupOf(group: ApiGroup): SecurityGroup {
  const groupId = group.GroupId ?? '';
  return {
    groupId,
    groupName: group.GroupName ?? '',
    vpcId: group.VpcId ?? '',
    ingress: rulesOf(groupId, 'ingress', group.IpPermissions ?? []),
    egress: rulesOf(groupId, 'egress', group.IpPermissionsEgress ?? []),
  };
}

/** The interfaces of instances, as DescribeInstances has them: no call of their own. */
function interfacesOf(instance: ApiInstance): NetworkInterface[] {
  return (instance.NetworkInterfaces ?? []).map((each) => ({
    networkInterfaceId: each.NetworkInterfaceId ?? '',
    vpcId: each.VpcId ?? '',
    subnetId: each.SubnetId ?? '',
    privateIp: each.PrivateIpAddress ?? '',
    publicIp: each.Association?.PublicIp,
    groupIds: present((each.Groups ?? []).map((group) => group.GroupId)),
    sourceDestCheck: each.SourceDestCheck !== false,
    interfaceType: 'interface',
    macAddress: each.MacAddress ?? '',
    instanceId: instance.InstanceId,
    up: instance.State?.Name === 'running',
  }));
}

/**
 * The description in the neutral document's terms, with the kinds that a path and the admitted ports are derived from.
 * A VPC whose DNS attributes were not read counts as a new one (V9).
 */
export function networkModel(region: string, description: NetworkDescription, instances: readonly ApiInstance[]): NetworkModel {
  const dns = new Map(description.dnsAttributes.map((each) => [each.vpcId, each]));
  return {
    region,
    vpcs: description.vpcs.map((vpc) => ({
      vpcId: vpc.VpcId ?? '',
      cidrs: [...new Set([vpc.CidrBlock, ...(vpc.CidrBlockAssociationSet ?? []).map((association) => association.CidrBlock)])].filter((cidr) => cidr !== undefined),
      enableDnsSupport: dns.get(vpc.VpcId ?? '')?.enableDnsSupport ?? true,
      enableDnsHostnames: dns.get(vpc.VpcId ?? '')?.enableDnsHostnames ?? false,
    })),
    internetGateways: description.internetGateways.map((gateway) => ({ internetGatewayId: gateway.InternetGatewayId ?? '', vpcId: gateway.Attachments?.[0]?.VpcId })),
    networkAcls: [],
    networkInterfaces: instances.flatMap(interfacesOf),
    prefixLists: [],
    subnets: description.subnets.map((subnet) => ({
      subnetId: subnet.SubnetId ?? '',
      vpcId: subnet.VpcId ?? '',
      cidr: subnet.CidrBlock ?? '',
      availabilityZone: subnet.AvailabilityZone ?? '',
    })),
    routeTables: description.routeTables.map(routeTableOf),
    natGateways: description.natGateways.map((gateway) => ({
      natGatewayId: gateway.NatGatewayId ?? '',
      vpcId: gateway.VpcId ?? '',
      subnetId: gateway.SubnetId ?? '',
      networkInterfaceId: gateway.NatGatewayAddresses?.[0]?.NetworkInterfaceId ?? '',
      privateIp: gateway.NatGatewayAddresses?.[0]?.PrivateIp ?? '',
      publicIp: gateway.NatGatewayAddresses?.[0]?.PublicIp,
      state: gateway.State ?? '',
    })),
    vpcEndpoints: description.vpcEndpoints.map((endpoint) => ({
      vpcEndpointId: endpoint.VpcEndpointId ?? '',
      vpcId: endpoint.VpcId ?? '',
      endpointType: endpoint.VpcEndpointType === 'Gateway' ? 'Gateway' : 'Interface',
      // One of another type (for a load balancer, a resource) has interfaces too, and is no way to a service of AWS's.
      serviceName: isServiceEndpoint(endpoint) ? (endpoint.ServiceName ?? '') : '',
      // The API's documentation writes `Available`, the API itself `available`.
      state: (endpoint.State ?? '').toLowerCase(),
      privateDnsEnabled: isServiceEndpoint(endpoint) && endpoint.PrivateDnsEnabled === true,
      networkInterfaceIds: endpoint.NetworkInterfaceIds ?? [],
      routeTableIds: endpoint.RouteTableIds ?? [],
    })),
    securityGroups: description.securityGroups.map(securityGroupOf),
  };
}
