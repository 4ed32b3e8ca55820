/** EC2's records as the neutral network document that both fabrics take. */
import type * as vpc from '../../../lib/vpc/model.js';
import type { Reader } from '../../state/store.js';
import {
  DHCP_OPTIONS, INSTANCE, INTERNET_GATEWAY, NAT_GATEWAY, NETWORK_ACL, NETWORK_INTERFACE, PREFIX_LIST, ROUTE_TABLE, SECURITY_GROUP, SECURITY_GROUP_RULE, SUBNET, VPC, VPC_ENDPOINT,
  type NetworkAclEntryRecord, type NetworkInterfaceRecord, type RouteRecord, type SecurityGroupRuleRecord, type SubnetRecord,
} from './model.js';
import { blockPublicAccess } from './block-public-access/in-force.js';
import { BLOCK_PUBLIC_ACCESS, BLOCK_PUBLIC_ACCESS_EXCLUSION } from './block-public-access/records.js';
import { domainNameServersOf } from './dhcp-options/in-force.js';
import { addressesOf } from './network-interface/addresses.js';
import { publicIpOf } from './network-interface/interface.js';
import { prefixLists } from './prefix-list/prefix-lists.js';
import { routeState } from './route-table/route.js';
import { cidrBlocksOf } from './vpc/cidr-block.js';

/** Tables from which the network follows; a commit that touches none of them leaves it as it was. */
export const EC2_NETWORK_TABLES: ReadonlySet<string> = new Set([
  BLOCK_PUBLIC_ACCESS, BLOCK_PUBLIC_ACCESS_EXCLUSION, DHCP_OPTIONS, INSTANCE, INTERNET_GATEWAY, NAT_GATEWAY, NETWORK_ACL, NETWORK_INTERFACE, PREFIX_LIST, ROUTE_TABLE, SECURITY_GROUP, SECURITY_GROUP_RULE, SUBNET, VPC, VPC_ENDPOINT,
].map((one) => one.name));

function targetKind(target: string): vpc.RouteTargetKind {
  if (target === 'local') return 'local';
  if (target.startsWith('igw-')) return 'internet-gateway';
  if (target.startsWith('nat-')) return 'nat-gateway';
  if (target.startsWith('eni-')) return 'network-interface';
  return target.startsWith('vpce-') ? 'vpc-endpoint' : 'unsupported';
}

function routeOf(state: Reader, vpcId: string, route: RouteRecord): vpc.Route {
  return { destination: route.destination, targetKind: targetKind(route.target), targetId: route.target, state: routeState(state, vpcId, route) };
}

function ruleOf(rule: SecurityGroupRuleRecord): vpc.SecurityGroupRule {
  const ported = rule.ipProtocol === 'tcp' || rule.ipProtocol === 'udp' || rule.ipProtocol === 'icmp';
  return {
    ruleId: rule.securityGroupRuleId,
    protocol: rule.ipProtocol,
    fromPort: ported ? rule.fromPort : undefined,
    toPort: ported ? rule.toPort : undefined,
    cidr: rule.cidrIpv4,
    groupId: rule.referencedGroupId,
    prefixListId: rule.prefixListId,
  };
}

function entryOf(entry: NetworkAclEntryRecord): vpc.NetworkAclEntry[] {
  if (entry.cidrBlock === undefined) return [];
  const { ruleNumber, egress, protocol, ruleAction, cidrBlock, portRange, icmpTypeCode } = entry;
  return [{ ruleNumber, egress, protocol, action: ruleAction, cidr: cidrBlock, portRange, icmp: icmpTypeCode }];
}

