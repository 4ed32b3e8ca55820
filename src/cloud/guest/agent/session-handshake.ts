/**
 * The agent's side of a session's handshake (`protocol.md` §5): says what it is about to run and, where the session's
 * preferences name a KMS key, has the client make a data key, decrypts it with the instance's role and proves that both have
 * the same one. Its errors are in the words of AWS's agent.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { PAYLOAD_TYPE } from '../../../lib/protocol/agent-message.js';
import { encodeEncryptionChallenge, encodeKmsEncryptionRequest, parseEncryptionChallenge, parseKmsEncryptionResult } from '../../../lib/protocol/encryption-handshake.js';
import {
  ACTION_STATUS, ACTION_TYPE, encodeHandshakeComplete, encodeHandshakeRequest, parseHandshakeResponse, SESSION_TYPE, type HandshakeResponse,
} from '../../../lib/protocol/handshake.js';
import { encryptionContext, KmsEnvelope } from '../../../lib/protocol/kms-envelope.js';
import { read } from '../../messages/frame.js';
import { AGENT_VERSION, type DataKeyRequest } from './services.js';
import type { SessionChannel } from './session-channel.js';
import type { SessionOrder } from './session-document.js';

export interface SessionHandshakeOptions {
  readonly channel: Pick<SessionChannel, 'send' | 'signal'>;
  readonly order: SessionOrder;
  readonly instanceId: string;
  readonly now: () => number;
  /** kms:Decrypt with the instance's role. */
  readonly decryptDataKey: (request: DataKeyRequest, signal: AbortSignal) => Promise<Buffer>;
}

/** What the handshake settled. */
export interface Agreement {
  readonly clientVersion: string;
  /** Absent: the session is not encrypted with KMS. */
  readonly envelope: KmsEnvelope | undefined;
}

const ANSWER_MS = 15_000;
const TIMED_OUT = 'Handshake timed out. Please ensure that you have the latest version of the session manager plugin.';
const CHALLENGE_TIMED_OUT = 'Timed out waiting for encryption challenge.';
const ENCRYPTED = 'This session is encrypted using AWS KMS.';
/** In the encryption context, and inside the session. */
const CONTEXT_CHALLENGE_BYTES = 16;
const CHALLENGE_BYTES = 64;

/** Whether the session begins with a handshake (§5.1). */
export function needsHandshake(order: SessionOrder): boolean {
  return order.sessionType === SESSION_TYPE.port || order.sessionType === SESSION_TYPE.nonInteractiveCommands || order.kmsKeyId !== '';
}

export class SessionHandshake {
  readonly #options: SessionHandshakeOptions;
  #expected: { readonly payloadType: number; readonly settle: (payload: Buffer) => void } | undefined;

  constructor(options: SessionHandshakeOptions) {
    this.#options = options;
  }

