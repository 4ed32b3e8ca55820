/** The simulated internet: its hosts by address, by name and by the service behind them, and 8.8.8.8, which is always there. */
import { parseAddress } from '../../lib/net/address.js';
import type { InternetHost } from './fabric.js';
import { INTERNET } from './fabric.js';

/** The lab's one well-known host: answers ping and DNS questions, and nothing else. */
const GOOGLE_DNS: InternetHost = { addresses: [INTERNET.googleDns], names: ['dns.google'], tcp: new Map(), answersPing: true, resolves: true };

export class Internet {
  /** Region → first name → host. */
  readonly #hosts = new Map<string, Map<string, InternetHost>>();
  #byAddress = new Map<number, InternetHost>();
  #byService = new Map<string, InternetHost>();

  constructor() {
    this.#index();
  }

  /** Adds or replaces hosts of a region, by their first name. Throws TypeError for a host without a name or with a malformed address. */
  serve(region: string, hosts: readonly InternetHost[]): void {
    const ofRegion = new Map(this.#hosts.get(region));
    for (const host of hosts) {
      const name = host.names[0];
      if (name === undefined) throw new TypeError('a host of the internet needs a name');
      const wrong = host.addresses.find((address) => parseAddress(address) === undefined);
      if (wrong !== undefined) throw new TypeError(`${name}: not an IPv4 address: ${wrong}`);
      ofRegion.set(name, host);
    }
    this.#hosts.set(region, ofRegion);
    this.#index();
  }

  #index(): void {
    this.#byAddress = new Map();
    this.#byService = new Map();
    for (const host of this.hosts()) {
      for (const address of host.addresses) this.#byAddress.set(parseAddress(address) ?? 0, host);
      if (host.serviceName !== undefined) this.#byService.set(host.serviceName, host);
    }
  }

  /** Everybody who is there. */
  *hosts(): Iterable<InternetHost> {
    yield GOOGLE_DNS;
    for (const hosts of this.#hosts.values()) yield* hosts.values();
  }

  at(address: number): InternetHost | undefined {
    return this.#byAddress.get(address);
  }

  /** Behind an interface endpoint of the service. */
  behind(serviceName: string): InternetHost | undefined {
    return this.#byService.get(serviceName);
  }

  /** Addresses of a canonical name; a name that several regions serve (`iam.amazonaws.com`) is the asker's region's own. */
  addressesOf(name: string, region: string | undefined): readonly string[] | undefined {
    const own = region === undefined ? undefined : this.#hosts.get(region);
    for (const host of own?.values() ?? []) if (isNamed(host, name)) return host.addresses;
    for (const host of this.hosts()) if (isNamed(host, name)) return host.addresses;
    return undefined;
  }
}

function isNamed(host: InternetHost, name: string): boolean {
  return host.names.some((each) => each.toLowerCase() === name);
}
