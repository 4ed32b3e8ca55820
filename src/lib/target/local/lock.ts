/**
 * The lock of a running local cloud: a socket name that only one process can hold and that dies with its holder. Whoever
 * connects is told, as one line of JSON, where the cloud answers; while it is starting, the line waits.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { SsmlabError } from '../../errors.js';

/** Things of one kind in one region; `aws-global` for what has none. */
export interface Holding {
  readonly region: string;
  readonly kind: string;
  readonly count: number;
}

/** The data plane of a local cloud: computed in process, or real packets in network namespaces. */
export type FabricKind = 'computed' | 'netns';

/** What the holder of the lock says of itself. Holds no secret: any local user may connect. */
export interface LockGreeting {
  readonly version: string;
  readonly pid: number;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Another way to {@link endpoint}, in the form of {@link lockAddress}; null where there is none. */
  readonly beside: string | null;
  readonly uplinkPort: number;
  readonly fabric: FabricKind;
  /** Why it is not the netns fabric though nobody asked for another, and what to install. */
  readonly fabricNote: string | null;
  /** What somebody would miss, by region. */
  readonly holdings: readonly Holding[];
  /** What keeps it from working now, in words: a disk that is full. */
  readonly trouble: string | null;
}

/**
 * Address of the lock for a state folder: an abstract socket on Linux, a named pipe on Windows (both die with their
 * holder); elsewhere a loopback port, since a socket file would outlive it. The CLI passes it to the process it starts.
 */
export function lockAddress(folder: string, platform: NodeJS.Platform = process.platform): string {
  const digest = createHash('sha256').update(realpathSync(folder)).digest();
  const name = `ssmlab-${process.getuid?.() ?? 'user'}-${digest.toString('hex').slice(0, 32)}`;
  if (platform === 'linux') return `@${name}`;
  if (platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return `127.0.0.1:${49152 + (digest.readUInt16BE(0) % 16384)}`;
}

/** Options of node:net for an address of {@link lockAddress}. */
export function lockEndpoint(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('@')) return { path: `\0${address.slice(1)}` };
  const port = /^127\.0\.0\.1:(\d+)$/.exec(address)?.[1];
  return port === undefined ? { path: address } : { host: '127.0.0.1', port: Number(port) };
}

/** Asks the holder of the lock; undefined when nobody holds it. Waits while the holder is starting. */
export function askLock(address: string, timeoutMs = 30_000): Promise<LockGreeting | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(lockEndpoint(address));
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new SsmlabError('cloud-start-failed', `the local cloud holds its lock but has not answered for ${timeoutMs / 1000} s`));
    }, timeoutMs);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    // Refused: free. Reset, or closed without a line: it ended while it was starting, so the lock is free again.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      const end = text.indexOf('\n');
      if (end < 0) return resolve(undefined);
      try {
        resolve((JSON.parse(text.slice(0, end)) as { ssmlab: LockGreeting }).ssmlab);
      } catch (error) {
        reject(new SsmlabError('cloud-start-failed', `another program answers at the lock of the local cloud (${address})`, { cause: error }));
      }
    });
  });
}
