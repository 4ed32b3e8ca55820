/** How a session begins: the agent's handshake is answered, or its first output comes without one (a plain shell). Source: `protocol.md` §5. */
import { SsmlabError } from '../errors.js';
import { PAYLOAD_TYPE } from '../protocol/agent-message.js';
import { parseHandshakeComplete } from '../protocol/handshake.js';
import type { HandshakeRequest } from '../protocol/handshake.js';
import type { ClientHandshake } from './client-handshake.js';
import { printable } from './connection.js';

/** What comes after a failed handshake: the agent's channel_closed, with its words. Milliseconds that it has for that. */
const FAILED_HANDSHAKE_MS = 2_000;

const OF_THE_HANDSHAKE: ReadonlySet<number> = new Set([PAYLOAD_TYPE.handshakeRequest, PAYLOAD_TYPE.encChallengeRequest, PAYLOAD_TYPE.handshakeComplete]);

export interface BeginningOptions {
  readonly handshake: ClientHandshake;
  readonly send: (payloadType: number, payload: Buffer) => void;
  /** The session runs: what is sent from now on is taken. */
  readonly onRunning: () => void;
  /** The session cannot go on. */
  readonly fail: (error: SsmlabError) => void;
}

export class SessionBeginning {
  readonly #options: BeginningOptions;
  #phase: 'silent' | 'handshake' | 'running' = 'silent';
  #customerMessage = '';

  constructor(options: BeginningOptions) {
    this.#options = options;
  }

  /** True when the first output, or the whole handshake, was taken. */
  get over(): boolean {
    return this.#phase === 'running';
  }

  /** The handshake's message for the user; empty for none. */
  get customerMessage(): string {
    return this.#customerMessage;
  }

  /** Whether {@link take} is for it, or {@link open}. */
  concerns(payloadType: number): boolean {
    return OF_THE_HANDSHAKE.has(payloadType);
  }

  /** Takes a message of the handshake. Throws ProtocolError when it is malformed. */
  take(payloadType: number, payload: Buffer): void {
    const { handshake, send } = this.#options;
    if (payloadType === PAYLOAD_TYPE.handshakeRequest) {
      void this.#answer(handshake.read(payload));
    } else if (payloadType === PAYLOAD_TYPE.encChallengeRequest) {
      const answer = this.#decrypted(() => handshake.answerChallenge(payload));
      if (answer !== undefined) send(PAYLOAD_TYPE.encChallengeResponse, answer);
    } else {
      this.#customerMessage = printable(parseHandshakeComplete(payload).customerMessage);
      this.#run();
    }
  }

  /** Any other payload, as it was before it was encrypted; undefined, and the session has failed, when that was not as agreed. */
  open(payloadType: number, payload: Buffer): Buffer | undefined {
    if (this.#phase === 'silent') this.#run();
    return this.#decrypted(() => this.#options.handshake.open(payloadType, payload));
  }

  #run(): void {
    this.#phase = 'running';
    this.#options.onRunning();
  }

  #decrypted(open: () => Buffer | undefined): Buffer | undefined {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof SsmlabError)) throw error;
      this.#options.fail(error);
      return undefined;
    }
  }

  async #answer(request: HandshakeRequest): Promise<void> {
    const { handshake, send, fail } = this.#options;
    this.#phase = 'handshake';
    const { payload, failure } = await handshake.answer(request);
    send(PAYLOAD_TYPE.handshakeResponse, payload);
    if (failure !== undefined) setTimeout(() => fail(failure), FAILED_HANDSHAKE_MS).unref();
  }
}
