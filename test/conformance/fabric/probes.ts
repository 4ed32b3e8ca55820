/** A fabric with the lab on it, and probes whose outcome is one short text: what a user at the instance would see. */
import type { Duplex } from 'node:stream';
import type { Fabric, InternetHost, OnConnection, Source } from '../../../src/cloud/fabric/fabric.js';
import { FabricError, INTERNET } from '../../../src/cloud/fabric/fabric.js';
import type { Change } from './lab-network.js';
import { changed, LAB, REGION } from './lab-network.js';

export type Actor = 'one' | 'two' | 'three' | 'four' | 'five' | 'laptop';

export interface FabricUnderTest {
  readonly fabric: Fabric;
  /** How long nothing has to come before a probe calls it silence, milliseconds. */
  readonly silenceMs: number;
  /** Lets this much time go by without waiting for it; absent where the clock is the kernel's. */
  readonly advance?: ((seconds: number) => void) | undefined;
}

/** How many times the silence may take what has to come. */
export const PATIENCE = 10;

export const SERVICE = { ssm: '198.19.0.10', ssmmessages: '198.19.0.11', ec2messages: '198.19.0.12', s3: '198.19.0.200' } as const;
/** Ports that every guest of the lab listens on. */
const GUEST_PORTS = [22, 8080];

/** Greets with the address that it sees and how it was reached, then echoes. */
export const greet: OnConnection = (stream, peer) => {
  stream.write(`${peer.address}${peer.vpcEndpointId === undefined ? '' : ` by ${peer.vpcEndpointId}`}\n`);
  stream.pipe(stream);
};

export function serviceHost(service: keyof typeof SERVICE): InternetHost {
  return {
    addresses: [SERVICE[service]], names: [`${service}.${REGION}.amazonaws.com`], tcp: new Map([[443, greet]]), answersPing: false,
    serviceName: `com.amazonaws.${REGION}.${service}`,
  };
}

export class Lab {
  readonly fabric: Fabric;
  readonly advance: FabricUnderTest['advance'];
  readonly #silenceMs: number;
  #changes: readonly Change[] = [];

  constructor({ fabric, silenceMs, advance }: FabricUnderTest) {
    this.fabric = fabric;
    this.advance = advance;
    this.#silenceMs = silenceMs;
  }

  async start(changes: readonly Change[] = []): Promise<void> {
    await this.change(...changes);
    await this.fabric.serve(REGION, (Object.keys(SERVICE) as (keyof typeof SERVICE)[]).map(serviceHost));
    await this.fabric.serveMetadata(REGION, (stream, peer) => stream.end(`metadata for ${peer.networkInterfaceId}\n`));
    const actors = ['one', 'two', 'three', 'four', 'five'] as const;
    await Promise.all(actors.flatMap((actor) => GUEST_PORTS.map((port) => this.fabric.listen({ networkInterfaceId: LAB.eni[actor], port }, greet))));
  }

  /** The lab with these changes, and only these. */
  async change(...changes: readonly Change[]): Promise<void> {
    this.#changes = changes;
    await this.fabric.apply(changed(...changes));
  }

  /** One more change on top. */
  async also(change: Change): Promise<void> {
    await this.change(...this.#changes, change);
  }

  /** Lets so many seconds of silence go by: those of a clock that can be turned, else one's own. */
  async idle(seconds: number): Promise<void> {
    if (this.advance === undefined) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    else this.advance(seconds);
  }

  source(actor: Actor): Source {
    return actor === 'laptop' ? { internet: INTERNET.laptop } : { networkInterfaceId: LAB.eni[actor] };
  }

  /** A connection that has to come about. */
  connect(actor: Actor, address: string, port: number): Promise<Duplex> {
    return this.fabric.connect(this.source(actor), { address, port }, { timeoutMs: this.#silenceMs * PATIENCE });
  }

  /** `open: WHO IS SEEN`, `refused` or `silent`. */
  async tcp(actor: Actor, address: string, port: number): Promise<string> {
    try {
      const stream = await this.fabric.connect(this.source(actor), { address, port }, { timeoutMs: this.#silenceMs });
      const greeting = await line(stream);
      stream.destroy();
      return `open: ${greeting}`;
    } catch (error) {
      if (error instanceof FabricError && error.code === 'ETIMEDOUT') return 'silent';
      if (error instanceof FabricError && error.code === 'ECONNREFUSED') return 'refused';
      throw error;
    }
  }

  /** `ttl N`, `KIND from ADDRESS` or `silent`. */
  async ping(actor: Actor, to: string, more: { readonly ttl?: number; readonly size?: number; readonly dontFragment?: boolean } = {}): Promise<string> {
    const request = { to, ttl: 64, size: 56, sequence: 1, identifier: 7, timeoutMs: this.#silenceMs, ...more };
    const reply = await this.fabric.ping(this.source(actor), request);
    if (reply === undefined) return 'silent';
    return reply.kind === 'echo-reply' ? `ttl ${reply.ttl}` : `${reply.kind} from ${reply.from}`;
  }

  /** The addresses, `nxdomain` or `silent`. */
  async resolve(actor: Actor, name: string): Promise<string> {
    const resolution = await this.fabric.resolve(this.source(actor), name);
    return resolution.kind === 'addresses' ? resolution.addresses.join(' ') : resolution.kind;
  }

  /** Whether something written is echoed, on a connection to {@link greet}: `alive`, or `stalled` when nothing comes. */
  async echo(stream: Duplex, text: string): Promise<string> {
    stream.write(`${text}\n`);
    return (await this.hear(stream)) === text ? 'alive' : 'stalled';
  }

  /** The next line within the silence; undefined when none comes. */
  async hear(stream: Duplex): Promise<string | undefined> {
    try {
      return await line(stream, AbortSignal.timeout(this.#silenceMs));
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') return undefined;
      throw error;
    }
  }
}

const PARTIAL = new WeakMap<Duplex, string>();

/** The next line of a stream; what follows stays for the next call. Rejects when the stream ends or fails, or the signal comes, first. */
export function line(stream: Duplex, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (then: () => void): void => {
      for (const [name, listener] of listeners) stream.off(name, listener);
      signal?.removeEventListener('abort', onAbort);
      then();
    };
    const read = (): void => {
      const text = (PARTIAL.get(stream) ?? '') + ((stream.read() as Buffer | null)?.toString() ?? '');
      const end = text.indexOf('\n');
      PARTIAL.set(stream, end < 0 ? text : text.slice(end + 1));
      if (end >= 0) finish(() => resolve(text.slice(0, end)));
    };
    const onAbort = (): void => finish(() => reject(signal?.reason as Error));
    signal?.addEventListener('abort', onAbort);
    const fail = (error?: Error): void => finish(() => reject(error ?? new Error('the stream ended')));
    const listeners: [string, (error?: Error) => void][] = [['readable', read], ['end', fail], ['close', fail], ['error', fail]];
    for (const [name, listener] of listeners) stream.on(name, listener);
    read();
  });
}
