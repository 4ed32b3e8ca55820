/** An interactive shell over a data channel: raw bytes both ways, the terminal's size, escapes. Source: `protocol.md` §6. */
import type { Readable, Writable } from 'node:stream';
import { PAYLOAD_TYPE } from '../protocol/agent-message.js';
import type { TerminalSize } from '../protocol/payloads.js';
import type { DataChannel } from './data-channel.js';
import { ESCAPE_HELP, EscapeFilter } from './escape-filter.js';
import { roomIn } from './write-all.js';

export type { TerminalSize } from '../protocol/payloads.js';

/** The local terminal. Raw mode is the caller's: bytes go as they are typed, Enter as CR. */
export interface ShellTerminal {
  readonly stdin: Readable;
  /** Registers who is given keys that are typed one by one, ahead of `stdin`; true: it has taken it. Absent where keys come by `stdin` alone. */
  readonly firstKeys?: ((take: (byte: number) => boolean) => void) | undefined;
  readonly stdout: Writable;
  /** Shows bytes at once, past what `stdout` is made of; false, and nothing is shown, where that is not possible. */
  readonly showNow?: ((bytes: Buffer) => boolean) | undefined;
  readonly size: () => TerminalSize;
  /** Registers a listener for new sizes; may return what removes it. */
  readonly onResize: (listener: () => void) => (() => void) | void;
}

export interface ShellEnd {
  /** `remote`: the shell ended; `left`: `~.` was typed (the session goes on at the service); `unread`: nobody reads stdout any more. */
  readonly by: 'remote' | 'left' | 'unread';
  /** What the service said at the end; empty after a normal one. */
  readonly output: string;
}

const CTRL_D = Buffer.from([0x04]);

/** Runs it to its end; stdin is left paused and whole. Throws when the channel fails. */
export async function runShell(channel: DataChannel, terminal: ShellTerminal): Promise<ShellEnd> {
  let by: ShellEnd['by'] = 'remote';
  const leave = (why: 'left' | 'unread'): void => {
    if (!channel.open) return;
    by = why;
    channel.close();
  };
  const sendSize = (): void => channel.sendSize(terminal.size());
  sendSize();
  const offResize = terminal.onResize(sendSize);
  const offInput = pumpInput(channel, terminal, () => leave('left'));
  const onOutputError = (): void => leave('unread');
  terminal.stdout.on('error', onOutputError);
  try {
    await channel.each(({ payloadType, payload }) => {
      // Other types are no terminal bytes, though AWS's plugin prints them all (§3).
      if (payloadType !== PAYLOAD_TYPE.output && payloadType !== PAYLOAD_TYPE.stdErr) return undefined;
      if (terminal.showNow?.(payload) === true) return undefined;
      if (!terminal.stdout.destroyed && terminal.stdout.write(payload)) return undefined;
      return roomIn(terminal.stdout).then((read) => (read ? undefined : leave('unread')));
    });
    return { by, output: channel.output ?? '' };
  } finally {
    offInput();
    terminal.stdout.off('error', onOutputError);
    offResize?.();
  }
}

/** Typed bytes kept while the window is full. Up to here the keyboard is still read, so that `~.` works on a stalled session. */
const TYPED_AHEAD = 1024 * 1024;

/** Sends what is typed, in order; the source is paused while too much waits. Returns what ends it. */
function pumpInput(channel: DataChannel, { stdin, firstKeys, stdout }: ShellTerminal, leave: () => void): () => void {
  const escapes = new EscapeFilter();
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let sending = false;
  let stopped = false;
  const send = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await channel.write(next);
      waitingBytes -= next.length;
      if (!stopped && waitingBytes < TYPED_AHEAD / 2) stdin.resume();
    }
    sending = false;
  };
  const enqueue = (bytes: Buffer): void => {
    // A key goes out at once: what a promise takes the hand would wait for.
    if (!sending && waiting.length === 0 && channel.putNow(bytes)) return;
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes >= TYPED_AHEAD) stdin.pause();
    void send();
  };
  const onKey = (byte: number): boolean => !sending && !stopped && waiting.length === 0 && escapes.passes(byte) && channel.key(byte);
  const onData = (data: Buffer | string): void => {
    const byte = data.length === 1 ? data[0] : undefined;
    if (typeof byte === 'number' && onKey(byte)) return;
    for (const typed of escapes.push(typeof data === 'string' ? Buffer.from(data) : data)) {
      if (typed.kind === 'leave') leave();
      else if (typed.kind === 'help') stdout.write(ESCAPE_HELP);
      else enqueue(typed.bytes);
    }
  };
  // The end of a terminal's input is what Ctrl-D says.
  const onEnd = (): void => enqueue(Buffer.concat([escapes.end(), CTRL_D]));
  firstKeys?.(onKey);
  stdin.on('data', onData).once('end', onEnd);
  stdin.resume();
  return () => {
    stopped = true;
    stdin.off('data', onData).off('end', onEnd).pause();
  };
}
