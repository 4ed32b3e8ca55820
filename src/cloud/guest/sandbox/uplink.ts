/** Carries out, in the main thread, what a worker asks of the network: every packet goes through the fabric. */
import type { Duplex } from 'node:stream';
import { type Fabric, FabricError } from '../../fabric/fabric.js';
import type { Flows } from './wire/flow.js';
import type { Answer, Question } from './wire/messages.js';

export class Uplink {
  private readonly fabric: Fabric;
  private readonly networkInterfaceId: string;
  private readonly flows: Flows;
  private readonly post: (answer: Answer) => void;
  private readonly connections = new Map<number, { readonly abort: AbortController; stream?: Duplex }>();
  private closed = false;

  constructor(fabric: Fabric, networkInterfaceId: string, flows: Flows, post: (answer: Answer) => void) {
    this.fabric = fabric;
    this.networkInterfaceId = networkInterfaceId;
    this.flows = flows;
    this.post = post;
  }

  ask(call: number, question: Question): void {
    this.run(question).then(
      (value) => this.post({ type: 'answer', call, value }),
      (error: unknown) => {
        const code = error instanceof FabricError ? error.code : 'ETIMEDOUT';
        this.post({ type: 'answer', call, error: { code, message: error instanceof Error ? error.message : String(error) } });
      },
    );
  }

  private async run(question: Question): Promise<unknown> {
    const from = { networkInterfaceId: this.networkInterfaceId };
    switch (question.what) {
      case 'ping':
        return this.fabric.ping(from, question.request);
      case 'resolve':
        return this.fabric.resolve(from, question.name);
      case 'connect':
        return this.connect(question);
      default:
        this.connections.get(question.connection)?.abort.abort();
        return undefined;
    }
  }

  private async connect(question: Extract<Question, { what: 'connect' }>): Promise<void> {
    const { connection, address, port, timeoutMs } = question;
    const abort = new AbortController();
    const entry: { readonly abort: AbortController; stream?: Duplex } = { abort };
    this.connections.set(connection, entry);
    try {
      const stream = await this.fabric.connect({ networkInterfaceId: this.networkInterfaceId }, { address, port }, { timeoutMs, signal: abort.signal });
      if (abort.signal.aborted || this.closed) {
        stream.destroy();
        this.connections.delete(connection);
        return;
      }
      entry.stream = stream;
      this.carry(connection, stream);
    } catch (error) {
      this.connections.delete(connection);
      throw error;
    }
  }

  /** Both directions of one connection as flows. */
  private carry(connection: number, stream: Duplex): void {
    const up = `c${connection}.up`;
    const down = `c${connection}.down`;
    const sender = this.flows.send(down, () => {
      if (sender.cancelled) stream.destroy();
      else pump();
    });
    let rest: Buffer | undefined;
    let finished = false;
    const pump = (): void => {
      for (;;) {
        rest ??= (stream.read() as Buffer | null) ?? undefined;
        if (rest === undefined) {
          if (finished) over();
          return;
        }
        const taken = sender.put(rest);
        rest = taken === rest.length ? undefined : rest.subarray(taken);
        if (rest !== undefined) return;
      }
    };
    const over = (): void => {
      sender.end();
      this.flows.cancel(up);
      this.flows.forget(down);
      this.connections.delete(connection);
    };
    stream.on('readable', pump);
    stream.on('end', () => {
      if (rest === undefined) sender.end();
    });
    stream.on('error', () => undefined);
    stream.on('close', () => {
      finished = true;
      // What was read and has no credit yet still goes out.
      if (rest === undefined || sender.cancelled) over();
    });
    this.flows.receive(up, {
      data: (bytes, consumed) => {
        if (stream.writableEnded || stream.destroyed) consumed();
        else stream.write(bytes, () => consumed());
      },
      end: () => stream.end(),
    });
    pump();
  }

  close(): void {
    this.closed = true;
    for (const { abort, stream } of this.connections.values()) {
      abort.abort();
      stream?.destroy();
    }
    this.connections.clear();
  }
}
