/** Flows on the fabric of real packets: sent all at once by the probers, with silence judged once for all of them. */
import type { NetnsFabric } from '../../../../src/cloud/fabric/netns/fabric.js';
import { pingCommand, readPing } from '../../../../src/cloud/fabric/netns/ping.js';
import { formatAddress } from '../../../../src/lib/net/address.js';
import type { NetworkModel } from '../../../../src/lib/vpc/model.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { nameServers } from '../../../../src/lib/vpc/resolver.js';
import { REGION } from '../lab-network.js';
import { internetHosts } from './computed-side.js';
import type { Flow } from './flows.js';
import { ECHO_PORT, GUEST_TCP, HOSTS } from './hosts.js';
import type { Order, Report } from './orders.js';
import { INTERNET_PROBER, Probers } from './probers.js';
import { pingText, SILENT, type Verdicts } from './verdicts.js';

/** Nothing more comes when for so long nothing came, milliseconds, and for so many times the slowest answer. */
const SILENCE_MS = 250;
const SLOWEST = 3;
/** What ought to come has this much time, whatever else the machine does. */
const PATIENCE_MS = 10_000;
const DNS_WAIT_MS = 250;
const FIRST_PORT = 32_768;
const PORTS = 28_000;
/** Ids of orders that are no flows. */
const ORDERS = 1_000_000;

/** What a round sends: `held` are the connections of the round before, `hold` those that are to stay for the next. */
interface RoundFlows {
  readonly held: readonly Flow[];
  readonly once: readonly Flow[];
  readonly hold: readonly Flow[];
}

export class KernelSide {
  readonly #fabric: NetnsFabric;
  readonly #probers: Probers;
  readonly #reports = new Map<number, string>();
  #onReport: () => void = () => undefined;
  #model: NetworkModel | undefined;
  #port = 0;
  #order = ORDERS;

  private constructor(fabric: NetnsFabric, probers: Probers) {
    this.#fabric = fabric;
    this.#probers = probers;
    probers.onReport = ({ id, got }: Report) => {
      if (id === 0) throw new Error(got);
      this.#reports.set(id, got);
      this.#onReport();
    };
  }

  static async start(fabric: NetnsFabric): Promise<KernelSide> {
    await fabric.serve(REGION, internetHosts());
    await fabric.serveMetadata(REGION, (stream, peer) => stream.end(`${peer.networkInterfaceId}\n`));
    const side = new KernelSide(fabric, await Probers.start(fabric));
    await side.#served(INTERNET_PROBER, { tcp: [], echo: [HOSTS.echo, HOSTS.s3, HOSTS.ssm] });
    return side;
  }

  /** The network, with a prober in every guest that runs, which serves on all of the guest's addresses. */
  async apply(model: NetworkModel): Promise<void> {
    this.#model = model;
    const off = guestsOf(model).filter((each) => !each.up).map((each) => each.networkInterfaceId);
    const running = guestsOf(model).filter((each) => each.up);
    await this.#probers.settle(this.#probers.everybody.filter((who) => who !== INTERNET_PROBER && !off.includes(who)));
    await this.#fabric.apply(model);
    await this.#probers.settle(running.map((each) => each.networkInterfaceId));
    await Promise.all(running.map((each) => {
      const echo = [each.privateIp, ...(each.secondaryAddresses ?? []).map((more) => more.privateIp)];
      return this.#served(each.networkInterfaceId, { tcp: GUEST_TCP, echo });
    }));
  }

