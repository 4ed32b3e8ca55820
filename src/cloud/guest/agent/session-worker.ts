/** One session inside the guest: its data channel, the handshake, and what runs at this end (`protocol.md` §5, §8.4). */
import type { WebSocket } from 'ws';
import { PAYLOAD_TYPE } from '../../../lib/protocol/agent-message.js';
import {
  ACTION_STATUS, ACTION_TYPE, encodeHandshakeComplete, encodeHandshakeRequest, parseHandshakeResponse, SESSION_TYPE, type HandshakeResponse,
} from '../../../lib/protocol/handshake.js';
import { read } from '../../messages/frame.js';
import type { Guest } from '../guest.js';
import { MuxSession } from './mux-session.js';
import { dialerOf } from './port-dialer.js';
import { PortSession } from './port-session.js';
import { AGENT_VERSION } from './services.js';
import { SessionChannel } from './session-channel.js';
import type { SessionOrder } from './session-document.js';
import { ShellSession } from './shell-session.js';

export interface SessionWorkerOptions {
  readonly guest: Guest;
  readonly order: SessionOrder;
  readonly now: () => number;
  /** Opens the session's data channel; again after it was lost. */
  readonly openDataChannel: (sessionId: string, signal: AbortSignal) => Promise<WebSocket>;
  /** The VPC's prefixes, as IMDS has them. */
  readonly vpcPrefixes: (signal: AbortSignal) => Promise<readonly string[]>;
}

/** How a session ended, as agent_task_complete says it. */
export interface SessionResult {
  readonly status: 'Success' | 'Failed';
  readonly output: string;
}

/** What runs at the agent's end of a session. */
export interface SessionEnd {
  /** Resolves when it ended by itself. */
  run(): Promise<SessionResult>;
  /** A message of the client; `accept` when there is room for the next one. */
  input(payloadType: number, payload: Buffer, accept: () => void): void;
  /** Ends it now. */
  kill(): void;
}

const HANDSHAKE_MS = 15_000;
const HANDSHAKE_TIMED_OUT = 'Handshake timed out. Please ensure that you have the latest version of the session manager plugin.';

export class SessionWorker {
  readonly #options: SessionWorkerOptions;
  readonly #channel: SessionChannel;
  #end: SessionEnd | undefined;
  /** Came before there was anybody to take it. */
  #early: (() => void)[] = [];
  #handshake: ((response: HandshakeResponse | undefined) => void) | undefined;

  constructor(options: SessionWorkerOptions) {
    this.#options = options;
    this.#channel = new SessionChannel({
      sessionId: options.order.sessionId,
      now: options.now,
      openDataChannel: options.openDataChannel,
      onInput: (type, payload, accept) => this.#input(type, payload, accept),
      onLost: () => this.kill(),
    });
  }

  /** Runs it to its end; never rejects. */
  async run(): Promise<SessionResult> {
    const channel = this.#channel;
    const { order } = this.#options;
    try {
      await channel.open();
      const needsHandshake = order.sessionType === SESSION_TYPE.port || order.sessionType === SESSION_TYPE.nonInteractiveCommands;
      const clientVersion = needsHandshake ? await this.#shakeHands() : '';
      channel.signal.throwIfAborted();
      const end = await this.#begin(clientVersion);
      this.#end = end;
      for (const take of this.#early.splice(0)) take();
      const result = await end.run();
      await channel.until(() => channel.idle);
      if (!channel.signal.aborted) channel.state('Terminating');
      return result;
    } catch (error) {
      if (channel.signal.aborted) return { status: 'Success', output: '' };
      return { status: 'Failed', output: error instanceof Error ? error.message : String(error) };
    } finally {
      channel.close();
    }
  }

  /** Ends it: the service closed the session, or the agent stops. */
  kill(): void {
    if (this.#channel.signal.aborted) return;
    this.#channel.stop();
    this.#handshake?.(undefined);
    this.#end?.kill();
  }

  async #begin(clientVersion: string): Promise<SessionEnd> {
    const { guest, order, vpcPrefixes } = this.#options;
    const channel = this.#channel;
    if (order.sessionType !== SESSION_TYPE.port) return new ShellSession({ guest, order, channel });
    const dial = await dialerOf(guest, order, () => vpcPrefixes(channel.signal));
    return order.forwarding && MuxSession.supports(clientVersion) ? new MuxSession({ channel, dial }) : new PortSession({ channel, dial, redials: order.forwarding });
  }

  /** Returns the client's version. */
  async #shakeHands(): Promise<string> {
    const channel = this.#channel;
    const { order, now } = this.#options;
    const began = now();
    const answer = new Promise<HandshakeResponse | undefined>((resolve) => {
      this.#handshake = resolve;
      const timer = setTimeout(() => resolve(undefined), HANDSHAKE_MS).unref();
      channel.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    });
    const parameters = { SessionType: order.sessionType, Properties: order.sessionType === SESSION_TYPE.port ? order.properties : null };
    channel.send(PAYLOAD_TYPE.handshakeRequest, encodeHandshakeRequest({
      agentVersion: AGENT_VERSION,
      requestedClientActions: [{ actionType: ACTION_TYPE.sessionType, actionParameters: parameters }],
    }));
    const response = await answer;
    this.#handshake = undefined;
    channel.signal.throwIfAborted();
    if (response === undefined) throw new Error(HANDSHAKE_TIMED_OUT);
    const actions = response.processedClientActions;
    const failed = actions.find((action) => action.actionStatus !== ACTION_STATUS.success);
    if (actions.length === 0 || failed !== undefined) throw new Error(`Handshake failed: ${failed?.error || 'the client refused the session type'}`);
    const nanoseconds = Math.max(1, now() - began) * 1_000_000;
    channel.send(PAYLOAD_TYPE.handshakeComplete, encodeHandshakeComplete({ handshakeTimeToComplete: nanoseconds, customerMessage: '' }));
    return response.clientVersion;
  }

  #input(payloadType: number, payload: Buffer, accept: () => void): void {
    if (payloadType === PAYLOAD_TYPE.handshakeResponse) {
      this.#handshake?.(read(parseHandshakeResponse, payload));
      accept();
    } else if (this.#end !== undefined) this.#end.input(payloadType, payload, accept);
    else this.#early.push(() => this.#input(payloadType, payload, accept));
  }
}
