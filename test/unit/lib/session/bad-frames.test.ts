/** What no peer should send, at the tool's own client on a real websocket: dropped without an answer, or the end in words (issue 4, "Bad input"). */
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { encodeHandshakeRequest } from '../../../../src/lib/protocol/handshake.js';
import { runCommand } from '../../../../src/lib/session/command.js';
import { openDataChannel, type DataChannel, type DataChannelOptions } from '../../../../src/lib/session/data-channel.js';
import { runShell } from '../../../../src/lib/session/shell.js';
import { altered, BAD_FRAMES, message } from '../protocol/bad-frames.js';
import { startGateway, type Peer } from './gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

async function begin(more: Partial<DataChannelOptions> = {}): Promise<{ readonly opening: Promise<DataChannel>; readonly peer: Peer }> {
  const gateway = await startGateway();
  cleanups.push(() => gateway.close());
  const opening = openDataChannel({ streamUrl: gateway.url, tokenValue: 'token', sessionId: 's', payloadBytes: 1024, ...more });
  void opening.then((channel) => cleanups.push(() => channel.close()), () => undefined);
  return { opening, peer: await gateway.client() };
}

async function opened(): Promise<{ readonly channel: DataChannel; readonly peer: Peer }> {
  const { opening, peer } = await begin();
  peer.say(PAYLOAD_TYPE.output, 'first ');
  return { channel: await opening, peer };
}

/** The whole of it, to its end. */
async function text(channel: DataChannel): Promise<string> {
  let whole = '';
  for await (const { payload } of channel.messages()) whole += payload.toString();
  return whole;
}

describe('dropped without an answer, and the stream goes on', () => {
  it.each<readonly [string, (good: Buffer) => readonly (Buffer | string)[]]>([
    ...BAD_FRAMES,
    ['a channel_closed of no sense', () => [message(MESSAGE_TYPE.channelClosed, 'closed'), message(MESSAGE_TYPE.channelClosed, '{}')]],
    ['of the client\'s own direction', () => [message(MESSAGE_TYPE.inputStreamData, 'x', PAYLOAD_TYPE.output)]],
  ])('%s', async (_name, bad) => {
    const { channel, peer } = await opened();
    const good = peer.frame(PAYLOAD_TYPE.output, 'second');
    for (const bytes of bad(good)) peer.socket.send(bytes);
    peer.socket.send(good);
    peer.closeChannel();
    expect(await text(channel)).toBe('first second');
    await peer.until(() => peer.socket.readyState === peer.socket.CLOSED);
    expect(peer.acknowledged.toSorted((a, b) => a - b)).toEqual([0, 1]);
  });

  it('and anything else: no bytes end the stream', async () => {
    const { channel, peer } = await opened();
    // Number 0 was taken already: what of it is whole after all comes to nothing. But its number is in no digest, and stays.
    const duplicate = message(MESSAGE_TYPE.outputStreamData, 'sixteen bytes it', PAYLOAD_TYPE.output);
    const flipped = fc.tuple(fc.nat(duplicate.length - 1).filter((at) => at < 48 || at > 55), fc.nat(255)).map(([at, value]) => altered(duplicate, (copy) => copy.writeUInt8(value, at)));
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), flipped), (bytes) => peer.socket.send(bytes)), { numRuns: 500 });
    peer.say(PAYLOAD_TYPE.output, 'second');
    peer.closeChannel();
    expect(await text(channel)).toBe('first second');
  });

  it('but a message that comes as text is read, as AWS\'s client does', async () => {
    const { channel, peer } = await opened();
    const payload = JSON.stringify({ MessageId: '', CreatedDate: '', DestinationId: '', SessionId: 's', MessageType: 'channel_closed', SchemaVersion: 1, Output: 'as text' });
    // Text is UTF-8, so every byte of this one is ASCII; without PayloadLength no digest counts (§3).
    const closed = altered(message(MESSAGE_TYPE.channelClosed, payload), (copy) => {
      copy.writeBigUInt64BE(1n, 40);
      copy.fill(0x20, 64, 112);
      copy.writeUInt32BE(0, 116);
    });
    peer.socket.send(closed.toString('latin1'));
    expect(await text(channel)).toBe('first ');
    expect(channel.output).toBe('as text');
  });
});

