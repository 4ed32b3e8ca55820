import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { readMessage } from '../../../../src/cloud/messages/frame.js';
import { Hop } from '../../../../src/cloud/messages/hop.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One direction of a wire: what is written goes to `deliver`, or is lost. */
class Wire {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  paused = false;
  readonly sent: Buffer[] = [];
  deliver: (bytes: Buffer) => void = () => undefined;

  send(bytes: Buffer): void {
    this.sent.push(bytes);
    this.deliver(bytes);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  get socket(): WebSocket {
    return this as unknown as WebSocket;
  }
}

interface Pair {
  readonly agent: Hop;
  readonly service: Hop;
  readonly up: Wire;
  readonly down: Wire;
  readonly received: string[];
  readonly accepts: (() => void)[];
}

/** An agent that sends and a service that receives; `loses` says which messages of the wire are dropped. */
function pair(loses: () => boolean = () => false, accepting = true): Pair {
  const up = new Wire();
  const down = new Wire();
  const received: string[] = [];
  const accepts: (() => void)[] = [];
  const agent = new Hop({ sends: 'output_stream_data', now: Date.now, onData: (_type, _payload, accept) => accept() });
  const service = new Hop({
    sends: 'input_stream_data', now: Date.now,
    onData: (_type, payload, accept) => {
      received.push(payload.toString());
      if (accepting) accept();
      else accepts.push(accept);
    },
  });
  const route = (wire: Wire, to: Hop): void => {
    wire.deliver = (bytes) => {
      const message = readMessage(bytes);
      if (message === undefined) throw new Error('no message');
      if (!loses()) to.receive(message);
    };
  };
  route(up, service);
  route(down, agent);
  agent.attach(up.socket);
  service.attach(down.socket);
  return { agent, service, up, down, received, accepts };
}

it('delivers everything once and in order over a wire that loses messages both ways', () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (losses, count) => {
    let at = 0;
    const { agent, received } = pair(() => losses[at++] === true);
    const expected = Array.from({ length: count }, (_, index) => `m${index}`);
    for (const text of expected) agent.send(1, Buffer.from(text));
    vi.advanceTimersByTime(120_000);
    expect(received).toEqual(expected);
    expect(agent.idle).toBe(true);
  }), { numRuns: 50 });
});

it('acknowledges a duplicate again, and only after a few milliseconds', () => {
  const { agent, service, up, down } = pair();
  agent.send(1, Buffer.from('x'));
  expect(down.sent).toHaveLength(0);
  vi.advanceTimersByTime(10);
  expect(down.sent).toHaveLength(1);
  const message = readMessage(up.sent[0] ?? Buffer.alloc(0));
  if (message === undefined) throw new Error('nothing was sent');
  service.receive(message);
  vi.advanceTimersByTime(10);
  expect(down.sent).toHaveLength(2);
  expect(readMessage(down.sent[1] ?? Buffer.alloc(0))?.flags).toBe(3);
});

it('gives no credit, and no second delivery, for what nobody has room for', () => {
  const { agent, received, accepts, down } = pair(undefined, false);
  agent.send(1, Buffer.from('x'));
  vi.advanceTimersByTime(5000);
  expect(received).toEqual(['x']);
  expect(down.sent).toEqual([]);
  accepts[0]?.();
  vi.advanceTimersByTime(10);
  expect(agent.idle).toBe(true);
});

it('has at most a window on its way, and admits in order as it moves on', () => {
  const { agent, up, accepts } = pair(undefined, false);
  const admitted: number[] = [];
  const size = 64 << 10;
  for (let index = 0; index < 64; index += 1) agent.send(1, Buffer.alloc(size), () => admitted.push(index));
  expect(up.sent.length * size).toBeLessThanOrEqual(1 << 20);
  expect(admitted.length).toBeLessThan(20);
  for (let round = 0; round < 64; round += 1) {
    accepts.shift()?.();
    vi.advanceTimersByTime(5);
  }
  vi.advanceTimersByTime(1000);
  expect(admitted).toEqual(Array.from({ length: 64 }, (_, index) => index));
  expect(agent.idle).toBe(true);
});

it('stops reading from a peer that goes on without credit', () => {
  const { agent, service, down, accepts } = pair(undefined, false);
  const frames: Buffer[] = [];
  const wire = new Wire();
  wire.deliver = (bytes) => void frames.push(bytes);
  agent.close();
  const flood = new Hop({ sends: 'output_stream_data', now: Date.now, onData: () => undefined });
  flood.attach(wire.socket);
  for (let index = 0; index < 80; index += 1) {
    flood.send(1, Buffer.alloc(64 << 10));
    const message = readMessage(frames.at(-1) ?? Buffer.alloc(0));
    if (message !== undefined) {
      service.receive(message);
      // Acknowledged behind the service's back: this sender has no window.
      const { sequenceNumber, messageId } = message;
      const acknowledged = { AcknowledgedMessageType: 'output_stream_data', AcknowledgedMessageId: messageId, AcknowledgedMessageSequenceNumber: sequenceNumber };
      flood.receive({ ...message, messageType: 'acknowledge', payload: Buffer.from(JSON.stringify(acknowledged)) });
    }
  }
  expect(down.paused).toBe(true);
  for (const accept of accepts) accept();
  expect(down.paused).toBe(false);
  flood.close();
});

it('sends what was not acknowledged again when it goes on over another websocket', () => {
  const { agent, service, received } = pair(() => true);
  agent.send(1, Buffer.from('a'));
  agent.send(1, Buffer.from('b'));
  expect(received).toEqual([]);
  agent.detach();
  const next = new Wire();
  next.deliver = (bytes) => {
    const message = readMessage(bytes);
    if (message !== undefined) service.receive(message);
  };
  agent.attach(next.socket);
  expect(received).toEqual(['a', 'b']);
});
