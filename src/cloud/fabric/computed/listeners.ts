/** TCP servers of guests, by interface and port. */
import type { Listener, OnConnection } from '../fabric.js';

export class Listeners {
  readonly #byInterface = new Map<string, Map<number, OnConnection>>();

  /** Throws an Error with code EADDRINUSE when the port is taken. */
  add(networkInterfaceId: string, port: number, onConnection: OnConnection): Listener {
    let ports = this.#byInterface.get(networkInterfaceId);
    if (ports === undefined) this.#byInterface.set(networkInterfaceId, (ports = new Map()));
    if (ports.has(port)) {
      throw Object.assign(new Error(`listen EADDRINUSE: address already in use ${networkInterfaceId}:${port}`), { code: 'EADDRINUSE' });
    }
    ports.set(port, onConnection);
    return {
      close: () => {
        if (ports.get(port) === onConnection) ports.delete(port);
      },
    };
  }

  at(networkInterfaceId: string, port: number): OnConnection | undefined {
    return this.#byInterface.get(networkInterfaceId)?.get(port);
  }

  /** Power off: the ports are free again when the interface comes back. */
  closeAll(networkInterfaceId: string): void {
    this.#byInterface.get(networkInterfaceId)?.clear();
    this.#byInterface.delete(networkInterfaceId);
  }

  clear(): void {
    this.#byInterface.clear();
  }
}
