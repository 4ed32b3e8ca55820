/** A guest whose commands are a handful of built-in behaviours and whose files are a map: enough for the SSH server. */
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { ExitStatus, Guest, GuestFiles, GuestFileStat, GuestProcess, SpawnRequest } from '../../../../../src/cloud/guest/guest.js';

interface Node {
  kind: GuestFileStat['kind'];
  data: Buffer;
  mode: number;
  modified: number;
}

const fault = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code });
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';

export function memoryFiles(): GuestFiles {
  const nodes = new Map<string, Node>(['/', '/home', '/home/ec2-user', '/home/ec2-user/.ssh'].map((path) => [path, { kind: 'directory', data: Buffer.alloc(0), mode: 0o755, modified: 1_767_225_600 }]));
  const get = (path: string, follow = true): Node => {
    const node = nodes.get(path);
    if (node === undefined) throw fault('ENOENT', path);
    return follow && node.kind === 'symlink' ? get(node.data.toString()) : node;
  };
  const add = (path: string, kind: Node['kind'], mode: number, data = Buffer.alloc(0)) => {
    get(parentOf(path));
    nodes.set(path, { kind, data, mode, modified: 1_767_225_600 });
  };
  const statOf = (node: Node): GuestFileStat => ({ kind: node.kind, size: node.data.length, mode: node.mode, uid: 1000, gid: 1000, modified: node.modified });
  return {
    stat: async (path, options) => statOf(get(path, options?.followSymlinks !== false)),
    list: async (path) => {
      if (get(path).kind !== 'directory') throw fault('ENOTDIR', path);
      return [...nodes].filter(([name]) => name !== '/' && parentOf(name) === path).map(([name, node]) => ({ name: name.slice(name.lastIndexOf('/') + 1), stat: statOf(node) }));
    },
    read: async (path, offset, length) => {
      const node = get(path);
      if (node.mode === 0) throw fault('EACCES', path);
      return node.data.subarray(offset, offset + length);
    },
    write: async (path, offset, data) => {
      const node = get(path);
      const whole = Buffer.alloc(Math.max(node.data.length, offset + data.length));
      node.data.copy(whole);
      data.copy(whole, offset);
      node.data = whole;
    },
    create: async (path, mode) => add(path, 'file', mode),
    truncate: async (path, size) => {
      const node = get(path);
      node.data = Buffer.concat([node.data, Buffer.alloc(size)]).subarray(0, size);
    },
    makeDirectory: async (path, mode) => {
      if (nodes.has(path)) throw fault('EEXIST', path);
      add(path, 'directory', mode);
    },
    removeDirectory: async (path) => void (get(path), nodes.delete(path)),
    remove: async (path) => void (get(path, false), nodes.delete(path)),
    rename: async (from, to) => {
      nodes.set(to, get(from, false));
      nodes.delete(from);
    },
    setMode: async (path, mode) => void (get(path).mode = mode),
    setModified: async (path, seconds) => void (get(path).modified = seconds),
    symlink: async (target, path) => add(path, 'symlink', 0o777, Buffer.from(target)),
    readLink: async (path) => get(path, false).data.toString(),
    realPath: async (path) => {
      const whole = path.replace(/\/\.$/, '') || '/';
      get(whole);
      return whole;
    },
  };
}

/** Commands: `cat`, `fail TEXT STATUS`, `flood BYTES` (both streams), `yes`, `env NAME`, `pty`, `die SIGNAL`, `wait` (until a signal). A shell is `cat` after a prompt. */
export interface GuestDouble extends Guest {
  /** A client's connection to port 22. */
  connectTo22(): Duplex;
  readonly signals: string[];
  readonly sizes: { columns: number; rows: number }[];
}

export async function guestDouble(authorizedKeys: readonly string[]): Promise<GuestDouble> {
  const files = memoryFiles();
  const path = '/home/ec2-user/.ssh/authorized_keys';
  await files.create(path, 0o600);
  await files.write(path, 0, Buffer.from(authorizedKeys.map((key) => `${key}\n`).join('')));
  let hostPort = 0;
  const signals: string[] = [];
  const sizes: { columns: number; rows: number }[] = [];
  const unused = () => Promise.reject(new Error('not in this double'));
  return {
    specification: {
      region: 'ap-northeast-1', instanceId: 'i-0123456789abcdef0', networkInterfaceId: 'eni-1', privateIp: '10.0.1.16', hostName: 'ip-10-0-1-16',
      domainName: 'ap-northeast-1.compute.internal', architecture: 'aarch64', authorizedKeys,
    },
    signals,
    sizes,
    onPower: () => undefined,
    spawn: async (request) => spawn(request, signals, sizes),
    resolve: unused,
    connect: unused,
    listen: async (port, listener) => {
      if (port !== 22) throw new Error(`port ${port}`);
      // Over loopback: ssh2 cannot live with a stream that delivers within the writer's own call.
      const server = createServer({ allowHalfOpen: true }, (socket) => listener(socket, { address: '198.51.100.7', port: 40_000 }));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      hostPort = (server.address() as AddressInfo).port;
      return { close: () => void server.close() };
    },
    files: () => files,
    home: (user) => `/home/${user}`,
    stop: async () => undefined,
    connectTo22: () => connect({ host: '127.0.0.1', port: hostPort, allowHalfOpen: true }),
  };
}

function spawn(request: SpawnRequest, signals: string[], sizes: { columns: number; rows: number }[]): GuestProcess {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let settle = (_status: ExitStatus): void => undefined;
  const status = new Promise<ExitStatus>((resolve) => {
    settle = resolve;
  });
  const ended = Promise.all([stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.once('end', () => resolve()))));
  let over = false;
  const finish = (code: number | undefined, signal?: string): void => {
    if (over) return;
    over = true;
    stdout.end();
    stderr.end();
    void ended.then(() => settle({ code, signal }));
  };
  const [word = '', ...rest] = request.run.kind === 'shell' ? ['shell'] : request.run.line.split(' ');
  const echo = () => stdin.on('data', (chunk: Buffer) => stdout.write(chunk)).on('end', () => finish(0));
  const behaviours: Record<string, () => void> = {
    shell: () => {
      stdout.write(`[ec2-user@ip-10-0-1-16 ~]$ `);
      echo();
    },
    cat: echo,
    fail: () => {
      stdout.write('out\n');
      stderr.write(`${rest[0]}\n`);
      finish(Number(rest[1]));
    },
    flood: () => {
      for (const stream of [stdout, stderr]) stream.write(Buffer.alloc(Number(rest[0]), 'x'));
      finish(0);
    },
    yes: () => {
      const more = (): void => {
        if (over) return;
        if (stdout.write('y\n'.repeat(1000))) setImmediate(more);
        else stdout.once('drain', more);
      };
      more();
    },
    env: () => {
      stdout.write(request.environment?.[rest[0] ?? ''] ?? 'unset');
      finish(0);
    },
    pty: () => {
      stdout.write(JSON.stringify(request.pty ?? null));
      finish(0);
    },
    die: () => finish(undefined, rest[0]),
    wait: () => void stdout.write('waiting'),
  };
  const behaviour = behaviours[word];
  if (behaviour === undefined) throw new Error(`no such behaviour: ${word}`);
  behaviour();
  return {
    stdin, stdout, stderr, status,
    resize: (size) => void sizes.push(size),
    signal: (name) => {
      signals.push(name);
      finish(undefined, name);
    },
  };
}
