/** Holding the region's lock: a socket name given by the tool, bound for as long as the process lives. */
import { createServer, type Socket } from 'node:net';

export interface Lock {
  /** From now on whoever asks gets what this says at that moment; those who asked before get it now. */
  announce(greeting: () => object): void;
  release(): void;
}

/** Options of node:net for the address form that the tool uses: `@abstract`, a pipe's path, or `127.0.0.1:PORT`. */
export function endpointOf(address: string): { path: string } | { host: string; port: number; exclusive: true } {
  if (address.startsWith('@')) return { path: `\0${address.slice(1)}` };
  const port = /^127\.0\.0\.1:(\d+)$/.exec(address)?.[1];
  return port === undefined ? { path: address } : { host: '127.0.0.1', port: Number(port), exclusive: true };
}

/** Takes the lock, or resolves to undefined when another process holds it. */
export function takeLock(address: string): Promise<Lock | undefined> {
  const waiting = new Set<Socket>();
  let line: (() => string) | undefined;
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => waiting.delete(socket));
      socket.resume();
      if (line === undefined) waiting.add(socket);
      else socket.end(line());
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(endpointOf(address), () => {
      resolve({
        announce: (greeting) => {
          line = () => `${JSON.stringify({ ssmlab: greeting() })}\n`;
          for (const socket of waiting) socket.end(line());
        },
        release: () => {
          server.close();
          for (const socket of waiting) socket.destroy();
        },
      });
    });
  });
}
