/** One session inside the guest: its data channel, the handshake, and what runs at this end (`protocol.md` §5, §8.4). */
import type { WebSocket } from 'ws';
import { SESSION_TYPE } from '../../../lib/protocol/handshake.js';
import type { KmsEnvelope } from '../../../lib/protocol/kms-envelope.js';
import { read } from '../../messages/frame.js';
import type { Guest } from '../guest.js';
import { MuxSession } from './mux-session.js';
import { dialerOf } from './port-dialer.js';
import { PortSession } from './port-session.js';
import type { DataKeyRequest } from './services.js';
import { SessionChannel } from './session-channel.js';
import type { SessionOrder } from './session-document.js';
import { needsHandshake, SessionHandshake, type Agreement } from './session-handshake.js';
import { ShellSession } from './shell-session.js';

export interface SessionWorkerOptions {
  readonly guest: Guest;
  readonly order: SessionOrder;
  /** As IMDS has it: what AWS calls the session's target. */
  readonly instanceId: string;
  readonly now: () => number;
  /** Opens the session's data channel; again after it was lost. */
  readonly openDataChannel: (sessionId: string, signal: AbortSignal) => Promise<WebSocket>;
  /** The VPC's prefixes, as IMDS has them. */
  readonly vpcPrefixes: (signal: AbortSignal) => Promise<readonly string[]>;
  /** kms:Decrypt with the instance's role. */
  readonly decryptDataKey: (request: DataKeyRequest, signal: AbortSignal) => Promise<Buffer>;
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

export class SessionWorker {
  readonly #options: SessionWorkerOptions;
  readonly #channel: SessionChannel;
  #end: SessionEnd | undefined;
  /** Why the session ended without the service's saying so. */
  #lost: string | undefined;
  /** Came before there was anybody to take it. */
  #early: (() => void)[] = [];
  readonly #handshake: SessionHandshake;
  #envelope: KmsEnvelope | undefined;

  constructor(options: SessionWorkerOptions) {
    this.#options = options;
    this.#channel = new SessionChannel({
      sessionId: options.order.sessionId,
      now: options.now,
      openDataChannel: options.openDataChannel,
      onInput: (type, payload, accept) => this.#input(type, payload, accept),
      onLost: (why) => {
        this.#lost = why;
        this.kill();
      },
    });
    this.#handshake = new SessionHandshake({ ...options, channel: this.#channel });
  }

  /** Runs it to its end; never rejects. */
  async run(): Promise<SessionResult> {
    const channel = this.#channel;
    const { order } = this.#options;
    try {
      await channel.open();
      const { clientVersion, envelope } = needsHandshake(order) ? await this.#shakeHands() : { clientVersion: '', envelope: undefined };
      this.#envelope = envelope;
      channel.encrypt(envelope);
      channel.signal.throwIfAborted();
      const end = await this.#begin(clientVersion);
      this.#end = end;
      for (const take of this.#early.splice(0)) take();
      const result = await end.run();
      if (this.#lost !== undefined) return { status: 'Failed', output: this.#lost };
      await channel.until(() => channel.idle);
      if (!channel.signal.aborted) channel.state('Terminating');
      return result;
    } catch (error) {
      if (channel.signal.aborted) return this.#lost === undefined ? { status: 'Success', output: '' } : { status: 'Failed', output: this.#lost };
      return { status: 'Failed', output: error instanceof Error ? error.message : String(error) };
    } finally {
      channel.close();
    }
  }

  /** Ends it: the service closed the session, or the agent stops. */
  kill(): void {
    if (this.#channel.signal.aborted) return;
    this.#channel.stop();
    this.#end?.kill();
  }

  async #begin(clientVersion: string): Promise<SessionEnd> {
    const { guest, order, vpcPrefixes } = this.#options;
    const channel = this.#channel;
    if (order.sessionType !== SESSION_TYPE.port) return new ShellSession({ guest, order, channel });
    const dial = await dialerOf(guest, order, () => vpcPrefixes(channel.signal));
    return order.forwarding && MuxSession.supports(clientVersion) ? new MuxSession({ channel, dial }) : new PortSession({ channel, dial, redials: order.forwarding });
  }

  async #shakeHands(): Promise<Agreement> {
    try {
      return await this.#handshake.perform();
    } catch (error) {
      this.#channel.signal.throwIfAborted();
      throw new Error(`Encountered error while initiating handshake. ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  #input(payloadType: number, payload: Buffer, accept: () => void): void {
    if (this.#handshake.take(payloadType, payload)) accept();
    else if (this.#end === undefined) this.#early.push(() => this.#input(payloadType, payload, accept));
    else {
      const envelope = this.#envelope;
      const plain = envelope === undefined ? payload : read((sealed: Buffer) => envelope.open(payloadType, sealed), payload);
      // What is not encrypted with the session's key is dropped, as AWS's agent does.
      if (plain === undefined) accept();
      else this.#end.input(payloadType, plain, accept);
    }
  }
}
