/** The KMS part of the handshake: its action, its result, and the challenge (payload types 8 and 9). Source: `protocol.md` §5.2. */
import { asObject, base64Member, jsonPayload, optionalStringMember, parseJsonObject, stringMember } from './json-payload.js';

/** ActionParameters of `KMSEncryption`. */
export interface KmsEncryptionRequest {
  /** Key id or ARN. */
  readonly kmsKeyId: string;
  /** Base64 of 16 random bytes; only new agents send it. */
  readonly challenge: string | undefined;
}

export function encodeKmsEncryptionRequest(value: KmsEncryptionRequest): Readonly<Record<string, unknown>> {
  return { KMSKeyId: value.kmsKeyId, ...(value.challenge === undefined ? {} : { Challenge: value.challenge }) };
}

export function parseKmsEncryptionRequest(actionParameters: unknown): KmsEncryptionRequest {
  const what = 'KMS encryption action';
  const json = asObject(actionParameters, what);
  const challenge = optionalStringMember(json, 'Challenge', what);
  return { kmsKeyId: stringMember(json, 'KMSKeyId', what), challenge: challenge === '' ? undefined : challenge };
}

/** ActionResult of `KMSEncryption`. */
export interface KmsEncryptionResult {
  /** The data key as KMS encrypted it. */
  readonly cipherTextKey: Buffer;
  /** True when the request's challenge is part of the encryption context. */
  readonly challengeAcknowledgement: boolean;
}

export function encodeKmsEncryptionResult(value: KmsEncryptionResult): Readonly<Record<string, unknown>> {
  return {
    KMSCipherTextKey: value.cipherTextKey.toString('base64'),
    KMSCipherTextHash: null,
    ...(value.challengeAcknowledgement ? { ChallengeAcknowledgement: true } : {}),
  };
}

export function parseKmsEncryptionResult(actionResult: unknown): KmsEncryptionResult {
  const what = 'KMS encryption result';
  const json = asObject(actionResult, what);
  return { cipherTextKey: base64Member(json, 'KMSCipherTextKey', what), challengeAcknowledgement: json['ChallengeAcknowledgement'] === true };
}

/** Payload of EncChallengeRequest and of EncChallengeResponse: the same bytes, each encrypted by who sends them. */
export function encodeEncryptionChallenge(challenge: Uint8Array): Buffer {
  return jsonPayload({ Challenge: Buffer.from(challenge).toString('base64') });
}

export function parseEncryptionChallenge(payload: Uint8Array): Buffer {
  return base64Member(parseJsonObject(payload, 'encryption challenge'), 'Challenge', 'encryption challenge');
}
