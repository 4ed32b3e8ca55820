/** One connection at a time over a session, raw bytes both ways: SSH's way, and that of clients too old to multiplex (`protocol.md` §7). */
import type { Duplex } from 'node:stream';
import { PAYLOAD_TYPE } from '../../../lib/protocol/agent-message.js';
import { FLAG, parseFlag } from '../../../lib/protocol/payloads.js';
import { payloadSlices } from '../../../lib/protocol/reliable-stream.js';
import { read } from '../../messages/frame.js';
import type { Dial } from './port-dialer.js';
import type { SessionChannel } from './session-channel.js';
import type { SessionEnd, SessionResult } from './session-worker.js';

export interface PortSessionOptions {
  readonly channel: SessionChannel;
  readonly dial: Dial;
  /** True: the end of a connection is not the end of the session; the next data opens another. */
  readonly redials: boolean;
}

const PAYLOAD_BYTES = 32 << 10;

export class PortSession implements SessionEnd {
  readonly #options: PortSessionOptions;
  #stream: Duplex | undefined;
  /** Data that waits for a connection. */
  #waiting: ((stream: Duplex) => void)[] = [];
  #terminated = false;

  constructor(options: PortSessionOptions) {
    this.#options = options;
  }

  async run(): Promise<SessionResult> {
    const { channel, dial, redials } = this.#options;
    for (;;) {
      const stream = await dial(channel.signal);
      this.#stream = stream;
      for (const write of this.#waiting.splice(0)) write(stream);
      if (this.#terminated) stream.destroy();
      await this.#pump(stream);
      this.#stream = undefined;
      stream.destroy();
      if (redials) await channel.until(() => this.#waiting.length > 0 || this.#terminated);
      if (!redials || this.#terminated || channel.signal.aborted) return { status: 'Success', output: '' };
    }
  }

  input(payloadType: number, payload: Buffer, accept: () => void): void {
    if (payloadType === PAYLOAD_TYPE.output) {
      const write = (stream: Duplex): void => void stream.write(payload, () => accept());
      if (this.#stream === undefined) this.#waiting.push(write);
      else write(this.#stream);
      this.#options.channel.wakeAll();
      return;
    }
    accept();
    if (payloadType !== PAYLOAD_TYPE.flag) return;
    const flag = read(parseFlag, payload);
    if (flag === FLAG.terminateSession) this.#terminated = true;
    if (flag === FLAG.terminateSession || flag === FLAG.disconnectToPort) this.kill();
    // What comes behind it is for the next connection.
    if (flag === FLAG.disconnectToPort) this.#stream = undefined;
    this.#options.channel.wakeAll();
  }

  kill(): void {
    this.#stream?.destroy();
  }

  /** Reads as fast as the client's side acknowledges, to the end of the connection, whatever ended it. */
  async #pump(stream: Duplex): Promise<void> {
    const { channel } = this.#options;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        for (const piece of payloadSlices(chunk, PAYLOAD_BYTES)) {
          channel.send(PAYLOAD_TYPE.output, piece);
          if (!channel.writable) await channel.until(() => channel.writable);
        }
      }
    } catch {
      // A connection that was cut off has ended too.
    }
  }
}
