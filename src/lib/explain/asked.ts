/** What the user wrote → the way that is asked about: `3`, `--to ssm.REGION.amazonaws.com:443`, `--from internet`. */
import { SsmlabError } from '../errors.js';
import { findInstance } from '../inventory/find.js';
import type { Snapshot, SnapshotInstance } from '../inventory/snapshot/snapshot.js';
import { formatAddress, isAddress, parseAddress } from '../net/address.js';
import { isLoopback, isNotUnicast } from '../net/cidr.js';
import type { Place, Question } from '../reachability/trace.js';
import { missingInterface } from '../reachability/unread.js';
import type { InterfaceNode, Network } from '../vpc/network.js';
import { canonicalName, resolveInVpc, resolvePublicly } from '../vpc/resolver.js';
import type { Asked } from './explanation.js';

export interface Asking {
  readonly instance: string;
  /** `ADDRESS`, `NAME` or `INSTANCE`, each with or without `:PORT`; with `from` a port of the instance: `:22`. */
  readonly to?: string | undefined;
  /** `ADDRESS`, `INSTANCE`, `internet` or `here`. */
  readonly from?: string | undefined;
  readonly protocol?: Question['protocol'] | undefined;
  /** Address that this machine is seen under, for SSH. */
  readonly here: () => Promise<string>;
}

/** Stands for the internet where only that is said. */
export const SOMEWHERE = '8.8.8.8';
const INTERNET = 'internet';
const HERE = 'here';
const INTERNET_TEXT = 'the internet';
const SSH_PORT = 22;

/** Errors: `instance-not-found`, `instance-ambiguous`, `usage`. */
export async function askedOf(snapshot: Snapshot, network: Network, asking: Asking): Promise<Asked> {
  const instance = findInstance(snapshot.instances, asking.instance) as SnapshotInstance;
  const { to, protocol } = asking;
  const from = asking.from === HERE ? await asking.here() : asking.from;
  if (to === undefined && protocol === undefined && (from === undefined || (isBySsh(instance) && isAddress(from)))) return wayIn(snapshot, instance, from, asking.here);
  if (to === undefined && from === undefined) throw new SsmlabError('usage', '--protocol needs --to or --from', { hint: 'for example --to 8.8.8.8 --protocol icmp' });
  const own = nodeOf(network, instance);
  if (own === undefined) throw withoutInterface(snapshot, instance, 'nothing can be asked of its way');
  return from === undefined ? outward(snapshot, network, { instance, own }, to ?? '', protocol) : inward(snapshot, network, { instance, own }, asking, from);
}

/** Also where its port is shut, and SSH therefore no way in that `list` could name: without a role there is no other that is meant. */
const isBySsh = ({ auth, keyName, instanceProfile }: SnapshotInstance): boolean => auth === 'ssh-key-pair' || (auth === 'none' && keyName !== null && instanceProfile === null);

async function wayIn(snapshot: Snapshot, instance: SnapshotInstance, from: string | undefined, here: Asking['here']): Promise<Asked> {
  const { instanceId } = instance;
  if (!isBySsh(instance)) {
    return { instance, way: { kind: 'session-manager', instanceId }, from: 'from its agent', to: `ssm and ssmmessages of ${snapshot.region}` };
  }
  const address = from ?? (await here());
  return { instance, way: { kind: 'ssh-key-pair', instanceId, from: address }, from: from === undefined ? `from here (${address})` : `from ${address}`, to: `tcp/${SSH_PORT}` };
}

interface Own {
  readonly instance: SnapshotInstance;
  readonly own: InterfaceNode;
}

const nodeOf = (network: Network, { instanceId }: SnapshotInstance): InterfaceNode | undefined => network.instances.get(instanceId)?.[0];

/** Of an instance that has no interface, or whose could not be read: `access-denied` with the action. */
function withoutInterface({ unread }: Snapshot, { name, number }: SnapshotInstance, so: string): SsmlabError {
  const missing = missingInterface(unread);
  if (missing !== undefined) return new SsmlabError('access-denied', `nothing can be said of ${name}: ${missing}`);
  return new SsmlabError('usage', `${name} has no network interface, so that ${so}`, { hint: `\`ssmlab explain ${number}\` says what is the matter with it` });
}

