/** Flows as Node streams, for the main thread's side of a guest process. */
import { Readable, Writable } from 'node:stream';
import type { Flows, FlowSender } from './flow.js';

/** A Writable whose bytes go out as a flow. */
export function writableFlow(flows: Flows, name: string): Writable {
  let sender: FlowSender | undefined;
  let waiting: (() => void) | undefined;
  sender = flows.send(name, () => {
    const resume = waiting;
    waiting = undefined;
    resume?.();
  });
  const push = (bytes: Uint8Array, done: () => void): void => {
    const taken = sender.put(bytes);
    if (taken === bytes.length) done();
    else waiting = () => push(bytes.subarray(taken), done);
  };
  return new Writable({
    highWaterMark: 65536,
    write(chunk: Buffer, _encoding, callback) {
      push(chunk, () => callback());
    },
    final(callback) {
      sender.end();
      callback();
    },
    destroy(error, callback) {
      sender.end();
      flows.forget(name);
      callback(error);
    },
  });
}

/** A Readable fed by a flow; credit goes back as it is read. `cut` ends it from this side (the worker died). */
export function readableFlow(flows: Flows, name: string): { readonly stream: Readable; readonly cut: () => void } {
  let owed: (() => void)[] = [];
  let over = false;
  const stream = new Readable({
    highWaterMark: 65536,
    read() {
      const pay = owed;
      owed = [];
      for (const consumed of pay) consumed();
    },
    destroy(error, callback) {
      flows.cancel(name);
      callback(error);
    },
  });
  const cut = (): void => {
    if (over || stream.destroyed) return;
    over = true;
    stream.push(null);
  };
  flows.receive(name, {
    data(bytes, consumed) {
      if (over || stream.destroyed) consumed();
      else if (stream.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) consumed();
      else owed.push(consumed);
    },
    end: cut,
  });
  return { stream, cut };
}
