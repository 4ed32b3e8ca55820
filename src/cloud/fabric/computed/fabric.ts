/** The computed fabric: every packet and connection of every region decided in process by the rules of `lib/vpc`. */
import type { Duplex } from 'node:stream';
import { addressOf, formatAddress, isAddress, parseAddress } from '../../../lib/net/address.js';
import { isLoopback, prefixContains, prefixLast, prefixOf } from '../../../lib/net/cidr.js';
import type { Flow } from '../../../lib/net/flow.js';
import { PROTOCOL } from '../../../lib/net/flow.js';
import { EPHEMERAL_PORTS, NAT_PORTS } from '../../../lib/net/port.js';
import { FLOWS_PER_DESTINATION } from '../../../lib/vpc/nat-gateway.js';
import { indexModel, isUp } from '../../../lib/vpc/network.js';
import { nameServers } from '../../../lib/vpc/resolver.js';
import type { InterfaceNode, Network } from '../../../lib/vpc/network.js';
import type { NetworkModel } from '../../../lib/vpc/model.js';
import type { FlowAccount, FlowAnswer, FlowRequest } from '../account.js';
import { serveDnsStream } from '../dns.js';
import type { Fabric, InternetHost, Listener, OnConnection, Peer, PingReply, PingRequest, Resolution, Source } from '../fabric.js';
import { FabricError } from '../fabric.js';
import type { Connection, OpenFlow, Opener } from './connections.js';
import { admit, findInterface, hostInterface, interfacesBeside, judge, judgeAgain } from './connections.js';
import { Conversation } from './conversation.js';
import { Internet } from '../internet.js';
import { Listeners } from './listeners.js';
import { answers, echo, echoRequest } from './ping.js';
import { PortTable } from './ports.js';
import { Resolvers } from '../resolvers.js';
import { createStreamPair, type StreamPair } from './stream.js';
import { computedAccount } from './trace.js';
import type { Arrival, World } from './walk.js';

/** How long the kernel tries before a connect fails, milliseconds. */
const CONNECT_TIMEOUT_MS = 130_000;
const DNS_PORT = 53;
const BROADCAST = addressOf('255.255.255.255');
const MULTICAST = prefixOf('224.0.0.0/4');

export interface ComputedFabricOptions {
  /** Gets one line when a server of the fabric throws. */
  readonly log: (line: string) => void;
  /** Milliseconds on any scale; measures round trips and silence. Default: the monotonic clock. */
  readonly now?: (() => number) | undefined;
}

interface PendingConnect {
  /** Sends the SYN again, as TCP does; true when it was answered. */
  readonly retry: () => void;
  readonly abandon: (error: Error) => void;
}

type ConnectOptions = Parameters<Fabric['connect']>[2];

/** Makes an empty fabric: no region, and an internet with nobody but 8.8.8.8. */
export function createComputedFabric(options: ComputedFabricOptions): Fabric {
  return new ComputedFabric(options);
}

class ComputedFabric implements Fabric {
  readonly kind = 'computed';
  readonly wan = undefined;
  readonly #log: (line: string) => void;
  readonly #now: () => number;
  readonly #networks = new Map<string, Network>();
  readonly #world = { networks: this.#networks };
  readonly #internet = new Internet();
  readonly #resolvers = new Resolvers(this.#internet, this.#networks);
  readonly #metadata = new Map<string, OnConnection>();
  readonly #listeners = new Listeners();
  readonly #ephemeralPorts = new PortTable(EPHEMERAL_PORTS);
  readonly #natPorts = new PortTable(NAT_PORTS, FLOWS_PER_DESTINATION);
  readonly #connections = new Set<Connection>();
  /** Connections inside one guest, by its interface: they end with its power only. */
  readonly #within = new Set<{ readonly networkInterfaceId: string; readonly pair: StreamPair }>();
  readonly #pending = new Set<PendingConnect>();
  #closed = false;

  constructor({ log, now }: ComputedFabricOptions) {
    this.#log = log;
    this.#now = now ?? (() => performance.now());
  }

