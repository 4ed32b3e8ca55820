/** The agent's end of a session's data channel: opened, said to be open, opened anew when it was lost (`protocol.md` §8.4). */
import type { WebSocket } from 'ws';
import { FLAGS, MESSAGE_TYPE, type PayloadPlace } from '../../../lib/protocol/agent-message.js';
import type { KmsEnvelope } from '../../../lib/protocol/kms-envelope.js';
import { encodeAgentSessionState } from '../../../lib/protocol/payloads.js';
import { plainMessage, readMessage } from '../../messages/frame.js';
import { Hop } from '../../messages/hop.js';
import { ChannelRefused } from './services.js';

export interface SessionChannelOptions {
  readonly sessionId: string;
  readonly now: () => number;
  /** Opens the session's data channel; again after it was lost. */
  readonly openDataChannel: (sessionId: string, signal: AbortSignal) => Promise<WebSocket>;
  /** A message of the client, in order. */
  readonly onInput: (payloadType: number, payload: Buffer, accept: () => void) => void;
  /** The session is over: the service closed it, or the channel is lost for good, for the reason given. */
  readonly onLost: (why: string | undefined) => void;
}

/** A connection that fell silent is given up after two of these, in time for a handshake's answer. AWS's agent takes two minutes (§8.4). */
const PING_MS = 4_000;
const RECONNECT_TRIES = 6;
const RECONNECT_FIRST_MS = 100;
const OPEN_MS = 5000;
/** How long a service may take to answer the first ping before nobody waits for it. */
const FIRST_PONG_MS = 500;

export class SessionChannel {
  readonly #options: SessionChannelOptions;
  readonly #hop: Hop;
  readonly #stop = new AbortController();
  #socket: WebSocket | undefined;
  #envelope: KmsEnvelope | undefined;
  #wake: (() => void)[] = [];
  #caughtUp: Promise<void> | undefined;

  constructor(options: SessionChannelOptions) {
    this.#options = options;
    this.#hop = new Hop({ sends: MESSAGE_TYPE.outputStreamData, now: options.now, onData: options.onInput, onProgress: () => this.wakeAll() });
  }

  /** Aborted when the session is over, whoever ended it. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** False while the client's side has no room for more. {@link send} itself never refuses. */
  get writable(): boolean {
    return this.#hop.writable;
  }

  /** True when everything is acknowledged. */
  get idle(): boolean {
    return this.#hop.idle;
  }

  async open(): Promise<void> {
    const { sessionId, openDataChannel } = this.#options;
    const socket = await openDataChannel(sessionId, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(OPEN_MS)]));
    if (this.#stop.signal.aborted) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    const stopAsking = askForLife(socket);
    socket.on('message', (data) => this.#message(data as Buffer));
    socket.once('close', () => {
      stopAsking();
      this.#hop.detach();
      if (!this.#stop.signal.aborted) void this.#reopen();
    });
    this.state('Connected');
    this.#hop.attach(socket);
    this.#caughtUp ??= firstPong(socket);
  }

  /** Resolves when what the service had kept for this end before it came has come: a round trip, and the client's size with it where the client was there first. */
  async caughtUp(): Promise<void> {
    await this.#caughtUp;
  }

  /** From here on {@link send} encrypts what is to be encrypted (`protocol.md` §5.4). */
  encrypt(envelope: KmsEnvelope | undefined): void {
    this.#envelope = envelope;
  }

  send(payloadType: number, payload: Buffer, place?: PayloadPlace): void {
    const sealed = this.#envelope?.seal(payloadType, payload) ?? payload;
    this.#hop.send(payloadType, sealed, undefined, sealed === payload ? place : undefined);
  }

  state(state: 'Connected' | 'Terminating'): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    const payload = encodeAgentSessionState({ sessionState: state, sessionId: this.#options.sessionId });
    socket.send(plainMessage(MESSAGE_TYPE.agentSessionState, payload, this.#options.now(), { flags: FLAGS.synFin }));
  }

  /** Until it holds, or the session is over. It is looked at when something was acknowledged, or at {@link wakeAll}. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#stop.signal.aborted) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The session is over: nothing is sent any more. */
  stop(): void {
    this.#stop.abort();
    this.wakeAll();
  }

  close(): void {
    this.stop();
    this.#hop.close();
    this.#socket?.close(1000);
  }

  /** AWS's agent tries six times and then gives the session up. */
  async #reopen(): Promise<void> {
    let last = '';
    for (let attempt = 0; attempt < RECONNECT_TRIES && !this.#stop.signal.aborted; attempt += 1) {
      await this.#sleep(RECONNECT_FIRST_MS * 2 ** attempt);
      try {
        await this.open();
        return;
      } catch (error) {
        if (error instanceof ChannelRefused && error.gone) {
          this.#options.onLost(undefined);
          return;
        }
        last = error instanceof Error ? error.message : String(error);
      }
    }
    this.#options.onLost(`The instance lost its connection to the session and could not open another: ${last}`);
  }

  #sleep(milliseconds: number): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds).unref();
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #message(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message === undefined) return;
    const { messageType } = message;
    if (messageType === MESSAGE_TYPE.channelClosed) this.#options.onLost(undefined);
    else if (messageType === MESSAGE_TYPE.acknowledge || messageType === MESSAGE_TYPE.inputStreamData) this.#hop.receive(message);
  }
}

/** The service answers in order: what waited there goes out before this. */
function firstPong(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FIRST_PONG_MS).unref();
    const done = (): void => {
      clearTimeout(timer);
      socket.off('pong', done).off('close', done);
      resolve();
    };
    socket.once('pong', done).once('close', done);
    socket.ping('keepalive');
  });
}

/** Asks the service for a sign of life again and again, and ends a connection on which none came from one time to the next. */
function askForLife(socket: WebSocket): () => void {
  let heard = true;
  let asked = performance.now();
  const sign = (): void => void (heard = true);
  for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, sign);
  const timer = setInterval(() => {
    const now = performance.now();
    // A paused socket hears nothing, and after a time without a turn what came meanwhile has not been read yet.
    const deaf = socket.isPaused || now - asked > PING_MS * 1.5;
    asked = now;
    if (!heard && !deaf) socket.terminate();
    else {
      heard = deaf;
      socket.ping('keepalive');
    }
  }, PING_MS).unref();
  return () => clearInterval(timer);
}
