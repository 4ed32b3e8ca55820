import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MESSAGE_TYPE, decodeAgentMessage } from '../../../../src/lib/protocol/agent-message.js';
import { parseAcknowledge } from '../../../../src/lib/protocol/payloads.js';
import { RoundTripEstimator, StreamReceiver, StreamSender, acknowledgeBytes, payloadSlices } from '../../../../src/lib/protocol/reliable-stream.js';

const ID = '00112233-4455-4677-8899-aabbccddee01';
const sender = (windowBytes?: number) => new StreamSender({ messageType: MESSAGE_TYPE.inputStreamData, newMessageId: () => ID, wallClock: () => 1_767_225_600_000, windowBytes });
const sequenceOf = (bytes: Buffer) => decodeAgentMessage(bytes).sequenceNumber;

describe('sender', () => {
  it('numbers from 0 and keeps until acknowledged', () => {
    const stream = sender();
    expect([stream.send(1, Buffer.from('a'), 0), stream.send(1, Buffer.from('b'), 0)].map(sequenceOf)).toEqual([0, 1]);
    expect(stream.acknowledge(1, 5)).toBe(true);
    expect(stream.acknowledge(1, 5)).toBe(false);
    expect(stream.idle).toBe(false);
    expect(stream.acknowledge(0, 5)).toBe(true);
    expect(stream.idle).toBe(true);
    expect(stream.nextDue).toBeUndefined();
  });
  it('resends every message past its timeout, not only the head', () => {
    const stream = sender();
    for (let at = 0; at < 5; at += 1) stream.send(1, Buffer.from([at]), 0);
    stream.acknowledge(2, 100);
    expect(stream.takeDue(199)).toEqual([]);
    expect(stream.nextDue).toBe(200);
    expect(stream.takeDue(200).map(sequenceOf)).toEqual([0, 1, 3, 4]);
    expect(stream.takeDue(201)).toEqual([]);
    expect(stream.takeDue(5_000).map(sequenceOf)).toEqual([0, 1, 3, 4]);
  });
  it('is not writable while the window is full', () => {
    const stream = sender(10);
    stream.send(1, Buffer.alloc(9), 0);
    expect(stream.writable).toBe(true);
    stream.send(1, Buffer.alloc(9), 0);
    expect(stream.writable).toBe(false);
    stream.acknowledge(0, 1);
    expect(stream.writable).toBe(true);
    expect(stream.inFlightBytes).toBe(9);
  });
  it('says since when it waits', () => {
    const stream = sender();
    expect(stream.waitingSince).toBeUndefined();
    stream.send(1, Buffer.alloc(1), 7);
    stream.send(1, Buffer.alloc(1), 9);
    stream.acknowledge(0, 10);
    stream.takeDue(5_000);
    expect(stream.waitingSince).toBe(9);
  });
  it('sets SYN on message 0 where asked to', () => {
    const stream = new StreamSender({ messageType: MESSAGE_TYPE.outputStreamData, newMessageId: () => ID, wallClock: () => 1, synFirst: true });
    expect([stream.send(1, Buffer.alloc(1), 0), stream.send(1, Buffer.alloc(1), 0)].map((bytes) => decodeAgentMessage(bytes).flags)).toEqual([1, 0]);
  });
});

it('the timeout follows the round trips of §4', () => {
  const trip = new RoundTripEstimator();
  expect(trip.rto).toBe(200);
  trip.sample(100);
  expect(trip.rto).toBe(110);
  trip.sample(20);
  expect([trip.variation, trip.rtt, trip.rto]).toEqual([20, 90, 170]);
  for (let at = 0; at < 50; at += 1) trip.sample(60_000);
  expect(trip.rto).toBe(1_000);
});

describe('receiver', () => {
  const messages = (count: number) => {
    const stream = sender();
    return Array.from({ length: count }, (_, at) => decodeAgentMessage(stream.send(1, Buffer.from([at]), 0)));
  };
  it('delivers in order, acknowledges early and late ones', () => {
    const [a, b, c] = messages(3);
    const receiver = new StreamReceiver();
    if (a === undefined || b === undefined || c === undefined) throw new Error('no messages');
    expect(receiver.accept(c)).toEqual({ deliver: [], acknowledge: true, kind: 'early' });
    expect(receiver.accept(c)).toEqual({ deliver: [], acknowledge: true, kind: 'duplicate' });
    expect(receiver.accept(a)).toEqual({ deliver: [a], acknowledge: true, kind: 'in-order' });
    expect(receiver.accept(b)).toEqual({ deliver: [b, c], acknowledge: true, kind: 'in-order' });
    for (let times = 0; times < 3; times += 1) expect(receiver.accept(a)).toEqual({ deliver: [], acknowledge: true, kind: 'duplicate' });
  });
  it('does not acknowledge what it has no room for, and takes it later', () => {
    const [a, b, c, d] = messages(4);
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('no messages');
    const receiver = new StreamReceiver({ holdMessages: 1 });
    receiver.accept(c);
    expect(receiver.accept(d)).toEqual({ deliver: [], acknowledge: false, kind: 'no-room' });
    expect(receiver.accept(a).deliver).toEqual([a]);
    expect(receiver.accept(b).deliver).toEqual([b, c]);
    expect(receiver.accept(d).deliver).toEqual([d]);
  });
  it('an acknowledgement names the message', () => {
    const [, b] = messages(2);
    if (b === undefined) throw new Error('no message');
    const acknowledgement = decodeAgentMessage(acknowledgeBytes(b, ID, 1));
    expect([acknowledgement.flags, parseAcknowledge(acknowledgement.payload).acknowledgedMessageSequenceNumber]).toEqual([3, 1]);
  });
});

it('over a path that loses, doubles and reorders, everything arrives once and in order', () => {
  fc.assert(fc.property(fc.infiniteStream(fc.nat(99)), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 50 }), (dice, count, window) => {
    const next = () => dice.next().value as number;
    const stream = sender(window);
    const receiver = new StreamReceiver({ holdMessages: 8 });
    const wire: Buffer[] = [];
    const arrived: number[] = [];
    let sent = 0;
    const put = (bytes: Buffer) => {
      const fate = next();
      if (fate >= 20) wire.push(bytes);
      if (fate >= 90) wire.push(bytes);
    };
    for (let now = 0; arrived.length < count || !stream.idle; now += 10) {
      if (now > 2_000_000) throw new Error('it does not end');
      while (sent < count && stream.writable) put(stream.send(1, Buffer.from([sent++]), now));
      for (const bytes of stream.takeDue(now)) put(bytes);
      for (let left = wire.length; left > 0; left -= 1) {
        const [bytes] = wire.splice(next() % wire.length, 1);
        if (bytes === undefined) continue;
        const message = decodeAgentMessage(bytes);
        const reception = receiver.accept(message);
        arrived.push(...reception.deliver.map(({ payload }) => payload[0] ?? -1));
        if (reception.acknowledge && next() >= 20) stream.acknowledge(message.sequenceNumber, now);
      }
    }
    expect(arrived).toEqual(Array.from({ length: count }, (_, at) => at));
  }), { numRuns: 60 });
});

it('slices cover the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 64 }), (bytes, size) => {
    const slices = [...payloadSlices(bytes, size)];
    expect(Buffer.concat(slices).equals(bytes)).toBe(true);
    expect(slices.every(({ length }) => length > 0 && length <= size)).toBe(true);
  }));
});
