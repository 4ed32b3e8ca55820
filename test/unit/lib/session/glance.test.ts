/** Messages looked at where they are read: whoever looks or does not, they come once each, whole and in order. */
import { createServer, type Server } from 'node:http';
import { createServer as createDoor, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { glanceAt, openStreamSocket } from '../../../../src/lib/session/stream-socket.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

/** A websocket server on loopback. `peer`: the other end of the next connection. */
async function serve(): Promise<{ readonly url: URL; readonly server: Server; readonly peer: () => Promise<WebSocket> }> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { url, server, peer: () => new Promise((resolve) => void sockets.once('connection', resolve)) };
}

async function connected(options: { readonly beside?: { readonly host: string; readonly path: string } } = {}) {
  const { url, peer } = await serve();
  const other = peer();
  const socket = await openStreamSocket({ streamUrl: url.href, ...options });
  cleanups.push(() => socket.terminate());
  return { socket, peer: await other };
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let wait = 0; !holds(); wait += 1) {
    if (wait > 2_000) throw new Error('waited in vain');
    await sleep(1);
  }
};

it('each message comes once, in order and whole, to who looked at it or to who listens', async () => {
  const { socket, peer } = await connected();
  const seen: Buffer[] = [];
  let glances = 0;
  let takes: (message: Buffer) => boolean = () => false;
  glanceAt(socket, (message) => {
    glances += 1;
    if (!takes(message)) return false;
    seen.push(Buffer.from(message));
    return true;
  });
  socket.on('message', (data: Buffer) => void seen.push(Buffer.from(data)));
  socket.resume();
  let count = 0;
  const seldom = fc.constantFrom(false, false, false, false, true);
  const part = fc.record({ length: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 130 }) }, fc.constantFrom(0, 125, 126, 65_535, 65_536, 100_000)), text: seldom, ping: seldom, split: seldom, pause: fc.integer({ min: 0, max: 8 }) });
  await fc.assert(fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 12 }), fc.nat(3), async (parts, every) => {
    takes = (message) => message.length % (every + 1) === 0;
    seen.length = 0;
    const sent: Buffer[] = [];
    for (const { length, text, ping, split, pause } of parts) {
      count += 1;
      const bytes = Buffer.alloc(length, text ? 0x61 + (count % 26) : count % 251);
      sent.push(bytes);
      if (ping) peer.ping();
      if (split) {
        peer.send(bytes.subarray(0, length >> 1), { binary: !text, fin: false });
        peer.send(bytes.subarray(length >> 1), { binary: !text, fin: true });
      } else peer.send(bytes, { binary: !text });
      if (pause === 1) socket.pause();
      if (pause === 2) socket.resume();
      if (pause > 2) await sleep(1);
    }
    socket.resume();
    await until(() => seen.length >= sent.length);
    expect(seen.map((bytes) => `${bytes.length} ${bytes.subarray(0, 4).toString('hex')} ${bytes.subarray(-4).toString('hex')}`)).toEqual(sent.map((bytes) => `${bytes.length} ${bytes.subarray(0, 4).toString('hex')} ${bytes.subarray(-4).toString('hex')}`));
  }), { numRuns: 150 });
  expect(glances).toBeGreaterThan(100);
});

it('is shown nothing that is no message: what comes in parts, is long, or two of them at once', async () => {
  const { socket, peer } = await connected();
  const lengths: number[] = [];
  glanceAt(socket, (message) => lengths.push(message.length) > 0);
  const heard: number[] = [];
  socket.on('message', (data: Buffer) => void heard.push(data.length));
  socket.resume();
  for (const length of [125, 126]) {
    peer.send(Buffer.alloc(length));
    await until(() => lengths.length + heard.length === length - 124);
  }
  const raw = (peer as unknown as { readonly _socket: { write: (bytes: Buffer) => void } })._socket;
  raw.write(Buffer.from([0x82, 2, 7, 7, 0x82, 1, 8]));
  await until(() => heard.length === 3);
  raw.write(Buffer.from([0x82, 3, 1]));
  await sleep(5);
  raw.write(Buffer.from([0x82, 0]));
  await until(() => heard.length === 4);
  expect([lengths, heard]).toEqual([[125], [126, 2, 1, 3]]);
});

it('leaves to ws what is wrong: a message within another', async () => {
  const { socket, peer } = await connected();
  let glances = 0;
  glanceAt(socket, () => (glances += 1) > 0);
  const failed = new Promise<Error>((resolve) => void socket.once('error', resolve));
  socket.resume();
  const raw = (peer as unknown as { readonly _socket: { write: (bytes: Buffer) => void } })._socket;
  raw.write(Buffer.from([0x02, 1, 1]));
  await sleep(5);
  raw.write(Buffer.from([0x82, 1, 2]));
  expect((await failed).message).toContain('opcode');
  expect(glances).toBe(0);
});

it.skipIf(process.platform !== 'linux')('goes by the Unix domain socket of its host, and of no other', async () => {
  const { url, server, peer } = await serve();
  const path = `\0ssmlab-test-${process.pid}`;
  let besides = 0;
  const door = createDoor((connection) => {
    besides += 1;
    server.emit('connection', connection);
  });
  await new Promise<void>((resolve) => void door.listen({ path }, resolve));
  cleanups.push(() => door.close());
  for (const [host, expected] of [[url.host, 1], ['127.0.0.1:1', 1]] as const) {
    const other = peer();
    const socket = await openStreamSocket({ streamUrl: url.href, beside: { host, path } });
    const said = new Promise<string>((resolve) => void socket.once('message', (data: Buffer) => resolve(data.toString())));
    socket.resume();
    (await other).send('over it');
    expect([await said, besides]).toEqual(['over it', expected]);
    socket.terminate();
  }
});
