/** What comes over the port as an open file of the guest: read as it comes, and the sender's credit given back once it is read. */
import { END_OF_FILE, OpenFile } from '../system/open-file.js';
import { ByteQueue } from '../system/pipe.js';
import { Gate } from '../system/schedule.js';
import type { Flows } from './flow.js';

export abstract class FlowFile extends OpenFile {
  /** Opens when there is something to read, or an end. */
  protected readonly changed = new Gate();
  private readonly queue = new ByteQueue();
  private over = false;
  private owed: (() => void)[] = [];

  /** Receives the flow of this name. */
  constructor(flows: Flows, name: string) {
    super();
    flows.receive(name, {
      data: (bytes, consumed) => {
        this.queue.push(bytes);
        this.owed.push(consumed);
        this.changed.open();
      },
      end: () => {
        this.over = true;
        this.changed.open();
      },
    });
  }

  override take(max: number): Uint8Array | undefined {
    if (this.queue.length === 0) return this.over ? END_OF_FILE : undefined;
    const data = this.queue.take(max);
    if (this.queue.length === 0) {
      for (const consumed of this.owed) consumed();
      this.owed = [];
    }
    return data;
  }
  override unread(data: Uint8Array): void {
    this.queue.unshift(data);
    this.changed.open();
  }
  override readable(): Promise<void> {
    return this.changed.wait();
  }
}
