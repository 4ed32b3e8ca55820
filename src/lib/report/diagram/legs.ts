/** A predicted way in → the roads that it takes: what each passes, from the instance outward, and where it is cut. */
import type { Hop, Trace } from '../../reachability/trace.js';
import type { Link, WayInPrediction } from '../../reachability/way-in.js';
import type { Network } from '../../vpc/network.js';

/** What a road passes that a diagram draws. */
export interface SceneStop {
  readonly kind: 'nat-gateway' | 'internet-gateway' | 'vpc-endpoint' | 'other';
  readonly id: string;
}

export interface SceneLeg {
  readonly way: WayInPrediction['way'];
  /** The services that are reached so; empty for SSH. */
  readonly services: readonly ('ssm' | 'ssmmessages')[];
  /** From the instance outward. */
  readonly stops: readonly SceneStop[];
  readonly verdict: 'open' | 'closed' | 'unknown';
  /** Where it ends: before the network, in the instance's own subnet (its groups, ACL, routes), or at the stop of that index; null when it is open. */
  readonly cut: 'instance' | 'subnet' | number | null;
  /** Id of what decided; empty when it is open. */
  readonly by: string;
  /** Why it is not open; empty when it is. */
  readonly why: string;
}

const DRAWN: Readonly<Partial<Record<Hop['component'], SceneStop['kind']>>> = { 'nat-gateway': 'nat-gateway', 'internet-gateway': 'internet-gateway', 'vpc-endpoint': 'vpc-endpoint', 'unsupported': 'other' };

/** The stop that a hop is at; an endpoint also by its interface. */
function stopAt(hop: Hop, network: Network): SceneStop | undefined {
  const kind = DRAWN[hop.component];
  const nodeId = network.interfaces.get(hop.id);
  if (nodeId?.endpoint !== undefined) return { kind: 'vpc-endpoint', id: nodeId.endpoint.vpcEndpointId };
  if (nodeId?.natGateway !== undefined) return { kind: 'nat-gateway', id: nodeId.natGateway.natGatewayId };
  if (kind === undefined) return undefined;
  return { kind, id: hop.id };
}

interface Road {
  readonly stops: readonly SceneStop[];
  readonly cut: SceneLeg['cut'];
}

/** What stands before the way out of a subnet. */
const NEAR: ReadonlySet<Hop['component']> = new Set<Hop['component']>(['instance', 'network-interface', 'security-group', 'network-acl', 'route-table', 'subnet', 'block-public-access', 'resolver']);

/** The stops of a trace, and which of them the first hop that does not pass is at. */
function roadOf(trace: Trace, network: Network, inward: boolean): Road {
  const outward = inward ? trace.forward.toReversed() : trace.forward;
  const firstStop = outward.findIndex((hop) => stopAt(hop, network) !== undefined);
  // Within a subnet no table is asked, and the subnet says so (R12).
  const routed = outward.findIndex((hop) => hop.component === 'route-table' || hop.component === 'subnet');
  const stops: SceneStop[] = [];
  for (const hop of outward) {
    const stop = stopAt(hop, network);
    if (stop !== undefined && !stops.some((known) => known.id === stop.id)) stops.push(stop);
  }
  const blocker = trace.forward.find((hop) => hop.decision !== 'pass') ?? trace.reply.find((hop) => hop.decision !== 'pass');
  if (blocker === undefined) return { stops, cut: null };
  const own = stopAt(blocker, network);
  if (own !== undefined) return { stops, cut: stops.findIndex((stop) => stop.id === own.id) };
  const at = outward.indexOf(blocker);
  const near = at < 0 || stops.length === 0 || (NEAR.has(blocker.component) && (inward ? firstStop < 0 || at < firstStop : routed < 0 || at <= routed));
  if (near) return { stops, cut: 'subnet' };
  // It is past the subnet's own route: in the way to the stop that comes next, which for an endpoint is its own group or ACL.
  const before = outward.slice(0, at).map((hop) => stopAt(hop, network)).findLast((stop) => stop !== undefined);
  return { stops, cut: Math.min(stops.length - 1, before === undefined ? 0 : stops.findIndex((stop) => stop.id === before.id) + (inward ? 0 : 1)) };
}

/** Where a link that is not the path cuts the road. */
function cutBy(link: Link, road: Road): SceneLeg['cut'] {
  if (link.link === 'path') return road.cut ?? 'subnet';
  if (link.link === 'endpoint-policy') return Math.max(0, road.stops.findIndex((stop) => stop.kind === 'vpc-endpoint'));
  return link.link === 'name' ? 'subnet' : 'instance';
}

function legOf(prediction: WayInPrediction, links: readonly Link[], network: Network): SceneLeg {
  const trace = links.find((link) => link.trace !== undefined)?.trace;
  const inward = prediction.way === 'ssh-key-pair';
  const road = trace === undefined ? { stops: [], cut: null } : roadOf(trace, network, inward);
  const services = [...new Set(links.flatMap((link) => link.service ?? []))];
  const bad = links.find((link) => link.verdict === 'closed') ?? links.find((link) => link.verdict === 'unknown');
  if (bad === undefined || bad.verdict === 'open') return { way: prediction.way, services, stops: road.stops, verdict: 'open', cut: null, by: '', why: '' };
  return { way: prediction.way, services, stops: road.stops, verdict: bad.verdict, cut: cutBy(bad, road), by: bad.by, why: bad.why };
}

/** Roads that begin and end alike are one. */
const isAlike = (a: SceneLeg, b: SceneLeg): boolean => a.verdict === b.verdict && a.cut === b.cut && a.why === b.why && a.stops.map((stop) => stop.kind).join() === b.stops.map((stop) => stop.kind).join() && a.stops.every((stop, at) => stop.kind === 'vpc-endpoint' || stop.id === b.stops[at]?.id);

/** The legs of a way in: one for SSH, one or two for Session Manager, whose two services may be reached by different roads. */
export function legsOf(prediction: WayInPrediction, network: Network): SceneLeg[] {
  const services = [...new Set(prediction.links.flatMap((link) => link.service ?? []))];
  const shared = prediction.links.filter((link) => link.service === null);
  const each = services.length === 0 ? [legOf(prediction, shared, network)] : services.map((service) => legOf(prediction, prediction.links.filter((link) => link.service === null || link.service === service), network));
  const [first, ...rest] = each;
  if (first === undefined) return [];
  const second = rest[0];
  if (second === undefined) return [first];
  if (!isAlike(first, second)) return [first, second];
  const stops = [...first.stops, ...second.stops.filter((stop) => !first.stops.some((known) => known.id === stop.id))];
  return [{ ...first, services, stops }];
}

/** `session`, `ssm` or `ssmmessages` where it is one of the two, `SSH`. */
export function legName(leg: SceneLeg): string {
  if (leg.way === 'ssh-key-pair') return 'SSH';
  return leg.services.length === 1 ? (leg.services[0] ?? 'session') : 'session';
}
