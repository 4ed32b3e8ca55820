/** The agent's side of the handshake by itself: clients that do not answer, or too late, or what was not asked. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionHandshake } from '../../../../../src/cloud/guest/agent/session-handshake.js';
import type { DataKeyRequest } from '../../../../../src/cloud/guest/agent/services.js';
import { encodeKmsEncryptionResult } from '../../../../../src/lib/protocol/encryption-handshake.js';
import { encodeHandshakeResponse, type ProcessedClientAction } from '../../../../../src/lib/protocol/handshake.js';

const SECONDS_15 = 15_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function begin(kmsKeyId = 'arn:k') {
  const sent: number[] = [];
  const ending = new AbortController();
  const requests: DataKeyRequest[] = [];
  const handshake = new SessionHandshake({
    channel: { send: (type) => sent.push(type), signal: ending.signal },
    order: { sessionId: 's-1', kmsKeyId, sessionType: 'NonInteractiveCommands', commands: 'x', runAsElevated: false, separateOutputStream: false, stdOutSeparatorPrefix: '', stdErrSeparatorPrefix: '', runAs: undefined, profile: '' },
    instanceId: 'i-1',
    now: Date.now,
    decryptDataKey: async (request) => {
      requests.push(request);
      return randomBytes(64);
    },
  });
  let outcome = 'pending';
  const done = handshake.perform().then(({ clientVersion }) => (outcome = `version ${clientVersion}`), (error: unknown) => (outcome = error instanceof Error ? error.message : String(error)));
  return { handshake, sent, ending, requests, done, outcome: () => outcome };
}

const response = (...actions: readonly ProcessedClientAction[]) => encodeHandshakeResponse({ clientVersion: '1.3.0.0', processedClientActions: actions, errors: null });
const action = (actionType: string, actionResult: unknown = null): ProcessedClientAction => ({ actionType, actionStatus: 1, actionResult, error: '' });
const withKey = response(action('SessionType'), action('KMSEncryption', encodeKmsEncryptionResult({ cipherTextKey: Buffer.from('sealed'), challengeAcknowledgement: false })));

describe('in time', () => {
  it('no response within 15 s', async () => {
    const { done, outcome, sent } = begin();
    await vi.advanceTimersByTimeAsync(SECONDS_15 - 1);
    expect(outcome()).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect(outcome()).toBe('Handshake timed out. Please ensure that you have the latest version of the session manager plugin.');
    expect(sent).toEqual([5]);
  });
  it('no answer to the challenge within 15 s more', async () => {
    const { handshake, done, outcome, sent, requests } = begin();
    await vi.advanceTimersByTimeAsync(SECONDS_15 - 1);
    expect(handshake.take(6, withKey)).toBe(true);
    await vi.advanceTimersByTimeAsync(SECONDS_15 - 1);
    expect(requests).toEqual([{ keyId: 'arn:k', ciphertext: Buffer.from('sealed'), context: { 'aws:ssm:SessionId': 's-1', 'aws:ssm:TargetId': 'i-1' } }]);
    expect([sent, outcome()]).toEqual([[5, 8], 'pending']);
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect(outcome()).toBe('Timed out waiting for encryption challenge.');
    expect(sent).toEqual([5, 8]);
  });
  it('a session that ends meanwhile ends it', async () => {
    const { ending, done, outcome } = begin();
    ending.abort(new Error('over'));
    await done;
    expect(outcome()).toBe('over');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what comes', () => {
  it('an answer to a challenge that was not sent is none, nor is a second response', async () => {
    const { handshake, done, outcome, sent } = begin('');
    expect(handshake.take(9, Buffer.from('{"Challenge":"AAAA"}'))).toBe(true);
    expect(outcome()).toBe('pending');
    expect(handshake.take(6, response(action('SessionType')))).toBe(true);
    await done;
    expect(outcome()).toBe('version 1.3.0.0');
    expect(handshake.take(6, response())).toBe(true);
    expect(sent).toEqual([5, 7]);
    expect(handshake.take(1, Buffer.from('typed'))).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
  it.each<[string, Buffer, string]>([
    ['no JSON', Buffer.from('{'), 'Handshake failed: the response of the client is malformed'],
    ['no action', response(), 'Handshake failed: the client processed no action'],
    ['a failed action', response({ ...action('SessionType'), actionStatus: 2, error: 'no' }), 'SessionType failed on client with status 2 error: no'],
    ['no KMS action', response(action('SessionType')), 'KMSEncryption failed on client: it returned no data key'],
    ['a KMS action without a key', response(action('SessionType'), action('KMSEncryption', {})), 'KMSEncryption failed on client: it returned no data key'],
  ])('%s ends it at once', async (_, payload, told) => {
    const { handshake, done, outcome } = begin();
    handshake.take(6, payload);
    await done;
    expect(outcome()).toBe(told);
  });
});
