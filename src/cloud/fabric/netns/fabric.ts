/**
 * The fabric of real packets: network namespaces, virtual links, the kernel's routes and nftables. This process works out what
 * the kernel is to hold, and owns the sockets at the ends; whether a packet gets through nothing here decides.
 */
import type { Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatAddress, isAddress, parseAddress } from '../../../lib/net/address.js';
import { isLoopback } from '../../../lib/net/cidr.js';
import type { NetworkModel } from '../../../lib/vpc/model.js';
import type { Network } from '../../../lib/vpc/network.js';
import { indexModel, isUp } from '../../../lib/vpc/network.js';
import { nameServers } from '../../../lib/vpc/resolver.js';
import type { FlowAccount, FlowRequest } from '../account.js';
import type { Fabric, FabricNamespaces, InternetHost, Listener, OnConnection, PingReply, PingRequest, Resolution, Source } from '../fabric.js';
import { FabricError } from '../fabric.js';
import { Internet } from '../internet.js';
import { Resolvers } from '../resolvers.js';
import { METADATA_SERVER, RESOLVER_SERVER, TIME_SERVER } from './addresses.js';
import { askDns, serveDns, serveDnsStream } from '../dns.js';
import { namespacesOf } from './entrance.js';
import type { GuestNamespaces } from './guest-namespaces.js';
import { guestNamespaces } from './guest-processes.js';
import { type Heartbeat, heartbeat } from './heartbeat.js';
import { HolderClient } from './holder-client.js';
import type { RunResult } from './holder/protocol.js';
import { Kernel } from './kernel.js';
import { MachineListeners } from './machine-listeners.js';
import { findInterface } from './peers.js';
import { pingCommand, readPing } from './ping.js';
import { layOut, layoutNumbers, type Layout, type Machine } from './plan/layout.js';
import { type MachineMemory, planState } from './plan/plan.js';
import { Reception } from './reception.js';
import { Servers } from './servers.js';
import { serveTime } from './time.js';
import { traceFlow } from './trace/trace.js';
import { NetnsWan } from './wan.js';

/** How long the kernel tries before a connect fails, milliseconds. */
const CONNECT_TIMEOUT_MS = 130_000;
/** How long one name server is waited for, milliseconds. */
const DNS_TIMEOUT_MS = 1000;

export interface NetnsFabricOptions {
  /** The compiled `holder/main.ts`. */
  readonly program: string;
  /** One line each: what the holder says, servers that throw. */
  readonly log: (line: string) => void;
  /** The lab's namespaces are gone though nobody closed the fabric; nothing of it works any more. */
  readonly onEnd: (why: string) => void;
  /** The holder does not answer any more, or does again: `why` says which process. What is open goes on, nothing new comes about. */
  readonly onHeld?: (why: string | undefined) => void;
}

/** Starts an empty fabric: no region, and an internet with nobody but 8.8.8.8. Rejects when this machine does not let it. */
export async function createNetnsFabric(options: NetnsFabricOptions): Promise<NetnsFabric> {
  // An end before it is there is a start that failed, and told as one.
  let onEnd: (why: string) => void = () => undefined;
  const holder = await HolderClient.start({ ...options, onEnd: (why) => onEnd(why) });
  const fabric = new NetnsFabric(holder, options.log);
  onEnd = (why) => fabric.cutOff(why);
  try {
    await fabric.start(options.onHeld);
  } catch (error) {
    await holder.close();
    fabric.cutOff('the fabric did not start');
    throw error;
  }
  onEnd = (why) => {
    fabric.cutOff(why);
    options.onEnd(why);
  };
  return fabric;
}

const EMPTY: Layout = layOut([], { behind: () => undefined }, layoutNumbers());