const placeOf = (node: InterfaceNode): Place => ({ kind: 'interface', networkInterfaceId: node.id });

const withAddress = (text: string, address: string): string => (text === address ? text : `${text} (${address})`);

function outward(snapshot: Snapshot, network: Network, { instance, own }: Own, to: string, protocol: Asking['protocol']): Asked {
  const { who, port } = read(to);
  if (who === '') throw new SsmlabError('usage', `--to "${to}" names nobody`, { hint: 'a port alone is one of the instance, and needs --from' });
  const { text, address } = destinationOf(snapshot, network, own, who);
  const question = { from: placeOf(own), to: address, ...protocolOf(port, protocol) };
  return { instance, way: { kind: 'flow', question }, from: withAddress('it', formatAddress(own.address)), to: `${withAddress(text, address)}${portText(port)}` };
}

function inward(snapshot: Snapshot, network: Network, { instance, own }: Own, { to, protocol }: Asking, from: string): Asked {
  const { who, port } = to === undefined ? { who: '', port: protocol === undefined || protocol === 'tcp' ? SSH_PORT : undefined } : read(to);
  if (who !== '' && !isSame(snapshot, who, instance)) throw new SsmlabError('usage', `with --from the way leads to ${instance.name}, and --to "${to ?? ''}" is somewhere else`, { hint: `write the port alone, --to :22, or leave --from out` });
  const source = sourceOf(snapshot, network, own, from);
  const inVpc = source.node !== undefined && source.node.vpc === own.vpc;
  const address = inVpc ? own.address : (own.publicAddress ?? own.address);
  const question = { from: source.node === undefined ? { kind: 'internet' as const, address: source.address } : placeOf(source.node), to: formatAddress(address), ...protocolOf(port, protocol) };
  const lacking = inVpc || own.publicAddress !== undefined ? '' : noAddressText(instance);
  const asked: Asked = { instance, way: { kind: 'flow', question }, from: withAddress(source.text, source.address), to: `${withAddress('it', formatAddress(address))}${portText(port)}${lacking}` };
  return from === INTERNET ? { ...asked, from: `${INTERNET_TEXT} (${SOMEWHERE} stands for it)`, standIn: SOMEWHERE } : asked;
}

/** Why there is no public address to come to: EC2 takes that of a stopped instance back, and nothing says which one it was (V11). */
const noAddressText = ({ state }: SnapshotInstance): string => (state === 'running' ? ', which has no public address' : `, which is ${state} and has no public address now`);

const portText = (port: number | undefined): string => (port === undefined ? '' : `, port ${port}`);

/** Errors: `usage` for what is meant as an address and is not one that is modelled. */
function refuseIpv6(text: string): void {
  const bare = /^\[(.*)\](?::\d*)?$/u.exec(text)?.[1] ?? text;
  if (!/^[0-9a-f.:]*:[0-9a-f.]*:[0-9a-f.:]*(?:%\w+)?$/iu.test(bare)) return;
  throw new SsmlabError('usage', `${bare} is an IPv6 address, and only IPv4 is modelled`, { hint: 'give an IPv4 address, a name or an instance, with a port behind it: --to 8.8.8.8:443' });
}

