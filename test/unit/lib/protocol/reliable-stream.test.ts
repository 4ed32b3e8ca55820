import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIXED_BYTES, MESSAGE_TYPE, decodeAgentMessage, putByte } from '../../../../src/lib/protocol/agent-message.js';
import { parseAcknowledge } from '../../../../src/lib/protocol/payloads.js';
import { acknowledgeBytes, payloadSlices } from '../../../../src/lib/protocol/reliable-stream.js';
import { RoundTripEstimator } from '../../../../src/lib/protocol/round-trip.js';
import { StreamReceiver } from '../../../../src/lib/protocol/stream-receiver.js';
import { StreamSender } from '../../../../src/lib/protocol/stream-sender.js';
import { SimulatedPath } from './simulated-path.js';

const ID = '00112233-4455-4677-8899-aabbccddee01';
const sender = (windowBytes?: number, messageType: 'input_stream_data' | 'output_stream_data' = MESSAGE_TYPE.inputStreamData) => new StreamSender({ messageType, newMessageId: () => ID, wallClock: () => 1_767_225_600_000, windowBytes });
const sequences = (frames: readonly Buffer[]) => frames.map((bytes) => decodeAgentMessage(bytes).sequenceNumber);
const steady = (delay: number) => () => ({ copies: [delay] });

