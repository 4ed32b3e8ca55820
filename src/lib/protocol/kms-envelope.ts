/**
 * Encryption of a session's payloads with a KMS data key: AES-256-GCM, on the wire nonce (12 bytes), ciphertext, tag (16).
 * Source: `protocol.md` §5.4. Port sessions are never encrypted; of the others, these payload types are.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { PAYLOAD_TYPE } from './agent-message.js';
import { ProtocolError } from './protocol-error.js';

/** NumberOfBytes for kms:GenerateDataKey: one half for each direction. */
export const DATA_KEY_BYTES = 64;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const ENCRYPTED = {
  client: new Set<number>([PAYLOAD_TYPE.output]),
  agent: new Set<number>([PAYLOAD_TYPE.output, PAYLOAD_TYPE.stdErr, PAYLOAD_TYPE.exitCode]),
} as const;

/** KMS's encryption context: both sides have to say the same. `challenge` when the client acknowledges it. */
export function encryptionContext(sessionId: string, targetId: string, challenge?: string): Readonly<Record<string, string>> {
  return { 'aws:ssm:SessionId': sessionId, 'aws:ssm:TargetId': targetId, ...(challenge === undefined ? {} : { 'aws:ssm:RandomChallenge': challenge }) };
}

export class KmsEnvelope {
  readonly #encryptKey: Buffer;
  readonly #decryptKey: Buffer;
  readonly #encrypted: { readonly own: ReadonlySet<number>; readonly peer: ReadonlySet<number> };
  readonly #newNonce: () => Uint8Array;

  /** `newNonce`: 12 bytes, never the same twice. Throws ProtocolError for a key of another size. */
  constructor(role: 'client' | 'agent', dataKey: Uint8Array, newNonce: () => Uint8Array) {
    if (dataKey.byteLength !== DATA_KEY_BYTES) throw new ProtocolError('bad-payload', `data key of ${dataKey.byteLength} bytes, ${DATA_KEY_BYTES} are needed`);
    const [agents, clients] = [Buffer.from(dataKey.slice(0, 32)), Buffer.from(dataKey.slice(32))];
    this.#encryptKey = role === 'agent' ? agents : clients;
    this.#decryptKey = role === 'agent' ? clients : agents;
    this.#encrypted = { own: ENCRYPTED[role], peer: ENCRYPTED[role === 'agent' ? 'client' : 'agent'] };
    this.#newNonce = newNonce;
  }

  /** A payload as it goes on the wire: encrypted if its type is. */
  seal(payloadType: number, payload: Uint8Array): Buffer {
    return this.#encrypted.own.has(payloadType) ? this.encrypt(payload) : Buffer.from(payload);
  }

  /** The payload that came. Throws ProtocolError when it was not encrypted with this key. */
  open(payloadType: number, payload: Uint8Array): Buffer {
    return this.#encrypted.peer.has(payloadType) ? this.decrypt(payload) : Buffer.from(payload);
  }

  /** Also for the challenge, whose bytes are encrypted inside JSON. */
  encrypt(plain: Uint8Array): Buffer {
    const nonce = this.#newNonce();
    const cipher = createCipheriv('aes-256-gcm', this.#encryptKey, nonce);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  decrypt(sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new ProtocolError('bad-payload', `encrypted payload of ${bytes.length} bytes`);
    const decipher = createDecipheriv('aes-256-gcm', this.#decryptKey, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
    } catch {
      throw new ProtocolError('bad-payload', `payload of ${bytes.length} bytes was not encrypted with this session's key`);
    }
  }
}
