/** Random flows in a network: from guests and from outside, to whatever a network has and to what it has not. */
import fc from 'fast-check';
import { INTERNET } from '../../../../src/cloud/fabric/fabric.js';
import type { NetworkInterface, NetworkModel } from '../../../../src/lib/vpc/model.js';
import { REGION } from '../lab-network.js';
import { ALL_WAYS, type Focus } from './concern.js';
import { pick } from './draws.js';
import { ECHO_PORT, HOSTS, S3_SERVICE } from './hosts.js';

/** Who sends: a guest's interface, or an address of the internet. */
export interface Sender {
  readonly guest?: string | undefined;
  readonly internet?: string | undefined;
}

export type Probe =
  | { readonly kind: 'tcp' | 'udp'; readonly to: string; readonly port: number }
  | { readonly kind: 'icmp'; readonly to: string; readonly size: number; readonly ttl: number; readonly dontFragment: boolean }
  | { readonly kind: 'dns'; readonly name: string };

export type Flow = Sender & Probe & { readonly id: number };

export interface FlowDraw {
  readonly kind: 'tcp' | 'udp' | 'icmp' | 'dns';
  readonly from: number;
  readonly to: number;
  /** `concerned`: to or from one of those whom the change before or the one to come concerns. */
  readonly where: 'guest' | 'host' | 'public' | 'odd' | 'metadata' | 'out' | 'concerned';
  readonly more: number;
}

