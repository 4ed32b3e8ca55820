/**
 * Port sessions of agents that cannot multiplex (`protocol.md` §7, basic), by the tool's own client on the real service and agent.
 * No agent of ours is so old: a proxy has each side say the other is, and each does then what it does for such a peer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamProxy } from '../../../conformance/session/faults/stream-proxy.js';
import { decodeAgentMessage, encodeAgentMessage, MESSAGE_TYPE, PAYLOAD_TYPE, type AgentMessage } from '../../../../src/lib/protocol/agent-message.js';
import { encodeHandshakeRequest, encodeHandshakeResponse, parseHandshakeRequest, parseHandshakeResponse } from '../../../../src/lib/protocol/handshake.js';
import { FLAG, parseFlag } from '../../../../src/lib/protocol/payloads.js';
import { openDataChannel, type DataChannel } from '../../../../src/lib/session/data-channel.js';
import { openForward, type Forward, type ForwardOptions } from '../../../../src/lib/session/port/forward.js';
import { parseForwardSpec } from '../../../../src/lib/session/port/forward-spec.js';
import { runStdio } from '../../../../src/lib/session/port/stdio.js';
import { INSTANCE, SmallRegion } from '../guest/agent/small-region.js';

const wait = { timeout: 8000, interval: 10 };
/** The newest agent that does not multiplex, and a client from before multiplexing (§5.3). */
const AGENT_VERSION = '3.0.196.0';
const CLIENT_VERSION = '1.1.69.0';

let region: SmallRegion;
let proxy: StreamProxy;
let folder: string;
/** What the client sent of its stream, once each, but for the handshake. */
let sent: AgentMessage[] = [];
const servers: Server[] = [];
const sockets = new Set<Socket>();
const forwards: Forward[] = [];
const channels: DataChannel[] = [];

/** Ages both ends, and keeps what the client says. */
function age(bytes: Buffer): Buffer {
  const message = decodeAgentMessage(bytes);
  if (message.payloadType === PAYLOAD_TYPE.handshakeRequest) {
    return encodeAgentMessage({ ...message, payload: encodeHandshakeRequest({ ...parseHandshakeRequest(message.payload), agentVersion: AGENT_VERSION }) });
  }
  if (message.payloadType === PAYLOAD_TYPE.handshakeResponse) {
    return encodeAgentMessage({ ...message, payload: encodeHandshakeResponse({ ...parseHandshakeResponse(message.payload), clientVersion: CLIENT_VERSION }) });
  }
  if (message.messageType === MESSAGE_TYPE.inputStreamData && !sent.some(({ sequenceNumber }) => sequenceNumber === message.sequenceNumber)) sent.push(message);
  return bytes;
}

beforeEach(async () => {
  sent = [];
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-basic-'));
  region = await SmallRegion.start();
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  proxy = await StreamProxy.start({ region: region.ssmUrl, change: age });
});
afterEach(async () => {
  await Promise.all(forwards.splice(0).map((forward) => forward.close()));
  for (const channel of channels.splice(0)) channel.close();
  await proxy.stop();
  region.stop();
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  rmSync(folder, { recursive: true, force: true });
});

/** A server that the guest reaches at `HOST:PORT`. Gives its connections. */
async function serve(at: string, onConnection: (socket: Socket) => void): Promise<Socket[]> {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    accepted.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  region.ports.set(at, (server.address() as AddressInfo).port);
  return accepted;
}

async function open(DocumentName: string, Parameters: Record<string, string[]>): Promise<DataChannel> {
  const started = await region.call('StartSession', { Target: INSTANCE, DocumentName, Parameters });
  const { SessionId: sessionId, StreamUrl, TokenValue: tokenValue } = started as { SessionId: string; StreamUrl: string; TokenValue: string };
  const channel = await openDataChannel({
    sessionId, tokenValue, streamUrl: proxy.streamUrl(StreamUrl), payloadBytes: 1024,
    reconnect: {
      resume: async () => {
        const resumed = await region.call('ResumeSession', { SessionId: sessionId });
        return typeof resumed['TokenValue'] === 'string' ? { tokenValue: resumed['TokenValue'], streamUrl: proxy.streamUrl(String(resumed['StreamUrl'])) } : undefined;
      },
    },
  });
  channels.push(channel);
  expect(channel.kind?.agentVersion).toBe(AGENT_VERSION);
  return channel;
}

