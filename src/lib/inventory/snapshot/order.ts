/** One order for everything in a snapshot, so that two of them differ where the network does and nowhere else. */
import type { NetworkAclEntry, NetworkModel, Route, SecurityGroupRule } from '../../vpc/model.js';
import type { HostManagement, Snapshot, SnapshotProfile } from './snapshot.js';

/** By text, as computers compare it: no locale. */
function by<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => [key(item), item] as const);
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}

const number = (value: number | undefined): string => String((value ?? -1) + 1).padStart(6, '0');
const ofRule = (rule: SecurityGroupRule): string => [rule.protocol, number(rule.fromPort), number(rule.toPort), rule.cidr ?? rule.groupId ?? rule.prefixListId ?? '', rule.ruleId].join(' ');
const ofEntry = (entry: NetworkAclEntry): string => `${entry.egress} ${number(entry.ruleNumber)}`;
const ofRoute = (route: Route): string => `${route.destination} ${route.targetId}`;
const texts = (items: readonly string[]): string[] => by(items, (item) => item);

function keysInOrder<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(by(Object.entries(record), ([key]) => key));
}

/** CIDRs of a VPC (primary first), name servers and groups keep their order: it means something, or it is the user's. */
function networkInOrder(model: NetworkModel): NetworkModel {
  const { blockPublicAccess } = model;
  return {
    region: model.region,
    vpcs: by(model.vpcs, (each) => each.vpcId),
    subnets: by(model.subnets, (each) => each.subnetId),
    routeTables: by(model.routeTables.map((each) => ({ ...each, subnetIds: texts(each.subnetIds), ...(each.gatewayIds === undefined ? {} : { gatewayIds: texts(each.gatewayIds) }), routes: by(each.routes, ofRoute) })), (each) => each.routeTableId),
    networkAcls: by(model.networkAcls.map((each) => ({ ...each, subnetIds: texts(each.subnetIds), entries: by(each.entries, ofEntry) })), (each) => each.networkAclId),
    securityGroups: by(model.securityGroups.map((each) => ({ ...each, ingress: by(each.ingress, ofRule), egress: by(each.egress, ofRule) })), (each) => each.groupId),
    networkInterfaces: by(model.networkInterfaces, (each) => each.networkInterfaceId),
    internetGateways: by(model.internetGateways, (each) => each.internetGatewayId),
    natGateways: by(model.natGateways, (each) => each.natGatewayId),
    vpcEndpoints: by(model.vpcEndpoints.map((each) => ({ ...each, networkInterfaceIds: texts(each.networkInterfaceIds), routeTableIds: texts(each.routeTableIds) })), (each) => each.vpcEndpointId),
    prefixLists: by(model.prefixLists.map((each) => ({ ...each, cidrs: texts(each.cidrs) })), (each) => each.prefixListId),
    ...(blockPublicAccess === undefined ? {} : { blockPublicAccess: { ...blockPublicAccess, exclusions: by(blockPublicAccess.exclusions, (each) => each.exclusionId) } }),
  };
}

/** A holder of a role, with the role's policies in order. */
function holderInOrder<T extends SnapshotProfile | HostManagement>(holder: T): T {
  const { role } = holder;
  return role === null ? holder : { ...holder, role: { ...role, policies: by(role.policies, (policy) => `${policy.arn ?? ''} ${policy.name}`) } };
}

/** The same snapshot; instances keep their order, which is that of their numbers. */
export function inOrder(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    stackParameters: keysInOrder(snapshot.stackParameters),
    network: networkInOrder(snapshot.network),
    names: keysInOrder(snapshot.names),
    endpointPolicies: keysInOrder(snapshot.endpointPolicies),
    ...(snapshot.dhcpOptions === undefined ? {} : { dhcpOptions: keysInOrder(snapshot.dhcpOptions) }),
    instances: snapshot.instances.map((instance) => ({ ...instance, tags: keysInOrder(instance.tags) })),
    profiles: by(snapshot.profiles.map(holderInOrder), (profile) => profile.name),
    hostManagement: snapshot.hostManagement === null ? null : holderInOrder(snapshot.hostManagement),
  };
}
