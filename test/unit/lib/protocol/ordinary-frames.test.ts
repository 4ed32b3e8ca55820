/** Frames read past `ws` and frames written past it: nobody can tell the difference. */
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as ws from 'ws';
import type { WebSocket } from 'ws';
import { readOrdinaryFrames, writeOrdinaryFrames } from '../../../../src/lib/protocol/ordinary-frames.js';

/** The half of `ws` that reads frames; its types do not name it. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: { readonly isServer: boolean; readonly maxPayload?: number }) => Writable };

/** As RFC 6455 §5.2 draws it. `length`: what the header says. */
function frame(first: number, payload: Buffer, { masked = false, length = payload.length } = {}): Buffer {
  const mask = masked ? 0x80 : 0;
  const head = length < 126 ? Buffer.of(first, mask | length) : length < 65_536 ? Buffer.of(first, mask | 126, length >> 8, length & 0xff) : Buffer.concat([Buffer.of(first, mask | 127), bigEndian(length)]);
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

function bigEndian(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

/** What a receiver of `ws` says goes into `seen`. */
function receiver(seen: string[], onMessage: (payload: Buffer) => void, onError: () => void, isServer: boolean): Writable {
  const reading = new Receiver({ isServer, maxPayload: 200_000 });
  reading.on('message', (data: Buffer, isBinary: boolean) => (isBinary ? onMessage(Buffer.from(data)) : seen.push(`text ${data.toString()}`)));
  for (const event of ['ping', 'pong'] as const) reading.on(event, (data: Buffer) => seen.push(`${event} ${data.toString('hex')}`));
  reading.on('conclude', (code: number) => seen.push(`close ${code}`));
  reading.on('error', (error: Error & { code?: string }) => {
    seen.push(`error ${error.code ?? ''}`);
    onError();
  });
  return reading;
}

const told = (payload: Buffer): string => `binary ${payload.length} ${payload.subarray(0, 8).toString('hex')} ${payload.subarray(-8).toString('hex')}`;
/** Until what was said of one chunk is through. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** By `ws` alone. */
async function alone(chunks: readonly Buffer[], isServer = false): Promise<string[]> {
  const seen: string[] = [];
  let over = false;
  const reading = receiver(seen, (payload) => seen.push(told(payload)), () => (over = true), isServer);
  for (const chunk of chunks) {
    if (over) break;
    reading.write(chunk);
    await turn();
  }
  return seen;
}

/** With what is ordinary read past it; and how many bytes it was given. */
async function past(chunks: readonly Buffer[], isServer = false): Promise<{ readonly seen: string[]; readonly left: number }> {
  const seen: string[] = [];
  let left = 0;
  const socket = new EventEmitter();
  const wire = new EventEmitter();
  socket.on('message', (payload: Buffer, isBinary: boolean) => seen.push(isBinary ? told(payload) : 'no binary')).on('error', () => undefined);
  const reading = receiver(seen, (payload) => seen.push(told(payload)), () => socket.emit('error', new Error('as the receiver says')), isServer);
  wire.on('data', function leave(this: unknown, chunk: Buffer) {
    expect(this).toBe(wire);
    left += chunk.length;
    reading.write(chunk);
  });
  readOrdinaryFrames(socket as unknown as WebSocket, wire as unknown as Readable, isServer);
  for (const chunk of chunks) {
    wire.emit('data', chunk);
    await turn();
  }
  return { seen, left };
}

const payload = (max: number) => fc.integer({ min: 0, max }).map((length) => Buffer.alloc(length, length % 251));
const ordinary = fc.oneof({ weight: 4, arbitrary: payload(300) }, { weight: 1, arbitrary: payload(70_000) }).map((bytes) => [frame(0x82, bytes)]);
const others = fc.oneof(
  payload(40).map((bytes) => [frame(0x81, Buffer.from(bytes.toString('hex')))]),
  payload(125).map((bytes) => [frame(0x89, bytes)]),
  payload(125).map((bytes) => [frame(0x8a, bytes)]),
  fc.tuple(payload(200), payload(200), payload(200)).map(([a, b, c]) => [frame(0x02, a), frame(0x89, Buffer.from('ping')), frame(0x00, b), frame(0x80, c)]),
);
/** After one of these nothing counts. */
const last = fc.oneof(
  payload(60).map((bytes) => [frame(0x88, Buffer.concat([Buffer.of(3, 232), Buffer.from(bytes.toString('hex').slice(0, 60))]))]),
  fc.constantFrom(frame(0x82, Buffer.from('masked'), { masked: true }), frame(0xc2, Buffer.from('rsv1')), frame(0x83, Buffer.from('opcode 3')), frame(0x80, Buffer.from('of no message')), frame(0x81, Buffer.of(0xff)), frame(0x09, Buffer.from('a ping in fragments')), frame(0x82, Buffer.from('too long'), { length: 300_000 })).map((bytes) => [bytes]),
  fc.constant([frame(0x02, Buffer.from('begun')), frame(0x82, Buffer.from('and another one'))]),
);

/** The bytes of some frames, in chunks cut anywhere. */
const cut = (frames: readonly Buffer[], cuts: readonly number[]): Buffer[] => {
  const bytes = Buffer.concat(frames);
  const at = [...new Set([0, ...cuts.map((each) => each % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
};

it('whatever comes, in whatever parts, is seen as ws sees it', async () => {
  const stream = fc.tuple(fc.array(fc.oneof({ weight: 3, arbitrary: ordinary }, others), { maxLength: 12 }), fc.option(last), fc.array(ordinary, { maxLength: 2 }), fc.array(fc.nat(200_000), { maxLength: 12 }));
  await fc.assert(fc.asyncProperty(stream, async ([before, end, after, cuts]) => {
    const chunks = cut([...before, end ?? [], ...after].flat(), cuts);
    expect((await past(chunks)).seen).toEqual(await alone(chunks));
  }), { numRuns: 300 });
});

/** As a client sends them: masked, some by zeros and some not. A frame that is masked already is one that a server refuses without its mask. */
const asClients = (frames: readonly Buffer[], masks: readonly number[]): Buffer[] => frames.map((bytes, index) => {
  const second = bytes[1] ?? 0;
  const header = (second & 0x7f) < 126 ? 2 : (second & 0x7f) === 126 ? 4 : 10;
  if ((second & 0x80) !== 0) return Buffer.concat([Buffer.of(bytes[0] ?? 0, second & 0x7f), bytes.subarray(header + 4)]);
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE(masks[index % Math.max(1, masks.length)] ?? 0);
  return Buffer.concat([Buffer.of(bytes[0] ?? 0, second | 0x80), bytes.subarray(2, header), mask, bytes.subarray(header).map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
});

it('a server, too, sees whatever comes as ws sees it', async () => {
  const stream = fc.tuple(fc.array(fc.oneof({ weight: 3, arbitrary: ordinary }, others), { maxLength: 12 }), fc.option(last), fc.array(ordinary, { maxLength: 2 }), fc.array(fc.nat(200_000), { maxLength: 12 }), fc.array(fc.constantFrom(0, 0, 0x0102_0304), { maxLength: 5 }));
  await fc.assert(fc.asyncProperty(stream, async ([before, end, after, cuts, masks]) => {
    const chunks = cut(asClients([...before, end ?? [], ...after].flat(), masks), cuts);
    // A mask is taken off where the bytes are.
    expect((await past(chunks.map((chunk) => Buffer.from(chunk)), true)).seen).toEqual(await alone(chunks, true));
  }), { numRuns: 300 });
});

it('what a client masked by zeros does not go through ws, what it masked otherwise does', async () => {
  const [plain, masked] = [[0], [0x0102_0304]].map((masks) => Buffer.concat(asClients([frame(0x82, Buffer.alloc(300, 7))], masks))) as [Buffer, Buffer];
  expect(await past([plain, plain], true)).toMatchObject({ left: 0, seen: { length: 2 } });
  expect(await past([Buffer.from(masked), plain], true)).toMatchObject({ left: masked.length, seen: { length: 2 } });
});

it('one byte at a time, too', async () => {
  const bytes = Buffer.concat([frame(0x82, Buffer.alloc(130, 1)), frame(0x81, Buffer.from('text')), frame(0x82, Buffer.alloc(0)), frame(0x88, Buffer.of(3, 232)), frame(0x82, Buffer.from('late'))]);
  const chunks = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  expect((await past(chunks)).seen).toEqual(await alone(chunks));
});

it('a whole binary frame does not go through ws, anything else does', async () => {
  expect((await past([frame(0x82, Buffer.alloc(120)), Buffer.concat([frame(0x82, Buffer.alloc(5)), frame(0x82, Buffer.alloc(4_000))])])).left).toBe(0);
  const ping = frame(0x89, Buffer.from('alive'));
  expect((await past([ping, frame(0x82, Buffer.from('k'))])).left).toBe(ping.length);
});

it('where somebody else listens, all is left as it is', () => {
  const wire = new EventEmitter();
  const heard: Buffer[] = [];
  wire.on('data', (chunk: Buffer) => heard.push(chunk)).on('data', () => undefined);
  readOrdinaryFrames(new EventEmitter() as unknown as WebSocket, wire as unknown as Readable);
  wire.emit('data', frame(0x82, Buffer.from('k')));
  expect(heard).toHaveLength(1);
});

it('what is written in one goes to a server as ws reads it, with a mask; what is long is left to ws', async () => {
  await fc.assert(fc.asyncProperty(fc.array(payload(1_000), { minLength: 1, maxLength: 6 }), async (messages) => {
    const written: Buffer[] = [];
    const wire = { write: (bytes: Buffer) => written.push(bytes) } as unknown as Writable;
    const fits = messages.reduce((sum, { length }) => sum + length + 8, 0) <= 4_096;
    expect(writeOrdinaryFrames(wire, messages)).toBe(fits);
    expect(written).toHaveLength(fits ? 1 : 0);
    const read: Buffer[] = [];
    const server = new Receiver({ isServer: true });
    server.on('message', (data: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(true);
      read.push(Buffer.from(data));
    });
    for (const bytes of written) server.write(bytes);
    await turn();
    if (fits) expect(read.map(told)).toEqual(messages.map(told));
  }));
});