/** What serves behind the interface has to be there for anything to answer (I3). */
function upInterfaces(state: Reader): (eni: NetworkInterfaceRecord) => boolean {
  const serving = new Set<string>();
  for (const gateway of state.list(NAT_GATEWAY)) if (gateway.state === 'available' && gateway.networkInterfaceId !== undefined) serving.add(gateway.networkInterfaceId);
  for (const endpoint of state.list(VPC_ENDPOINT)) if (endpoint.state === 'available') for (const id of endpoint.networkInterfaceIds) serving.add(id);
  return (eni) => {
    const instanceId = eni.attachment?.instanceId;
    return instanceId === undefined ? serving.has(eni.networkInterfaceId) : state.get(INSTANCE, instanceId)?.state === 'running';
  };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function securityGroups(state: Reader): vpc.SecurityGroup[] {
  // A rule with an IPv6 peer admits nothing of an IPv4 network.
  const rules = groupBy(state.list(SECURITY_GROUP_RULE).filter((rule) => rule.cidrIpv6 === undefined), (rule) => rule.groupId);
  return state.list(SECURITY_GROUP).map((group) => {
    const own = rules.get(group.groupId) ?? [];
    return {
      groupId: group.groupId,
      groupName: group.groupName,
      vpcId: group.vpcId,
      ingress: own.filter((rule) => !rule.isEgress).map(ruleOf),
      egress: own.filter((rule) => rule.isEgress).map(ruleOf),
    };
  });
}

function networkAcls(state: Reader, subnets: readonly SubnetRecord[]): vpc.NetworkAcl[] {
  const members = groupBy(subnets, (subnet) => subnet.networkAclId);
  return state.list(NETWORK_ACL).map((acl) => ({
    networkAclId: acl.networkAclId,
    vpcId: acl.vpcId,
    isDefault: acl.isDefault,
    subnetIds: (members.get(acl.networkAclId) ?? []).map((subnet) => subnet.subnetId),
    entries: acl.entries.flatMap(entryOf).toSorted((a, b) => a.ruleNumber - b.ruleNumber),
  }));
}

function natGateways(state: Reader): vpc.NatGateway[] {
  return state.list(NAT_GATEWAY).flatMap((gateway) => (gateway.networkInterfaceId === undefined || gateway.privateIp === undefined || gateway.state === 'deleted' ? [] : [{
    natGatewayId: gateway.natGatewayId,
    vpcId: gateway.vpcId,
    subnetId: gateway.subnetId,
    networkInterfaceId: gateway.networkInterfaceId,
    privateIp: gateway.privateIp,
    publicIp: gateway.connectivityType === 'public' ? gateway.publicIp : undefined,
    state: gateway.state,
  }]));
}

/** The whole network of the region as its records have it now. */
export function networkModel(state: Reader, region: string): vpc.NetworkModel {
  const subnets = state.list(SUBNET);
  const isUp = upInterfaces(state);
  return {
    region,
    vpcs: state.list(VPC).map((one) => ({ vpcId: one.vpcId, cidrs: cidrBlocksOf(one), enableDnsSupport: one.enableDnsSupport, enableDnsHostnames: one.enableDnsHostnames, domainNameServers: domainNameServersOf(state, one) })),
    subnets: subnets.map((subnet) => ({ subnetId: subnet.subnetId, vpcId: subnet.vpcId, cidr: subnet.cidrBlock, availabilityZone: subnet.availabilityZone })),
    routeTables: state.list(ROUTE_TABLE).map((table) => ({
      routeTableId: table.routeTableId,
      vpcId: table.vpcId,
      main: table.associations.some((association) => association.main),
      subnetIds: table.associations.flatMap((association) => association.subnetId ?? []),
      routes: table.routes.map((route) => routeOf(state, table.vpcId, route)),
    })),
    networkAcls: networkAcls(state, subnets),
    securityGroups: securityGroups(state),
    networkInterfaces: state.list(NETWORK_INTERFACE).map((eni) => ({
      networkInterfaceId: eni.networkInterfaceId,
      vpcId: eni.vpcId,
      subnetId: eni.subnetId,
      privateIp: eni.privateIpAddress,
      publicIp: publicIpOf(eni),
      secondaryAddresses: addressesOf(eni).slice(1).map(({ privateIpAddress, publicIp }) => ({ privateIp: privateIpAddress, publicIp })),
      groupIds: eni.groupIds,
      sourceDestCheck: eni.sourceDestCheck,
      // None of the instance types is of Nitro v6, whose default is shorter.
      tcpEstablishedTimeout: eni.connectionTracking?.tcpEstablishedTimeout,
      interfaceType: eni.interfaceType,
      macAddress: eni.macAddress,
      instanceId: eni.attachment?.instanceId,
      deviceIndex: eni.attachment?.deviceIndex,
      up: isUp(eni),
    })),
    internetGateways: state.list(INTERNET_GATEWAY).map((gateway) => ({ internetGatewayId: gateway.internetGatewayId, vpcId: gateway.vpcId })),
    natGateways: natGateways(state),
    vpcEndpoints: state.list(VPC_ENDPOINT).map((endpoint) => ({
      vpcEndpointId: endpoint.vpcEndpointId,
      vpcId: endpoint.vpcId,
      endpointType: endpoint.vpcEndpointType,
      serviceName: endpoint.serviceName,
      state: endpoint.state,
      privateDnsEnabled: endpoint.privateDnsEnabled,
      networkInterfaceIds: endpoint.networkInterfaceIds,
      routeTableIds: endpoint.routeTableIds,
    })),
    prefixLists: prefixLists(state, region),
    blockPublicAccess: blockPublicAccess(state),
  };
}
