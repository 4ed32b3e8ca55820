/** Bundles the sandbox's worker once per test process, as the build does, and boots guests with it. */
import { build } from 'esbuild';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fabric } from '../../../../../src/cloud/fabric/fabric.js';
import type { Guest, GuestProcess, GuestSpecification, SpawnRequest } from '../../../../../src/cloud/guest/guest.js';
import { createSandboxGuestHost } from '../../../../../src/cloud/guest/sandbox/host.js';

export const SPECIFICATION: GuestSpecification = {
  region: 'ap-northeast-1',
  instanceId: 'i-0123456789abcdef0',
  networkInterfaceId: 'eni-0123456789abcdef0',
  privateIp: '10.0.1.16',
  hostName: 'ip-10-0-1-16',
  domainName: 'ap-northeast-1.compute.internal',
  architecture: 'aarch64',
  authorizedKeys: ['ssh-ed25519 AAAAC3Nza key'],
};

export async function bundleWorker(): Promise<URL> {
  const { outputFiles } = await build({
    entryPoints: [resolve(import.meta.dirname, '../../../../../src/cloud/guest/sandbox/worker.ts')],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: false,
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    plugins: [{
      name: 'grammar-only',
      setup(setup) {
        // Only `parse` is used: the commands that just-bash would load on demand stay outside.
        setup.onResolve({ filter: /./ }, (args) => (args.kind === 'dynamic-import' && args.importer.includes('just-bash') ? { path: args.path, external: true } : undefined));
      },
    }],
    logLevel: 'error',
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array(0);
  // Named by its content: one file however often the tests run.
  const directory = resolve(import.meta.dirname, '../../../../../node_modules/.cache/ssmlab');
  const file = join(directory, `worker-${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.mjs`);
  const partial = `${file}.${randomUUID()}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(partial, contents);
  renameSync(partial, file);
  return pathToFileURL(file);
}

/** A network with nothing on it. */
export function silentFabric(overrides: Partial<Fabric> = {}): Fabric {
  const never = (): Promise<never> => new Promise(() => {});
  return {
    kind: 'computed',
    apply: () => Promise.resolve(),
    serve: () => Promise.resolve(),
    serveMetadata: () => Promise.resolve(),
    trace: () => Promise.reject(new Error('nothing is traced here')),
    namespaces: () => undefined,
    wan: undefined,
    connect: never,
    listen: () => Promise.resolve({ close: () => undefined }),
    ping: () => Promise.resolve(undefined),
    resolve: () => Promise.resolve({ kind: 'nxdomain' }),
    close: () => Promise.resolve(),
    ...overrides,
  };
}

export async function bootGuest(workerUrl: URL, fabric: Fabric = silentFabric(), log: (line: string) => void = () => undefined): Promise<Guest> {
  return createSandboxGuestHost({ fabric, workerUrl, log, now: Date.now }).boot(SPECIFICATION);
}

export interface Outcome {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of stream) parts.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(parts).toString('utf8');
}

/** Runs a line to its end. */
export async function run(guest: Guest, line: string, options: { readonly stdin?: string | Buffer } & Partial<SpawnRequest> = {}): Promise<Outcome> {
  const { stdin, ...request } = options;
  const process = await guest.spawn({ user: 'ssm-user', directory: '/home/ssm-user', run: { kind: 'line', line }, ...request });
  process.stdin.end(stdin);
  const [stdout, stderr, status] = await Promise.all([textOf(process.stdout), textOf(process.stderr), process.status]);
  return { ...status, stdout, stderr };
}

/** A terminal session that one types into and waits for text in. */
export class Terminal {
  output = '';
  private seen = 0;
  private readonly waiters = new Set<() => void>();
  readonly process: GuestProcess;

  constructor(process: GuestProcess) {
    this.process = process;
    process.stdout.on('data', (chunk: Buffer) => {
      this.output += chunk.toString('utf8');
      for (const waiter of this.waiters) waiter();
    });
  }

  static async open(guest: Guest, request: Partial<SpawnRequest> = {}): Promise<Terminal> {
    return new Terminal(await guest.spawn({ user: 'ssm-user', run: { kind: 'shell', login: false }, pty: { columns: 80, rows: 24, term: 'xterm-256color' }, ...request }));
  }

  type(text: string): void {
    this.process.stdin.write(text);
  }

  /** Waits until the text stands in what came since the last wait; returns what came up to its end. */
  async expect(wanted: string | RegExp, timeoutMs = 8000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const fresh = this.output.slice(this.seen);
      const match = typeof wanted === 'string' ? { index: fresh.indexOf(wanted), length: wanted.length } : ((found) => ({ index: found?.index ?? -1, length: found?.[0].length ?? 0 }))(wanted.exec(fresh));
      if (match.index >= 0) {
        this.seen += match.index + match.length;
        return fresh.slice(0, match.index + match.length);
      }
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no ${String(wanted)} in ${JSON.stringify(fresh.slice(-2000))}`);
      await new Promise<void>((resolveWait) => {
        const timer = setTimeout(() => {
          this.waiters.delete(wake);
          resolveWait();
        }, left);
        const wake = (): void => {
          clearTimeout(timer);
          this.waiters.delete(wake);
          resolveWait();
        };
        this.waiters.add(wake);
      });
    }
  }
}
