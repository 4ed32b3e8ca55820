import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { hashPayload, verifySignature } from '../../../../src/lib/protocol/sigv4.js';
import { openDataChannel } from '../../../../src/lib/session/data-channel.js';
import type { DataChannel, DataChannelOptions } from '../../../../src/lib/session/data-channel.js';
import { startGateway } from './gateway-double.js';
import type { Gateway, GatewayOptions, Peer } from './gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

async function gateway(options?: GatewayOptions): Promise<Gateway> {
  const started = await startGateway(options);
  cleanups.push(() => started.close());
  return started;
}

const options = (streamUrl: string, more: Partial<DataChannelOptions> = {}): DataChannelOptions => ({ streamUrl, tokenValue: 'token-1', sessionId: 'demo-0123', payloadBytes: 1024, ...more });

async function opened(more: Partial<DataChannelOptions> = {}, gatewayOptions?: GatewayOptions): Promise<{ channel: DataChannel; peer: Peer }> {
  const server = await gateway(gatewayOptions);
  const opening = openDataChannel(options(server.url, more));
  const peer = await server.client();
  peer.say(PAYLOAD_TYPE.output, 'sh-5.2$ ');
  const channel = await opening;
  cleanups.push(() => channel.close());
  return { channel, peer };
}

async function failure(run: Promise<unknown>): Promise<SsmlabError> {
  const error: unknown = await run.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof SsmlabError)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}

const take = async (channel: DataChannel, count: number): Promise<string[]> => {
  const taken: string[] = [];
  for await (const { payload } of channel.messages()) {
    taken.push(payload.toString());
    if (taken.length === count) break;
  }
  return taken;
};

describe('opening', () => {
  it('sends the open message and begins with the first output when there is no handshake', async () => {
    const { channel, peer } = await opened();
    await peer.until(() => peer.open !== undefined);
    expect(peer.open).toMatchObject({ role: 'client', tokenValue: 'token-1', clientVersion: '1.3.0.0' });
    expect(channel.kind).toBeUndefined();
    expect(await take(channel, 1)).toEqual(['sh-5.2$ ']);
    await peer.until(() => peer.acknowledged.includes(0));
  });
  it('shakes hands', async () => {
    const server = await gateway();
    const opening = openDataChannel(options(server.url));
    const peer = await server.client();
    const response = await peer.shakeHands();
    const channel = await opening;
    cleanups.push(() => channel.close());
    expect(response).toEqual({ clientVersion: '1.3.0.0', processedClientActions: [{ actionType: 'SessionType', actionStatus: 1, actionResult: null, error: '' }], errors: null });
    expect(channel.kind).toEqual({ sessionType: 'NonInteractiveCommands', properties: null, agentVersion: '3.3.0.0' });
    expect(channel.customerMessage).toBe('welcome');
  });
  it('tells the terminal\'s size when the session runs, and at once where the service keeps it', async () => {
    const sizes = (peer: Peer) => peer.inputs.map(({ payloadType, payload }) => [payloadType, payload.toString()]);
    const size = { columns: 132, rows: 0 };
    const said = [PAYLOAD_TYPE.size, '{"cols":132,"rows":1}'];
    const server = await gateway();
    const opening = openDataChannel(options(server.url, { size, sizeAtOnce: true }));
    const peer = await server.client();
    await peer.until(() => peer.inputs.length === 1);
    await peer.shakeHands();
    const channel = await opening;
    cleanups.push(() => channel.close());
    channel.sendSize(size);
    channel.send(PAYLOAD_TYPE.output, Buffer.from('x'));
    await peer.until(() => peer.typed.length > 0);
    expect(sizes(peer).filter(([type]) => type !== PAYLOAD_TYPE.handshakeResponse)).toEqual([said, said, [PAYLOAD_TYPE.output, 'x']]);

    const { channel: plain, peer: other } = await opened({ size });
    plain.send(PAYLOAD_TYPE.output, Buffer.from('x'));
    await other.until(() => other.typed.length > 0);
    expect(sizes(other)).toEqual([said, [PAYLOAD_TYPE.output, 'x']]);
  });
  it('says no to KMS where there is no way to it, and to what it does not know with the agent\'s last words', async () => {
    const server = await gateway();
    const opening = failure(openDataChannel(options(server.url)));
    const peer = await server.client();
    const response = await peer.shakeHands('Standard_Stream', [{ actionType: 'KMSEncryption', actionParameters: { KMSKeyId: 'arn:aws:kms:x' } }]);
    expect(response.processedClientActions.map(({ actionStatus }) => actionStatus)).toEqual([1, 3]);
    peer.closeChannel('KMSEncryption failed on client');
    expect(await opening).toMatchObject({ code: 'encryption-failed', message: 'session demo-0123 is to be encrypted with KMS, and here is no way to KMS' });

    const other = failure(openDataChannel(options(server.url)));
    const second = await server.client();
    expect((await second.shakeHands('Standard_Stream', [{ actionType: 'Telepathy', actionParameters: {} }])).processedClientActions.map(({ actionStatus }) => actionStatus)).toEqual([1, 3]);
    second.closeChannel('Handshake failed: \u001b[31mno');
    expect(await other).toMatchObject({ code: 'session-failed', message: 'session demo-0123 ended before it began: Handshake failed:  [31mno' });
  });
  it('signs the upgrade', async () => {
    const server = await gateway();
    const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session-token' };
    const opening = openDataChannel(options(server.url, { signer: { region: 'ap-northeast-1', credentials: async () => keys } }));
    const peer = await server.client();
    peer.say(PAYLOAD_TYPE.output, 'x');
    cleanups.push(await opening.then((channel) => () => channel.close()));
    const headers = Object.fromEntries(Object.entries(peer.request.headers).map(([name, value]) => [name, String(value)]));
    const request = { method: 'GET', url: new URL(peer.request.url ?? '', `http://${headers['host']}`), headers, payloadHash: hashPayload('') };
    expect(verifySignature(request, 'secret')).toMatchObject({ ok: true, authorization: { service: 'ssmmessages', region: 'ap-northeast-1' } });
    expect(headers['x-amz-security-token']).toBe('session-token');
  });
  it('leaves a URL that is signed already alone', async () => {
    const server = await gateway();
    const opening = openDataChannel(options(`${server.url}&X-Amz-Signature=00`, { signer: { region: 'r', credentials: () => Promise.reject(new Error('asked for')) } }));
    const peer = await server.client();
    peer.say(PAYLOAD_TYPE.output, 'x');
    cleanups.push(await opening.then((channel) => () => channel.close()));
    expect(peer.request.headers['authorization']).toBeUndefined();
  });
});

