/** One local connection after the other over a session, raw bytes: for agents that cannot multiplex (`protocol.md` §7). */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { PAYLOAD_TYPE } from '../../protocol/agent-message.js';
import { FLAG, encodeFlag } from '../../protocol/payloads.js';
import type { DataChannel } from '../data-channel.js';
import { writeAll } from '../write-all.js';
import type { Carrier } from './carrier.js';
import { reset } from './connection-end.js';
import { hasLetGo } from './let-go.js';

interface Current {
  readonly socket: Duplex;
  /** What comes is for it: for the first one always, for a later one once it has said something, since the agent dials then. */
  listening: boolean;
  heard: number;
}

/**
 * There is no half-closing, and the agent has no word for the end of its connection: who has said everything may still get an
 * answer, and is done with when nothing came for so long, or when there is nobody to get it.
 */
const SILENCE_MS = 2_000;
/** How often it is looked whether there is. */
const LOOK_MS = 100;

export class BasicCarrier implements Carrier {
  readonly #channel: DataChannel;
  readonly #waiting: Duplex[] = [];
  #current: Current | undefined;
  #first = true;
  #arrived: (() => void) | undefined;

  constructor(channel: DataChannel) {
    this.#channel = channel;
  }

  carry(socket: Duplex): void {
    if (!this.#channel.open) {
      reset(socket);
      return;
    }
    socket.on('error', () => socket.destroy());
    this.#waiting.push(socket);
    if (this.#current === undefined) this.#next();
  }

  async run(): Promise<string> {
    try {
      for await (const { payloadType, payload } of this.#channel.messages()) {
        if (payloadType !== PAYLOAD_TYPE.output) continue;
        // The agent has connected already: what its server says at once is for the first who comes.
        while (this.#first && this.#current === undefined && this.#channel.open) await new Promise<void>((resolve) => (this.#arrived = resolve));
        if (this.#current?.listening !== true) continue;
        this.#current.heard = performance.now();
        await writeAll(this.#current.socket, payload).catch(() => false);
      }
      return this.#channel.output ?? '';
    } finally {
      for (const socket of [...this.#waiting, ...(this.#current === undefined ? [] : [this.#current.socket])]) reset(socket);
    }
  }

  end(): void {
    this.#channel.send(PAYLOAD_TYPE.flag, encodeFlag(FLAG.terminateSession));
    if (this.#current !== undefined) reset(this.#current.socket);
    this.#channel.close();
    this.#arrived?.();
  }

  #next(): void {
    const socket = this.#waiting.shift();
    if (socket === undefined) return;
    const current = { socket, listening: this.#first, heard: 0 };
    this.#current = current;
    this.#arrived?.();
    void this.#pump(current);
  }

  async #pump(current: Current): Promise<void> {
    const { socket } = current;
    socket.once('close', () => {
      this.#first = false;
      this.#current = undefined;
      if (!this.#channel.open) return;
      this.#channel.send(PAYLOAD_TYPE.flag, encodeFlag(FLAG.disconnectToPort));
      this.#next();
    });
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        current.listening = true;
        if (!(await this.#channel.write(chunk))) return;
      }
      current.heard = performance.now();
      for (let left = SILENCE_MS; left > 0 && !socket.destroyed && !(await hasLetGo(socket)); left = current.heard + SILENCE_MS - performance.now()) {
        await sleep(Math.min(left, LOOK_MS), undefined, { ref: false });
      }
      socket.destroy();
    } catch {
      // It was reset; 'close' has been seen to.
    }
  }
}