describe('sender', () => {
  it('numbers from 0 and keeps until acknowledged', () => {
    const stream = sender();
    for (const text of ['a', 'b']) stream.enqueue(1, Buffer.from(text));
    expect(sequences(stream.take(0))).toEqual([0, 1]);
    expect([stream.acknowledge(1, 5), stream.acknowledge(1, 5), stream.idle]).toEqual([true, false, false]);
    expect(stream.acknowledge(0, 5)).toBe(true);
    expect([stream.idle, stream.backlog, stream.nextTake]).toEqual([true, 0, undefined]);
  });
  it('resends exactly what later ones overtook, at once and not after a timeout', () => {
    const stream = sender();
    for (let at = 0; at < 4; at += 1) {
      stream.enqueue(1, Buffer.from([at]));
      stream.take(at * 40);
    }
    for (const sequence of [0, 3]) stream.acknowledge(sequence, 170);
    expect(sequences(stream.take(170))).toEqual([1, 2]);
    expect(stream.take(171)).toEqual([]);
  });
  it('tries one message after a timeout, and all of the others when that is answered', () => {
    const stream = sender();
    for (let at = 0; at < 5; at += 1) stream.enqueue(1, Buffer.from([at]));
    stream.take(0);
    expect([stream.take(199), stream.nextTake]).toEqual([[], 200]);
    expect(sequences(stream.take(200))).toEqual([0]);
    expect([stream.take(599), stream.nextTake]).toEqual([[], 600]);
    stream.acknowledge(0, 599);
    expect(sequences(stream.take(599))).toEqual([1, 2, 3, 4]);
  });
  it('resends nothing more when what it took for lost was only slow', () => {
    const stream = sender();
    for (let at = 0; at < 50; at += 1) stream.enqueue(1, Buffer.alloc(1000));
    stream.take(0);
    expect(sequences(stream.take(200))).toEqual([0]);
    for (let at = 0; at < 50; at += 1) stream.acknowledge(at, 300);
    expect([stream.idle, stream.take(2_000)]).toEqual([true, []]);
    stream.enqueue(1, Buffer.alloc(60_000));
    expect(stream.take(2_000)).toHaveLength(1);
  });
  /** A byte with room before it for its message. */
  const room = () => Buffer.alloc(FIXED_BYTES + 1).subarray(-1);
  it('sends what was prepared as it would have sent it, and keeps it until it is acknowledged', () => {
    const [short, whole] = [sender(), sender()];
    short.prepare(1, room());
    const frame = short.prepared ?? Buffer.alloc(0);
    putByte(frame, 0x6b, 1_767_225_600_000);
    short.sentPrepared(0);
    whole.enqueue(1, Buffer.from('k'));
    expect([frame]).toEqual(whole.take(0));
    expect([short.prepared, short.idle, short.backlog, short.nextTake, short.take(199)]).toEqual([undefined, false, whole.backlog, whole.nextTake, []]);
    expect(short.take(200)).toEqual(whole.take(200));
    short.enqueue(1, Buffer.from('next'));
    expect([short.acknowledge(0, 210), sequences(short.take(210)), short.acknowledge(1, 220), short.idle]).toEqual([true, [1], true, true]);
  });
  it('what was prepared waits for what came before it, and for room', () => {
    const overtaken = sender();
    overtaken.prepare(1, room());
    overtaken.enqueue(3, Buffer.from('{"cols":80,"rows":24}'));
    expect(overtaken.prepared).toBeUndefined();
    const waiting = sender(1_000);
    for (let at = 0; at < 2; at += 1) waiting.enqueue(1, Buffer.alloc(900));
    waiting.take(0);
    waiting.prepare(1, room());
    expect(waiting.prepared).toBeUndefined();
    const full = sender(1_000);
    full.enqueue(1, Buffer.alloc(800));
    full.take(0);
    full.prepare(1, room());
    expect(full.prepared).toBeUndefined();
    full.acknowledge(0, 1);
    expect(full.prepared).toHaveLength(FIXED_BYTES + 1);
    const losing = sender();
    losing.enqueue(1, Buffer.from('a'));
    losing.take(0);
    losing.restart(1);
    losing.prepare(1, room());
    expect(losing.prepared).toBeUndefined();
  });
  it('judges no silence while the wire is full', () => {
    const stream = sender();
    stream.enqueue(1, Buffer.from('a'));
    stream.take(0);
    expect(stream.take(5_000, false)).toEqual([]);
    expect(stream.take(5_100)).toEqual([]);
    expect(stream.take(5_200)).toHaveLength(1);
  });
  it('admits in order and is not writable while more waits than the window takes', () => {
    const stream = sender(3_000);
    const admitted: number[] = [];
    for (let at = 0; at < 4; at += 1) stream.enqueue(1, Buffer.alloc(1_000), () => admitted.push(at));
    expect([admitted, stream.writable, sequences(stream.take(0))]).toEqual([[0, 1], false, [0, 1]]);
    stream.acknowledge(1, 1);
    expect([admitted, stream.writable]).toEqual([[0, 1, 2], false]);
    stream.acknowledge(0, 2);
    expect([admitted, stream.writable, sequences(stream.take(2))]).toEqual([[0, 1, 2, 3], true, [2, 3]]);
  });
  it('sends a message that is larger than the window, by itself', () => {
    const stream = sender(1_000);
    for (let at = 0; at < 2; at += 1) stream.enqueue(1, Buffer.alloc(5_000));
    expect(sequences(stream.take(0))).toEqual([0]);
    stream.acknowledge(0, 1);
    expect(sequences(stream.take(1))).toEqual([1]);
  });
  it('sends everything unacknowledged again over a new connection, in order', () => {
    const stream = sender();
    for (let at = 0; at < 5; at += 1) stream.enqueue(1, Buffer.from([at]));
    stream.take(0);
    stream.acknowledge(1, 10);
    stream.restart(20);
    expect(sequences(stream.take(20))).toEqual([0, 2, 3, 4]);
  });
  it('sets SYN on message 0 of an agent, and on none of a client', () => {
    const flags = (stream: StreamSender) => {
      for (let at = 0; at < 2; at += 1) stream.enqueue(1, Buffer.alloc(1));
      return stream.take(0).map((bytes) => decodeAgentMessage(bytes).flags);
    };
    expect([flags(sender(undefined, MESSAGE_TYPE.outputStreamData)), flags(sender())]).toEqual([[1, 0], [0, 0]]);
  });
});

it('the timeout follows the round trips of §4', () => {
  const trip = new RoundTripEstimator();
  expect(trip.rto).toBe(200);
  trip.sample(100);
  expect(trip.rto).toBe(110);
  trip.sample(20);
  expect([trip.variation, trip.rtt, trip.rto]).toEqual([20, 90, 170]);
  for (let at = 0; at < 50; at += 1) trip.sample(400);
  for (const milliseconds of [0, 900, 0, 900]) trip.sample(milliseconds);
  expect(trip.rto).toBe(1_000);
});