const NUMBER = fc.nat(9999);
const weighted = <T>(choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> => fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

export const flowDraws: fc.Arbitrary<FlowDraw> = fc.record({
  kind: weighted([[9, 'tcp'], [6, 'udp'], [6, 'icmp'], [3, 'dns']] as const),
  where: weighted([[8, 'guest'], [9, 'host'], [5, 'public'], [7, 'odd'], [3, 'metadata'], [5, 'out'], [36, 'concerned']] as const),
  from: NUMBER, to: NUMBER, more: NUMBER,
});

/** What an interface can be spoken to by. */
const privates = (each: NetworkInterface): string[] => [each.privateIp, ...(each.secondaryAddresses ?? []).map((more) => more.privateIp)];
const publics = (each: NetworkInterface): string[] => [each.publicIp, ...(each.secondaryAddresses ?? []).map((more) => more.publicIp)].flatMap((address) => address ?? []);

const OUTSIDE = [INTERNET.laptop, INTERNET.laptop, HOSTS.echo, HOSTS.privateOnes[0]];

/**
 * `fresh` gives an address for a ping of a size that this guest has not spoken to; undefined when there is none left. `focus`:
 * whom
 * changes concern.
 */
export function resolveFlow(model: NetworkModel, draw: FlowDraw, id: number, fresh: (guest: string) => string | undefined, focus: Focus): Flow | undefined {
  const interfaces = model.networkInterfaces;
  const running = interfaces.filter((each) => each.interfaceType === 'interface' && each.up);
  if (draw.where === 'concerned') return toOrFrom(model, draw, id, fresh, focus);
  if (draw.where === 'out' && draw.kind !== 'dns') return fromOutside(model, draw, id);
  const guest = running.length === 0 ? undefined : pick(running, draw.from);
  if (guest === undefined) return undefined;
  const sender = { guest: guest.networkInterfaceId, id };
  if (draw.kind === 'dns') return { ...sender, kind: 'dns', name: nameOf(model, guest, draw) };
  if (draw.kind === 'icmp' && draw.where === 'host' && draw.more % 2 === 0) {
    return sized(guest.networkInterfaceId, id, fresh, draw.more >> 1);
  }
  return withPort({ ...sender, to: destinationOf(model, guest, draw) }, draw);
}

/** Around what links take: 1500 bytes the internet, 8500 a NAT gateway, and only in one piece. */
const SIZES = [{ size: 1472, dontFragment: true }, { size: 1473, dontFragment: true }, { size: 8473, dontFragment: true }, { size: 3000, dontFragment: false }, { size: 9500, dontFragment: false }] as const;

function sized(guest: string, id: number, fresh: (guest: string) => string | undefined, which: number): Flow | undefined {
  const to = fresh(guest);
  return to === undefined ? undefined : { guest, id, kind: 'icmp', to, ttl: 64, ...pick(SIZES, which) };
}

/** From one of those in focus to a host, or to them from wherever their addresses lead; by TCP more often than not, which is what is kept open. */
function toOrFrom(model: NetworkModel, draw: FlowDraw, id: number, fresh: (guest: string) => string | undefined, focus: Focus): Flow | undefined {
  const one = model.networkInterfaces.find(({ networkInterfaceId }) => networkInterfaceId === pick(focus.guests, draw.from));
  if (one === undefined) return undefined;
  const [way, further, kind] = [pick(draw.more % 5 === 0 ? ALL_WAYS : focus.ways, draw.to), draw.to >> 5, focus.kind ?? (draw.kind === 'dns' || (draw.kind === 'udp' && draw.more % 2 === 0) ? 'tcp' : draw.kind)];
  // The first of the ports that the other side serves, mostly.
  const served = { ...draw, kind, more: kind === 'tcp' && further % 4 !== 0 ? (way === 'out' || way === 'endpoint' ? 1 : 0) : draw.more };
  const own = publics(one);
  switch (way) {
    case 'names':
      return one.up ? { guest: one.networkInterfaceId, id, kind: 'dns', name: draw.more % 3 === 0 ? nameOf(model, one, draw) : `ssm.${REGION}.amazonaws.com` } : undefined;
    case 'out':
    case 'metadata': {
      const alone = model.networkInterfaces.filter((each) => each === one || each.interfaceType !== 'interface' || !each.up);
      return resolveFlow({ ...model, networkInterfaces: alone }, { ...served, kind: way === 'metadata' ? 'tcp' : kind, where: way === 'metadata' ? 'metadata' : 'host', to: further }, id, fresh, focus);
    }
    case 'large':
      return one.up ? sized(one.networkInterfaceId, id, fresh, draw.more) : undefined;
    case 'endpoint': {
      const to = model.networkInterfaces.find((each) => each.interfaceType === 'vpc_endpoint' && each.vpcId === one.vpcId)?.privateIp;
      return to === undefined || !one.up ? undefined : withPort({ guest: one.networkInterfaceId, to, id }, { ...served, more: further % 2 });
    }
    case 'in':
      if (own.length > 0) return withPort({ internet: pick(OUTSIDE, draw.from >> 3), to: pick(own, further), id }, served);
      break;
    case 'across':
    case 'near':
    case 'around':
  }
  const others = model.networkInterfaces.filter((each) => each !== one && each.vpcId === one.vpcId && each.interfaceType === 'interface' && each.up
    && (way !== 'near' || each.subnetId === one.subnetId) && (way !== 'around' || each.publicIp !== undefined));
  const to = way === 'around' && own.length > 0 ? pick(own, further) : one.privateIp;
  return others.length === 0 ? undefined : withPort({ guest: pick(others, draw.from >> 3).networkInterfaceId, to, id }, served);
}

function fromOutside(model: NetworkModel, draw: FlowDraw, id: number): Flow | undefined {
  const all = model.networkInterfaces.flatMap(publics);
  return all.length === 0 ? undefined : withPort({ internet: pick(OUTSIDE, draw.from), to: pick(all, draw.to), id }, draw);
}

function withPort(head: Sender & { readonly to: string; readonly id: number }, { kind, more }: FlowDraw): Flow {
  if (kind === 'tcp') return { ...head, kind, port: head.to === '169.254.169.254' ? 80 : serves443(head.to) && more % 3 !== 0 ? 443 : pick([22, 22, 443, 443, 22, 8080], more) };
  if (kind === 'udp') return { ...head, kind, port: ECHO_PORT };
  return { ...head, kind: 'icmp', size: 56, ttl: pick([64, 64, 64, 2, 1], more), dontFragment: false };
}

const serves443 = (address: string): boolean => address.startsWith('198.19.') || address.endsWith('.50') || (HOSTS.privateOnes as readonly string[]).includes(address) || address === HOSTS.echo || address === HOSTS.linkLocal;

function destinationOf(model: NetworkModel, guest: NetworkInterface, { where, to, more }: FlowDraw): string {
  const own = model.networkInterfaces.filter((each) => each.vpcId === guest.vpcId);
  switch (where) {
    case 'guest':
      return pick(privates(pick(own, to)), more);
    case 'public': {
      const all = model.networkInterfaces.flatMap(publics);
      return all.length === 0 ? INTERNET.googleDns : pick(all, to);
    }
    case 'odd': {
      const range = guest.privateIp.split('.').slice(0, 2).join('.');
      const others = model.networkInterfaces.filter((each) => each.vpcId !== guest.vpcId).map((each) => each.privateIp);
      return pick([
        `${range}.0.2`, `${range}.1.1`, `${range}.1.77`, `${range}.77.9`, `${range}.1.255`, '255.255.255.255', '255.255.255.255', HOSTS.linkLocal, HOSTS.linkLocal,
        ...HOSTS.privateOnes, pick(others, more), pick(others, more + 1), '203.0.113.99', '198.18.77.77',
      ], to);
    }
    case 'metadata':
      return '169.254.169.254';
    case 'host':
    case 'out':
  }
  return pick([HOSTS.echo, INTERNET.googleDns, HOSTS.s3, HOSTS.ssm, HOSTS.echo, HOSTS.s3], to);
}

function nameOf(model: NetworkModel, guest: NetworkInterface, { to, more }: FlowDraw): string {
  const endpoint = pick(model.vpcEndpoints.filter((each) => each.endpointType === 'Interface'), to);
  const anywhere = pick([...model.networkInterfaces.flatMap(publics), '198.18.0.200'], to >> 3);
  const domain = `${REGION}.compute`;
  return pick([
    `ssm.${REGION}.amazonaws.com`, `ssm.${REGION}.amazonaws.com`, 'dns.google', `${endpoint.vpcEndpointId}-0a1b2c3d.ssm.${REGION}.vpce.amazonaws.com`,
    `ip-${pick(model.networkInterfaces.filter((each) => each.vpcId === guest.vpcId), to).privateIp.replaceAll('.', '-')}.${domain}.internal`,
    `ec2-${anywhere.replaceAll('.', '-')}.${domain}.amazonaws.com`, 'nothing.example', S3_SERVICE,
  ], more);
}

/** For people: `eni-g1 tcp 10.0.1.17:22`. */
export function flowText(flow: Flow): string {
  const what = flow.kind === 'dns' ? flow.name : flow.kind === 'icmp' ? `${flow.to} size ${flow.size} ttl ${flow.ttl}${flow.dontFragment ? ' DF' : ''}` : `${flow.to}:${flow.port}`;
  return `${flow.guest ?? flow.internet} ${flow.kind} ${what}`;
}
