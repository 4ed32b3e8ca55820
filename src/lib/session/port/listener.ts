/** A local port or unix socket that connections are accepted on. */
import { chmod, link, lstat, mkdtemp, rm, unlink } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { SsmlabError } from '../../errors.js';
import type { LocalEnd } from './forward-spec.js';

export interface Listener {
  /** 0 for a unix socket. */
  readonly port: number;
  /** For people: `127.0.0.1:8080`, `/tmp/web.sock`. */
  readonly where: string;
  /** Accepts no more. Connections that are open stay. */
  close(): Promise<void>;
}

/** Begins to listen. Throws `listen-failed`. */
export async function listenAt(end: LocalEnd, onConnection: (socket: Socket) => void): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
  try {
    if (end.kind === 'unix') await listenPrivately(server, end.path);
    else await listening(server, { host: end.host, port: end.port });
  } catch (error) {
    server.close();
    throw failed(end, error as NodeJS.ErrnoException);
  }
  const port = end.kind === 'unix' ? 0 : (server.address() as AddressInfo).port;
  const close = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => void server.close(() => resolve()));
    if (end.kind === 'unix') await unlink(end.path).catch(() => undefined);
    await ended;
  };
  return { port, where: whereOf(end, port), close };
}

function listening(server: Server, at: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).once('listening', resolve);
    server.listen(at);
  });
}

/** A socket opens the way to whoever may write to it: it comes to its place when that is this user alone. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  await removeStale(path);
  const folder = await mkdtemp(join(dirname(path), '.ssmlab-'));
  try {
    const draft = join(folder, 's');
    await listening(server, { path: draft });
    await chmod(draft, 0o600);
    // Unlike a rename it fails when something is there.
    await link(draft, path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function whereOf(end: LocalEnd, port: number): string {
  if (end.kind === 'unix') return end.path;
  const host = end.host ?? '*';
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function failed(end: LocalEnd, error: NodeJS.ErrnoException): SsmlabError {
  const where = whereOf(end, end.kind === 'tcp' ? end.port : 0);
  switch (error.code) {
    case 'EADDRINUSE':
    case 'EEXIST':
      if (end.kind === 'unix') return new SsmlabError('listen-failed', `${where} is there already`, { cause: error, hint: 'choose another path, or remove it if nobody uses it' });
      return new SsmlabError('listen-failed', `${where} is taken: another program listens there`, { cause: error });
    case 'EACCES':
      return new SsmlabError('listen-failed', `${where} is not for this user to listen on`, { cause: error, hint: end.kind === 'tcp' ? 'choose a local port above 1023' : 'choose a path that you may write to' });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new SsmlabError('listen-failed', `${where} is no address of this machine`, { cause: error, hint: 'leave the address out to listen on 127.0.0.1' });
    case 'ENOENT':
      return new SsmlabError('listen-failed', `the folder of ${where} is not there`, { cause: error, hint: 'choose a path in a folder that exists' });
    default:
      return new SsmlabError('listen-failed', `${where} cannot be listened on: ${error.code ?? error.message}`, { cause: error });
  }
}

/** What a process that was killed left behind: a socket that nobody answers at. Anything else stays, and fails as taken. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return;
  const refused = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => (probe.destroy(), resolve(false)));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (refused) await unlink(path);
}
