/** The local cloud as the tool sees it: found by its lock, started as a process of its own, stopped, removed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { VERSION } from '../../../version.js';
import { type ErrorCode, ERRORS, SsmlabError } from '../../errors.js';
import { cloudFolder, ensureSafeFolder } from './home.js';
import { withOwnKeyring } from './keyring.js';
import { packageRoot } from './package-root.js';
import { askLock, type FabricKind, type Holding, type LockGreeting, lockAddress, lockEndpoint } from './lock.js';
import { readSecrets } from './secrets.js';

/** A running local cloud. */
export interface LocalCloud {
  readonly version: string;
  readonly pid: number;
  readonly endpoint: string;
  /** Name of a Unix domain socket that answers as {@link endpoint} does, as node:net takes it. */
  readonly beside: string | undefined;
  readonly accountId: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly uplink: { readonly host: string; readonly port: number; readonly username: string; readonly password: string };
  /** PEM of the authority that signs the hosts of its internet; it can sign AWS's names alone. */
  readonly authority: string;
  readonly fabric: FabricKind;
  /** Why it is not the netns fabric though nobody asked for another, and what to install. */
  readonly fabricNote: string | null;
  /** What keeps it from going on, in words. */
  readonly trouble: string | null;
  readonly stateFolder: string;
  readonly holdings: readonly Holding[];
}

export interface LocalOptions {
  /** State folder of the tool, see `stateHome`. */
  readonly home: string;
}

export interface StartOptions extends LocalOptions {
  /** TCP port of the endpoint; default the one it had, else a free one. */
  readonly port?: number | undefined;
  /** Default `auto`: real packets where this machine can, unless stacks stand on the other fabric. */
  readonly fabric?: 'auto' | FabricKind | undefined;
}

const logPath = (folder: string): string => join(folder, 'log');

function besideOf({ beside }: LockGreeting): string | undefined {
  const found = beside === null ? undefined : lockEndpoint(beside);
  return found !== undefined && 'path' in found ? found.path : undefined;
}

async function describe(greeting: LockGreeting, folder: string): Promise<LocalCloud> {
  const secrets = await readSecrets(folder);
  return {
    version: greeting.version,
    pid: greeting.pid,
    endpoint: greeting.endpoint,
    beside: besideOf(greeting),
    accountId: secrets.accountId,
    credentials: secrets.lab,
    uplink: { host: '127.0.0.1', port: greeting.uplinkPort, ...secrets.uplink },
    authority: secrets.certificateAuthority.certificatePem,
    fabric: greeting.fabric,
    fabricNote: greeting.fabricNote,
    trouble: greeting.trouble,
    stateFolder: folder,
    holdings: greeting.holdings,
  };
}

function refuseOtherVersion(greeting: LockGreeting): void {
  if (greeting.version === VERSION) return;
  throw new SsmlabError('cloud-version-mismatch', `the local cloud that runs (pid ${greeting.pid}) is version ${greeting.version}, this is ssmlab ${VERSION}`);
}

/** The running local cloud, or undefined. Throws when it is of another version. */
export async function findLocalCloud(options: LocalOptions): Promise<LocalCloud | undefined> {
  const folder = cloudFolder(options.home);
  if (!existsSync(folder)) return undefined;
  await ensureSafeFolder(folder);
  const greeting = await askLock(lockAddress(folder));
  if (greeting === undefined) return undefined;
  refuseOtherVersion(greeting);
  return describe(greeting, folder);
}

/** What keeps the running local cloud from going on, in words; undefined when nothing does, or when none runs. */
export async function localTrouble(folder: string): Promise<string | undefined> {
  return (await askLock(lockAddress(folder)))?.trouble ?? undefined;
}

/** True when a state folder of an earlier run is there, so that a start brings back its stacks. */
export function hasLocalState(options: LocalOptions): boolean {
  return existsSync(join(cloudFolder(options.home), 'journal'));
}

type Readiness = { readonly ready: true } | { readonly error: { readonly code: string; readonly message: string } };

/**
 * Buffers that pass through the region lie outside of its heap and count as its growth: by default every 8 MB of them begin a
 * collection of the whole heap, which took half of a transfer's time. A young generation of 4 MB frees them early; the whole
 * heap is looked at from 64 MB on.
 */
const HEAP_OPTIONS = ['--max-semi-space-size=4', '--initial-old-space-size=64'];

/**
 * The engine's threads, which compile for milliseconds at a time, leave one processor free: what runs beside the region waited for them to the
 * scheduler's next tick. By default there are four of them, be there as many processors or not. And they begin late: a function becomes due while
 * a key is on its way, and whoever has to answer it waited for the compiler; eight milliseconds later the echo is there. V8 has this for its own
 * tests; Node 20, 22, 24 and 26 know it.
 */
