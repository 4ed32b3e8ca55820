/**
 * A second door of the endpoint, for programs of this machine that know of it: a Unix domain socket, over which a key and its echo take 0.08 ms less
 * than over TCP to loopback, and a file longer. Any user of this machine may knock there, as at the port. On Linux alone, where its name dies with
 * the process; elsewhere it is a file, which would outlive it.
 */
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { endpointOf } from './lock.js';

export interface Beside {
  /** `@NAME`: an abstract socket. */
  readonly address: string;
  close(): void;
}

/** Opens it under a name made of the lock's. Resolves to undefined where there is none: all go by the endpoint's port then. */
export function openBeside(server: Server, lockAddress: string): Promise<Beside | undefined> {
  if (!lockAddress.startsWith('@')) return Promise.resolve(undefined);
  const address = `${lockAddress}-endpoint`;
  const door = createServer((socket) => server.emit('connection', socket));
  return new Promise((resolve) => {
    // Somebody else's, by that name: it is not needed.
    door.once('error', () => resolve(undefined));
    door.listen(endpointOf(address), () => resolve({ address, close: () => door.close() }));
  });
}
