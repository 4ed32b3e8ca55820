/** What of a snapshot could not be read, as the steps of a trace ask for it: what depends on it is unknown, and names the action. */
import type { SnapshotPart, Unread } from '../inventory/snapshot/snapshot.js';
import type { Network } from '../vpc/network.js';
import type { RouteTableNode } from '../vpc/compile.js';

export type UnreadPart = Pick<Unread, 'part' | 'action'>;

export class UnreadParts {
  readonly #actions: ReadonlyMap<SnapshotPart, string>;

  constructor(unread: readonly UnreadPart[]) {
    this.#actions = new Map(unread.map(({ part, action }) => [part, action]));
  }

  /** `network ACLs could not be read: no ec2:DescribeNetworkAcls`; undefined when the part was read. */
  of(part: SnapshotPart): string | undefined {
    if (this.#actions.size === 0) return undefined;
    const action = this.#actions.get(part);
    return action === undefined ? undefined : `${WORDS[part]} could not be read: ${action} was refused`;
  }
}

const WORDS: Readonly<Record<SnapshotPart, string>> = {
  instances: 'instances', networkInterfaces: 'network interfaces', vpcs: 'VPCs', dnsAttributes: 'DNS attributes', dhcpOptions: 'DHCP option sets', subnets: 'subnets',
  routeTables: 'route tables', networkAcls: 'network ACLs', securityGroups: 'security groups', internetGateways: 'internet gateways', natGateways: 'NAT gateways',
  vpcEndpoints: 'VPC endpoints', prefixLists: 'prefix lists', blockPublicAccess: 'Block Public Access', agents: 'managed nodes', instanceProfiles: 'instance profiles',
  roles: 'roles', hostManagement: 'host management', stackParameters: "the stack's parameters",
};

const ALL_READ = new UnreadParts([]);

/** Of the option of a trace; most have none. */
export function unreadParts(unread: readonly UnreadPart[] | undefined): UnreadParts {
  return unread === undefined || unread.length === 0 ? ALL_READ : new UnreadParts(unread);
}

/** Why an interface is not in the index, which leaves it out with its subnet and its VPC; undefined when all of them were read. */
export function missingInterface(unread: readonly UnreadPart[]): string | undefined {
  const parts = unreadParts(unread);
  return parts.of('subnets') ?? parts.of('vpcs') ?? parts.of('networkInterfaces');
}

const listsOf = new WeakMap<Network, ReadonlySet<string>>();

/** Whether the addresses of a prefix list are in the model. */
export function isListKnown(network: Network, prefixListId: string): boolean {
  let known = listsOf.get(network);
  if (known === undefined) listsOf.set(network, (known = new Set(network.model.prefixLists.map((list) => list.prefixListId))));
  return known.has(prefixListId);
}

const listRoutesOf = new WeakMap<RouteTableNode, readonly string[]>();

/** The table's prefix lists whose addresses are not in the model: any of them may hold the longest prefix. */
export function unknownLists(network: Network, node: RouteTableNode): readonly string[] {
  let unknown = listRoutesOf.get(node);
  if (unknown === undefined) {
    unknown = node.table.routes.map((route) => route.destination).filter((destination) => destination.startsWith('pl-') && !isListKnown(network, destination));
    listRoutesOf.set(node, unknown);
  }
  return unknown;
}
