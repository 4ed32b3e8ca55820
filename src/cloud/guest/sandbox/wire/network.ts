/** The worker's network: questions to the main thread, connections as open files of the guest. */
import type { PingReply, PingRequest, Resolution } from '../../../fabric/fabric.js';
import { SystemError } from '../system/errors.js';
import type { OpenFile } from '../system/open-file.js';
import type { Flows, FlowSender } from './flow.js';
import { FlowFile } from './flow-file.js';
import type { Answer, Answers, Question } from './messages.js';

/** What commands may do with the network; the fabric behind it decides every packet. */
export interface GuestNetwork {
  ping(request: PingRequest): Promise<PingReply | undefined>;
  resolve(name: string): Promise<Resolution>;
  /** Rejects with SystemError: ETIMEDOUT, ECONNREFUSED, ENETUNREACH, ECONNRESET. */
  connect(address: string, port: number, timeoutMs: number): Connecting;
}

export interface Connecting {
  readonly socket: Promise<OpenFile>;
  abandon(): void;
}

class SocketFile extends FlowFile {
  readonly kind = 'socket';
  private readonly sender: FlowSender;
  private readonly whenClosed: () => void;

  constructor(flows: Flows, name: string) {
    super(flows, `${name}.down`);
    this.sender = flows.send(`${name}.up`, () => this.changed.open());
    this.whenClosed = () => {
      this.sender.end();
      flows.cancel(`${name}.down`);
      flows.forget(`${name}.up`);
    };
  }

  override put(data: Uint8Array): number {
    if (this.sender.cancelled) throw new SystemError('EPIPE');
    return this.sender.put(data);
  }
  override writable(): Promise<void> {
    return this.changed.wait();
  }
  /** shutdown(2) of the writing half. */
  shutdown(): void {
    this.sender.end();
  }
  protected override closed(): void {
    this.whenClosed();
  }
}

export type { SocketFile };

export class PortNetwork implements GuestNetwork {
  private readonly flows: Flows;
  private readonly ask: (call: number, question: Question) => void;
  private readonly calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private next = 1;

  constructor(flows: Flows, ask: (call: number, question: Question) => void) {
    this.flows = flows;
    this.ask = ask;
  }

  private call<Q extends Question>(question: Q): Promise<Answers[Q['what']]> {
    const call = this.next;
    this.next += 1;
    return new Promise((resolve, reject) => {
      this.calls.set(call, { resolve, reject });
      this.ask(call, question);
    });
  }

  answer(answer: Answer): void {
    const waiting = this.calls.get(answer.call);
    this.calls.delete(answer.call);
    if (answer.error === undefined) waiting?.resolve(answer.value as never);
    else waiting?.reject(networkError(answer.error.code));
  }

  ping(request: PingRequest): Promise<PingReply | undefined> {
    return this.call({ what: 'ping', request });
  }

  resolve(name: string): Promise<Resolution> {
    return this.call({ what: 'resolve', name });
  }

  connect(address: string, port: number, timeoutMs: number): Connecting {
    const connection = this.next;
    const socket = new SocketFile(this.flows, `c${connection}`);
    const opened = this.call({ what: 'connect', connection, address, port, timeoutMs }).then(
      () => socket as OpenFile,
      (error: unknown) => {
        socket.retain().release();
        throw error;
      },
    );
    const abandon = (): void => {
      this.call({ what: 'abandon', connection }).catch(() => undefined);
    };
    return { socket: opened, abandon };
  }
}

function networkError(code: string): SystemError {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENETUNREACH':
    case 'ECONNRESET':
      return new SystemError(code);
    default:
      return new SystemError('ETIMEDOUT');
  }
}
