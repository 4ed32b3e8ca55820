/** Collects what one namespace is to hold. */
import { createHash } from 'node:crypto';
import type { NftChain, NftSet } from './nft.js';
import type { NamespaceState, Setting } from './state.js';

/** Without these a namespace has what the host's administrator chose for the host; links are up only after they are set. */
const QUIET: readonly (readonly [string, string])[] = [
  ['ipv6/conf/all/disable_ipv6', '1'], ['ipv6/conf/default/disable_ipv6', '1'],
  ...['rp_filter', 'send_redirects', 'accept_redirects', 'arp_ignore'].flatMap((name) => ['all', 'default'].map((which) => [`ipv4/conf/${which}/${name}`, '0'] as const)),
];
/** Of these a link that was there before has its own. */
const OF_EACH_LINK = ['rp_filter', 'send_redirects', 'arp_ignore'];
const FORWARDS: readonly (readonly [string, string])[] = [
  ['ipv4/ip_forward', '1'],
  // What a router says of an address of its own comes back by a NAT gateway with that address as its source.
  ['ipv4/conf/all/accept_local', '1'],
];

/** Rules; what changes in one place has to fit one transaction. */
const LONGEST_CHAIN = 100;

const namedAs = (kind: string, lines: readonly string[]): string => `${kind}_${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 20)}`;

export class NamespaceBuilder {
  readonly #owned: boolean;
  readonly #first: string[] = ['link set lo up'];
  readonly #sysctls = new Map<string, Setting>();
  readonly #settings = new Map<string, Setting>();
  readonly #timeouts = new Map<string, number>();
  readonly #sets = new Map<string, NftSet>();
  readonly #chains = new Map<string, NftChain>();

  constructor(kind: 'router' | 'machine') {
    this.#owned = kind === 'machine';
    for (const [path, value] of kind === 'router' ? [...QUIET, ...FORWARDS] : QUIET) this.sysctl(path, value);
  }

  /** A line of `ip -batch`, given once. */
  first(...lines: readonly string[]): void {
    this.#first.push(...lines);
  }

  /** A path under /proc/sys/net. */
  sysctl(path: string, value: string, link?: string): void {
    this.#sysctls.set(path, { put: `net/${path} ${value}`, link });
  }

  up(link: string, arp = true): void {
    for (const name of OF_EACH_LINK) this.sysctl(`ipv4/conf/${link}/${name}`, '0', link);
    this.#settings.set(`link ${link}`, { put: `link set ${link}${arp ? '' : ' arp off'} up`, link });
  }

  address(address: string, link: string, more = ''): void {
    this.#settings.set(`address ${address} ${link}`, { put: `addr replace ${address} ${more}dev ${link}`, remove: `addr del ${address} dev ${link}`, link });
  }

  /** `destination` as `ip route` takes it; `type` is `blackhole`, `throw`, `local` or nothing. */
  route(destination: string, way: string, options: { readonly table?: number | undefined; readonly link?: string | undefined; readonly type?: string | undefined; readonly metric?: number | undefined } = {}): void {
    const { table = 254, link, type = '', metric } = options;
    const where = `${destination} table ${table}${metric === undefined ? '' : ` metric ${metric}`}`;
    this.#settings.set(`route ${where}`, { put: `route replace ${type} ${where} ${way}`, remove: `route del ${where}`, link });
  }

  neighbour(address: string, mac: string, link: string): void {
    this.#settings.set(`neighbour ${address} ${link}`, { put: `neigh replace ${address} lladdr ${mac} dev ${link} nud permanent`, remove: `neigh del ${address} dev ${link}`, link });
  }

  /** A routing rule; one and the same rule is told by its whole text. */
  rule(text: string): void {
    this.#settings.set(`rule ${text}`, { put: `rule add ${text}`, remove: `rule del ${text}` });
  }

  /** Any other line of `ip -batch` that concerns a link. */
  line(line: string, link: string): void {
    this.#settings.set(line, { put: line, link });
  }

  /** Established TCP connections, by the name to refer to it. */
  timeout(seconds: number): string {
    const name = `tcp_${seconds}`;
    this.#timeouts.set(name, seconds);
    return name;
  }

  set(name: string, set: NftSet): void {
    this.#sets.set(name, set);
  }

  /** A long one is made of parts that are named by what is in them: they never change, and are there before anything refers to them. */
  chain(name: string, rules: readonly string[], hook?: string): void {
    if (rules.length <= LONGEST_CHAIN) {
      this.shared(name, { hook, rules });
      return;
    }
    const parts = Array.from({ length: Math.ceil(rules.length / LONGEST_CHAIN) }, (_, index) => rules.slice(index * LONGEST_CHAIN, (index + 1) * LONGEST_CHAIN));
    this.#chains.set(name, { hook, rules: parts.map((part) => `jump ${this.#part(part)}`) });
  }

  #part(rules: readonly string[]): string {
    const name = namedAs('part', rules);
    this.shared(name, { rules });
    return name;
  }

  /** A chain as it is; one that many namespaces have is compared by what it is. */
  shared(name: string, chain: NftChain): void {
    this.#chains.set(name, chain);
  }

  /** Name of a set of addresses and prefixes, which may overlap, by what is in it. */
  prefixes(prefixes: readonly string[]): string {
    const name = namedAs('prefixes', prefixes);
    this.#sets.set(name, { kind: 'set', type: 'ipv4_addr; flags interval; auto-merge', elements: new Set(prefixes) });
    return name;
  }

  build(): NamespaceState {
    return { owned: this.#owned, first: this.#first, sysctls: this.#sysctls, settings: this.#settings, table: { timeouts: this.#timeouts, sets: this.#sets, chains: this.#chains } };
  }
}
