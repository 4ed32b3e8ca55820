import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeEncryptionChallenge, encodeKmsEncryptionRequest, encodeKmsEncryptionResult, parseEncryptionChallenge, parseKmsEncryptionRequest, parseKmsEncryptionResult,
} from '../../../../src/lib/protocol/encryption-handshake.js';
import { KmsEnvelope, encryptionContext } from '../../../../src/lib/protocol/kms-envelope.js';
import { ProtocolError } from '../../../../src/lib/protocol/protocol-error.js';
import { encryption, vector } from './vectors.js';

const key = Buffer.from(encryption.dataKeyHex, 'hex');
const envelope = (role: 'client' | 'agent', nonce: () => Buffer = () => randomBytes(12)) => new KmsEnvelope(role, key, nonce);
const payloadOf = (name: string) => Buffer.from(vector(name).fields.payloadHex, 'hex');

describe('the envelope', () => {
  it.each([['encrypted_output', 'agent', 'client'], ['encrypted_input', 'client', 'agent']] as const)('%s: AWS\'s bytes are opened, and written the same', (name, from, to) => {
    const sealed = payloadOf(name);
    const plain = envelope(to).open(1, sealed);
    expect(envelope(from, () => sealed.subarray(0, 12)).seal(1, plain).toString('hex')).toBe(sealed.toString('hex'));
    expect(() => envelope(from).decrypt(sealed)).toThrow(ProtocolError);
  });
  it('reads what was typed in AWS\'s vector', () => {
    expect(envelope('agent').open(1, payloadOf('encrypted_input')).toString()).toBe('ls\r');
  });
  it('goes round for all bytes, both ways, and refuses any change', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), fc.nat(1000), fc.integer({ min: 1, max: 255 }), (bytes, up, at, change) => {
      const [from, to] = up ? (['client', 'agent'] as const) : (['agent', 'client'] as const);
      const sealed = envelope(from).encrypt(bytes);
      expect(envelope(to).decrypt(sealed).equals(bytes)).toBe(true);
      sealed[at % sealed.length] = (sealed[at % sealed.length] ?? 0) ^ change;
      expect(() => envelope(to).decrypt(sealed)).toThrow(ProtocolError);
    }));
  });
  it.each([[1, true, true], [11, true, false], [12, true, false], [3, false, false], [10, false, false], [7, false, false]])('payload type %d is encrypted by the agent: %s, by the client: %s', (type, byAgent, byClient) => {
    const plain = Buffer.from('payload');
    expect(!envelope('agent').seal(type, plain).equals(plain)).toBe(byAgent);
    expect(!envelope('client').seal(type, plain).equals(plain)).toBe(byClient);
    expect(envelope('client').open(type, envelope('agent').seal(type, plain)).equals(plain)).toBe(true);
    expect(envelope('agent').open(type, envelope('client').seal(type, plain)).equals(plain)).toBe(true);
  });
  it('takes no key of another size and no payload too short to be one', () => {
    expect(() => new KmsEnvelope('client', key.subarray(1), () => randomBytes(12))).toThrow(ProtocolError);
    expect(() => envelope('client').decrypt(Buffer.alloc(27))).toThrow(ProtocolError);
  });
  it('names session, target and challenge in the context', () => {
    expect(encryptionContext('s', 't')).toEqual({ 'aws:ssm:SessionId': 's', 'aws:ssm:TargetId': 't' });
    expect(encryptionContext('s', 't', 'c')).toEqual({ 'aws:ssm:SessionId': 's', 'aws:ssm:TargetId': 't', 'aws:ssm:RandomChallenge': 'c' });
  });
});

describe('its handshake', () => {
  it('request and result go round', () => {
    for (const challenge of [undefined, 'AAECAw==']) expect(parseKmsEncryptionRequest(encodeKmsEncryptionRequest({ kmsKeyId: 'k', challenge }))).toEqual({ kmsKeyId: 'k', challenge });
    for (const challengeAcknowledgement of [true, false]) {
      const result = { cipherTextKey: Buffer.from('cipher'), challengeAcknowledgement };
      expect(parseKmsEncryptionResult(encodeKmsEncryptionResult(result))).toEqual(result);
    }
    expect(JSON.stringify(encodeKmsEncryptionResult({ cipherTextKey: Buffer.from('cipher'), challengeAcknowledgement: false }))).toBe('{"KMSCipherTextKey":"Y2lwaGVy","KMSCipherTextHash":null}');
  });
  it('the challenge: the same bytes under either key', () => {
    const challenge = randomBytes(64);
    const asked = parseEncryptionChallenge(encodeEncryptionChallenge(envelope('agent').encrypt(challenge)));
    const answered = parseEncryptionChallenge(encodeEncryptionChallenge(envelope('client').encrypt(envelope('client').decrypt(asked))));
    expect(envelope('agent').decrypt(answered).equals(challenge)).toBe(true);
  });
  it.each([['{"Challenge":"AAEC=A=="}'], ['{"Challenge":"AA"}'], ['{"Challenge":7}'], ['{}']])('%s is no challenge', (text) => {
    expect(() => parseEncryptionChallenge(Buffer.from(text))).toThrow(ProtocolError);
  });
  it.each<[unknown]>([[null], [{}], [{ KMSCipherTextKey: '!' }]])('%j is no result', (result) => {
    expect(() => parseKmsEncryptionResult(result)).toThrow(ProtocolError);
  });
});
