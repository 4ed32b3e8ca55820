/** Port sessions of the tool's own client on the real service and agent: many connections, one on stdio, cuts, ends. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDataChannel, type DataChannel } from '../../../../src/lib/session/data-channel.js';
import { openForward, type Forward, type ForwardOptions } from '../../../../src/lib/session/port/forward.js';
import { parseForwardSpec } from '../../../../src/lib/session/port/forward-spec.js';
import { runStdio } from '../../../../src/lib/session/port/stdio.js';
import { INSTANCE, SmallRegion } from '../guest/agent/small-region.js';

const wait = { timeout: 8000, interval: 10 };
let region: SmallRegion;
let folder: string;
let servers: Server[] = [];
const sockets = new Set<Socket>();
const forwards: Forward[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-ports-'));
  region = await SmallRegion.start();
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
});
afterEach(async () => {
  await Promise.all(forwards.splice(0).map((forward) => forward.close()));
  region.stop();
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

/** A server that the guest reaches at `HOST:PORT`. */
async function serve(at: string, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  region.ports.set(at, (server.address() as AddressInfo).port);
}

async function open(DocumentName: string, Parameters: Record<string, string[]>): Promise<DataChannel> {
  const started = await region.call('StartSession', { Target: INSTANCE, DocumentName, Parameters });
  const { SessionId: sessionId, StreamUrl: streamUrl, TokenValue: tokenValue } = started as { SessionId: string; StreamUrl: string; TokenValue: string };
  return openDataChannel({
    sessionId, streamUrl, tokenValue, payloadBytes: 65_536,
    reconnect: {
      resume: async () => {
        const resumed = await region.call('ResumeSession', { SessionId: sessionId });
        return typeof resumed['TokenValue'] === 'string' ? { tokenValue: resumed['TokenValue'], streamUrl: String(resumed['StreamUrl']) } : undefined;
      },
    },
  });
}

const terminate = async (SessionId: string): Promise<void> => void (await region.call('TerminateSession', { SessionId }));
const active = async (): Promise<number> => ((await region.call('DescribeSessions', { State: 'Active' }))['Sessions'] as unknown[]).length;

