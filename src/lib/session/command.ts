/** One command over a data channel of AWS-StartNonInteractiveCommand with separateOutputStream=true. Source: `protocol.md` §6. */
import type { Writable } from 'node:stream';
import { SsmlabError } from '../errors.js';
import { PAYLOAD_TYPE, ProtocolError } from '../protocol/agent-message.js';
import { parseExitCode } from '../protocol/payloads.js';
import type { DataChannel } from './data-channel.js';
import { writeAll } from './write-all.js';

export interface CommandStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborted: Ctrl-C goes to the command, and the channel is left when that does not end it. */
  readonly signal?: AbortSignal | undefined;
  /** How long the command has to end after Ctrl-C. Default 2000. */
  readonly interruptMs?: number | undefined;
}

export interface CommandEnd {
  /** Undefined when the agent sent none. 141, as of a command ended by SIGPIPE, when nobody reads the output any more. */
  readonly exitCode: number | undefined;
  /** What the service said at the end; empty after a normal one. */
  readonly output: string;
}

const CTRL_C = Buffer.from([0x03]);
const SIGPIPE_STATUS = 141;

/** Runs it to its end. Throws when the channel fails, and `interrupted` when it did not end on Ctrl-C. */
export async function runCommand(channel: DataChannel, { stdout, stderr, signal, interruptMs = 2_000 }: CommandStreams): Promise<CommandEnd> {
  let exitCode: number | undefined;
  let interrupted = false;
  let grace: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    channel.send(PAYLOAD_TYPE.output, CTRL_C);
    grace ??= setTimeout(() => {
      interrupted = true;
      channel.close();
    }, interruptMs);
  };
  const unread = (): void => {
    if (!channel.open) return;
    exitCode = SIGPIPE_STATUS;
    channel.send(PAYLOAD_TYPE.output, CTRL_C);
    // The close follows what was sent before: the command hears of it.
    channel.close();
  };
  for (const stream of [stdout, stderr]) stream.on('error', unread);
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    for await (const { payloadType, payload } of channel.messages()) {
      if (exitCode === SIGPIPE_STATUS && !channel.open) break;
      if (payloadType === PAYLOAD_TYPE.exitCode) exitCode = readExitCode(payload);
      else if (payloadType === PAYLOAD_TYPE.output || payloadType === PAYLOAD_TYPE.stdErr) {
        if (!(await writeAll(payloadType === PAYLOAD_TYPE.output ? stdout : stderr, payload))) unread();
      }
    }
  } catch (error) {
    // The status comes after all output: what is missing is only the service's word that the session is over.
    if (exitCode === undefined) throw error;
  } finally {
    clearTimeout(grace);
    signal?.removeEventListener('abort', interrupt);
    for (const stream of [stdout, stderr]) stream.off('error', unread);
  }
  if (interrupted) throw new SsmlabError('interrupted', `the command in session ${channel.sessionId} did not end within ${interruptMs / 1000} s of Ctrl-C`);
  return { exitCode, output: channel.output ?? '' };
}

function readExitCode(payload: Buffer): number | undefined {
  try {
    return parseExitCode(payload);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
