/** Collects what one namespace is to hold. */
import type { NftChain, NftSet } from './nft.js';
import type { NamespaceState, Setting } from './state.js';

/** Without these a namespace has what the host's administrator chose for the host. */
const IPV4 = 'net/ipv4/conf/default';
const DEFAULTS: readonly (readonly [string, string])[] = [
  ['net/ipv6/conf/all/disable_ipv6', '1'], ['net/ipv6/conf/default/disable_ipv6', '1'],
  ['net/ipv4/conf/all/rp_filter', '0'], [`${IPV4}/rp_filter`, '0'],
  ['net/ipv4/conf/all/send_redirects', '0'], [`${IPV4}/send_redirects`, '0'],
  ['net/ipv4/conf/all/accept_redirects', '0'], [`${IPV4}/accept_redirects`, '0'],
  ['net/ipv4/conf/all/arp_ignore', '0'], [`${IPV4}/arp_ignore`, '0'],
];
const FORWARDS: readonly (readonly [string, string])[] = [
  ...DEFAULTS,
  ['net/ipv4/ip_forward', '1'],
  // What a router says of an address of its own comes back by a NAT gateway with that address as its source.
  ['net/ipv4/conf/all/accept_local', '1'], [`${IPV4}/accept_local`, '1'],
];

export class NamespaceBuilder {
  readonly #owned: boolean;
  readonly #defaults: (readonly [string, string])[];
  readonly #first: string[] = ['link set lo up'];
  readonly #sysctls = new Map<string, Setting>();
  readonly #settings = new Map<string, Setting>();
  readonly #timeouts = new Map<string, number>();
  readonly #sets = new Map<string, NftSet>();
  readonly #chains = new Map<string, NftChain>();

  constructor(kind: 'router' | 'machine') {
    this.#owned = kind === 'machine';
    this.#defaults = [...(kind === 'router' ? FORWARDS : DEFAULTS)];
  }

  default(path: string, value: string): void {
    this.#defaults.push([`net/${path}`, value]);
  }

  /** A line of `ip -batch`, given once. */
  first(...lines: readonly string[]): void {
    this.#first.push(...lines);
  }

  sysctl(path: string, value: string, link?: string): void {
    this.#sysctls.set(path, { put: `net/${path} ${value}`, link });
  }

  up(link: string, arp = true): void {
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

  chain(name: string, rules: readonly string[], hook?: string): void {
    this.#chains.set(name, { hook, rules });
  }

  build(): NamespaceState {
    return { owned: this.#owned, defaults: this.#defaults, first: this.#first, sysctls: this.#sysctls, settings: this.#settings, table: { timeouts: this.#timeouts, sets: this.#sets, chains: this.#chains } };
  }
}
