/** One forward: a local listener, and the session behind it, opened again with the next connection when the service ended it. */
import type { Socket } from 'node:net';
import { SsmlabError } from '../../errors.js';
import type { DataChannel } from '../data-channel.js';
import { type Carrier, type CarrierOptions, carrierFor } from './carrier.js';
import { reset } from './connection-end.js';
import type { ForwardSpec } from './forward-spec.js';
import { type Listener, listenAt } from './listener.js';

export interface ForwardOptions extends CarrierOptions {
  readonly spec: ForwardSpec;
  /** Starts a session for it and opens its channel. */
  readonly open: () => Promise<DataChannel>;
  /** Ends a session at the service. */
  readonly terminate: (sessionId: string) => Promise<void>;
  /** The service ended the session, with these words, and has forgotten it. Connections that were open are cut. */
  readonly onEnded: (words: string) => void;
  /** A further session did not open; the connection that wanted it was reset. */
  readonly onUnopened: (error: SsmlabError) => void;
}

/** Listens, then opens the session, so that a port that is taken costs none. Throws `listen-failed`, and what `open` throws. */
export async function openForward(options: ForwardOptions): Promise<Forward> {
  const waiting: Socket[] = [];
  let take = (socket: Socket): void => void waiting.push(socket);
  const listener = await listenAt(options.spec.local, (socket) => take(socket));
  const forward = new Forward(options, listener);
  try {
    await forward.session();
  } catch (error) {
    for (const socket of waiting) socket.destroy();
    await listener.close();
    throw error;
  }
  take = (socket) => forward.take(socket);
  for (const socket of waiting) take(socket);
  return forward;
}

export class Forward {
  readonly spec: ForwardSpec;
  readonly #options: ForwardOptions;
  readonly #listener: Listener;
  #carrier: Promise<Carrier> | undefined;
  #channel: DataChannel | undefined;
  #closing = false;
  #fail!: (error: unknown) => void;
  /** Rejects when the session broke and cannot be resumed; never resolves. */
  readonly failed = new Promise<never>((_, reject) => (this.#fail = reject));

  /** Use {@link openForward}. */
  constructor(options: ForwardOptions, listener: Listener) {
    this.spec = options.spec;
    this.#options = options;
    this.#listener = listener;
    this.failed.catch(() => undefined);
  }

  /** The local port; 0 for a unix socket. */
  get port(): number {
    return this.#listener.port;
  }

  /** For people: `127.0.0.1:8080`. */
  get where(): string {
    return this.#listener.where;
  }

  /** The session that carries it now, or did last. */
  get sessionId(): string {
    return this.#channel?.sessionId ?? '';
  }

  /** A connection that was accepted. */
  take(socket: Socket): void {
    // Errors before the carrier has it are the connection's own affair.
    socket.on('error', () => socket.destroy());
    this.session().then((carrier) => carrier.carry(socket), (error: unknown) => {
      reset(socket);
      if (error instanceof SsmlabError) this.#options.onUnopened(error);
      else this.#fail(error);
    });
  }

  /** The session that is open, or a new one. */
  session(): Promise<Carrier> {
    return (this.#carrier ??= this.#open());
  }

  /** Stops listening, cuts what is open, and ends the session at the service. */
  async close(): Promise<void> {
    this.#closing = true;
    const stopped = this.#listener.close();
    const carrier = await this.#carrier?.catch(() => undefined);
    carrier?.end();
    const channel = this.#channel;
    if (channel !== undefined && !channel.over) await this.#options.terminate(channel.sessionId);
    await stopped;
  }

  async #open(): Promise<Carrier> {
    try {
      const channel = await this.#options.open();
      this.#channel = channel;
      const carrier = carrierFor(channel, this.#options);
      void this.#watch(channel, carrier);
      return carrier;
    } catch (error) {
      this.#carrier = undefined;
      if (this.#channel?.open === true) this.#channel.close();
      throw error;
    }
  }

  async #watch(channel: DataChannel, carrier: Carrier): Promise<void> {
    let words: string;
    try {
      words = await carrier.run();
    } catch (error) {
      if (!channel.over) {
        if (!this.#closing) this.#fail(error);
        return;
      }
      words = error instanceof Error ? error.message : String(error);
    } finally {
      this.#carrier = undefined;
    }
    if (!this.#closing) this.#options.onEnded(words);
  }
}