describe('receiver', () => {
  const messages = (count: number, bytes = 1) => {
    const stream = sender(1 << 30);
    for (let at = 0; at < count; at += 1) stream.enqueue(1, Buffer.alloc(bytes, at));
    const frames: Buffer[] = [];
    while (frames.length < count) {
      for (const frame of stream.take(0)) {
        frames.push(frame);
        stream.acknowledge(frames.length - 1, 0);
      }
    }
    return frames.map((frame) => decodeAgentMessage(frame));
  };
  const receiver = (accepting = true) => {
    const accepts: (() => void)[] = [];
    const delivered: number[] = [];
    const acknowledged: number[] = [];
    const stream = new StreamReceiver((_type, payload, accept) => {
      delivered.push(payload[0] ?? -1);
      if (accepting) accept();
      else accepts.push(accept);
    }, ({ sequenceNumber }) => acknowledged.push(sequenceNumber));
    return { stream, accepts, delivered, acknowledged };
  };
  it('delivers in order, acknowledges early ones, and duplicates for ever', () => {
    const [a, b, c] = messages(3);
    const { stream, delivered, acknowledged } = receiver();
    if (a === undefined || b === undefined || c === undefined) throw new Error('no messages');
    for (const message of [c, c, a, b, a, a, a]) stream.accept(message);
    expect(delivered).toEqual([0, 1, 2]);
    expect(acknowledged).toEqual([2, 2, 0, 1, 0, 0, 0]);
    expect(stream.heldBytes).toBe(0);
  });
  it('acknowledges what nobody has room for, and its duplicates, only when there is room', () => {
    const [a, b] = messages(2);
    const { stream, accepts, acknowledged, delivered } = receiver(false);
    if (a === undefined || b === undefined) throw new Error('no messages');
    for (const message of [a, a, b]) stream.accept(message);
    expect([acknowledged, delivered, stream.heldBytes]).toEqual([[], [0, 1], 2]);
    accepts[0]?.();
    accepts[0]?.();
    expect([acknowledged, stream.heldBytes]).toEqual([[0], 1]);
  });
  it('asks not to be read to when a peer goes on without credit, until there is room', () => {
    const { stream, accepts } = receiver(false);
    for (const message of messages(80, 64 << 10)) stream.accept(message);
    expect(stream.full).toBe(true);
    for (const accept of accepts) accept();
    expect(stream.full).toBe(false);
  });
  it('keeps early ones up to a bound; those past it are not acknowledged and come again', () => {
    const all = messages(60, 64 << 10);
    const { stream, delivered, acknowledged } = receiver();
    for (const message of all.slice(1)) stream.accept(message);
    expect(acknowledged.length).toBeLessThan(34);
    expect(stream.heldBytes).toBeLessThanOrEqual(2 << 20);
    for (const message of all) stream.accept(message);
    expect(delivered).toEqual(all.map((_, at) => at));
  });
  it('an acknowledgement names the message', () => {
    const [, b] = messages(2);
    if (b === undefined) throw new Error('no message');
    const acknowledgement = decodeAgentMessage(acknowledgeBytes(b, ID, 1));
    expect([acknowledgement.flags, parseAcknowledge(acknowledgement.payload).acknowledgedMessageSequenceNumber]).toEqual([3, 1]);
  });
});

