/** The network of a guest for what serves it from above, through the fabric: the same for every kind of guest. */
import type { Duplex } from 'node:stream';
import { type Fabric, FabricError, type Listener, type Peer } from '../fabric/fabric.js';
import type { Guest, GuestSpecification } from './guest.js';

export class GuestNetwork implements Pick<Guest, 'resolve' | 'connect' | 'listen'> {
  readonly #fabric: Fabric;
  readonly #specification: GuestSpecification;

  constructor(fabric: Fabric, specification: GuestSpecification) {
    this.#fabric = fabric;
    this.#specification = specification;
  }

  async resolve(host: string): Promise<readonly string[]> {
    if (host === 'localhost') return ['127.0.0.1'];
    if (/^\d+\.\d+\.\d+\.\d+$/u.test(host)) return [host];
    const resolution = await this.#fabric.resolve({ networkInterfaceId: this.#specification.networkInterfaceId }, host);
    if (resolution.kind === 'addresses' && resolution.addresses.length > 0) return resolution.addresses;
    if (resolution.kind === 'silent') throw new FabricError('ETIMEDOUT', `${host}: Temporary failure in name resolution`);
    throw new FabricError('ENETUNREACH', `${host}: Name or service not known`);
  }

  async connect(host: string, port: number, options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<Duplex> {
    const [address = host] = await this.resolve(host);
    return this.#fabric.connect({ networkInterfaceId: this.#specification.networkInterfaceId }, { address, port }, options);
  }

  listen(port: number, onConnection: (stream: Duplex, peer: Peer) => void): Promise<Listener> {
    return this.#fabric.listen({ networkInterfaceId: this.#specification.networkInterfaceId, port }, onConnection);
  }
}
