/** Port sessions of our agent, against servers on loopback that stand for those in and beyond the guest. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { AgentMessage } from '../../../../../src/lib/protocol/agent-message.js';
import { SmuxSession } from '../../../../../src/lib/protocol/smux.js';
import { INSTANCE, SmallRegion, TestClient } from './small-region.js';

const wait = { timeout: 8000, interval: 10 };
let region: SmallRegion;
let servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  region.stop();
  for (const server of servers) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  servers = [];
});

async function online(): Promise<void> {
  region = await SmallRegion.start();
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
}

/** A server that the guest reaches at `HOST:PORT`. */
async function serve(at: string, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  region.ports.set(at, (server.address() as AddressInfo).port);
}

const echo = (socket: Socket): void => void socket.pipe(socket);

/** The client's end of smux over a test client. */
class MuxClient {
  readonly smux = new SmuxSession('client');
  readonly data = new Map<number, string>();
  readonly bytes = new Map<number, number>();
  readonly ended = new Set<number>();
  #taken = 0;
  readonly client: TestClient;

  constructor(client: TestClient) {
    this.client = client;
  }

  take(): void {
    for (; this.#taken < this.client.raw.length; this.#taken += 1) {
      const { type, payload } = this.client.raw[this.#taken] ?? { type: 0, payload: Buffer.alloc(0) };
      if (type !== 1) continue;
      for (const event of this.smux.receive(payload)) {
        if (event.kind === 'data') {
          this.bytes.set(event.streamId, (this.bytes.get(event.streamId) ?? 0) + event.data.length);
          this.data.set(event.streamId, ((this.data.get(event.streamId) ?? '') + event.data.toString('latin1')).slice(-100));
        }
        if (event.kind === 'end') this.ended.add(event.streamId);
      }
    }
  }

  send(frames: readonly (Buffer | undefined)[]): void {
    for (const frame of frames) if (frame !== undefined) this.client.hop.send(1, frame);
  }

  open(): number {
    const { streamId, frame } = this.smux.open();
    this.send([frame]);
    return streamId;
  }

  say(streamId: number, text: string | Buffer): void {
    this.send([this.smux.send(streamId, Buffer.from(text))]);
  }

  async until(holds: () => boolean): Promise<void> {
    await vi.waitFor(() => {
      this.take();
      expect(holds()).toBe(true);
    }, wait);
  }
}

async function forward(parameters: Record<string, string[]> = {}, document = 'AWS-StartPortForwardingSession'): Promise<MuxClient> {
  const client = await region.session(document, parameters);
  await vi.waitFor(() => expect(client.raw.some(({ type }) => type === 7)).toBe(true), wait);
  return new MuxClient(client);
}

it('tells the client in the handshake what it forwards', async () => {
  await online();
  const { client } = await forward({ portNumber: ['8080'], localPortNumber: ['9090'] });
  const request = JSON.parse(client.raw.find(({ type }) => type === 5)?.payload.toString() ?? '') as { RequestedClientActions: { ActionParameters: unknown }[] };
  expect(request.RequestedClientActions[0]?.ActionParameters).toEqual({ SessionType: 'Port', Properties: { portNumber: '8080', localPortNumber: '9090', type: 'LocalPortForwarding' } });
});

it('carries several connections at once, each with its own bytes', async () => {
  await online();
  await serve('localhost:80', echo);
  const mux = await forward();
  const ids = [mux.open(), mux.open(), mux.open()];
  for (const id of ids) mux.say(id, `hello ${id}`);
  await mux.until(() => ids.every((id) => mux.data.get(id) === `hello ${id}`));
});

it('answers a request whose sender ended its direction, and ends its own then', async () => {
  await online();
  await serve('localhost:80', (socket) => {
    let heard = '';
    socket.on('data', (data) => (heard += data.toString())).on('end', () => socket.end(`heard ${heard}`));
  });
  const mux = await forward();
  const id = mux.open();
  mux.say(id, 'all');
  mux.send([mux.smux.end(id)]);
  await mux.until(() => mux.data.get(id) === 'heard all' && mux.ended.has(id));
});

it('brings 8 MiB each way', async () => {
  await online();
  await serve('localhost:80', echo);
  const mux = await forward();
  const id = mux.open();
  const block = Buffer.alloc(64 << 10, 'x');
  for (let at = 0; at < 128; at += 1) mux.say(id, block);
  await mux.until(() => mux.bytes.get(id) === 8 << 20);
});

it('holds the client back while a connection takes nothing', async () => {
  await online();
  await serve('localhost:80', (socket) => socket.pause());
  const mux = await forward();
  const id = mux.open();
  const block = Buffer.alloc(64 << 10);
  for (let at = 0; at < 640; at += 1) mux.say(id, block);
  let seen = -1;
  await vi.waitFor(() => {
    const before = seen;
    seen = mux.client.hop.backlog;
    expect(before).toBe(seen);
  }, { timeout: 8000, interval: 500 });
  // 40 MiB were given; what the kernel's buffers and 4 MiB of ours take is gone, the rest waits at the client.
  expect(mux.client.hop.backlog).toBeGreaterThan(20 << 20);
  sockets[0]?.resume();
  await vi.waitFor(() => expect(mux.client.hop.idle).toBe(true), wait);
});

it('says that a port is closed, ends that stream, and goes on', async () => {
  await online();
  const mux = await forward({ portNumber: ['81'] });
  const closed = mux.open();
  await mux.until(() => mux.ended.has(closed));
  expect(mux.client.raw.find(({ type }) => type === 10)?.payload.toString('hex')).toBe('00000003');
  await serve('localhost:81', echo);
  const id = mux.open();
  mux.say(id, 'now');
  await mux.until(() => mux.data.get(id) === 'now');
});

it('ends at the client\'s flag, and closes what is open', async () => {
  await online();
  let closed = 0;
  await serve('localhost:80', (socket) => socket.once('end', () => (closed += 1)));
  const mux = await forward();
  mux.open();
  await vi.waitFor(() => expect(sockets).toHaveLength(1), wait);
  mux.client.hop.send(10, Buffer.from([0, 0, 0, 2]));
  await vi.waitFor(() => expect(mux.client.closedWith).toBe(''), wait);
  sockets[0]?.resume();
  await vi.waitFor(() => expect(closed).toBe(1), wait);
});

it('ends a session whose client does not speak smux', async () => {
  await online();
  const mux = await forward();
  mux.client.send('GET / HTTP/1.1\r\n');
  await vi.waitFor(() => expect(mux.client.closedWith).toBe('The client does not speak smux version 1'), wait);
});

it('leads to another host by its first address that answers', async () => {
  await online();
  region.names.set('db.internal', ['10.0.9.8', '10.0.9.9']);
  await serve('10.0.9.9:5432', echo);
  const mux = await forward({ host: ['db.internal'], portNumber: ['5432'] }, 'AWS-StartPortForwardingSessionToRemoteHost');
  const id = mux.open();
  mux.say(id, 'select 1');
  await mux.until(() => mux.data.get(id) === 'select 1');
});

it.each(['169.254.169.254', '169.254.169.253', '169.254.169.123', '10.0.0.0', '10.0.0.2', '10.0.255.255', '100.64.0.3', 'metadata.internal'])('leads nobody to %s', async (host) => {
  await online();
  region.names.set('metadata.internal', ['10.0.9.9', '169.254.169.254']);
  const client = await region.session('AWS-StartPortForwardingSessionToRemoteHost', { host: [host], portNumber: ['80'] });
  await vi.waitFor(() => expect(client.closedWith).toBe(`Forwarding to IP address ${host} is forbidden.`), wait);
  // AWS's client loses its reader to what comes within its first moments (`protocol.md` §9 no. 1).
  const sentAt = (found: (frame: AgentMessage) => boolean) => client.frames.find(found)?.createdDate ?? Number.NaN;
  expect(sentAt(({ messageType }) => messageType === 'channel_closed') - sentAt(({ payloadType }) => payloadType === 7)).toBeGreaterThanOrEqual(90);
});

it('carries one raw stream for SSH, and ends with it', async () => {
  await online();
  await serve('localhost:22', (socket) => {
    socket.write('SSH-2.0-test\r\n');
    socket.once('data', (data) => socket.end(`got ${data.toString()}`));
  });
  const client = await region.session('AWS-StartSSHSession');
  await vi.waitFor(() => expect(client.text(1)).toBe('SSH-2.0-test\r\n'), wait);
  client.send('SSH-2.0-client\r\n');
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  expect([client.text(1), client.closedWith]).toEqual(['SSH-2.0-test\r\ngot SSH-2.0-client\r\n', '']);
});

it('keeps what the client sends before the handshake is done, which AWS\'s agent acknowledges and throws away', async () => {
  await online();
  await serve('localhost:22', echo);
  const session = await region.call('StartSession', { Target: INSTANCE, DocumentName: 'AWS-StartSSHSession' }) as Record<string, string>;
  const client = new TestClient(session['SessionId'] ?? '', session['StreamUrl'] ?? '', session['TokenValue'] ?? '', '1.3.0.0', { answers: false });
  client.send('early ');
  await vi.waitFor(() => expect(client.raw.some(({ type }) => type === 5)).toBe(true), wait);
  client.send('in the middle ');
  client.respond();
  client.send('and at once');
  await vi.waitFor(() => expect(client.text(1)).toBe('early in the middle and at once'), wait);
});

it('says why SSH cannot be reached', async () => {
  await online();
  const client = await region.session('AWS-StartSSHSession', { portNumber: ['2222'] });
  await vi.waitFor(() => expect(client.closedWith).toMatch(/^Unable to connect to specified port: /), wait);
});

it('serves a client too old to multiplex one connection after the other', async () => {
  await online();
  await serve('localhost:80', echo);
  const client = await region.session('AWS-StartPortForwardingSession', {}, '1.1.69.0');
  await vi.waitFor(() => expect(client.raw.some(({ type }) => type === 7)).toBe(true), wait);
  client.send('one');
  await vi.waitFor(() => expect(client.text(1)).toBe('one'), wait);
  client.hop.send(10, Buffer.from([0, 0, 0, 1]));
  await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true), wait);
  client.send('two');
  await vi.waitFor(() => expect(client.text(1)).toBe('onetwo'), wait);
  // Behind a disconnect, at once: for the third connection, and nothing of it for the second.
  client.hop.send(10, Buffer.from([0, 0, 0, 1]));
  client.send('three');
  await vi.waitFor(() => expect(client.text(1)).toBe('onetwothree'), wait);
  expect(sockets).toHaveLength(3);
  client.hop.send(10, Buffer.from([0, 0, 0, 2]));
  await vi.waitFor(() => expect(client.closedWith).toBe(''), wait);
});

it('goes on after both ends were cut off, nothing lost', async () => {
  await online();
  await serve('localhost:80', echo);
  const mux = await forward();
  const id = mux.open();
  mux.say(id, 'before ');
  await mux.until(() => mux.data.get(id) === 'before ');
  region.cut();
  mux.client.socket.terminate();
  mux.say(id, 'between ');
  const resumed = await region.call('ResumeSession', { SessionId: mux.client.sessionId });
  mux.client.open(resumed['StreamUrl'] as string, resumed['TokenValue'] as string);
  mux.say(id, 'after');
  await mux.until(() => mux.data.get(id) === 'before between after');
});