const COMPILING = [`--v8-pool-size=${Math.max(1, Math.min(4, availableParallelism() - 1))}`, '--concurrent-recompilation-delay=8'];

/** Starts the process, detached and with none of our streams, and waits for its one line of readiness. */
function launch(folder: string, address: string, { port, fabric }: StartOptions): Promise<Readiness> {
  const program = join(packageRoot(), 'dist', 'cloud', 'main.js');
  const log = openSync(logPath(folder), constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0), 0o600);
  const asked = [...(port === undefined ? [] : ['--port', String(port)]), ...(fabric === undefined ? [] : ['--fabric', fabric])];
  // What its guests run must not have the user's keys.
  const [first = process.execPath, ...args] = withOwnKeyring([process.execPath, ...HEAP_OPTIONS, ...COMPILING, program, '--state', folder, '--lock', address, ...asked]);
  // The environment stays behind: credentials, proxies and NODE_OPTIONS of this shell are none of the region's business.
  const child = spawn(first, args, { cwd: folder, detached: true, stdio: ['ignore', 'pipe', log], env: { PATH: process.env['PATH'] } }) as ChildProcess & { stdout: Readable };
  closeSync(log);
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (outcome: Readiness | undefined, why: string) => {
      child.stdout.destroy();
      child.unref();
      if (outcome !== undefined) resolve(outcome);
      else reject(new SsmlabError('cloud-start-failed', `the local cloud did not start: ${why}`));
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))) as Readiness, '');
    });
    child.on('error', (error) => done(undefined, error.message));
    child.on('exit', (code, signal) => {
      if (!text.includes('\n')) done(undefined, `its process ended (${signal ?? `status ${code}`})`);
    });
  });
}

/** Stops one that runs on another fabric than was asked for, if that harms nothing. False: it may stay. */
async function giveWay(greeting: LockGreeting, options: StartOptions): Promise<boolean> {
  const { fabric = 'auto' } = options;
  if (fabric === 'auto' || fabric === greeting.fabric) return false;
  const standing = greeting.holdings.filter(({ kind }) => kind === 'stacks' || kind === 'VPCs');
  if (standing.length > 0) {
    const what = standing.map(({ kind, count, region }) => `${count} ${count === 1 ? kind.replace(/s$/u, '') : kind} in ${region}`).join(', ');
    throw new SsmlabError('fabric-in-use', `the local cloud runs on the ${greeting.fabric} fabric and holds ${what}; the ${fabric} fabric was asked for`);
  }
  await stopLocalCloud(options);
  return true;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** The running local cloud; starts it when there is none. Two callers at once end up with the same one. */
export async function startLocalCloud(options: StartOptions): Promise<LocalCloud & { readonly started: boolean }> {
  const folder = cloudFolder(options.home);
  await ensureSafeFolder(options.home);
  await ensureSafeFolder(folder);
  const address = lockAddress(folder);
  for (let attempt = 0; attempt < 5; attempt++) {
    const greeting = await askLock(address);
    if (greeting !== undefined) {
      refuseOtherVersion(greeting);
      if (await giveWay(greeting, options)) continue;
      return { ...(await describe(greeting, folder)), started: attempt > 0 };
    }
    const outcome = await launch(folder, address, options);
    if ('error' in outcome && outcome.error.code !== 'lock-held') {
      throw new SsmlabError(isErrorCode(outcome.error.code) ? outcome.error.code : 'cloud-start-failed', outcome.error.message);
    }
  }
  throw new SsmlabError('cloud-start-failed', 'the local cloud starts and ends again at once');
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Stops it, whatever its version; its state stays. Resolves to false when none runs. */
export async function stopLocalCloud(options: LocalOptions): Promise<boolean> {
  const folder = cloudFolder(options.home);
  if (!existsSync(folder)) return false;
  await ensureSafeFolder(folder);
  const greeting = await askLock(lockAddress(folder));
  if (greeting === undefined) return false;
  process.kill(greeting.pid, 'SIGTERM');
  for (let waited = 0; isAlive(greeting.pid); waited += 20) {
    // What has not ended in 5 s is stuck; its journal is whole at any moment, so killing it loses nothing.
    if (waited === 5000) process.kill(greeting.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** Stops it and removes its state: stacks, keys, journal, log. */
export async function removeLocalCloud(options: LocalOptions): Promise<void> {
  await stopLocalCloud(options);
  await rm(cloudFolder(options.home), { recursive: true, force: true });
}

/** The log of the region process, newest last; undefined when there is none. */
export async function readLocalLog(options: LocalOptions): Promise<string | undefined> {
  return readFile(logPath(cloudFolder(options.home)), 'utf8').catch(() => undefined);
}

/** Where the log is, for `--follow`. */
export const localLogPath = (options: LocalOptions): string => logPath(cloudFolder(options.home));