/** Errors: `usage` for an address with a port that is none. */
function refusePort(text: string): void {
  const [, port] = /^\d+(?:\.\d+){3}:(.*)$/u.exec(text) ?? [];
  if (port !== undefined && !(/^\d{1,5}$/u.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) throw new SsmlabError('usage', `not a port: "${port}"`, { hint: 'ports are 1 to 65535' });
}

/** Errors: `usage` for digits and dots that are not four octets. */
function refuseHalfAddress(text: string): void {
  if (/^[\d.]*\.[\d./]*$/u.test(text)) throw new SsmlabError('usage', `${text} is not an IPv4 address`, { hint: 'one has four numbers from 0 to 255: 8.8.8.8' });
}

function read(text: string): { readonly who: string; readonly port: number | undefined } {
  refuseIpv6(text);
  refusePort(text);
  const [, who = text, digits] = /^(.*):(\d{1,5})$/u.exec(text) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (port === 0 || (port ?? 0) > 65_535) throw new SsmlabError('usage', `not a port: "${digits ?? ''}"`, { hint: 'ports are 1 to 65535' });
  return { who, port };
}

function protocolOf(port: number | undefined, protocol: Asking['protocol']): Pick<Question, 'protocol' | 'port'> {
  const asked = protocol ?? (port === undefined ? 'icmp' : 'tcp');
  if (asked === 'icmp' && port !== undefined) throw new SsmlabError('usage', `ICMP has no ports, and port ${port} was asked for`, { hint: 'leave the port out, or --protocol' });
  if (asked !== 'icmp' && port === undefined) throw new SsmlabError('usage', `--protocol ${asked} needs a port`, { hint: 'write it behind the address: --to 8.8.8.8:53' });
  return { protocol: asked, port };
}

function isSame(snapshot: Snapshot, who: string, instance: SnapshotInstance): boolean {
  try {
    return findInstance(snapshot.instances, who).instanceId === instance.instanceId;
  } catch {
    return false;
  }
}

/** The instance of that name; undefined for what is an address or a name of the network. */
function instanceNamed(snapshot: Snapshot, who: string): SnapshotInstance | undefined {
  try {
    return findInstance(snapshot.instances, who) as SnapshotInstance;
  } catch (error) {
    if (!(error instanceof SsmlabError) || error.code !== 'instance-not-found') throw error;
    refuseHalfAddress(who);
    if (who.includes('.')) return undefined;
    throw error;
  }
}

function destinationOf(snapshot: Snapshot, network: Network, own: InterfaceNode, who: string): { readonly text: string; readonly address: string } {
  if (isAddress(who)) return { text: who, address: who };
  const instance = instanceNamed(snapshot, who);
  if (instance === undefined) return { text: who, address: addressOfName(network, own, who) };
  const node = nodeOf(network, instance);
  if (node === undefined) throw withoutInterface(snapshot, instance, 'nothing leads to it');
  // Its private address means something in its own VPC only (V5).
  const address = node.vpc === own.vpc ? node.address : (node.publicAddress ?? node.address);
  return { text: instance.name, address: formatAddress(address) };
}

function addressOfName(network: Network, own: InterfaceNode, name: string): string {
  const canonical = canonicalName(name);
  const answer = resolveInVpc(network, own.vpc, canonical);
  if (answer.decision === 'addresses' && answer.addresses[0] !== undefined) return answer.addresses[0];
  if (answer.decision === 'silent') throw new SsmlabError('usage', `${name} has no address in ${answer.by}: ${answer.why}`, { hint: 'give an address instead of the name' });
  const publicly = resolvePublicly(network, canonical);
  if (publicly.decision === 'addresses' && publicly.addresses[0] !== undefined) return publicly.addresses[0];
  throw new SsmlabError('usage', `the configuration does not say which address ${name} has`, { hint: 'give its address; `ssmlab exec INSTANCE -- getent hosts NAME` asks the instance' });
}

function sourceOf(snapshot: Snapshot, network: Network, own: InterfaceNode, from: string): { readonly text: string; readonly address: string; readonly node?: InterfaceNode | undefined } {
  if (from === INTERNET) return { text: INTERNET_TEXT, address: SOMEWHERE };
  if (isAddress(from)) {
    const value = parseAddress(from) ?? 0;
    if (isLoopback(value) || isNotUnicast(value) || value === 0) throw new SsmlabError('usage', `nobody sends from ${from}`, { hint: 'give an address that somebody has, an instance, `here` or `internet`' });
    return { text: from, address: from, node: own.vpc.interfaces.get(value) ?? network.publicAddresses.get(value) };
  }
  refuseIpv6(from);
  const instance = instanceNamed(snapshot, from) ?? (findInstance(snapshot.instances, from) as SnapshotInstance);
  const node = nodeOf(network, instance);
  if (node === undefined) throw withoutInterface(snapshot, instance, 'nothing leaves it');
  return { text: instance.name, address: formatAddress(node.address), node };
}
