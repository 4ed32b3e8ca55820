/** The same flows on the computed fabric. Also bundled with a rule of `lib/vpc` switched off (mutants.ts). */
import type { Duplex } from 'node:stream';
import { createComputedFabric } from '../../../../src/cloud/fabric/computed/fabric.js';
import { type Fabric, FabricError, INTERNET, type InternetHost, type Listener, type OnConnection, type Source } from '../../../../src/cloud/fabric/fabric.js';
import { judge } from '../../../../src/cloud/fabric/computed/connections.js';
import { Conversation } from '../../../../src/cloud/fabric/computed/conversation.js';
import { PortTable } from '../../../../src/cloud/fabric/computed/ports.js';
import { addressOf, formatAddress } from '../../../../src/lib/net/address.js';
import { PROTOCOL } from '../../../../src/lib/net/flow.js';
import { NAT_PORTS } from '../../../../src/lib/net/port.js';
import type { NetworkModel } from '../../../../src/lib/vpc/model.js';
import { indexModel, type Network } from '../../../../src/lib/vpc/network.js';
import { REGION } from '../lab-network.js';
import type { Flow } from './flows.js';
import { ECHO_PORT, GUEST_TCP, HOSTS, S3_SERVICE, SSM_SERVICE } from './hosts.js';
import { pingText, SILENT, type Verdicts } from './verdicts.js';

/** Nothing is under way between two turns of the event loop. */
const SILENCE_MS = 2;
const TURNS = 20;
const ECHOING: readonly string[] = [HOSTS.echo, HOSTS.s3, HOSTS.ssm];

const greet: OnConnection = (stream, peer) => {
  stream.on('error', () => undefined);
  stream.write(`${peer.address}\n`);
  stream.pipe(stream);
};

export function internetHosts(): InternetHost[] {
  const host = (addresses: readonly string[], name: string, more: Partial<InternetHost> = {}): InternetHost => ({ addresses, names: [name], tcp: new Map([[443, greet]]), answersPing: true, ...more });
  return [
    // Its endpoints lead to 443 only, whatever else it listens on (P12).
    host([HOSTS.ssm], `ssm.${REGION}.amazonaws.com`, { serviceName: SSM_SERVICE, answersPing: false, tcp: new Map([[22, greet], [443, greet]]) }),
    host([HOSTS.s3], `s3.${REGION}.amazonaws.com`, { serviceName: S3_SERVICE }),
    host([HOSTS.echo, ...HOSTS.privateOnes, HOSTS.linkLocal], 'echo.example'),
    host(HOSTS.sizes, 'sizes.example', { tcp: new Map() }),
  ];
}

const sourceOf = (flow: Flow): Source => (flow.guest === undefined ? { internet: flow.internet ?? INTERNET.laptop } : { networkInterfaceId: flow.guest });

