/**
 * What a key goes through is run before anybody types, in a session that is none: Node interprets what it has not run often, and a
 * shell's first hundred keys would each take twice as long, and be compiled meanwhile on the processors that their echo needs.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Duplex, Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { FLAGS, MESSAGE_TYPE, PAYLOAD_TYPE, decodeAgentMessage, encodeAgentMessage } from '../protocol/agent-message.js';
import { acknowledgeBytes } from '../protocol/reliable-stream.js';
import { DataChannel } from './data-channel.js';
import type { ShellTerminal } from './shell.js';
import { takeWire } from './stream-socket.js';

/** Until all of it is compiled, with what it calls compiled into it; twice as many change nothing. */
const KEYS = 1500;
/** Milliseconds of work at a time: what is typed meanwhile waits for no longer. */
const SLICE_MS = 1;
const KEY = Buffer.from('k');

type Shell = (channel: DataChannel, terminal: ShellTerminal) => Promise<unknown>;

/** Of a websocket what a channel uses; its frames go over the wire. */
class NoSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly isPaused = false;
  readonly bufferedAmount = 0;
  send(): void {}
  ping(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {}
  terminate(): void {}
}

/** Service and shell of the session that is none: a key is acknowledged and comes back. */
class NoService {
  readonly wire = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      this.#take(bytes);
      done();
    },
  });
  #frames: Buffer[] = [];
  #next = 0;

  /** What it has to say goes out, each by itself. */
  speak(): void {
    const frames = this.#frames;
    this.#frames = [];
    for (const frame of frames) this.wire.push(frame);
  }

  print(payload: Buffer): void {
    this.#say(encodeAgentMessage({ messageType: MESSAGE_TYPE.outputStreamData, schemaVersion: 1, createdDate: Date.now(), sequenceNumber: this.#next, flags: FLAGS.none, messageId: randomUUID(), payloadType: PAYLOAD_TYPE.output, payload }));
    this.#next += 1;
  }

  /** Frames of less than 64 KiB with a mask of zeros, as they are sent to loopback. */
  #take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const header = short < 126 ? 6 : 8;
      const end = at + header + (short < 126 ? short : bytes.readUInt16BE(at + 2));
      const message = decodeAgentMessage(bytes.subarray(at + header, end));
      at = end;
      if (message.messageType !== MESSAGE_TYPE.inputStreamData) continue;
      if (message.payloadType === PAYLOAD_TYPE.output) this.print(message.payload);
      this.#say(acknowledgeBytes(message, randomUUID(), Date.now()));
    }
  }

  #say(message: Buffer): void {
    const length = message.length;
    this.#frames.push(Buffer.concat([length < 126 ? Buffer.from([0x82, length]) : Buffer.from([0x82, 126, length >> 8, length & 0xff]), message]));
  }
}

/** A session of its own, run by `shell`. */
class NoSession {
  readonly channel: DataChannel;
  readonly #service = new NoService();
  readonly #stdin = new Readable({ read: () => undefined });

  constructor(shell: Shell) {
    const socket = new NoSocket() as unknown as WebSocket;
    // In the place of `ws`, for frames that are not ordinary: there are none.
    this.#service.wire.on('data', () => undefined);
    takeWire(socket, this.#service.wire, false);
    this.channel = new DataChannel(socket, { streamUrl: 'ws://127.0.0.1/', sessionId: 'none', tokenValue: '', payloadBytes: 1024 });
    const stdout = new Writable({ write: (_bytes, _encoding, done) => done() });
    // Nobody has lost anything when it fails: it is over then.
    shell(this.channel, { stdin: this.#stdin, stdout, size: () => ({ columns: 80, rows: 24 }), onResize: () => undefined }).catch(() => this.channel.close());
  }

  /** One key, there and back. */
  type(): void {
    this.#stdin.push(KEY);
    this.#service.speak();
    this.channel.settle();
  }
}

/** Types in two sessions of that kind in turn, while nothing else is to be done: what is compiled for one alone is thrown away when another comes. Returns what stops it. */
export function warmUp(shell: Shell): () => void {
  const sessions = [new NoSession(shell), new NoSession(shell)];
  const stop = (): void => {
    for (const { channel } of sessions) channel.close();
  };
  let keys = 0;
  const slice = (): void => {
    const until = performance.now() + SLICE_MS;
    while (sessions.every(({ channel }) => channel.open) && keys < KEYS && performance.now() < until) {
      keys += 1;
      sessions[keys % 2]?.type();
    }
    if (keys < KEYS && sessions.every(({ channel }) => channel.open)) setImmediate(slice);
    else stop();
  };
  setImmediate(slice);
  return stop;
}