  async #served(who: string, what: { readonly tcp: readonly number[]; readonly echo: readonly string[] }): Promise<void> {
    const got = await this.#answer(who, { op: 'serve', echoPort: ECHO_PORT, ...what });
    if (got !== 'served') throw new Error(`the prober of ${who}: ${got}`);
  }

  #answer(who: string, order: { readonly op: 'serve' | 'over' } & Record<string, unknown>): Promise<string> {
    const id = ++this.#order;
    this.#probers.tell(who, { ...order, id } as Order);
    return this.#until(() => this.#reports.get(id), PATIENCE_MS, `the prober of ${who} is silent`);
  }

  async #until<T>(look: () => T | undefined, patience: number, fault?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(check);
        reject(new Error(fault));
      }, patience);
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve(found);
      };
      this.#watchers.add(check);
      this.#onReport = () => [...this.#watchers].forEach((each) => each());
      check();
    });
  }

  readonly #watchers = new Set<() => void>();

  /**
   * Says something on each of the connections that were held (`alive`, `reset` or silent, by the connection's id), and sends all: what
   * is silent is waited for together. `expected` says what ought to be answered, and so is waited for with more patience. Of what
   * comes about in `hold` the connections stay.
   */
  async round({ held, once, hold }: RoundFlows, expected: { readonly talk: Verdicts; readonly run: Verdicts }): Promise<{ readonly talk: Verdicts; readonly run: Verdicts }> {
    const began = performance.now();
    const there = held.filter((flow) => this.#probers.everybody.includes(proberOf(flow)));
    for (const { id, ...flow } of there) {
      this.#reports.delete(id);
      this.#probers.tell(proberOf({ id, ...flow }), { op: 'talk', id, of: id });
    }
    for (const flow of [...hold.map((each) => ({ ...each, hold: true })), ...once]) this.#send(flow);
    const sent = [...once, ...hold];
    await this.#quiet([...there, ...sent], began, new Map([...expected.talk, ...expected.run]));
    const verdicts = {
      talk: new Map(there.map((flow) => [flow.id, this.#verdictOf(flow, true)] as const)),
      run: new Map(sent.map((flow) => [flow.id, this.#verdictOf(flow, false)] as const)),
    };
    const keep = hold.map(({ id }) => id);
    await Promise.all(this.#probers.everybody.map((who) => this.#answer(who, { op: 'over', keep })));
    for (const { id } of [...there, ...sent]) this.#reports.delete(id);
    return verdicts;
  }

  #send(flow: Flow & { readonly hold?: boolean }): void {
    const { id, internet: from } = flow;
    const localPort = FIRST_PORT + this.#port++ % PORTS;
    const who = proberOf(flow);
    switch (flow.kind) {
      case 'tcp':
        return this.#probers.tell(who, { op: 'tcp', id, from, to: flow.to, port: flow.port, localPort, hold: flow.hold === true });
      case 'udp':
        return this.#probers.tell(who, { op: 'udp', id, from, to: flow.to, port: flow.port, localPort });
      case 'icmp':
        return this.#probers.tell(who, { op: 'icmp', id, argv: pingCommand({ ...flow, sequence: 1, identifier: 1, timeoutMs: PATIENCE_MS }, from) });
      case 'dns':
        return this.#probers.tell(who, { op: 'dns', id, name: flow.name, servers: this.#nameServers(flow.guest ?? ''), waitMs: DNS_WAIT_MS });
    }
  }

  #nameServers(guest: string): string[] {
    if (this.#model === undefined) return [];
    const vpc = indexModel(this.#model).interfaces.get(guest)?.vpc;
    return vpc === undefined ? [] : nameServers(vpc).map((server) => formatAddress(server === 'vpc' ? vpc.resolverAddress ?? 0 : server));
  }

  /** Resolves when nothing more comes. */
  async #quiet(flows: readonly Flow[], began: number, expected: Verdicts): Promise<void> {
    let last = began;
    let slowest = 0;
    const due = new Set(flows.filter(({ id }) => (expected.get(id) ?? SILENT) !== SILENT).map(({ id }) => id));
    this.#watchers.clear();
    const came = (): void => {
      last = performance.now();
      for (const id of due) if (this.#reports.has(id)) due.delete(id);
      if (this.#reports.size > 0) slowest = last - began;
    };
    this.#onReport = came;
    came();
    // DNS servers are asked one after the other.
    const quiet = (): number => Math.max(SILENCE_MS + (flows.some((flow) => flow.kind === 'dns' && (expected.get(flow.id) ?? SILENT) === SILENT) ? DNS_WAIT_MS : 0), Math.min(slowest * SLOWEST, 4 * SILENCE_MS));
    while (performance.now() - last < quiet() || (due.size > 0 && performance.now() - began < PATIENCE_MS)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  #verdictOf(flow: Flow, talked: boolean): string {
    const got = this.#reports.get(flow.id);
    if (got?.startsWith('failed') === true) throw new Error(got);
    if (got === undefined || flow.kind !== 'icmp' || talked) return got ?? SILENT;
    return pingText(readPing(got, ''));
  }

  async close(): Promise<void> {
    await this.#probers.close();
  }
}

const proberOf = (flow: Flow): string => flow.guest ?? INTERNET_PROBER;

/** The guests' first interfaces. */
export const guestsOf = (model: NetworkModel) => model.networkInterfaces.filter((each) => each.interfaceType === 'interface' && (each.deviceIndex ?? 0) === 0);