  /** Takes a message of the client; false when it is none of a handshake. One that nobody waits for is dropped, as AWS's agent does. */
  take(payloadType: number, payload: Buffer): boolean {
    if (payloadType !== PAYLOAD_TYPE.handshakeResponse && payloadType !== PAYLOAD_TYPE.encChallengeResponse) return false;
    if (this.#expected?.payloadType === payloadType) this.#expected.settle(payload);
    return true;
  }

  /** Throws when the client does not answer, or not as it should, or the data key cannot be decrypted. */
  async perform(): Promise<Agreement> {
    const { channel, order, now } = this.#options;
    const began = now();
    const contextChallenge = randomBytes(CONTEXT_CHALLENGE_BYTES).toString('base64');
    channel.send(PAYLOAD_TYPE.handshakeRequest, encodeHandshakeRequest({ agentVersion: AGENT_VERSION, requestedClientActions: requestedActions(order, contextChallenge) }));
    const response = read(parseHandshakeResponse, await this.#answer(PAYLOAD_TYPE.handshakeResponse, TIMED_OUT));
    if (response === undefined) throw new Error('Handshake failed: the response of the client is malformed');
    checkActions(response);
    const envelope = order.kmsKeyId === '' ? undefined : await this.#agreeOnKey(response, contextChallenge);
    const nanoseconds = Math.max(1, now() - began) * 1_000_000;
    channel.send(PAYLOAD_TYPE.handshakeComplete, encodeHandshakeComplete({ handshakeTimeToComplete: nanoseconds, customerMessage: envelope === undefined ? '' : ENCRYPTED }));
    return { clientVersion: response.clientVersion, envelope };
  }

  async #agreeOnKey(response: HandshakeResponse, contextChallenge: string): Promise<KmsEnvelope> {
    const { channel, order, instanceId, decryptDataKey } = this.#options;
    const action = response.processedClientActions.find(({ actionType }) => actionType === ACTION_TYPE.kmsEncryption);
    const result = action === undefined ? undefined : read(parseKmsEncryptionResult, action.actionResult);
    if (result === undefined) throw new Error(`${ACTION_TYPE.kmsEncryption} failed on client: it returned no data key`);
    const context = encryptionContext(order.sessionId, instanceId, result.challengeAcknowledgement ? contextChallenge : undefined);
    const dataKey = await decryptDataKey({ keyId: order.kmsKeyId, ciphertext: result.cipherTextKey, context }, channel.signal).catch((error: unknown) => {
      throw new Error(`Fetching data key failed: Unable to retrieve data key, Error when decrypting data key ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    channel.signal.throwIfAborted();
    const envelope = read((bytes: Buffer) => new KmsEnvelope('agent', bytes, () => randomBytes(12)), dataKey);
    if (envelope === undefined) throw new Error(`Fetching data key failed: the data key has ${dataKey.length} bytes`);
    await this.#challenge(envelope);
    return envelope;
  }

  /** AWS's agent lets a wrong answer time out; here it is the end at once. */
  async #challenge(envelope: KmsEnvelope): Promise<void> {
    const challenge = randomBytes(CHALLENGE_BYTES);
    this.#options.channel.send(PAYLOAD_TYPE.encChallengeRequest, encodeEncryptionChallenge(envelope.encrypt(challenge)));
    const payload = await this.#answer(PAYLOAD_TYPE.encChallengeResponse, CHALLENGE_TIMED_OUT);
    const answered = read((bytes: Buffer) => envelope.decrypt(parseEncryptionChallenge(bytes)), payload);
    if (answered?.length !== CHALLENGE_BYTES || !timingSafeEqual(answered, challenge)) throw new Error('Encryption challenge does not match!');
  }

  /** The client's next message of this type. */
  async #answer(payloadType: number, timedOut: string): Promise<Buffer> {
    const { signal } = this.#options.channel;
    const payload = await new Promise<Buffer | undefined>((resolve) => {
      const settle = (taken?: Buffer): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        resolve(taken);
      };
      const onAbort = (): void => settle();
      const timer = setTimeout(settle, ANSWER_MS).unref();
      signal.addEventListener('abort', onAbort, { once: true });
      this.#expected = { payloadType, settle };
    });
    this.#expected = undefined;
    signal.throwIfAborted();
    if (payload === undefined) throw new Error(timedOut);
    return payload;
  }
}

function requestedActions(order: SessionOrder, contextChallenge: string) {
  const parameters = { SessionType: order.sessionType, Properties: order.sessionType === SESSION_TYPE.port ? order.properties : null };
  const sessionType = { actionType: ACTION_TYPE.sessionType, actionParameters: parameters };
  if (order.kmsKeyId === '') return [sessionType];
  return [sessionType, { actionType: ACTION_TYPE.kmsEncryption, actionParameters: encodeKmsEncryptionRequest({ kmsKeyId: order.kmsKeyId, challenge: contextChallenge }) }];
}

function checkActions({ processedClientActions: actions }: HandshakeResponse): void {
  const failed = actions.find((action) => action.actionStatus !== ACTION_STATUS.success);
  if (failed !== undefined) throw new Error(`${failed.actionType} failed on client with status ${failed.actionStatus} error: ${failed.error}`);
  if (actions.length === 0) throw new Error('Handshake failed: the client processed no action');
}
