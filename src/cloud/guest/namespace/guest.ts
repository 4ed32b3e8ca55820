/** An instance of real processes, as what serves it from above sees it. */
import type { Duplex } from 'node:stream';
import type { Fabric, Listener, Peer } from '../../fabric/fabric.js';
import type { GuestNamespaces } from '../../fabric/netns/guest-namespaces.js';
import type { Guest, GuestFiles, GuestProcess, GuestSpecification, GuestUser, PowerRequest, SpawnRequest } from '../guest.js';
import { createGuestFiles } from '../guest-files.js';
import { GuestNetwork } from '../guest-network.js';
import { accountOf } from '../image/accounts.js';
import { startSession } from './guest-process.js';
import { Machine } from './machine.js';

export interface NamespaceParts {
  readonly fabric: Fabric;
  readonly namespaces: GuestNamespaces;
  readonly log: (line: string) => void;
  readonly certificateAuthority?: string | undefined;
}

export class NamespaceGuest implements Guest {
  readonly specification: GuestSpecification;
  readonly #parts: NamespaceParts;
  readonly #network: GuestNetwork;
  readonly #powerListeners = new Set<(request: PowerRequest) => void>();
  #machine: Promise<Machine> | undefined;
  #stopped = false;

  constructor(specification: GuestSpecification, parts: NamespaceParts) {
    this.specification = specification;
    this.#parts = parts;
    this.#network = new GuestNetwork(parts.fabric, specification);
  }

  /** The machine, made if there is none: after one died, the next thing that runs has a new one. */
  #running(): Promise<Machine> {
    if (this.#stopped) return Promise.reject(new Error(`instance ${this.specification.instanceId} is powered off`));
    if (this.#machine !== undefined) return this.#machine;
    const { namespaces, certificateAuthority } = this.#parts;
    const starting = Machine.start({
      namespaces,
      specification: this.specification,
      certificateAuthority,
      onPower: (request) => {
        for (const listener of this.#powerListeners) listener(request);
      },
    });
    this.#machine = starting;
    void this.#watch(starting);
    return starting;
  }

  /** Until it dies, or could not be made. */
  async #watch(starting: Promise<Machine>): Promise<void> {
    try {
      const { exited } = await starting;
      await exited;
      if (!this.#stopped) this.#parts.log(`${this.specification.instanceId}: its machine died`);
    } catch (error) {
      this.#parts.log((error as Error).message);
    }
    if (this.#machine === starting) this.#machine = undefined;
  }

  async spawn(request: SpawnRequest): Promise<GuestProcess> {
    const { entrance } = await this.#running();
    return startSession({ entrance, uidMode: this.#parts.namespaces.uidMode, request });
  }

  resolve(host: string): Promise<readonly string[]> {
    return this.#network.resolve(host);
  }

  connect(host: string, port: number, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<Duplex> {
    return this.#network.connect(host, port, options);
  }

  listen(port: number, onConnection: (stream: Duplex, peer: Peer) => void): Promise<Listener> {
    return this.#network.listen(port, onConnection);
  }

  files(user: GuestUser): GuestFiles {
    return createGuestFiles(async (operation, args) => (await this.#running()).fileWorker(user).call(operation, args));
  }

  onPower(listener: (request: PowerRequest) => void): void {
    this.#powerListeners.add(listener);
  }

  home(user: GuestUser): string {
    return accountOf(user).home;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const machine = await this.#machine?.catch(() => undefined);
    await machine?.stop();
  }
}
