/** The client's side of the handshake, and what it agreed on: the kind of session, and its encryption. Source: `protocol.md` §5. */
import { SsmlabError } from '../errors.js';
import { ACTION_STATUS, ACTION_TYPE, CLIENT_VERSION, SESSION_TYPE, encodeHandshakeResponse, parseHandshakeRequest, requestedSessionType } from '../protocol/handshake.js';
import type { HandshakeRequest, ProcessedClientAction, RequestedClientAction } from '../protocol/handshake.js';
import type { KmsEnvelope } from '../protocol/kms-envelope.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { AGENT_HINT, agreeOnKey, answerChallenge } from './kms-encryption.js';
import type { SessionEncryption } from './kms-encryption.js';

/** What the agent said it will run. */
export interface SessionKind {
  readonly sessionType: string;
  readonly properties: unknown;
  readonly agentVersion: string;
}

export interface HandshakeAnswer {
  readonly payload: Buffer;
  /** Why the session cannot go on; undefined when it can. */
  readonly failure: SsmlabError | undefined;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(Object.values(SESSION_TYPE));

export class ClientHandshake {
  readonly #sessionId: string;
  readonly #encryption: SessionEncryption | undefined;
  #kind: SessionKind | undefined;
  #envelope: KmsEnvelope | undefined;
  #failure: SsmlabError | undefined;

  constructor(sessionId: string, encryption: SessionEncryption | undefined) {
    this.#sessionId = sessionId;
    this.#encryption = encryption;
  }

  /** Undefined before the request came, or when it names no session type. */
  get kind(): SessionKind | undefined {
    return this.#kind;
  }

  /** Takes the agent's request. Throws ProtocolError when it is malformed. */
  read(payload: Buffer): HandshakeRequest {
    const request = parseHandshakeRequest(payload);
    const requested = requestedSessionType(request);
    this.#kind = requested === undefined ? undefined : { ...requested, agentVersion: request.agentVersion };
    return request;
  }

  /** Works through the requested actions; never rejects. */
  async answer(request: HandshakeRequest): Promise<HandshakeAnswer> {
    const actions: ProcessedClientAction[] = [];
    if (this.#kind === undefined) this.#fail('the agent asks for no session type');
    for (const action of request.requestedClientActions) actions.push(await this.#process(action));
    const failure = this.#failure;
    return { payload: encodeHandshakeResponse({ clientVersion: CLIENT_VERSION, processedClientActions: actions, errors: failure === undefined ? null : [failure.message] }), failure };
  }

  /** Whether {@link seal} and {@link open} change anything. */
  get encrypted(): boolean {
    return this.#envelope !== undefined;
  }

  /** A payload as it goes on the wire. */
  seal(payloadType: number, payload: Buffer): Buffer {
    return this.#envelope?.seal(payloadType, payload) ?? payload;
  }

  /** The payload that came. Throws `encryption-failed` when it is not of the session's key: nothing of a session is left out in silence. */
  open(payloadType: number, payload: Buffer): Buffer {
    return this.#opened((envelope) => envelope.open(payloadType, payload)) ?? payload;
  }

  /** The answer to the agent's challenge; undefined where none is due. Throws as {@link open} does. */
  answerChallenge(payload: Buffer): Buffer | undefined {
    return this.#opened((envelope) => answerChallenge(envelope, payload));
  }

  /** The service ended the session before it began. */
  endedEarly(output: string): SsmlabError {
    const message = `session ${this.#sessionId} ended before it began${output === '' ? '' : `: ${output}`}`;
    // What this side had against it says more than the agent's echo of it.
    if (this.#failure?.code === 'encryption-failed') return this.#failure;
    return this.#envelope === undefined ? new SsmlabError('session-failed', message) : new SsmlabError('encryption-failed', message, { hint: AGENT_HINT });
  }

  async #process({ actionType, actionParameters }: RequestedClientAction): Promise<ProcessedClientAction> {
    const done = (actionResult: unknown): ProcessedClientAction => ({ actionType, actionStatus: ACTION_STATUS.success, actionResult, error: '' });
    const refused = (actionStatus: number, error: string): ProcessedClientAction => {
      this.#fail(error);
      return { actionType, actionStatus, actionResult: null, error };
    };
    if (actionType === ACTION_TYPE.sessionType && this.#kind !== undefined) {
      const { sessionType } = this.#kind;
      return KNOWN_TYPES.has(sessionType) ? done(null) : refused(ACTION_STATUS.failed, `session type ${sessionType} is not known`);
    }
    if (actionType !== ACTION_TYPE.kmsEncryption) return refused(ACTION_STATUS.unsupported, `action ${actionType} is not supported`);
    try {
      const { result, envelope } = await agreeOnKey(actionParameters, this.#sessionId, this.#encryption);
      this.#envelope = envelope;
      return done(result);
    } catch (error) {
      if (error instanceof SsmlabError) this.#failure ??= error;
      return refused(this.#encryption === undefined ? ACTION_STATUS.unsupported : ACTION_STATUS.failed, error instanceof Error ? error.message : String(error));
    }
  }

  #fail(why: string): void {
    this.#failure ??= new SsmlabError('session-failed', `the handshake of session ${this.#sessionId} failed: ${why}`);
  }

  #opened(open: (envelope: KmsEnvelope) => Buffer): Buffer | undefined {
    if (this.#envelope === undefined) return undefined;
    try {
      return open(this.#envelope);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new SsmlabError('encryption-failed', `session ${this.#sessionId} is encrypted with KMS, and a message came that is not: ${error.message}`, {
        cause: error, hint: 'try again; when it happens again, something on the way changes messages',
      });
    }
  }
}