async function forward(text: string, more: Partial<ForwardOptions> = {}): Promise<Forward> {
  const spec = parseForwardSpec(text);
  const documentName = spec.remoteHost === undefined ? 'AWS-StartPortForwardingSession' : 'AWS-StartPortForwardingSessionToRemoteHost';
  const opened = await openForward({
    spec,
    halfCloseMs: 0,
    open: () => open(documentName, { portNumber: [String(spec.remotePort)], ...(spec.remoteHost === undefined ? {} : { host: [spec.remoteHost] }) }),
    terminate: async (SessionId) => void (await region.call('TerminateSession', { SessionId })),
    onRefused: () => undefined,
    onEnded: () => undefined,
    onUnopened: () => undefined,
    ...more,
  });
  forwards.push(opened);
  return opened;
}

function dial(to: number | string): Socket {
  const socket = typeof to === 'string' ? connect({ path: to, allowHalfOpen: true }) : connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
  sockets.add(socket);
  return socket;
}

async function whole(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
/** The next that comes. */
const heard = (socket: Socket): Promise<string> => new Promise((resolve, reject) => {
  socket.once('data', (chunk: Buffer) => resolve(chunk.toString())).once('error', reject).once('close', () => reject(new Error('it closed')));
});
/** Data as text, flags by number, in order. */
const said = (): (string | number)[] => sent.map(({ payloadType, payload }) => (payloadType === PAYLOAD_TYPE.flag ? parseFlag(payload) : payload.toString()));

describe('one connection after the other', () => {
  it('goes as raw bytes, each over a connection of its own at the far end, with the flag in between', async () => {
    const accepted = await serve('localhost:80', (socket) => void socket.on('data', (data: Buffer) => socket.write(`re ${data.toString()}`)));
    const { port } = await forward('0:80');
    for (const text of ['one', 'two', 'three']) {
      const socket = dial(port);
      socket.write(text);
      expect(await heard(socket)).toBe(`re ${text}`);
      const flags = said().filter((word) => word === FLAG.disconnectToPort).length;
      socket.destroy();
      await vi.waitFor(() => expect(said().filter((word) => word === FLAG.disconnectToPort)).toHaveLength(flags + 1), wait);
    }
    expect(said()).toEqual(['one', FLAG.disconnectToPort, 'two', FLAG.disconnectToPort, 'three', FLAG.disconnectToPort]);
    expect(accepted).toHaveLength(3);
    await vi.waitFor(() => expect(accepted.every(({ closed, readableEnded }) => closed || readableEnded)).toBe(true), wait);
  });

  it('a second one waits for the end of the first', async () => {
    await serve('localhost:80', (socket) => void socket.pipe(socket));
    const { port } = await forward('0:80');
    const [first, second] = [dial(port), dial(port)];
    first.write('first');
    second.write('second');
    expect(await heard(first)).toBe('first');
    expect(said()).toEqual(['first']);
    const answer = heard(second);
    first.destroy();
    expect(await answer).toBe('second');
    expect(said()).toEqual(['first', FLAG.disconnectToPort, 'second']);
  });

  it('has for the first who comes what the server said before', async () => {
    await serve('localhost:25', (socket) => void socket.write('220 ready\r\n'));
    const { port } = await forward('0:25');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await heard(dial(port))).toBe('220 ready\r\n');
  });

  it('brings the answer to who has ended its direction, then closes', async () => {
    await serve('localhost:80', (socket) => {
      socket.on('data', (data: Buffer) => setTimeout(() => socket.write(`late ${data.toString()}`), 200));
    });
    const { port } = await forward('0:80');
    const socket = dial(port);
    socket.end('question');
    expect(await whole(socket)).toBe('late question');
    await vi.waitFor(() => expect(said()).toEqual(['question', FLAG.disconnectToPort]), wait);
  });

  it.runIf(process.platform === 'linux')('waits for no answer to who has closed: the next one\'s turn comes at once', async () => {
    await serve('localhost:80', (socket) => void socket.pipe(socket));
    const { port } = await forward('0:80');
    const [first, second] = [dial(port), dial(port)];
    first.write('first');
    expect(await heard(first)).toBe('first');
    const answer = heard(second);
    second.write('second');
    const closed = performance.now();
    first.destroy();
    expect(await answer).toBe('second');
    // Half of the silence that an answer is waited for through.
    expect(performance.now() - closed).toBeLessThan(1000);
    expect(said()).toEqual(['first', FLAG.disconnectToPort, 'second']);
  });

  it('leads to another host, from a unix socket, through a cut', async () => {
    region.names.set('db.internal', ['10.0.9.9']);
    await serve('10.0.9.9:5432', (socket) => void socket.pipe(socket));
    const path = join(folder, 'db.sock');
    await forward(`unix:${path}:db.internal:5432`);
    const socket = dial(path);
    socket.write('before ');
    expect(await heard(socket)).toBe('before ');
    proxy.cut();
    socket.write('after');
    expect(await heard(socket)).toBe('after');
    expect(proxy.opened).toBe(2);
  });
});

