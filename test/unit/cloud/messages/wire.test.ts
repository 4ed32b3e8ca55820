import { setImmediate as turn } from 'node:timers/promises';
import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { joinTurns, sendTogether, wireFull } from '../../../../src/cloud/messages/wire.js';

/** A stream that notes each write to the system, and a websocket that sends each message in two pieces, as `ws` does. */
function wire(options: { readonly takes: boolean }): { readonly stream: Duplex; readonly socket: WebSocket; readonly writes: string[] } {
  const writes: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk.toString());
      if (options.takes) done();
    },
    writev: (chunks, done) => {
      writes.push(chunks.map(({ chunk }: { chunk: Buffer }) => chunk.toString()).join(''));
      if (options.takes) done();
    },
  });
  const send = (bytes: Buffer): void => {
    stream.cork();
    stream.write('<');
    stream.write(bytes);
    stream.uncork();
  };
  const socket = { send, get bufferedAmount() {
    return stream.writableLength;
  } } as unknown as WebSocket;
  return { stream, socket, writes };
}

const messages = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

it('sends what is sent in one turn in one write, and what is sent in the next in another', async () => {
  const { stream, socket, writes } = wire({ takes: true });
  joinTurns(socket, stream);
  sendTogether(socket, messages('a', 'b'));
  sendTogether(socket, messages('c'));
  expect(writes).toEqual([]);
  await turn();
  expect(writes).toEqual(['<a<b<c']);
  sendTogether(socket, messages('d'));
  await turn();
  expect(writes).toEqual(['<a<b<c', '<d']);
});

it('sends each by itself, at once, over a stream that it was not told of', () => {
  const { socket, writes } = wire({ takes: true });
  sendTogether(socket, messages('a', 'b'));
  expect(writes).toEqual(['<a', '<b']);
});

it('calls a wire full for what waits since earlier turns, not for what was sent in this one', async () => {
  const { stream, socket } = wire({ takes: false });
  joinTurns(socket, stream);
  sendTogether(socket, messages('a'));
  expect(wireFull(socket)).toBe(false);
  await turn();
  expect(wireFull(socket)).toBe(true);
  sendTogether(socket, messages('b'));
  expect(wireFull(socket)).toBe(true);
});

it('lets a stream that ends in the same turn take all of it', async () => {
  const { stream, socket, writes } = wire({ takes: true });
  joinTurns(socket, stream);
  sendTogether(socket, messages('a'));
  stream.end('.');
  await turn();
  expect(writes.join('')).toBe('<a.');
});