async function forward(text: string, more: Partial<ForwardOptions> = {}): Promise<Forward> {
  const spec = parseForwardSpec(text);
  const documentName = spec.remoteHost === undefined ? 'AWS-StartPortForwardingSession' : 'AWS-StartPortForwardingSessionToRemoteHost';
  const opened = await openForward({
    spec,
    halfCloseMs: 0,
    open: () => open(documentName, { portNumber: [String(spec.remotePort)], ...(spec.remoteHost === undefined ? {} : { host: [spec.remoteHost] }) }),
    terminate,
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

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function whole(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Answers, when its client has said everything, with how much that was and its digest. */
const summing = (socket: Socket): void => void whole(socket).then((bytes) => socket.end(`${bytes.length} ${digest(bytes)}`));

describe('many connections', () => {
  it('carries them apart, both ways, and honours a half-closed one', async () => {
    await serve('localhost:80', summing);
    const { port } = await forward('0:80');
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const sent = randomBytes(10_000 * (index + 1));
      const socket = dial(port);
      socket.end(sent);
      return [(await whole(socket)).toString(), `${sent.length} ${digest(sent)}`];
    }));
    for (const [answer, expected] of answers) expect(answer).toBe(expected);
  });

  it('goes on through cuts in the middle of a transfer each way', async () => {
    const sent = randomBytes(12 << 20);
    let uploaded: Promise<Buffer> | undefined;
    await serve('localhost:80', (socket) => {
      uploaded = whole(socket);
      void uploaded.then(() => socket.end(sent));
    });
    const { port } = await forward('0:80');
    const cutting = setInterval(() => region.cutClients(), 80);
    try {
      const socket = dial(port);
      socket.end(sent);
      expect(digest(await whole(socket))).toBe(digest(sent));
      expect(digest((await uploaded) ?? Buffer.alloc(0))).toBe(digest(sent));
    } finally {
      clearInterval(cutting);
    }
  });

  it('resets a connection that the instance cannot make, says so, and listens on', async () => {
    let refused = 0;
    const { port } = await forward('0:81', { onRefused: () => void (refused += 1) });
    for (const times of [1, 2]) {
      const socket = dial(port);
      await expect(whole(socket)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(refused).toBe(times);
    }
    await serve('localhost:81', (socket) => socket.end('now'));
    expect((await whole(dial(port))).toString()).toBe('now');
  });

  it('leads to another host, from a unix socket that is this user\'s alone', async () => {
    region.names.set('db.internal', ['10.0.9.9']);
    await serve('10.0.9.9:5432', (socket) => socket.end('db'));
    const path = join(folder, 'db.sock');
    const opened = await forward(`unix:${path}:db.internal:5432`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await whole(dial(path))).toString()).toBe('db');
    await opened.close();
    expect(existsSync(path)).toBe(false);
  });

  it('does not open a session for a port that is taken, nor keep the port when no session opens', async () => {
    const { port } = await forward('0:80');
    const before = await active();
    await expect(forward(`${port}:80`)).rejects.toMatchObject({ code: 'listen-failed', message: `127.0.0.1:${port} is taken: another program listens there` });
    expect(await active()).toBe(before);
    await expect(forward('192.0.2.1:0:80')).rejects.toMatchObject({ code: 'listen-failed', message: '192.0.2.1:0 is no address of this machine' });
    const path = join(folder, 'kept.sock');
    await expect(forward(`unix:${path}:80`, { open: () => Promise.reject(new Error('no session')) })).rejects.toThrow('no session');
    expect(existsSync(path)).toBe(false);
    const inUse = await forward(`unix:${path}:80`);
    await expect(forward(`unix:${path}:80`)).rejects.toMatchObject({ code: 'listen-failed', message: `${path} is there already` });
    await expect(forward('unix:/nonexistent/s:80')).rejects.toMatchObject({ code: 'listen-failed', message: 'the folder of /nonexistent/s is not there' });
    await inUse.close();
  });

  it('ends its session, and the open connections, when it is closed', async () => {
    await serve('localhost:80', () => undefined);
    const opened = await forward('0:80');
    const socket = dial(opened.port);
    socket.write('x');
    await vi.waitFor(() => expect(sockets.size).toBe(2), wait);
    const ended = whole(socket);
    await opened.close();
    await expect(ended).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await active()).toBe(0);
    await expect(whole(dial(opened.port))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('opens another session with the next connection when the service ended the first', async () => {
    await serve('localhost:80', (socket) => socket.end('hello'));
    const words: string[] = [];
    const opened = await forward('0:80', { onEnded: (word) => words.push(word) });
    const first = opened.sessionId;
    await terminate(first);
    await vi.waitFor(() => expect(words).toEqual(['Session was terminated.']), wait);
    expect((await whole(dial(opened.port))).toString()).toBe('hello');
    expect(opened.sessionId).not.toBe(first);
  });
});

describe('one connection on stdin and stdout', () => {
  const read = (stream: PassThrough): { readonly bytes: () => Buffer } => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return { bytes: () => Buffer.concat(chunks) };
  };

  it('carries bytes both ways through cuts, and ends when the far end closes', async () => {
    const sent = randomBytes(6 << 20);
    await serve('localhost:22', (socket) => {
      let received = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.length === sent.length) socket.end(Buffer.concat([Buffer.from(digest(received)), sent]));
      });
    });
    const channel = await open('AWS-StartSSHSession', { portNumber: ['22'] });
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const output = read(stdout);
    const cutting = setInterval(() => region.cutClients(), 80);
    try {
      const ended = runStdio(channel, { stdin, stdout });
      stdin.write(sent);
      expect(await ended).toBe('');
    } finally {
      clearInterval(cutting);
    }
    expect(output.bytes().subarray(0, 64).toString()).toBe(digest(sent));
    expect(digest(output.bytes().subarray(64))).toBe(digest(sent));
  });

  it('waits for the answer after the end of stdin, until the far end is silent', async () => {
    await serve('localhost:22', (socket) => {
      socket.once('data', () => setTimeout(() => socket.write('late'), 100));
    });
    const channel = await open('AWS-StartSSHSession', { portNumber: ['22'] });
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const output = read(stdout);
    stdin.end('question');
    await runStdio(channel, { stdin, stdout, silenceMs: 600 });
    expect(output.bytes().toString()).toBe('late');
    expect(channel.over).toBe(false);
  });

  it('says the service\'s words when nothing listens', async () => {
    const channel = await open('AWS-StartSSHSession', { portNumber: ['22'] });
    expect(await runStdio(channel, { stdin: new PassThrough(), stdout: new PassThrough() })).toMatch(/^Unable to connect to specified port:/);
  });

  it('is no shell', async () => {
    const channel = await open('AWS-StartNonInteractiveCommand', { command: ['work'] });
    await expect(runStdio(channel, { stdin: new PassThrough(), stdout: new PassThrough() })).rejects.toMatchObject({ code: 'session-failed', message: expect.stringMatching(/is no port session but NonInteractiveCommands/) });
    channel.close();
  });
});
