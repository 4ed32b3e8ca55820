/** TCP 443 to a service: the links `path` of a session. */
import { formatAddress } from '../net/address.js';
import { isPrivateUse, parseCidr } from '../net/cidr.js';
import type { InterfaceNode, Network, SubnetNode } from '../vpc/network.js';
import { traceFlow } from './engine.js';
import type { ServiceName } from './service-name.js';
import type { Trace } from './trace.js';
import type { UnreadPart } from './unread.js';
import type { AgentService, Link } from './way-in.js';

const HTTPS_PORT = 443;

/**
 * A public address that stands for those of AWS's services, which a snapshot does not have; on the local cloud they are in
 * 198.19.0.0/16. Whether it matters which one it is, is tried with one address of each prefix that a rule on the path names.
 */
const STANDS_FOR = { aws: '52.94.8.1', local: '198.19.0.1' };
/** More of them than a path has are not tried. */
const MOST_PREFIXES = 64;

export function servicePath(network: Network, node: InterfaceNode, service: AgentService, name: ServiceName, options: PathOptions): Link {
  const path = pathOf(network, node, service, name, options);
  // What blocks the way to an address is nothing to the name, if it may have another.
  return path.verdict === 'closed' && name.link.verdict === 'unknown' ? { ...path, verdict: 'unknown', by: name.link.by, why: `which address it goes to is not known: ${name.link.why}`, rule: name.link.rule, trace: undefined } : path;
}

interface PathOptions {
  readonly unread: readonly UnreadPart[];
  readonly onAws: boolean;
}

function pathOf(network: Network, node: InterfaceNode, service: AgentService, { endpoint, addresses, silent, link: name }: ServiceName, options: PathOptions): Link {
  const link = (verdict: Link['verdict'], by: string, why: string, rule: Link['rule'], trace?: Trace): Link => ({ link: 'path', service, verdict, by, why, rule, trace });
  if (silent) return link('unknown', name.by, 'no name resolves, so that there is no address to go to', name.rule);
  const { unread, onAws } = options;
  const ask = (to: string): Trace => traceFlow(network, { from: { kind: 'interface', networkInterfaceId: node.id }, to, protocol: 'tcp', port: HTTPS_PORT }, { unread });
  const to = addresses ?? [standIn(onAws)];
  const traces = to.map(ask);
  const chosen = traces.find(({ disposition }) => disposition !== 'delivered') ?? traces[0];
  if (chosen === undefined) return link('closed', endpoint?.vpcEndpointId ?? name.by, 'the endpoint has no interface', 'P1');
  const others = addresses === undefined ? prefixesOn(network, node).map(ask) : [];
  const differing = [...traces, ...others].find((trace) => opens(trace) !== opens(chosen));
  if (differing !== undefined && chosen.disposition !== 'unknown') {
    const first = chosen.blockers[0] ?? differing.blockers[0];
    const [open, shut] = opens(chosen) ? [chosen, differing] : [differing, chosen];
    return link('unknown', first?.by ?? name.by, `it depends on the address that the name gives: ${open.question.to} is reached, ${shut.question.to} is not`, first?.rule ?? 'P5', chosen);
  }
  return { ...pathVerdict(chosen, `tcp/${HTTPS_PORT} to ${addresses === undefined ? `a public address of ${service}` : chosen.question.to}`), link: 'path', service };
}

const standIn = (onAws: boolean): string => (onAws ? STANDS_FOR.aws : STANDS_FOR.local);

/** Addresses that a public name of AWS's may have, as far as it matters to the interface which one it is; the first stands for most. */
export const publicAddresses = (network: Network, node: InterfaceNode, onAws: boolean): readonly string[] => [standIn(onAws), ...prefixesOn(network, node)];

const opens = ({ disposition }: Trace): boolean => disposition === 'delivered';

/** A trace as a link: by what decided it. */
export function pathVerdict(trace: Trace, what: string): Pick<Link, 'verdict' | 'by' | 'why' | 'rule' | 'trace'> {
  const [blocker] = trace.blockers;
  if (blocker !== undefined) return { verdict: 'closed', by: blocker.by, why: trace.blockers.length === 1 ? blocker.why : `${blocker.why}, the first of ${trace.blockers.length} that block it`, rule: blocker.rule, trace };
  const unknown = [...trace.forward, ...trace.reply].find(({ decision }) => decision === 'unknown');
  if (trace.disposition === 'unknown') return { verdict: 'unknown', by: unknown?.by ?? trace.question.to, why: trace.unknowns.join('; '), rule: unknown?.rule ?? 'V14', trace };
  const last = trace.forward.at(-1);
  return { verdict: 'open', by: last?.by ?? trace.question.to, why: `${what} arrives, and its answer comes back`, rule: last?.rule ?? 'I1', trace };
}

/** One address of each public prefix that a rule, an entry or a route on the way names. */
function prefixesOn(network: Network, node: InterfaceNode): string[] {
  const nat = node.subnet.routeTable?.routes.flatMap(({ route }) => network.natGateways.get(route.targetId)?.subnet ?? []) ?? [];
  const ofSubnet = ({ routeTable, acl }: SubnetNode): string[] => [...(routeTable?.table.routes.map((route) => route.destination) ?? []), ...(acl?.acl.entries.map((entry) => entry.cidr) ?? [])];
  const rules = node.groups.flatMap((group) => group.group.egress.flatMap((rule) => rule.cidr ?? []));
  const prefixes = [...rules, ...ofSubnet(node.subnet), ...nat.flatMap(ofSubnet)].flatMap((cidr) => parseCidr(cidr) ?? []);
  // The highest address but one: the lowest of a half of all addresses is nobody's.
  const addresses = prefixes.filter(({ base, length }) => length > 1 && !isPrivateUse(base)).map(({ base, length }) => formatAddress(length === 32 ? base : base + 1));
  return [...new Set(addresses)].slice(0, MOST_PREFIXES);
}
