/** Pipes: a bounded queue of bytes with a reading and a writing end, as pipe(7). */
import { SystemError } from './errors.js';
import { END_OF_FILE, OpenFile } from './open-file.js';
import { Gate } from './schedule.js';

const CAPACITY = 65536;

/** Chunks in order, taken in pieces without copying. */
export class ByteQueue {
  private chunks: Uint8Array[] = [];
  private head = 0;
  length = 0;

  push(data: Uint8Array): void {
    if (data.length === 0) return;
    this.chunks.push(data);
    this.length += data.length;
  }

  unshift(data: Uint8Array): void {
    if (data.length === 0) return;
    if (this.head > 0) {
      this.head -= 1;
      this.chunks[this.head] = data;
    } else {
      this.chunks.unshift(data);
    }
    this.length += data.length;
  }

  /** At most `max` bytes of the first chunk. */
  take(max: number): Uint8Array {
    const first = this.chunks[this.head];
    if (first === undefined) return END_OF_FILE;
    if (first.length <= max) {
      this.head += 1;
      if (this.head > 256) {
        this.chunks = this.chunks.slice(this.head);
        this.head = 0;
      }
      this.length -= first.length;
      return first;
    }
    this.chunks[this.head] = first.subarray(max);
    this.length -= max;
    return first.subarray(0, max);
  }

  drain(): Uint8Array {
    const all = Buffer.concat(this.chunks.slice(this.head));
    this.clear();
    return all;
  }

  clear(): void {
    this.chunks = [];
    this.head = 0;
    this.length = 0;
  }
}

interface PipeState {
  readonly queue: ByteQueue;
  readonly changed: Gate;
  reading: boolean;
  writing: boolean;
}

class ReadEnd extends OpenFile {
  readonly kind = 'pipe';
  private readonly pipe: PipeState;
  constructor(pipe: PipeState) {
    super();
    this.pipe = pipe;
  }
  override take(max: number): Uint8Array | undefined {
    if (this.pipe.queue.length === 0) return this.pipe.writing ? undefined : END_OF_FILE;
    const data = this.pipe.queue.take(max);
    this.pipe.changed.open();
    return data;
  }
  override readable(): Promise<void> {
    return this.pipe.changed.wait();
  }
  override unread(data: Uint8Array): void {
    this.pipe.queue.unshift(data);
    this.pipe.changed.open();
  }
  protected override closed(): void {
    this.pipe.reading = false;
    this.pipe.queue.clear();
    this.pipe.changed.open();
  }
}

class WriteEnd extends OpenFile {
  readonly kind = 'pipe';
  private readonly pipe: PipeState;
  constructor(pipe: PipeState) {
    super();
    this.pipe = pipe;
  }
  override put(data: Uint8Array): number {
    if (!this.pipe.reading) throw new SystemError('EPIPE');
    const room = CAPACITY - this.pipe.queue.length;
    if (room <= 0) return 0;
    // A copy: the writer may use its buffer again.
    const piece = Uint8Array.prototype.slice.call(data, 0, room);
    this.pipe.queue.push(piece);
    this.pipe.changed.open();
    return piece.length;
  }
  override writable(): Promise<void> {
    return this.pipe.changed.wait();
  }
  protected override closed(): void {
    this.pipe.writing = false;
    this.pipe.changed.open();
  }
}

export function createPipe(): { readonly reader: OpenFile; readonly writer: OpenFile } {
  const pipe: PipeState = { queue: new ByteQueue(), changed: new Gate(), reading: true, writing: true };
  return { reader: new ReadEnd(pipe), writer: new WriteEnd(pipe) };
}
