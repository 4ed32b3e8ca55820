/** The client's half of a session's encryption with KMS: a data key for the agent, and the proof that both have it. Source: `protocol.md` §5.2, §5.4. */
import { randomBytes } from 'node:crypto';
import { SsmlabError } from '../errors.js';
import { encodeEncryptionChallenge, encodeKmsEncryptionResult, parseEncryptionChallenge, parseKmsEncryptionRequest } from '../protocol/encryption-handshake.js';
import { DATA_KEY_BYTES, encryptionContext, KmsEnvelope } from '../protocol/kms-envelope.js';

/** What a session has to have for it. */
export interface SessionEncryption {
  /** The Target that StartSession was asked for: the agent gives KMS its own instance id, and both have to say the same. */
  readonly targetId: string;
  /** kms:GenerateDataKey with the user's credentials. */
  readonly generateDataKey: (keyId: string, bytes: number, context: Readonly<Record<string, string>>) => Promise<{ readonly plaintext: Buffer; readonly ciphertext: Buffer }>;
}

export interface AgreedKey {
  /** ActionResult of `KMSEncryption`. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly envelope: KmsEnvelope;
}

/** What the agent's side can lack, for who has to mend it. */
export const AGENT_HINT = 'the instance\'s role has to allow kms:Decrypt on the key of the session preferences, and the instance needs a way to the service kms';
const CLIENT_HINT = 'sessions are encrypted by the session preferences (SSM-SessionManagerRunShell): their key has to be enabled, and your credentials have to allow kms:GenerateDataKey on it';

/** Processes the action `KMSEncryption`. Throws ProtocolError for a malformed one, `encryption-failed` when there is no data key. */
export async function agreeOnKey(actionParameters: unknown, sessionId: string, encryption: SessionEncryption | undefined): Promise<AgreedKey> {
  const { kmsKeyId, challenge } = parseKmsEncryptionRequest(actionParameters);
  if (encryption === undefined) throw new SsmlabError('encryption-failed', `session ${sessionId} is to be encrypted with KMS, and here is no way to KMS`, { hint: 'use `ssmlab connect` or `ssmlab exec`' });
  const context = encryptionContext(sessionId, encryption.targetId, challenge);
  const { plaintext, ciphertext } = await encryption.generateDataKey(kmsKeyId, DATA_KEY_BYTES, context).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new SsmlabError('encryption-failed', `session ${sessionId} is to be encrypted with the KMS key ${kmsKeyId}, which cannot be used here: ${why}`, { cause: error, hint: CLIENT_HINT });
  });
  return {
    result: encodeKmsEncryptionResult({ cipherTextKey: ciphertext, challengeAcknowledgement: challenge !== undefined }),
    envelope: new KmsEnvelope('client', plaintext, () => randomBytes(12)),
  };
}

/** The agent's challenge, encrypted anew. Throws ProtocolError when it was not encrypted with this key. */
export function answerChallenge(envelope: KmsEnvelope, payload: Buffer): Buffer {
  return encodeEncryptionChallenge(envelope.encrypt(envelope.decrypt(parseEncryptionChallenge(payload))));
}
