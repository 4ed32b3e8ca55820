/** Random flows in a network: from guests and from outside, to whatever a network has and to what it has not. */
import fc from 'fast-check';
import { INTERNET } from '../../../../src/cloud/fabric/fabric.js';
import type { NetworkInterface, NetworkModel } from '../../../../src/lib/vpc/model.js';
import { REGION } from '../lab-network.js';
import { pick } from './changes.js';
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
  readonly where: 'guest' | 'host' | 'public' | 'odd' | 'metadata' | 'out';
  readonly more: number;
}

const NUMBER = fc.nat(9999);
const weighted = <T>(choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> => fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

export const flowDraws: fc.Arbitrary<FlowDraw> = fc.record({
  kind: weighted([[9, 'tcp'], [6, 'udp'], [6, 'icmp'], [3, 'dns']] as const),
  where: weighted([[8, 'guest'], [9, 'host'], [5, 'public'], [3, 'odd'], [3, 'metadata'], [5, 'out']] as const),
  from: NUMBER, to: NUMBER, more: NUMBER,
});

/** What an interface can be spoken to by. */
const privates = (each: NetworkInterface): string[] => [each.privateIp, ...(each.secondaryAddresses ?? []).map((more) => more.privateIp)];
const publics = (each: NetworkInterface): string[] => [each.publicIp, ...(each.secondaryAddresses ?? []).map((more) => more.publicIp)].flatMap((address) => address ?? []);

const OUTSIDE = [INTERNET.laptop, INTERNET.laptop, HOSTS.echo, HOSTS.privateOnes[0]];

/** `fresh` gives an address for a ping of a size that this guest has not spoken to; undefined when there is none left. */
export function resolveFlow(model: NetworkModel, draw: FlowDraw, id: number, fresh: (guest: string) => string | undefined): Flow | undefined {
  const interfaces = model.networkInterfaces;
  const running = interfaces.filter((each) => each.interfaceType === 'interface' && each.up);
  if (draw.where === 'out' && draw.kind !== 'dns') return fromOutside(model, draw, id);
  const guest = running.length === 0 ? undefined : pick(running, draw.from);
  if (guest === undefined) return undefined;
  const sender = { guest: guest.networkInterfaceId, id };
  if (draw.kind === 'dns') return { ...sender, kind: 'dns', name: nameOf(model, guest, draw) };
  if (draw.kind === 'icmp' && draw.where === 'host' && draw.more % 2 === 0) {
    const to = fresh(guest.networkInterfaceId);
    return to === undefined ? undefined : { ...sender, kind: 'icmp', to, ttl: 64, ...pick([{ size: 1472, dontFragment: true }, { size: 1473, dontFragment: true }, { size: 8473, dontFragment: true }, { size: 3000, dontFragment: false }, { size: 9500, dontFragment: false }], draw.more >> 1) };
  }
  return withPort({ ...sender, to: destinationOf(model, guest, draw) }, draw);
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