export class NetnsFabric implements Fabric {
  readonly kind = 'netns';
  readonly wan: NetnsWan;
  readonly #holder: HolderClient;
  readonly #kernel: Kernel;
  readonly #servers: Servers;
  readonly #listeners: MachineListeners;
  readonly #reception: Reception;
  readonly #networks = new Map<string, Network>();
  readonly #internet = new Internet();
  readonly #resolvers = new Resolvers(this.#internet, this.#networks);
  readonly #numbers = layoutNumbers();
  readonly #machines: MachineMemory = new Map();
  readonly #nameServers = new Map<string, UdpSocket>();
  /** Where the guests of this fabric run. */
  readonly guests: GuestNamespaces;
  #layout = EMPTY;
  #next: Promise<void> | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #tracing: Promise<unknown> = Promise.resolve();
  #heartbeat: Heartbeat | undefined;
  /** Why nothing works any more. */
  #ended: string | undefined;

  constructor(holder: HolderClient, log: (line: string) => void) {
    this.#holder = holder;
    this.#kernel = new Kernel(holder);
    this.wan = new NetnsWan(holder, () => this.#settle());
    this.#servers = new Servers(holder);
    this.guests = guestNamespaces({ holder, namespaceOf: (id) => this.#layout.machineOf.get(id)?.namespace, renew: (id) => this.#renew(id), log });
    this.#reception = new Reception({ holder, networks: this.#networks, layout: () => this.#layout, log });
    this.#listeners = new MachineListeners(this.#servers, (machine, socket, onConnection) => this.#reception.machine(machine, socket, onConnection));
  }

  async #renew(networkInterfaceId: string): Promise<void> {
    const machine = this.#layout.machineOf.get(networkInterfaceId);
    if (machine === undefined) return;
    this.#numbers.machines.forget(`${machine.region}/${machine.instanceId}`);
    await this.#settle();
  }

  /** Where in the kernel everything is, for those who look into it. */
  get layout(): Layout {
    return this.#layout;
  }

  /** Runs a program in one of the layout's namespaces, `''` being the internet, and gives what it printed. */
  run(namespace: string, argv: readonly string[], input = ''): Promise<RunResult> {
    return this.#holder.run(namespace, argv, input);
  }

  /** Pid of the outermost of the fabric's processes. */
  get pid(): number {
    return this.#holder.pid;
  }

  /** Used once, by {@link createNetnsFabric}. */
  async start(onHeld: NetnsFabricOptions['onHeld'] = () => undefined): Promise<void> {
    this.#heartbeat = heartbeat(() => this.#holder.beat(), (held) => onHeld(held ? this.#whyHeld() : undefined));
    await this.#settle();
    await this.#servers.open(METADATA_SERVER, 80, (socket) => this.#reception.metadata(socket));
    serveDns(await this.#bind(RESOLVER_SERVER), (name, from) => this.#resolveInVpc(name, from.address));
    await this.#servers.open(RESOLVER_SERVER, 53, (socket) => serveDnsStream(socket, (name) => this.#resolveInVpc(name, socket.remoteAddress ?? '')));
    serveTime(await this.#bind(TIME_SERVER, 123), Date.now);
  }

  #whyHeld(): string {
    const pid = this.#holder.holderProcess;
    return `nothing new comes about in the network: process ${pid} (ssmlab network) does not answer; if it was stopped, \`kill -CONT ${pid}\` has it go on`;
  }

  async apply(model: NetworkModel): Promise<void> {
    this.#networks.set(model.region, indexModel(model));
    await this.#settle();
  }

  async serve(region: string, hosts: readonly InternetHost[]): Promise<void> {
    this.#internet.serve(region, hosts);
    await this.#settle();
  }

  serveMetadata(region: string, onConnection: OnConnection): Promise<void> {
    this.#reception.serveMetadata(region, onConnection);
    return Promise.resolve();
  }

  /** Brings kernel and sockets to what is wanted now. Asked for while it waits for another round, it is done once. */
  #settle(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const round = this.#tail.then(() => {
      this.#next = undefined;
      return this.#round();
    });
    this.#next = round;
    this.#tail = round.catch(() => undefined);
    return round;
  }

