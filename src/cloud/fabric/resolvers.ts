/** The two resolvers: a VPC's own, and public DNS for everybody outside. */
import { parseAddress } from '../../lib/net/address.js';
import { privateDnsName } from '../../lib/vpc/endpoint.js';
import type { InterfaceNode, Network } from '../../lib/vpc/network.js';
import type { Answer } from '../../lib/vpc/resolver.js';
import { canonicalName, resolveInVpc, resolvePublicly } from '../../lib/vpc/resolver.js';
import type { Resolution } from './fabric.js';
import type { Internet } from './internet.js';

export class Resolvers {
  readonly #internet: Internet;
  readonly #networks: ReadonlyMap<string, Network>;
  #turn = 0;

  constructor(internet: Internet, networks: ReadonlyMap<string, Network>) {
    this.#internet = internet;
    this.#networks = networks;
  }

  /** As asked by an interface, whose VPC decides (L1–L5, P4–P7). */
  inVpc(network: Network, node: InterfaceNode, text: string): Resolution {
    const name = canonicalName(text);
    const answer = resolveInVpc(network, node.vpc, name, {
      nameOf: (serviceName) => this.#internet.behind(serviceName)?.names[0] ?? privateDnsName(serviceName),
    });
    return this.#resolution(answer, name, network.region);
  }

  /** As asked from the internet. */
  publicly(text: string): Resolution {
    return this.#resolution({ decision: 'unknown' }, canonicalName(text), undefined);
  }

  #resolution(answer: Answer, name: string, region: string | undefined): Resolution {
    if (answer.decision === 'silent') return { kind: 'silent' };
    if (answer.decision === 'addresses') return { kind: 'addresses', addresses: this.#inTurn(answer.addresses, answer.rule === 'P5') };
    if (parseAddress(name) !== undefined) return { kind: 'addresses', addresses: [name] };
    const known = this.#internet.addressesOf(name, region);
    if (known !== undefined) return { kind: 'addresses', addresses: known };
    for (const network of this.#networks.values()) {
      const elsewhere = resolvePublicly(network, name);
      if (elsewhere.decision === 'addresses') return { kind: 'addresses', addresses: elsewhere.addresses };
    }
    return { kind: 'nxdomain' };
  }

  /** Private DNS gives one endpoint address an answer, in turn (P5). */
  #inTurn(addresses: readonly string[], rotate: boolean): readonly string[] {
    const one = rotate && addresses.length > 1 ? addresses[this.#turn++ % addresses.length] : undefined;
    return one === undefined ? addresses : [one];
  }
}
