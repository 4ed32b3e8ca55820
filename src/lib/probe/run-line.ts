/** One shell line on an instance over its way in, whichever that is. */
import { constants } from 'node:os';
import { type Readable, Writable } from 'node:stream';
import { SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import { explainHint } from '../inventory/standing.js';
import type { Auth } from '../lab/lab.js';
import { sshCommand } from '../ssh/client.js';
import { type ChannelOptions, type OnOpen, runOverSession, type StartSession } from './session-way.js';
import { openSsh, type SshWay } from './ssh-way.js';

/** How a shell is opened, once that is settled. */
export type Way = Exclude<Auth, 'none'>;

/** As {@link wayInto}; undefined when it was made for none. */
export function wayOf(instance: KnownInstance): Way | undefined {
  if (instance.auth !== 'none') return instance.auth;
  return instance.keyName === null ? undefined : 'ssh-key-pair';
}

/**
 * The way into an instance: its auth method. Where nothing is open now, the one that it was made for is tried, so that
 * the error says what is shut. `not-connected` when it was made for none.
 */
export function wayInto(instance: KnownInstance): Way {
  const way = wayOf(instance);
  if (way !== undefined) return way;
  throw new SsmlabError('not-connected', `${instance.name} (${instance.instanceId}) has no way in: neither a key pair nor a role for Session Manager`, { hint: explainHint(instance) });
}

export interface LineStreams extends OnOpen, Pick<ChannelOptions, 'onLost' | 'onRegained' | 'onSlow'> {
  /** Carried by SSH; of a session see `withInput`. */
  readonly stdin?: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface RunContext extends SshWay {
  readonly start: StartSession;
}

/** The status of a shell for a command that a signal ended: 128 and the signal's number. */
const signalStatus = (signal: string): number => 128 + ((constants.signals as Readonly<Record<string, number>>)[`SIG${signal}`] ?? 0);

/** Runs it and resolves to its exit status. Rejects when the way there fails. */
export async function runLine(context: RunContext, instance: KnownInstance, way: Way, line: string, streams: LineStreams): Promise<number> {
  if (way === 'session-manager') {
    const end = await runOverSession(context.target, context.start, instance, line, streams);
    if (end.exitCode === undefined) throw new SsmlabError('session-failed', `the session on ${instance.name} ended without an exit status${end.output === '' ? '' : `: ${end.output}`}`);
    return end.exitCode;
  }
  const client = await openSsh(context, instance, streams.timeoutMs);
  const leave = (): void => void client.destroy();
  streams.onOpen?.();
  streams.signal?.addEventListener('abort', leave, { once: true });
  try {
    const { exitCode, signal } = await sshCommand(client, line, streams, instance.name);
    return exitCode ?? signalStatus(signal ?? '');
  } finally {
    streams.signal?.removeEventListener('abort', leave);
    client.end();
  }
}

/** Output beyond this is no probe's. */
const MOST = 1024 * 1024;

/** Runs it and resolves to what it printed on stdout. `session-failed` when it takes longer than the bound; told to end, and rejects, with the signal. */
export async function outputOf(context: RunContext, instance: KnownInstance, way: Way, line: string, timeoutMs: number, { signal, onOpen }: Pick<LineStreams, 'signal' | 'onOpen'> = {}): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= MOST) chunks.push(chunk);
      done();
    },
  });
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const bound = AbortSignal.timeout(timeoutMs);
  try {
    await runLine(context, instance, way, line, { stdout: collect, stderr: discard, onOpen, signal: signal === undefined ? bound : AbortSignal.any([bound, signal]), timeoutMs: Math.min(timeoutMs, 10_000) });
  } catch (error) {
    signal?.throwIfAborted();
    if (bound.aborted) throw new SsmlabError('session-failed', `${instance.name} did not finish within ${timeoutMs / 1000} s`, { cause: error });
    throw error;
  }
  signal?.throwIfAborted();
  return Buffer.concat(chunks).toString('utf8');
}