export class ComputedSide {
  readonly #fabric: Fabric = createComputedFabric({
    log: (line) => {
      throw new Error(line);
    },
    now: () => performance.now() + this.#ahead,
  });
  #ahead = 0;
  readonly #held = new Map<number, Duplex>();
  #network: Network | undefined;
  /** Of guests that are up. */
  readonly #listeners = new Map<string, readonly Listener[]>();

  static async start(): Promise<ComputedSide> {
    const side = new ComputedSide();
    await side.#fabric.serve(REGION, internetHosts());
    await side.#fabric.serveMetadata(REGION, (stream, peer) => stream.end(`${peer.networkInterfaceId}\n`));
    return side;
  }

  async apply(model: NetworkModel): Promise<void> {
    await this.#fabric.apply(model);
    this.#network = indexModel(model);
    const up = new Set(model.networkInterfaces.filter((each) => each.interfaceType === 'interface' && (each.deviceIndex ?? 0) === 0 && each.up).map((each) => each.networkInterfaceId));
    for (const [id, listeners] of this.#listeners) {
      if (up.has(id)) continue;
      // They went with its power; without the rules that say so they would still be there.
      for (const listener of listeners) listener.close();
      this.#listeners.delete(id);
    }
    await Promise.all([...up].filter((id) => !this.#listeners.has(id)).map(async (networkInterfaceId) => {
      this.#listeners.set(networkInterfaceId, await Promise.all(GUEST_TCP.map((port) => this.#fabric.listen({ networkInterfaceId, port }, greet))));
    }));
  }

  /** `held` stay, for {@link talk}. */
  async run(flows: readonly Flow[], held: readonly Flow[] = []): Promise<Verdicts> {
    const all = [...flows.map((flow) => ({ flow, hold: false })), ...held.map((flow) => ({ flow, hold: true }))];
    return new Map(await Promise.all(all.map(async ({ flow, hold }) => [flow.id, await this.#one(flow, hold)] as const)));
  }

  async #one(flow: Flow, hold: boolean): Promise<string> {
    switch (flow.kind) {
      case 'tcp':
        return this.#tcp(flow, hold);
      case 'udp':
        return this.#udp(flow);
      case 'icmp':
        return pingText(await this.#fabric.ping(sourceOf(flow), { ...flow, sequence: 1, identifier: 1, timeoutMs: SILENCE_MS }));
      case 'dns':
    }
    const resolution = await this.#fabric.resolve(sourceOf(flow), flow.name);
    return resolution.kind === 'addresses' ? resolution.addresses.join(' ') : resolution.kind;
  }

  async #tcp(flow: Flow & { readonly kind: 'tcp' | 'udp' }, hold: boolean): Promise<string> {
    try {
      const stream = await this.#fabric.connect(sourceOf(flow), { address: flow.to, port: flow.port }, { timeoutMs: SILENCE_MS });
      const greeting = await heard(stream);
      if (hold) this.#held.set(flow.id, stream);
      else stream.destroy();
      return greeting === undefined ? SILENT : `open: ${greeting.trim()}`;
    } catch (error) {
      if (error instanceof FabricError && error.code === 'ETIMEDOUT') return SILENT;
      if (error instanceof FabricError && error.code === 'ECONNREFUSED') return 'refused';
      if (error instanceof FabricError) return error.code;
      throw error;
    }
  }

  /** The fabric's contract has no datagrams: they are judged as its connections are, and answered where somebody echoes. */
  #udp(flow: Flow & { readonly kind: 'tcp' | 'udp' }): string {
    if (this.#network === undefined) return SILENT;
    const sender = this.#network.interfaces.get(flow.guest ?? '');
    const destination = addressOf(flow.to);
    if (sender?.addresses.has(destination) === true) return `echo: ${formatAddress(sender.address)}`;
    const source = sender?.address ?? addressOf(flow.internet ?? '');
    const sent = { protocol: PROTOCOL.udp, source, sourcePort: 40_000, destination, destinationPort: flow.port };
    const opener = flow.guest === undefined ? { kind: 'internet' as const } : { kind: 'interface' as const, networkInterfaceId: flow.guest };
    const judgement = judge({ networks: new Map([[REGION, this.#network]]) }, { opener, sent, conversation: new Conversation(new PortTable(NAT_PORTS)) });
    if (judgement.decision === 'drop' || flow.port !== ECHO_PORT) return SILENT;
    const { arrival } = judgement;
    const echoes = arrival.kind === 'interface' ? arrival.node.interface.instanceId !== undefined : arrival.kind === 'internet' && ECHOING.includes(formatAddress(arrival.flow.destination));
    return echoes ? `echo: ${formatAddress(arrival.flow.source)}` : SILENT;
  }

  /** So many seconds go by. */
  idle(seconds: number): void {
    this.#ahead += seconds * 1000;
  }

  async talk(held: readonly Flow[]): Promise<Verdicts> {
    return new Map(await Promise.all(held.map(async ({ id }) => {
      const stream = this.#held.get(id);
      this.#held.delete(id);
      // With its guest's power off nobody hears anything.
      if (stream === undefined || stream.destroyed) return [id, SILENT] as const;
      stream.write('still there?\n');
      try {
        return [id, (await heard(stream)) === undefined ? SILENT : 'alive'] as const;
      } catch (error) {
        return [id, (error as FabricError).code === 'ECONNRESET' ? 'reset' : String(error)] as const;
      } finally {
        stream.destroy();
      }
    })));
  }

  close(): Promise<void> {
    return this.#fabric.close();
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The next bytes within the silence; undefined when none come. */
function heard(stream: Duplex): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (then: () => void): void => {
      clearTimeout(timer);
      stream.off('data', onData).off('error', onError);
      stream.on('error', () => undefined);
      stream.pause();
      then();
    };
    const onData = (bytes: Buffer): void => finish(() => resolve(bytes.toString()));
    const onError = (error: Error): void => finish(() => reject(error));
    // What is under way comes within a few turns, however late the timer is.
    const timer = setTimeout(() => void turns(TURNS).then(() => finish(() => resolve(undefined))), SILENCE_MS);
    stream.on('data', onData).on('error', onError).resume();
  });
}