  apply(model: NetworkModel): Promise<void> {
    const before = this.#networks.get(model.region);
    const network = indexModel(model);
    this.#networks.set(model.region, network);
    const off = new Set<string>();
    for (const node of before?.interfaces.values() ?? []) {
      const now = network.interfaces.get(node.id);
      if (isUp(node) && (now === undefined || !isUp(now))) off.add(node.id);
    }
    for (const id of off) this.#listeners.closeAll(id);
    for (const connection of this.#connections) {
      judgeAgain(this.#world, connection, (arrival) => this.#serverAt(connection.flow.opener, arrival) !== 'silent');
      if (off.size > 0) powerOff(connection, off);
    }
    for (const { networkInterfaceId, pair } of this.#within) if (off.has(networkInterfaceId)) endBoth(pair);
    for (const pending of this.#pending) pending.retry();
    return Promise.resolve();
  }

  async serve(region: string, hosts: readonly InternetHost[]): Promise<void> {
    this.#internet.serve(region, hosts);
  }

  serveMetadata(region: string, onConnection: OnConnection): Promise<void> {
    this.#metadata.set(region, onConnection);
    return Promise.resolve();
  }

  async connect(from: Source, to: { readonly address: string; readonly port: number }, options: ConnectOptions = {}): Promise<Duplex> {
    if (!isAddress(to.address)) throw new FabricError('ENETUNREACH', `connect ENETUNREACH ${to.address}:${to.port}: not an IPv4 address`);
    options.signal?.throwIfAborted();
    const sender = this.#sender(from);
    const destination = addressOf(to.address);
    if (sender.node !== undefined && isOwn(this.#world, sender.node, destination)) return this.#connectWithin(sender.node, destination, to.port);
    if (sender.node !== undefined && isToMany(this.#world, sender.node, destination)) throw new FabricError('ENETUNREACH', `connect ENETUNREACH ${to.address}:${to.port}: not the address of one host`);
    const port = this.#ephemeralPorts.take(sender.key, `${to.address}:${to.port}`);
    if (port === undefined) throw new FabricError('ENETUNREACH', `connect ENETUNREACH ${to.address}:${to.port}: no free local port`);
    const sent: Flow = { protocol: PROTOCOL.tcp, source: sender.address, sourcePort: port, destination, destinationPort: to.port };
    const flow: OpenFlow = { opener: sender.opener, sent, conversation: new Conversation(this.#natPorts) };
    try {
      return await this.#open(flow, `${to.address}:${to.port}`, options, () => this.#release(sender.key, flow));
    } catch (error) {
      this.#release(sender.key, flow);
      throw error;
    }
  }

  #release(key: string, { sent, conversation }: OpenFlow): void {
    conversation.release();
    this.#ephemeralPorts.release(key, `${formatAddress(sent.destination)}:${sent.destinationPort}`, sent.sourcePort);
  }

  /** Resolves at the first SYN that is answered: now, or after a change of the network while it is sent again and again. */
  #open(flow: OpenFlow, target: string, { timeoutMs = CONNECT_TIMEOUT_MS, signal }: NonNullable<ConnectOptions>, onClose: () => void): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#pending.delete(pending);
        then();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const onAbort = (): void => fail(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      const timer = setTimeout(() => fail(new FabricError('ETIMEDOUT', `connect ETIMEDOUT ${target}`)), timeoutMs);
      const retry = (): void => {
        const verdict = judge(this.#world, flow);
        if (verdict.decision === 'drop') return;
        const server = this.#serverAt(flow.opener, verdict.arrival);
        if (server === 'silent') return;
        if (server === undefined) return fail(new FabricError('ECONNREFUSED', `connect ECONNREFUSED ${target}`));
        settle(() => resolve(this.#establish(flow, verdict.arrival, server, onClose)));
      };
      const pending: PendingConnect = { retry, abandon: fail };
      this.#pending.add(pending);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#closed) fail(closedError());
      else retry();
    });
  }

  /** The server where a SYN arrived; undefined where a machine answers that nothing listens, `silent` where nobody is. */
  #serverAt(opener: Opener, arrival: Arrival): OnConnection | undefined | 'silent' {
    const port = arrival.flow.destinationPort;
    switch (arrival.kind) {
      case 'interface':
        return arrival.node.interface.instanceId === undefined ? 'silent' : this.#listeners.at(hostInterface(this.#world, arrival.node).id, port);
      case 'endpoint':
        return this.#internet.behind(arrival.serviceName)?.tcp.get(port) ?? 'silent';
      case 'gateway-endpoint':
      case 'internet': {
        const host = this.#internet.at(arrival.flow.destination);
        return host === undefined ? 'silent' : host.tcp.get(port);
      }
      case 'metadata': {
        const asker = opener.kind === 'interface' ? findInterface(this.#world, opener.networkInterfaceId) : undefined;
        return this.#metadata.get(asker?.network.region ?? '') ?? 'silent';
      }
      case 'resolver': {
        const asker = opener.kind === 'interface' ? findInterface(this.#world, opener.networkInterfaceId) : undefined;
        return asker === undefined ? 'silent' : (stream) => serveDnsStream(stream, (name) => this.#resolvers.inVpc(asker.network, asker.node, name));
      }
      case 'time':
    }
    return 'silent';
  }

  #establish(flow: OpenFlow, arrival: Arrival, server: OnConnection, onClose: () => void): Duplex {
    const pair = createStreamPair();
    flow.conversation.established = true;
    const opener = flow.opener.kind === 'interface' ? flow.opener.networkInterfaceId : undefined;
    const connection: Connection = {
      flow, pair, arrival,
      clientInterfaceId: opener,
      serverInterfaceId: arrival.kind === 'interface' ? arrival.node.id : undefined,
      heard: this.#now(),
      astray: false,
    };
    pair.gate.admit = (from) => admit(this.#world, connection, from, this.#now());
    this.#connections.add(connection);
    onBothClosed(pair, () => {
      this.#connections.delete(connection);
      onClose();
    });
    this.#accept(server, pair.server, {
      address: formatAddress(arrival.flow.source),
      port: arrival.flow.sourcePort,
      vpcEndpointId: 'vpcEndpointId' in arrival ? arrival.vpcEndpointId : undefined,
      networkInterfaceId: opener,
    });
    return pair.client;
  }

  #accept(server: OnConnection, stream: Duplex, peer: Peer): void {
    try {
      server(stream, peer);
    } catch (error) {
      this.#log(`a server failed on a connection from ${peer.address}: ${(error as Error).stack ?? String(error)}`);
      stream.destroy();
    }
  }

  /** Inside one guest: no packet leaves it, so no rule is asked. */
  #connectWithin(node: InterfaceNode, destination: number, port: number): Promise<Duplex> {
    const target = `${formatAddress(destination)}:${port}`;
    const server = this.#listeners.at(node.id, port);
    const local = this.#ephemeralPorts.take(node.id, target);
    if (server === undefined || local === undefined) {
      return Promise.reject(new FabricError('ECONNREFUSED', `connect ECONNREFUSED ${target}`));
    }
    const pair = createStreamPair();
    const entry = { networkInterfaceId: node.id, pair };
    this.#within.add(entry);
    onBothClosed(pair, () => {
      this.#within.delete(entry);
      this.#ephemeralPorts.release(node.id, target, local);
    });
    // The guest's kernel speaks as the first address of the interface that has the other.
    const spoken = interfacesBeside(this.#world, node).find((own) => own.addresses.has(destination));
    this.#accept(server, pair.server, { address: formatAddress(spoken?.address ?? destination), port: local, networkInterfaceId: node.id });
    return Promise.resolve(pair.client);
  }

  async listen(at: { readonly networkInterfaceId: string; readonly port: number }, onConnection: OnConnection): Promise<Listener> {
    if (findInterface(this.#world, at.networkInterfaceId) === undefined) throw noInterface(at.networkInterfaceId);
    return this.#listeners.add(at.networkInterfaceId, at.port, onConnection);
  }

  async ping(from: Source, request: PingRequest): Promise<PingReply | undefined> {
    const began = this.#now();
    const destination = parseAddress(request.to);
    if (destination === undefined) throw new FabricError('ENETUNREACH', `not an IPv4 address: ${request.to}`);
    const sender = this.#sender(from);
    if (sender.node !== undefined && isOwn(this.#world, sender.node, destination)) {
      return { from: request.to, kind: 'echo-reply', ttl: 64, milliseconds: this.#now() - began };
    }
    const conversation = new Conversation(this.#natPorts);
    const reply = echo(this.#world, this.#internet, { opener: sender.opener, sent: echoRequest(sender.address, request), conversation }, request);
    conversation.release();
    if (reply !== undefined) return { ...reply, milliseconds: this.#now() - began };
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.#pending.delete(waiting);
        resolve(undefined);
      };
      const waiting: PendingConnect = { retry: () => undefined, abandon: over };
      const timer = setTimeout(over, request.timeoutMs);
      this.#pending.add(waiting);
    });
  }

  async resolve(from: Source, name: string): Promise<Resolution> {
    if ('internet' in from) return this.#resolvers.publicly(name);
    const found = findInterface(this.#world, from.networkInterfaceId);
    if (found === undefined || !isUp(found.node)) return { kind: 'silent' };
    // As a guest does: the next server is asked when one is silent (L14).
    for (const server of nameServers(found.node.vpc)) {
      const answer = server === 'vpc' ? this.#resolvers.inVpc(found.network, found.node, name) : this.#resolveAt(found.node, server, name);
      if (answer.kind !== 'silent') return answer;
    }
    return { kind: 'silent' };
  }

  /** A name server at an address is reached like any other host. */
  #resolveAt(node: InterfaceNode, server: number, name: string): Resolution {
    const conversation = new Conversation(this.#natPorts);
    const sent: Flow = { protocol: PROTOCOL.udp, source: node.address, sourcePort: EPHEMERAL_PORTS.from, destination: server, destinationPort: DNS_PORT };
    const verdict = judge(this.#world, { opener: { kind: 'interface', networkInterfaceId: node.id }, sent, conversation });
    conversation.release();
    const reached = verdict.decision === 'pass' && verdict.arrival.kind === 'internet' && this.#internet.at(server)?.resolves === true;
    return reached ? this.#resolvers.publicly(name) : { kind: 'silent' };
  }

  trace(request: FlowRequest): Promise<FlowAccount> {
    const conversation = new Conversation(this.#natPorts);
    const opener: Opener = { kind: 'interface', networkInterfaceId: request.networkInterfaceId };
    try {
      return Promise.resolve(computedAccount(this.#world, request, conversation, (arrival) => this.#answerOf(request, opener, arrival)));
    } finally {
      conversation.release();
    }
  }

  #answerOf({ protocol }: FlowRequest, opener: Opener, arrival: Arrival): FlowAnswer {
    if (protocol === 'icmp') return answers(arrival, this.#internet) === undefined ? 'none' : 'echo-reply';
    const server = protocol === 'tcp' ? this.#serverAt(opener, arrival) : 'silent';
    return server === undefined ? 'refused' : server === 'silent' ? 'none' : 'connected';
  }

  namespaces(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const pending of this.#pending) pending.abandon(closedError());
    for (const { pair } of [...this.#connections, ...this.#within]) endBoth(pair);
    this.#listeners.clear();
    this.#networks.clear();
    return Promise.resolve();
  }

  /** Who sends, and the name under which its ports are counted. Throws ENETUNREACH when its interface is gone or off. */
  #sender(from: Source): { readonly opener: Opener; readonly address: number; readonly key: string; readonly node?: InterfaceNode } {
    if ('internet' in from) return { opener: { kind: 'internet' }, address: addressOf(from.internet), key: from.internet };
    const { networkInterfaceId } = from;
    const found = findInterface(this.#world, networkInterfaceId);
    if (found === undefined || !isUp(found.node)) throw noInterface(networkInterfaceId);
    return { opener: { kind: 'interface', networkInterfaceId }, address: found.node.address, key: networkInterfaceId, node: found.node };
  }
}

/** Whether the address is one of the machine's that has the interface, on whichever of its interfaces. */
function isOwn(world: World, node: InterfaceNode, destination: number): boolean {
  return isLoopback(destination) || interfacesBeside(world, node).some((own) => own.addresses.has(destination));
}

/** Broadcast and multicast: the guest's own kernel has no TCP connection to those, and sends nothing (V4). */
function isToMany(world: World, node: InterfaceNode, destination: number): boolean {
  return destination === BROADCAST || prefixContains(MULTICAST, destination) || interfacesBeside(world, node).some((own) => prefixLast(own.subnet.prefix) === destination);
}

/** The guest's end of a connection goes with its power; the other end hears nothing until the address answers again. */
function powerOff({ pair, clientInterfaceId, serverInterfaceId }: Connection, off: ReadonlySet<string>): void {
  if (clientInterfaceId !== undefined && off.has(clientInterfaceId)) pair.client.destroy();
  if (serverInterfaceId !== undefined && off.has(serverInterfaceId)) pair.server.destroy();
}

function endBoth({ client, server }: StreamPair): void {
  client.destroy();
  server.destroy();
}

function onBothClosed({ client, server }: StreamPair, then: () => void): void {
  let open = 2;
  for (const end of [client, server]) {
    end.once('close', () => {
      if (--open === 0) then();
    });
  }
}

function noInterface(id: string): FabricError {
  return new FabricError('ENETUNREACH', `network interface ${id} is not there or not up`);
}

function closedError(): FabricError {
  return new FabricError('ECONNRESET', 'the fabric is closed');
}
