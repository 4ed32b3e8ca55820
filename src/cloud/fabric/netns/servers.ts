/** The listening sockets of this process in the internet's namespace: opened, closed and re-used as the fabric changes. */
import type { Server, Socket } from 'node:net';
import type { HolderClient } from './holder-client.js';
import { asStream } from './stream.js';

export type OnAccept = (socket: Socket) => void;

interface Listening {
  readonly server: Server;
  onAccept: OnAccept;
}

const keyOf = (address: string, port: number): string => `${address}:${port}`;

export class Servers {
  readonly #holder: HolderClient;
  readonly #open = new Map<string, Listening>();
  /** Every socket that was handed over: it would keep its namespace alive after the lab. */
  readonly #sockets = new Set<Socket>();

  constructor(holder: HolderClient) {
    this.#holder = holder;
  }

  /** Opens one, or gives the one that is there another server. Rejects with Node's code. */
  async open(address: string, port: number, onAccept: OnAccept): Promise<void> {
    const key = keyOf(address, port);
    const there = this.#open.get(key);
    if (there !== undefined) {
      there.onAccept = onAccept;
      return;
    }
    const server = await this.#holder.listen(address, port);
    const listening: Listening = { server, onAccept };
    Object.assign(server, { allowHalfOpen: true });
    server.on('error', () => undefined);
    server.on('connection', (socket) => listening.onAccept(this.adopt(socket)));
    this.#open.set(key, listening);
  }

  close(address: string, port: number): void {
    const key = keyOf(address, port);
    this.#open.get(key)?.server.close();
    this.#open.delete(key);
  }

  /** Keeps those of `wanted`, by `address:port`, among those that `concerns` says are to be decided. */
  retain(wanted: ReadonlySet<string>, concerns: (address: string) => boolean): void {
    for (const key of this.#open.keys()) {
      const [address = '', port] = key.split(':');
      if (concerns(address) && !wanted.has(key)) this.close(address, Number(port));
    }
  }

  /** Makes a socket of the internet's namespace one of the fabric's streams, which ends with the fabric. */
  adopt(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return asStream(socket);
  }

  /** Cuts every socket that is bound to the address. */
  cut(address: string): void {
    for (const socket of this.#sockets) if (socket.localAddress === address) socket.destroy();
  }

  closeAll(): void {
    for (const { server } of this.#open.values()) server.close();
    this.#open.clear();
    for (const socket of this.#sockets) socket.destroy();
  }
}