describe('what goes wrong', () => {
  it('nobody listens: host, port and cause', async () => {
    const server = await startGateway();
    await server.close();
    const error = await failure(openDataChannel(options(server.url)));
    expect(error.code).toBe('stream-unreachable');
    expect(error.message).toMatch(/^the stream at 127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED$/);
  });
  it('the upgrade is refused', async () => {
    const server = await gateway({ verifyClient: () => false });
    expect(await failure(openDataChannel(options(server.url)))).toMatchObject({ code: 'session-failed', message: expect.stringMatching(/refuses the stream: HTTP 401/) });
  });
  it('the server accepts and says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    expect(await failure(openDataChannel(options(`ws://127.0.0.1:${port}/`, { connectTimeoutMs: 50 })))).toMatchObject({ code: 'stream-unreachable', message: expect.stringContaining(`127.0.0.1:${port}`) });
  });
  it('the agent never speaks', async () => {
    const server = await gateway();
    expect(await failure(openDataChannel(options(server.url, { firstMessageTimeoutMs: 50 })))).toMatchObject({ code: 'session-failed', message: 'the agent did not speak within 0.05 s in session demo-0123' });
  });
  it.each([['ws://192.0.2.1/x', /not encrypted/], ['https://example.com/', /no websocket URL/], ['nonsense', /no websocket URL/]])('%s is not tried', async (url, message) => {
    expect((await failure(openDataChannel(options(url)))).message).toMatch(message);
  });
  it('the stream falls silent: named with host and port', async () => {
    const { channel, peer } = await opened({ pingAfterMs: 40, pongWithinMs: 60 });
    peer.socket.pause();
    const error = await failure(take(channel, 99));
    expect(error.code).toBe('stream-unreachable');
    expect(error.message).toMatch(/^nothing was heard from 127\.0\.0\.1:\d+ for \d+ s$/);
  });
  it('a peer that only answers pings is alive', async () => {
    const { channel, peer } = await opened({ pingAfterMs: 20, pongWithinMs: 200 });
    let pings = 0;
    await new Promise<void>((resolve) => peer.socket.on('ping', () => {
      pings += 1;
      if (pings === 4) resolve();
    }));
    expect(channel.open).toBe(true);
  });
  it('the stream is cut', async () => {
    const { channel, peer } = await opened();
    peer.socket.terminate();
    expect(await failure(take(channel, 99))).toMatchObject({ code: 'session-failed', message: expect.stringMatching(/^127\.0\.0\.1:\d+ closed the stream of session demo-0123 \(1006\)$/) });
  });
  it('an abort while the agent is silent', async () => {
    const server = await gateway();
    const controller = new AbortController();
    const opening = openDataChannel(options(server.url, { signal: controller.signal }));
    await server.client();
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });
});