describe('the end, in words', () => {
  it('a message larger than any of the service', async () => {
    const { channel, peer } = await opened();
    peer.socket.send(Buffer.alloc(4 * 1024 * 1024 + 1));
    await expect(text(channel)).rejects.toMatchObject({ code: 'stream-unreachable', message: expect.stringMatching(/^the connection to 127\.0\.0\.1:\d+ broke: max payload size exceeded$/u) as string });
  });

  it('text that is no UTF-8', async () => {
    const { channel, peer } = await opened();
    peer.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    await expect(text(channel)).rejects.toMatchObject({ code: 'stream-unreachable', message: expect.stringMatching(/broke: invalid websocket frame: invalid utf-8 sequence$/u) as string });
  });

  it.each([
    ['a session of a type that is not known', [{ actionType: 'SessionType', actionParameters: { SessionType: 'Voice', Properties: null } }], 2, /session type Voice is not known/u],
    ['an action that is not known', [{ actionType: 'SessionType', actionParameters: { SessionType: 'Port', Properties: null } }, { actionType: 'Telepathy', actionParameters: {} }], 3, /action Telepathy is not supported/u],
    ['no session at all', [], undefined, /the agent asks for no session type/u],
  ])('a handshake that asks for %s', async (_name, requestedClientActions, status, words) => {
    const { opening, peer } = await begin();
    peer.say(PAYLOAD_TYPE.handshakeRequest, encodeHandshakeRequest({ agentVersion: '3.3.0.0', requestedClientActions }));
    const ended = opening.then(() => undefined, (error: unknown) => error);
    await peer.until(() => peer.inputs.some(({ payloadType }) => payloadType === PAYLOAD_TYPE.handshakeResponse));
    const response = JSON.parse(peer.inputs.find(({ payloadType }) => payloadType === PAYLOAD_TYPE.handshakeResponse)?.payload.toString() ?? '') as { ProcessedClientActions: { ActionStatus: number }[]; Errors: string[] };
    expect(response.ProcessedClientActions.at(-1)?.ActionStatus).toBe(status);
    expect(response.Errors.join()).toMatch(words);
    // Nobody says any more: it ends by itself.
    expect(String(await ended)).toMatch(words);
  });

  it.each([['no JSON', 'shake'], ['JSON of another shape', '{"RequestedClientActions":7}']])('a handshake that is %s is as good as none', async (_name, payload) => {
    const { opening, peer } = await begin({ firstMessageTimeoutMs: 100 });
    peer.say(PAYLOAD_TYPE.handshakeRequest, payload);
    await expect(opening).rejects.toMatchObject({ code: 'session-failed', message: 'the agent did not speak within 0.1 s in session s' });
  });
});

describe('payloads that are none of the session\'s', () => {
  const others = [PAYLOAD_TYPE.undefined, PAYLOAD_TYPE.error, PAYLOAD_TYPE.size, PAYLOAD_TYPE.parameter, PAYLOAD_TYPE.flag, PAYLOAD_TYPE.exitCode, 99, 0xffff_ffff];

  it('are not printed by a shell, though AWS\'s plugin prints them', async () => {
    const { channel, peer } = await opened();
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const running = runShell(channel, { stdin, stdout, size: () => ({ columns: 0, rows: 0 }), onResize: () => undefined });
    for (const type of others) peer.say(type, 'not for you');
    peer.say(PAYLOAD_TYPE.output, 'second');
    peer.closeChannel();
    await running;
    expect(String(stdout.read())).toBe('first second');
    // A window of 0 by 0 has no cell to print to: the far side is told of the smallest there is.
    await peer.until(() => peer.inputs.length > 0);
    expect(peer.inputs.map(({ payload }) => payload.toString())).toEqual(['{"cols":1,"rows":1}']);
  });

  it('nor by a command, whose status is only what is one', async () => {
    const { channel, peer } = await opened();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const running = runCommand(channel, { stdout, stderr });
    for (const type of others) peer.say(type, 'not for you');
    peer.say(PAYLOAD_TYPE.exitCode, 'EXIT_CODE: many');
    peer.closeChannel();
    expect(await running).toEqual({ exitCode: undefined, output: '' });
    expect([String(stdout.read()), stderr.read()]).toEqual(['first ', null]);
  });
});
