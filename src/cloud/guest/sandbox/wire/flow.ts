/** Byte flows across a MessagePort with credit windows: an unread flow stalls its sender, not memory. */
import type { FlowMessage } from './messages.js';

/** Bytes that may be on the way or unread per flow. */
export const WINDOW = 256 * 1024;

export type Post = (message: FlowMessage, transfer?: readonly ArrayBuffer[]) => void;

/** The sending side. `put` takes what fits into the window. */
export class FlowSender {
  private readonly name: string;
  private readonly post: Post;
  private readonly whenCredit: () => void;
  private credit = WINDOW;
  private ended = false;
  cancelled = false;

  constructor(name: string, post: Post, whenCredit: () => void) {
    this.name = name;
    this.post = post;
    this.whenCredit = whenCredit;
  }

  put(data: Uint8Array): number {
    if (this.ended || this.cancelled) return data.length;
    const length = Math.min(data.length, this.credit);
    if (length === 0) return 0;
    this.credit -= length;
    // Copied into memory of its own, so that the whole buffer can be handed over.
    const bytes = Uint8Array.prototype.slice.call(data, 0, length);
    this.post({ type: 'data', flow: this.name, bytes }, bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : []);
    return length;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.cancelled) this.post({ type: 'end', flow: this.name });
  }

  onCredit(bytes: number): void {
    this.credit += bytes;
    this.whenCredit();
  }

  onCancel(): void {
    this.cancelled = true;
    this.whenCredit();
  }
}

/** The receiving side's callbacks; `consumed` gives credit back. */
export interface FlowReceiver {
  data(bytes: Uint8Array, consumed: () => void): void;
  end(): void;
}

/** All flows of one port. */
export class Flows {
  private readonly post: Post;
  private readonly senders = new Map<string, FlowSender>();
  private readonly receivers = new Map<string, FlowReceiver>();

  constructor(post: Post) {
    this.post = post;
  }

  send(name: string, whenCredit: () => void): FlowSender {
    const sender = new FlowSender(name, this.post, whenCredit);
    this.senders.set(name, sender);
    return sender;
  }

  receive(name: string, receiver: FlowReceiver): void {
    this.receivers.set(name, receiver);
  }

  /** Tells the sender to stop, and forgets the flow. */
  cancel(name: string): void {
    if (this.receivers.delete(name)) this.post({ type: 'cancel', flow: name });
  }

  forget(name: string): void {
    this.senders.delete(name);
    this.receivers.delete(name);
  }

  handle(message: FlowMessage): void {
    const name = message.flow;
    switch (message.type) {
      case 'data': {
        const size = message.bytes.length;
        const receiver = this.receivers.get(name);
        // Late data of a cancelled flow still gives its credit back, so that the sender can end.
        const consumed = (): void => this.post({ type: 'credit', flow: name, bytes: size });
        if (receiver === undefined) consumed();
        else receiver.data(message.bytes, consumed);
        break;
      }
      case 'end': {
        const receiver = this.receivers.get(name);
        this.receivers.delete(name);
        receiver?.end();
        break;
      }
      case 'credit':
        this.senders.get(name)?.onCredit(message.bytes);
        break;
      case 'cancel':
        this.senders.get(name)?.onCancel();
        this.senders.delete(name);
        break;
    }
  }
}
