/** Two ends of a stream over a path in virtual time that a test may have lose, double, delay, reorder and cut. */
import { decodeAgentMessage, MESSAGE_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { ReliableStream } from '../../../../src/lib/protocol/reliable-stream.js';

export interface Fate {
  /** Milliseconds each copy takes; no copy: lost. */
  readonly copies: readonly number[];
}

export interface PathOptions {
  readonly fate: (now: number, bytes: Buffer) => Fate;
  readonly windowBytes?: number;
  /** The client drops what it has received before without a word, as AWS's plugin does. */
  readonly mute?: boolean;
  /** Called with each delivery; default accepts at once. */
  readonly onData?: (end: 'client' | 'agent', payload: Buffer, accept: () => void) => void;
}

interface Flight {
  readonly at: number;
  readonly order: number;
  readonly to: 'client' | 'agent';
  readonly bytes: Buffer;
  readonly connection: number;
}

export class SimulatedPath {
  now = 1_000;
  readonly client: ReliableStream;
  readonly agent: ReliableStream;
  readonly received = { client: [] as Buffer[], agent: [] as Buffer[] };
  /** Stream messages put on the path, repeats included. */
  sent = 0;
  readonly #options: PathOptions;
  #flights: Flight[] = [];
  #order = 0;
  #connection = 0;
  #connected = true;

  constructor(options: PathOptions) {
    this.#options = options;
    const end = (name: 'client' | 'agent'): ReliableStream => {
      let ids = 0;
      const stream = new ReliableStream({
        sends: name === 'client' ? MESSAGE_TYPE.inputStreamData : MESSAGE_TYPE.outputStreamData,
        newMessageId: () => `00000000-0000-4000-8000-${(ids++).toString(16).padStart(12, '0')}`,
        wallClock: () => 1_767_225_600_000,
        windowBytes: options.windowBytes,
        onData: (_type, payload, accept) => {
          this.received[name].push(payload);
          if (options.onData === undefined) accept();
          else options.onData(name, payload, accept);
        },
      });
      stream.connect(this.now);
      return stream;
    };
    this.client = end('client');
    this.agent = end('agent');
  }

  /** Everything on its way is gone; nothing passes until {@link connect}. */
  cut(): void {
    this.#connected = false;
    this.#flights = [];
    this.client.disconnect();
    this.agent.disconnect();
  }

  connect(): void {
    this.#connection += 1;
    this.#connected = true;
    this.client.connect(this.now);
    this.agent.connect(this.now);
  }

  /** Goes on for so long, or until it holds. */
  run(milliseconds: number, until: () => boolean = () => false): void {
    const end = this.now + milliseconds;
    while (this.now < end && !until()) {
      this.#poll('client');
      this.#poll('agent');
      const next = Math.min(end, this.#flights[0]?.at ?? end, this.client.nextPoll ?? end, this.agent.nextPoll ?? end);
      this.now = Math.max(this.now + 0.01, next);
      while ((this.#flights[0]?.at ?? Number.POSITIVE_INFINITY) <= this.now) {
        const flight = this.#flights.shift();
        if (flight === undefined || flight.connection !== this.#connection || !this.#connected) continue;
        const message = decodeAgentMessage(flight.bytes);
        const again = message.messageType !== MESSAGE_TYPE.acknowledge && message.sequenceNumber < this.received[flight.to].length;
        if (!again || this.#options.mute !== true || flight.to !== 'client') this[flight.to].receive(message, this.now);
        this.#poll(flight.to);
      }
    }
  }

  #poll(from: 'client' | 'agent'): void {
    for (const bytes of this[from].poll(this.now)) {
      if (bytes.toString('latin1', 4, 15) !== MESSAGE_TYPE.acknowledge) this.sent += 1;
      if (!this.#connected) continue;
      for (const delay of this.#options.fate(this.now, bytes).copies) {
        this.#insert({ at: this.now + delay, order: this.#order++, to: from === 'client' ? 'agent' : 'client', bytes, connection: this.#connection });
      }
    }
  }

  #insert(flight: Flight): void {
    let at = this.#flights.length;
    while (at > 0 && (this.#flights[at - 1]?.at ?? 0) > flight.at) at -= 1;
    this.#flights.splice(at, 0, flight);
  }
}
