/** Sessions that are encrypted with KMS: our client, the message service and our agent, with a KMS that both call. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeEncryptionChallenge, encodeKmsEncryptionResult } from '../../../../../src/lib/protocol/encryption-handshake.js';
import { encodeHandshakeResponse, type ProcessedClientAction } from '../../../../../src/lib/protocol/handshake.js';
import { DATA_KEY_BYTES, encryptionContext, KmsEnvelope } from '../../../../../src/lib/protocol/kms-envelope.js';
import { ReliableStream } from '../../../../../src/lib/protocol/reliable-stream.js';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { openDataChannel, type DataChannel, type DataChannelOptions } from '../../../../../src/lib/session/data-channel.js';
import type { SessionEncryption } from '../../../../../src/lib/session/kms-encryption.js';
import { INSTANCE, REGION, SmallRegion, TestClient } from './small-region.js';

const wait = { timeout: 8000, interval: 10 };
const KMS = `kms.${REGION}.amazonaws.com/`;

let region: SmallRegion;
let keyId: string;
let channels: DataChannel[];

beforeEach(async () => {
  region = await SmallRegion.start();
  region.allowed.add('kms:Decrypt');
  const key = (await region.kms('CreateKey', {}))['KeyMetadata'] as { readonly Arn: string };
  keyId = key.Arn;
  channels = [];
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const channel of channels) channel.close();
  region.stop();
});

const COMMAND = { sessionType: 'NonInteractiveCommands', properties: { linux: { commands: 'run', separateOutputStream: 'true' } } };
const document = (more: Record<string, unknown> = {}) => ({ schemaVersion: '1.0', sessionType: 'Standard_Stream', inputs: { kmsKeyId: keyId }, ...more });

async function dataKey(key: string, bytes: number, context: Readonly<Record<string, string>>) {
  const reply = await region.kms('GenerateDataKey', { KeyId: key, NumberOfBytes: bytes, EncryptionContext: context });
  return { plaintext: reply['Plaintext'] as Buffer, ciphertext: reply['CiphertextBlob'] as Buffer };
}

const encryption = (more: Partial<SessionEncryption> = {}): SessionEncryption => ({ targetId: INSTANCE, generateDataKey: dataKey, ...more });

async function client(more: Partial<DataChannelOptions> = {}, content: Record<string, unknown> = document()): Promise<DataChannel> {
  const channel = await openDataChannel({ ...region.open(content), payloadBytes: 1024, encryption: encryption(), ...more });
  channels.push(channel);
  return channel;
}

async function failure(run: Promise<unknown>): Promise<SsmlabError> {
  const error: unknown = await run.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof SsmlabError)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}

async function process(index = 0) {
  await vi.waitFor(() => expect(region.processes.length).toBeGreaterThan(index), wait);
  const found = region.processes[index];
  if (found === undefined) throw new Error('no process');
  return found;
}

describe('our client and our agent', () => {
  it('a shell: what is typed and shown is encrypted on the way, and comes through', async () => {
    // Whatever one of the three sends to another, passes here.
    const sent = vi.spyOn(ReliableStream.prototype, 'send');
    const plain = randomBytes(200_000);
    const channel = await client();
    expect(channel.kind?.sessionType).toBe('Standard_Stream');
    expect(channel.customerMessage).toBe('This session is encrypted using AWS KMS.');
    expect(region.calls.filter((call) => call === KMS)).toHaveLength(1);
    const shell = await process();
    const typed: Buffer[] = [];
    shell.stdin.on('data', (chunk: Buffer) => typed.push(chunk));
    channel.send(3, Buffer.from('{"cols":132,"rows":43}'));
    await channel.write(Buffer.from('the secret that is typed'));
    await channel.write(plain);
    shell.stdout.write('the secret that is shown');
    await vi.waitFor(() => expect(Buffer.concat(typed).equals(Buffer.concat([Buffer.from('the secret that is typed'), plain]))).toBe(true), wait);
    const [first] = await taken(channel, 24);
    expect(first).toEqual({ payloadType: 1, text: 'the secret that is shown' });
    expect(shell.size).toEqual({ columns: 132, rows: 43 });
    const carried = Buffer.concat(sent.mock.calls.map(([, payload]) => Buffer.from(payload)));
    expect(carried.includes('"cols":132')).toBe(true);
    expect(carried.length).toBeGreaterThan(400_000);
    expect(carried.includes('secret')).toBe(false);
  });

  it('a command: both streams and the status', async () => {
    const channel = await client({}, document(COMMAND));
    const command = await process();
    command.stdout.write('out');
    command.stderr.write('err');
    command.exit({ code: 7, signal: undefined });
    const texts = new Map<number, string>();
    for await (const { payloadType, payload } of channel.messages()) texts.set(payloadType, (texts.get(payloadType) ?? '') + payload.toString());
    expect(Object.fromEntries(texts)).toEqual({ 1: 'out', 11: 'err', 12: 'EXIT_CODE: 7' });
    expect(channel.output).toBe('');
  });

  it('goes on with its keys when both connections are cut', async () => {
    const session = region.open(document());
    const channel = await openDataChannel({
      ...session, payloadBytes: 1024, encryption: encryption(),
      reconnect: { resume: async () => ({ ...session, ...region.messages.resumeSession(REGION, session.sessionId) }) },
    });
    channels.push(channel);
    const shell = await process();
    shell.stdout.write('before ');
    await taken(channel, 7);
    region.cut();
    region.cutClients();
    shell.stdout.write('after');
    expect((await taken(channel, 5)).map(({ text }) => text).join('')).toBe('after');
    expect(region.calls.filter((call) => call === KMS)).toHaveLength(1);
  });

  it('never encrypts ports', async () => {
    const channel = await client({}, document({ sessionType: 'Port', properties: { portNumber: '22' } }));
    expect(channel.kind?.sessionType).toBe('Port');
    expect(channel.customerMessage).toBe('');
    expect(region.calls).not.toContain(KMS);
  });
});

describe('no key', () => {
  it('the role may not decrypt: the agent says so, and no shell begins', async () => {
    region.allowed.delete('kms:Decrypt');
    const error = await failure(client());
    expect(error.code).toBe('encryption-failed');
    expect(error.message).toMatch(/ended before it began: Encountered error while initiating handshake\. Fetching data key failed: Unable to retrieve data key, Error when decrypting data key AccessDeniedException: .*may not kms:Decrypt/u);
    expect(error.hint).toContain('role has to allow kms:Decrypt');
    expect(region.processes).toEqual([]);
  });
  it('the client may not make one: its own reason is told, and the agent ends the session', async () => {
    const denied = new SsmlabError('access-denied', 'kms GenerateDataKey: User: me is not authorized');
    const error = await failure(client({ encryption: encryption({ generateDataKey: () => Promise.reject(denied) }) }));
    expect(error).toMatchObject({ code: 'encryption-failed', cause: denied });
    expect(error.message).toContain(`is to be encrypted with the KMS key ${keyId}, which cannot be used here: kms GenerateDataKey: User: me is not authorized`);
    expect(region.processes).toEqual([]);
  });
  it('a key that is disabled', async () => {
    await region.kms('DisableKey', { KeyId: keyId });
    expect((await failure(client())).message).toContain(`${keyId} is disabled.`);
  });
  it('a data key of another key is none of this session', async () => {
    const other = (await region.kms('CreateKey', {}))['KeyMetadata'] as { readonly KeyId: string };
    const error = await failure(client({ encryption: encryption({ generateDataKey: (_key, bytes, context) => dataKey(other.KeyId, bytes, context) }) }));
    expect(error.message).toContain('Error when decrypting data key IncorrectKeyException');
  });
  it.each<[string, Record<string, string>]>([['session', { 'aws:ssm:SessionId': 'another' }], ['target', { 'aws:ssm:TargetId': 'i-0' }], ['challenge', { 'aws:ssm:RandomChallenge': 'AAAA' }]])('one made for another %s is refused', async (_, wrong) => {
    const error = await failure(client({ encryption: encryption({ generateDataKey: (key, bytes, context) => dataKey(key, bytes, { ...context, ...wrong }) }) }));
    expect(error.message).toContain('Error when decrypting data key InvalidCiphertextException');
  });
  it('one of the wrong size', async () => {
    const error = await failure(client({ encryption: encryption({ generateDataKey: async (key, _bytes, context) => ({ ...(await dataKey(key, 32, context)), plaintext: randomBytes(DATA_KEY_BYTES) }) }) }));
    expect(error.message).toContain('Fetching data key failed: the data key has 32 bytes');
  });
  it('no route to kms', async () => {
    const opening = failure(client({ encryption: encryption({ generateDataKey: async (...asked) => {
      region.hidden.add(KMS.slice(0, -1));
      return dataKey(...asked);
    } }) }));
    expect((await opening).message).toContain(`RequestError: send request failed, caused by: Post "https://${KMS}"`);
  });
});

describe('a client that does it otherwise', () => {
  const request = (played: TestClient) => played.received.find(({ type }) => type === 5)?.text ?? '';
  const answer = (played: TestClient, actions: readonly ProcessedClientAction[]) => played.hop.send(6, encodeHandshakeResponse({ clientVersion: '1.3.0.0', processedClientActions: actions, errors: null }));
  const sessionType: ProcessedClientAction = { actionType: 'SessionType', actionStatus: 1, actionResult: null, error: '' };

  /** Up to the agent's challenge, with or without acknowledging the one of the context. */
  async function challenged(challengeAcknowledgement: boolean) {
    const { sessionId, streamUrl, tokenValue } = region.open(document());
    const played = new TestClient(sessionId, streamUrl, tokenValue, '1.3.0.0', { answers: false });
    await vi.waitFor(() => expect(request(played)).not.toBe(''), wait);
    const { RequestedClientActions: actions } = JSON.parse(request(played)) as { readonly RequestedClientActions: readonly { readonly ActionType: string; readonly ActionParameters: { readonly KMSKeyId: string; readonly Challenge: string } }[] };
    expect(actions.map(({ ActionType }) => ActionType)).toEqual(['SessionType', 'KMSEncryption']);
    const { KMSKeyId, Challenge } = actions[1]?.ActionParameters ?? { KMSKeyId: '', Challenge: '' };
    expect(Buffer.from(Challenge, 'base64')).toHaveLength(16);
    const key = await dataKey(KMSKeyId, DATA_KEY_BYTES, encryptionContext(sessionId, INSTANCE, challengeAcknowledgement ? Challenge : undefined));
    answer(played, [sessionType, { actionType: 'KMSEncryption', actionStatus: 1, actionResult: encodeKmsEncryptionResult({ cipherTextKey: key.ciphertext, challengeAcknowledgement }), error: '' }]);
    await vi.waitFor(() => expect(played.text(8)).not.toBe(''), wait);
    return { played, envelope: new KmsEnvelope('client', key.plaintext, () => randomBytes(12)) };
  }
  const asked = (played: TestClient) => Buffer.from((JSON.parse(played.text(8)) as { readonly Challenge: string }).Challenge, 'base64');

  it('an old one, without the challenge in the context, is served; clear input is dropped, encrypted input taken', async () => {
    const { played, envelope } = await challenged(false);
    const challenge = envelope.decrypt(asked(played));
    expect(challenge).toHaveLength(64);
    played.hop.send(9, encodeEncryptionChallenge(envelope.encrypt(challenge)));
    await vi.waitFor(() => expect(played.text(7)).toContain('encrypted using AWS KMS'), wait);
    const shell = await process();
    const typed: Buffer[] = [];
    shell.stdin.on('data', (chunk: Buffer) => typed.push(chunk));
    played.send('in the clear');
    played.hop.send(1, envelope.encrypt(Buffer.from('under the key')));
    await vi.waitFor(() => expect(Buffer.concat(typed).toString()).toBe('under the key'), wait);
  });
  it('one that cannot decrypt the challenge', async () => {
    const { played, envelope } = await challenged(true);
    played.hop.send(9, encodeEncryptionChallenge(envelope.encrypt(randomBytes(64))));
    await vi.waitFor(() => expect(played.closedWith).toBe('Encountered error while initiating handshake. Encryption challenge does not match!'), wait);
    expect(region.processes).toEqual([]);
  });
  it('one that answers under another key', async () => {
    const { played } = await challenged(true);
    played.hop.send(9, encodeEncryptionChallenge(new KmsEnvelope('client', randomBytes(DATA_KEY_BYTES), () => randomBytes(12)).encrypt(randomBytes(64))));
    await vi.waitFor(() => expect(played.closedWith).toContain('Encryption challenge does not match!'), wait);
  });
  it('one that does not know KMS: no session, not one in the clear', async () => {
    const { sessionId, streamUrl, tokenValue } = region.open(document());
    const silent = new TestClient(sessionId, streamUrl, tokenValue);
    await vi.waitFor(() => expect(silent.closedWith).toBe('Encountered error while initiating handshake. KMSEncryption failed on client: it returned no data key'), wait);
    const refusing = region.open(document());
    const played = new TestClient(refusing.sessionId, refusing.streamUrl, refusing.tokenValue, '1.3.0.0', { answers: false });
    await vi.waitFor(() => expect(request(played)).not.toBe(''), wait);
    answer(played, [sessionType, { actionType: 'KMSEncryption', actionStatus: 3, actionResult: null, error: 'what is that?' }]);
    await vi.waitFor(() => expect(played.closedWith).toBe('Encountered error while initiating handshake. KMSEncryption failed on client with status 3 error: what is that?'), wait);
    expect(region.processes).toEqual([]);
  });
});

/** The messages until so many bytes came. */
async function taken(channel: DataChannel, bytes: number): Promise<{ readonly payloadType: number; readonly text: string }[]> {
  const found: { payloadType: number; text: string }[] = [];
  for await (const { payloadType, payload } of channel.messages()) {
    found.push({ payloadType, text: payload.toString() });
    if (found.reduce((sum, { text }) => sum + text.length, 0) >= bytes) break;
  }
  return found;
}