describe('handing over', () => {
  it('gives each message in its turn, waits for who has no room, and resolves at the end', async () => {
    const { channel, peer } = await opened();
    const taken: string[] = [];
    let room!: () => void;
    const ended = channel.each(({ payload }) => {
      taken.push(payload.toString());
      return payload.toString() === 'full' ? new Promise<void>((resolve) => (room = resolve)) : undefined;
    });
    expect(taken).toEqual(['sh-5.2$ ']);
    for (const text of ['a', 'full', 'b', 'c']) peer.say(PAYLOAD_TYPE.output, text);
    await peer.until(() => peer.acknowledged.includes(4));
    peer.closeChannel('over');
    await peer.until(() => peer.socket.readyState === peer.socket.CLOSED);
    expect(taken).toEqual(['sh-5.2$ ', 'a', 'full']);
    room();
    await ended;
    expect([taken.join(' '), channel.output]).toEqual(['sh-5.2$  a full b c', 'over']);
  });
  it('rejects with what goes wrong: in the channel after all that came, and in its consumer', async () => {
    const { channel, peer } = await opened();
    const taken: string[] = [];
    const failed = failure(channel.each(({ payload }) => void taken.push(payload.toString())));
    peer.say(PAYLOAD_TYPE.output, 'last');
    await peer.until(() => peer.acknowledged.includes(1));
    peer.socket.terminate();
    expect((await failed).code).toBe('session-failed');
    expect(taken).toEqual(['sh-5.2$ ', 'last']);

    const { channel: other } = await opened();
    await expect(other.each(() => {
      throw new Error('thrown');
    })).rejects.toThrow('thrown');
    const { channel: third } = await opened();
    await expect(third.each(() => Promise.reject(new Error('rejected')))).rejects.toThrow('rejected');
  });
  it('goes on in order when a consumer ends the channel while more waits', async () => {
    const { channel, peer } = await opened();
    for (const text of ['a', 'b']) peer.say(PAYLOAD_TYPE.output, text);
    await peer.until(() => peer.acknowledged.includes(2));
    const taken: string[] = [];
    await channel.each(({ payload }) => {
      channel.close();
      taken.push(payload.toString());
      return undefined;
    });
    expect(taken).toEqual(['sh-5.2$ ', 'a', 'b']);
  });
});

describe('the stream', () => {
  it('ends with the service\'s words after all output', async () => {
    const { channel, peer } = await opened();
    peer.say(PAYLOAD_TYPE.output, 'bye');
    peer.closeChannel('idle for too long');
    expect(await take(channel, 99)).toEqual(['sh-5.2$ ', 'bye']);
    expect(channel.output).toBe('idle for too long');
  });
  it('acknowledges duplicates again and delivers them once', async () => {
    const { channel, peer } = await opened();
    const bytes = peer.say(PAYLOAD_TYPE.output, 'once');
    peer.socket.send(bytes);
    peer.socket.send(bytes);
    await peer.until(() => peer.acknowledged.filter((sequence) => sequence === 1).length === 3);
    peer.closeChannel();
    expect(await take(channel, 99)).toEqual(['sh-5.2$ ', 'once']);
  });
  it('drops what is damaged without an acknowledgement', async () => {
    const { channel, peer } = await opened();
    const good = peer.frame(PAYLOAD_TYPE.output, 'whole');
    const bad = Buffer.from(good);
    bad[121] = (bad[121] ?? 0) ^ 1;
    peer.socket.send(bad);
    peer.socket.send(Buffer.from('not a message'));
    peer.socket.send(good);
    peer.closeChannel();
    expect(await take(channel, 99)).toEqual(['sh-5.2$ ', 'whole']);
    await peer.until(() => peer.socket.readyState === peer.socket.CLOSED);
    expect(peer.acknowledged.filter((sequence) => sequence === 1)).toHaveLength(1);
  });
  it('repeats what was lost, every message of it', async () => {
    const lost = new Set([0, 1, 2]);
    const { channel, peer } = await opened({}, { hears: (message) => message.messageType !== MESSAGE_TYPE.inputStreamData || !lost.delete(message.sequenceNumber) });
    for (const text of ['a', 'b', 'c', 'd']) await channel.write(Buffer.from(text));
    expect(await channel.flushed()).toBe(true);
    expect(peer.typed.toString()).toBe('abcd');
  });
  it('cuts into payloads of the size given', async () => {
    const { channel, peer } = await opened({ payloadBytes: 3 });
    await channel.write(Buffer.from('abcdefgh'));
    await channel.flushed();
    expect(peer.inputs.map(({ payload }) => payload.toString())).toEqual(['abc', 'def', 'gh']);
  });
  it('reads no more than it is asked for', async () => {
    const { channel, peer } = await opened();
    const block = Buffer.alloc(60_000, 'x');
    for (let at = 0; at < 400; at += 1) peer.say(PAYLOAD_TYPE.output, block);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const early = peer.acknowledged.length;
    expect(early).toBeLessThan(300);
    peer.closeChannel();
    let bytes = 0;
    for await (const { payload } of channel.messages()) bytes += payload.length;
    expect(bytes).toBe(400 * block.length + 8);
  });
});