  async #round(): Promise<void> {
    this.#check();
    const before = this.#layout;
    const hosts = [...this.#internet.hosts()];
    const layout = layOut([...this.#networks.values()], this.#internet, this.#numbers);
    const off = [...before.machines].filter(([key, machine]) => layout.machines.get(key)?.namespace !== machine.namespace);
    for (const [key] of off) if (!layout.machines.has(key)) this.#listeners.powerOff(key);
    this.#layout = layout;
    await this.#kernel.hold(planState({
      layout, hosts,
      listens: (machine) => this.#listeners.ports(machine),
      pingGroups: this.#holder.uidMode === 'multi' ? '0 65535' : '0 0',
      remembered: this.#machines,
    }));
    await this.wan.hold(layout);
    // The machine's own ends go with its power, after its links: the other side hears nothing.
    for (const [, machine] of off) this.#servers.cut(machine.sideDoor);
    await this.#openServers(hosts);
    await this.#listeners.powerOn(layout.machines.values());
  }

  async #openServers(hosts: readonly InternetHost[]): Promise<void> {
    const wanted = new Set<string>([`${METADATA_SERVER}:80`, `${RESOLVER_SERVER}:53`]);
    const opening: Promise<void>[] = [];
    const open = (address: string, port: number, onAccept: (socket: Socket) => void): void => {
      wanted.add(`${address}:${port}`);
      opening.push(this.#servers.open(address, port, onAccept));
    };
    for (const host of hosts) {
      for (const address of host.addresses) {
        for (const [port, onConnection] of host.tcp) open(address, port, (socket) => void this.#reception.internet(socket, onConnection));
        if (host.resolves === true && !this.#nameServers.has(address)) opening.push(this.#bind(address).then((socket) => serveDns(socket, (name) => this.#resolvers.publicly(name))));
      }
    }
    for (const door of this.#layout.doors) {
      for (const port of door.tcp) {
        const onConnection = door.host.tcp.get(port);
        if (onConnection === undefined) continue;
        open(door.address, port, (socket) => this.#reception.door(door, socket, onConnection));
      }
    }
    this.#servers.retain(wanted, (address) => !this.#listeners.owns(address));
    await Promise.all(opening);
  }

  async #bind(address: string, port = 53): Promise<UdpSocket> {
    const socket = await this.#holder.bind(address, port);
    this.#nameServers.set(address, socket);
    return socket;
  }

  async connect(from: Source, to: { readonly address: string; readonly port: number }, options: Parameters<Fabric['connect']>[2] = {}): Promise<Duplex> {
    const target = `${to.address}:${to.port}`;
    const address = parseAddress(to.address);
    if (address === undefined) throw new FabricError('ENETUNREACH', `connect ENETUNREACH ${target}: not an IPv4 address`);
    options.signal?.throwIfAborted();
    this.#check();
    const machine = this.#sender(from);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? CONNECT_TIMEOUT_MS);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    try {
      const socket = await this.#holder.dial(machine?.sideDoor ?? addressOf(from), machine !== undefined && isLoopback(address) ? machine.loopback : to.address, to.port, signal);
      return this.#servers.adopt(socket);
    } catch (error) {
      if (timeout.aborted) throw new FabricError('ETIMEDOUT', `connect ETIMEDOUT ${target}`);
      this.#check();
      if (options.signal?.aborted === true) throw error;
      throw connectError(error as NodeJS.ErrnoException, target);
    }
  }

  async listen(at: { readonly networkInterfaceId: string; readonly port: number }, onConnection: OnConnection): Promise<Listener> {
    const found = findInterface(this.#networks.values(), at.networkInterfaceId);
    if (found === undefined) throw noInterface(at.networkInterfaceId);
    const key = `${found.network.region}/${found.node.interface.instanceId ?? found.node.id}`;
    this.#listeners.add(key, at.port, onConnection);
    try {
      await this.#settle();
    } catch (error) {
      // Nobody could close it.
      this.#listeners.remove(key, at.port, onConnection);
      throw error;
    }
    return {
      close: () => {
        if (this.#listeners.remove(key, at.port, onConnection)) void this.#settle().catch(() => undefined);
      },
    };
  }

  async ping(from: Source, request: PingRequest): Promise<PingReply | undefined> {
    if (!isAddress(request.to)) throw new FabricError('ENETUNREACH', `not an IPv4 address: ${request.to}`);
    const machine = this.#sender(from);
    const command = pingCommand(request, machine === undefined ? addressOf(from) : undefined);
    const { stdout, stderr } = await this.#holder.run(machine?.namespace ?? '', command);
    return readPing(`${stdout}${stderr}`, machine === undefined ? addressOf(from) : formatAddress(machine.ports[0]?.node.address ?? 0));
  }

  async resolve(from: Source, name: string): Promise<Resolution> {
    if ('internet' in from) return this.#resolvers.publicly(name);
    const machine = this.#layout.machineOf.get(from.networkInterfaceId);
    const vpc = findInterface(this.#networks.values(), from.networkInterfaceId)?.node.vpc;
    if (machine === undefined || vpc === undefined) return { kind: 'silent' };
    const socket = await this.#holder.bind(machine.sideDoor, 0);
    try {
      // As a guest does: the next server is asked when one is silent (L14).
      for (const server of nameServers(vpc)) {
        const address = server === 'vpc' ? vpc.resolverAddress : server;
        const answer = address === undefined ? undefined : await askDns(socket, formatAddress(address), name, DNS_TIMEOUT_MS);
        if (answer !== undefined && answer.kind !== 'silent') return answer;
      }
      return { kind: 'silent' };
    } finally {
      socket.close();
    }
  }

  #resolveInVpc(name: string, identity: string): Resolution {
    const port = this.#layout.identities.get(identity);
    const network = port === undefined ? undefined : findInterface(this.#networks.values(), port.node.id)?.network;
    return port === undefined || network === undefined ? { kind: 'silent' } : this.#resolvers.inVpc(network, port.node, name);
  }

  async trace(request: FlowRequest): Promise<FlowAccount> {
    // One after the other: what tells the probe from everything else is the same for all.
    const tracing = this.#tracing.then(() => traceFlow({
      holder: this.#holder, layout: this.#layout, request, delayMs: this.wan.conditions.delayMs, hostAt: (address) => this.#internet.at(parseAddress(address) ?? 0),
    }));
    this.#tracing = tracing.catch(() => undefined);
    return tracing;
  }

  namespaces(region: string): FabricNamespaces {
    return namespacesOf(this.#holder, this.#layout, region);
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    // Before its sockets, so that nobody at their other ends hears of it.
    const closing = this.#holder.close();
    this.cutOff('the fabric is closed');
    await closing;
  }

  /** Lets go of everything that was handed over: it would keep namespaces alive that nobody is in. Whatever is asked from now on fails. */
  cutOff(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#heartbeat?.stop();
    for (const socket of this.#nameServers.values()) socket.close();
    this.#servers.closeAll();
    this.#listeners.clear();
  }

  /** The machine that sends; undefined for the internet. Throws ENETUNREACH when the interface is gone or off. */
  #sender(from: Source): Machine | undefined {
    if ('internet' in from) return undefined;
    const machine = this.#layout.machineOf.get(from.networkInterfaceId);
    const found = findInterface(this.#networks.values(), from.networkInterfaceId);
    if (machine === undefined || found === undefined || !isUp(found.node)) throw noInterface(from.networkInterfaceId);
    return machine;
  }

  #check(): void {
    if (this.#ended !== undefined) throw new FabricError('ECONNRESET', this.#ended);
  }
}

const addressOf = (from: Source): string => ('internet' in from ? from.internet : '');

function connectError({ code, message }: NodeJS.ErrnoException, target: string): FabricError {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
      return new FabricError(code, `connect ${code} ${target}`);
    default:
      return new FabricError('ENETUNREACH', `connect ENETUNREACH ${target}: ${message}`);
  }
}

function noInterface(id: string): FabricError {
  return new FabricError('ENETUNREACH', `network interface ${id} is not there or not up`);
}