describe('the end', () => {
  it('of the tool is the flag TerminateSession, and a reset of what is open and of what waits', async () => {
    const accepted = await serve('localhost:80', (socket) => void socket.pipe(socket));
    const opened = await forward('0:80');
    const [first, second] = [dial(opened.port), dial(opened.port)];
    first.write('x');
    expect(await heard(first)).toBe('x');
    const ends = Promise.allSettled([whole(first), whole(second)]);
    await opened.close();
    expect(await ends).toMatchObject([{ reason: { code: 'ECONNRESET' } }, { reason: { code: 'ECONNRESET' } }]);
    await vi.waitFor(() => expect(said()).toContain(FLAG.terminateSession), wait);
    await vi.waitFor(() => expect(accepted[0]?.closed === true || accepted[0]?.readableEnded === true).toBe(true), wait);
    expect((await region.call('DescribeSessions', { State: 'Active' }))['Sessions']).toEqual([]);
  });

  it('of the session by the service is told, and the next connection opens another', async () => {
    await serve('localhost:80', (socket) => void socket.pipe(socket));
    const words: string[] = [];
    const opened = await forward('0:80', { onEnded: (word) => words.push(word) });
    const socket = dial(opened.port);
    socket.write('x');
    expect(await heard(socket)).toBe('x');
    const end = whole(socket);
    const before = opened.sessionId;
    await region.call('TerminateSession', { SessionId: before });
    await expect(end).rejects.toMatchObject({ code: 'ECONNRESET' });
    await vi.waitFor(() => expect(words).toEqual(['Session was terminated.']), wait);
    sent = [];
    const next = dial(opened.port);
    next.write('again');
    expect(await heard(next)).toBe('again');
    expect(opened.sessionId).not.toBe(before);
  });

  it('of a port where nothing listens any more is the session\'s, with the agent\'s words', async () => {
    await serve('localhost:80', (socket) => void socket.pipe(socket));
    const words: string[] = [];
    const opened = await forward('0:80', { onEnded: (word) => words.push(word) });
    const socket = dial(opened.port);
    socket.write('x');
    expect(await heard(socket)).toBe('x');
    servers.splice(0).forEach((server) => server.close());
    socket.destroy();
    const next = dial(opened.port);
    const end = whole(next);
    next.write('y');
    await expect(end).rejects.toMatchObject({ code: 'ECONNRESET' });
    await vi.waitFor(() => expect(words).toEqual([expect.stringMatching(/^Unable to connect to specified port: /u)]), wait);
  });
});

describe('AWS-StartSSHSession', () => {
  it('is the same stream on stdin and stdout, whatever the versions are, and ends with the far end', async () => {
    await serve('localhost:22', (socket) => {
      socket.write('SSH-2.0-old\r\n');
      socket.once('data', (data: Buffer) => socket.end(`bye ${data.toString()}`));
    });
    const channel = await open('AWS-StartSSHSession', { portNumber: ['22'] });
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    let text = '';
    stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = runStdio(channel, { stdin, stdout });
    await vi.waitFor(() => expect(text).toBe('SSH-2.0-old\r\n'), wait);
    stdin.write('SSH-2.0-client\n');
    expect(await ended).toBe('');
    expect(text).toBe('SSH-2.0-old\r\nbye SSH-2.0-client\n');
    expect(said()).toEqual(['SSH-2.0-client\n']);
  });

  it('carries a single LF as it is, though AWS\'s plugin makes a CR of it', async () => {
    const received: Buffer[] = [];
    await serve('localhost:22', (socket) => void socket.on('data', (data: Buffer) => received.push(data)));
    const channel = await open('AWS-StartSSHSession', { portNumber: ['22'] });
    const stdin = new PassThrough();
    const ended = runStdio(channel, { stdin, stdout: new PassThrough(), silenceMs: 100 });
    stdin.end('\n');
    await ended;
    await vi.waitFor(() => expect(Buffer.concat(received).toString()).toBe('\n'), wait);
  });
});