describe('both ends over a path', () => {
  const numbered = (count: number, bytes = 8) => Array.from({ length: count }, (_, at) => {
    const payload = Buffer.alloc(bytes);
    payload.writeUInt32BE(at);
    return payload;
  });
  const numbers = (payloads: readonly Buffer[]) => payloads.map((payload) => payload.readUInt32BE());

  it('loses, doubles and reorders, and is cut: everything arrives once and in order, both ways', () => {
    fc.assert(fc.property(
      fc.infiniteStream(fc.nat(99)), fc.boolean(), fc.nat(40), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), fc.array(fc.integer({ min: 20, max: 3_000 }), { maxLength: 4 }), fc.integer({ min: 500, max: 100_000 }),
      (dice, mute, loss, up, down, cuts, windowBytes) => {
        const next = (): number => dice.next().value as number;
        const path = new SimulatedPath({ mute, windowBytes, fate: () => ({ copies: !mute && next() < loss ? [] : next() < 10 ? [next(), next()] : [5 + next() / 4] }) });
        for (const payload of numbered(up)) path.client.send(1, payload);
        for (const payload of numbered(down, 200)) path.agent.send(1, payload);
        const done = (): boolean => path.client.idle && path.agent.idle;
        for (const wait of cuts) {
          path.run(wait, done);
          path.cut();
          path.run(100);
          path.connect();
        }
        path.run(2_000_000, () => done() || (mute && path.client.idle && path.received.client.length === down));
        expect(numbers(path.received.agent)).toEqual(Array.from({ length: up }, (_, at) => at));
        expect(numbers(path.received.client)).toEqual(Array.from({ length: down }, (_, at) => at));
        // Whose last acknowledgement was lost, and who never repeats it, is only known by more traffic to have everything.
        expect(path.client.idle && (mute || path.agent.idle)).toBe(true);
      },
    ), { numRuns: 100 });
  });

  it('sends nothing twice over a path that loses nothing, however much it jitters below the timeout', () => {
    fc.assert(fc.property(fc.infiniteStream(fc.nat(60)), (dice) => {
      let last = 0;
      // As TCP does it: late ones hold up those behind them.
      const path = new SimulatedPath({ fate: (now) => ({ copies: [(last = Math.max(last, now + (dice.next().value as number))) - now] }) });
      for (const payload of numbered(500, 1024)) path.agent.send(1, payload);
      path.run(60_000, () => path.agent.idle);
      expect([path.received.client.length, path.sent]).toEqual([500, 500]);
    }), { numRuns: 30 });
  });

  it('goes on at once with a client that never repeats an acknowledgement, and soon forgets what it is in doubt of', () => {
    const path = new SimulatedPath({ mute: true, fate: steady(5) });
    for (const payload of numbered(6_000, 1024)) path.agent.send(1, payload);
    path.run(30_000, () => path.received.client.length >= 500);
    // What the client acknowledges from here on is lost with the connection.
    path.run(5.5);
    expect(path.received.client.length).toBeGreaterThan(600);
    path.cut();
    path.connect();
    const began = path.now;
    path.run(30_000, () => path.received.client.length === 6_000);
    expect(numbers(path.received.client)).toEqual(Array.from({ length: 6_000 }, (_, at) => at));
    expect(path.now - began).toBeLessThan(1_000);
    for (let second = 0; second < 60 && !path.agent.idle; second += 1) {
      path.agent.send(1, Buffer.from('0123'));
      path.run(1_000);
    }
    expect(path.agent.idle).toBe(true);
  });

  it('recovers 10 000 lost messages within 2 s at a round trip of 50 ms', () => {
    let lossy = true;
    const path = new SimulatedPath({ windowBytes: 32 << 20, fate: () => ({ copies: lossy ? [] : [25] }) });
    for (const payload of numbered(10_000, 1024)) path.agent.send(1, payload);
    path.run(50);
    path.cut();
    lossy = false;
    path.connect();
    const began = path.now;
    path.run(60_000, () => path.agent.idle);
    expect(path.received.client).toHaveLength(10_000);
    expect(path.now - began).toBeLessThan(2_000);
  });

  it('a lost message in the middle is there again within two round trips, and the window stays open', () => {
    let count = 0;
    const path = new SimulatedPath({ fate: () => (++count === 30 ? { copies: [] } : { copies: [25] }) });
    for (const payload of numbered(60, 1024)) path.agent.send(1, payload);
    path.run(200, () => path.agent.idle);
    expect(path.received.client).toHaveLength(60);
  });

  it('a reader that stalls costs each end at most a window, and the path next to nothing', () => {
    const accepts: (() => void)[] = [];
    const path = new SimulatedPath({ fate: steady(5), onData: (_end, _payload, accept) => accepts.push(accept) });
    for (const payload of numbered(4_000, 1024)) path.agent.send(1, payload);
    path.run(1_000);
    const before = path.sent;
    path.run(60_000);
    expect(path.client.heldBytes).toBeLessThanOrEqual(1 << 20);
    expect(path.sent - before).toBeLessThan(80);
    for (let at = 0; at < 4_000; at += 1) {
      accepts[at]?.();
      path.run(1);
    }
    path.run(10_000, () => path.agent.idle);
    expect(path.received.client).toHaveLength(4_000);
  });

  it('keeps the queue of a slow path short', () => {
    let free = 0;
    // 1 MB/s.
    const path = new SimulatedPath({ fate: (now, bytes) => ({ copies: [(free = Math.max(free, now) + bytes.length / 1000) - now + 10] }) });
    for (const payload of numbered(8_000, 1024)) path.agent.send(1, payload);
    path.run(3_000);
    expect(free - path.now).toBeLessThan(250);
    path.run(60_000, () => path.agent.idle);
    expect(path.received.client).toHaveLength(8_000);
    expect(path.now).toBeLessThan(14_000);
  });

  it('is quiet for as long as it is asked to, and goes on by itself', () => {
    const path = new SimulatedPath({ fate: steady(1) });
    path.agent.quiet(path.now, 100);
    path.agent.send(1, Buffer.from('0123'));
    path.run(99);
    expect(path.received.client).toEqual([]);
    path.run(5);
    expect(path.received.client).toHaveLength(1);
  });
});

it('slices cover the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 64 }), (bytes, size) => {
    const slices = [...payloadSlices(bytes, size)];
    expect(Buffer.concat(slices).equals(bytes)).toBe(true);
    expect(slices.every(({ length }) => length > 0 && length <= size)).toBe(true);
  }));
});
