/** The first websocket of a session, at a host that accepts connections and is slow, silent, or hangs up. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { openFirstSocket, type StreamSocketOptions } from '../../../../src/lib/session/stream-socket.js';

/** What becomes of the n-th upgrade, from 1: milliseconds until it is answered, or never. */
let delay: (nth: number) => number | 'never' | 'cut';
let upgrades = 0;
const sockets = new Set<Socket>();
const websockets = new WebSocketServer({ noServer: true });
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  upgrades = 0;
  server = createServer().on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
    sockets.add(socket.on('error', () => undefined));
    upgrades += 1;
    const wait = delay(upgrades);
    if (wait === 'cut') socket.resetAndDestroy();
    else if (wait !== 'never') setTimeout(() => (socket.destroyed ? undefined : websockets.handleUpgrade(request, socket, head, () => undefined)), wait);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const words: string[] = [];
function open(more: Partial<StreamSocketOptions> = {}) {
  words.length = 0;
  return openFirstSocket({ streamUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, connectTimeoutMs: 150, openingMs: 1500, onSlow: ({ message }) => words.push(message), ...more });
}
const HOST = /^the stream at 127\.0\.0\.1:\d+ cannot be reached: opening handshake has timed out$/u;

describe('the first websocket', () => {
  it('is tried again when it is not answered in time, and that is said', async () => {
    delay = (nth) => (nth === 1 ? 'never' : 0);
    (await open()).terminate();
    expect(upgrades).toBe(2);
    expect(words).toEqual([expect.stringMatching(HOST)]);
  });

  it('is waited for while it is only slow', async () => {
    delay = () => 80;
    (await open()).terminate();
    expect([upgrades, words]).toEqual([1, []]);
  });

  it('is given up when its time is over, with how often it was tried, and is not waited for longer', async () => {
    delay = () => 'never';
    const began = performance.now();
    await expect(open({ connectTimeoutMs: 250, openingMs: 700 })).rejects.toMatchObject({ code: 'stream-unreachable', message: expect.stringMatching(/opening handshake has timed out, in \d tries$/u) as string });
    expect(performance.now() - began).toBeGreaterThan(650);
    expect(performance.now() - began).toBeLessThan(1400);
    expect(upgrades).toBeGreaterThanOrEqual(2);
    expect(upgrades).toBeLessThanOrEqual(4);
  });

  it('says nothing of connections that are cut: those are tried again at once', async () => {
    delay = (nth) => (nth < 3 ? 'cut' : 0);
    (await open()).terminate();
    expect([upgrades, words]).toEqual([3, []]);
  });

  it('is left when nobody wants it any more, between the tries too', async () => {
    delay = () => 'never';
    const leave = new AbortController();
    const opening = open({ signal: leave.signal, onSlow: () => leave.abort(new Error('left')) });
    await expect(opening).rejects.toThrow('left');
    expect(upgrades).toBe(1);
  });
});
