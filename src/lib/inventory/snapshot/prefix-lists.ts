/** The prefix lists that routes and rules name, with their prefixes: those of AWS's services by one call, of others the entries list by list. */
import { managedPrefixLists, prefixListEntries, type RestOfNetwork } from '../../aws/ec2-network.js';
import { forEachOf } from '../../aws/pages.js';
import { parseCidr } from '../../net/cidr.js';
import type { Target } from '../../target/target.js';
import type { NetworkModel, PrefixList } from '../../vpc/model.js';
import type { Attempts } from './attempts.js';

function namedIn({ routeTables, securityGroups }: NetworkModel): Set<string> {
  const byRoutes = routeTables.flatMap((table) => table.routes.map((route) => route.destination)).filter((destination) => destination.startsWith('pl-'));
  const byRules = securityGroups.flatMap((group) => [...group.ingress, ...group.egress].flatMap((rule) => rule.prefixListId ?? []));
  return new Set([...byRoutes, ...byRules]);
}

// Lists of IPv6 prefixes match no IPv4 packet.
const ipv4 = (cidrs: readonly (string | undefined)[]): string[] => cidrs.filter((cidr) => cidr !== undefined && parseCidr(cidr) !== undefined) as string[];

/** `services`: DescribePrefixLists. */
export async function readPrefixLists(target: Target, model: NetworkModel, services: RestOfNetwork['prefixLists'], { attempt }: Attempts): Promise<PrefixList[]> {
  const named = namedIn(model);
  const known = services.flatMap((list): PrefixList[] => (named.has(list.PrefixListId ?? '') ? [{ prefixListId: list.PrefixListId ?? '', prefixListName: list.PrefixListName ?? '', cidrs: ipv4(list.Cidrs ?? []) }] : []));
  const others = [...named].filter((id) => !known.some((list) => list.prefixListId === id));
  if (others.length === 0) return known;
  const names = managedPrefixLists(target, others);
  const [described, read] = await Promise.all([
    attempt('prefixLists', names.action, names.read, []),
    forEachOf(others, async (prefixListId) => {
      const entries = prefixListEntries(target, prefixListId);
      const found = await attempt('prefixLists', entries.action, entries.read, undefined);
      return found === undefined ? [] : [{ prefixListId, cidrs: ipv4(found.map((entry) => entry.Cidr)) }];
    }),
  ]);
  const nameOf = new Map(described.map((list) => [list.PrefixListId, list.PrefixListName]));
  return [...known, ...read.flat().map(({ prefixListId, cidrs }) => ({ prefixListId, prefixListName: nameOf.get(prefixListId) ?? '', cidrs }))];
}
