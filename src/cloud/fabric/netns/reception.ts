/** Hands what was accepted to the server that it is for, with who is at the other end. */
import type { Socket } from 'node:net';
import type { Network } from '../../../lib/vpc/network.js';
import type { OnConnection, Peer } from '../fabric.js';
import type { HolderClient } from './holder-client.js';
import { findInterface, interfaceAt, openerBehind } from './peers.js';
import type { Door, Layout, Machine } from './plan/layout.js';

export interface ReceptionOptions {
  readonly holder: HolderClient;
  readonly networks: ReadonlyMap<string, Network>;
  /** As it is now. */
  readonly layout: () => Layout;
  /** Servers that throw, one line each. */
  readonly log: (line: string) => void;
}

export class Reception {
  readonly #options: ReceptionOptions;
  /** Metadata services by region. */
  readonly #metadata = new Map<string, OnConnection>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  serveMetadata(region: string, onConnection: OnConnection): void {
    this.#metadata.set(region, onConnection);
  }

  /** Whoever asks is known by the identity that the VPC's router gave him. */
  metadata(socket: Socket): void {
    const { networks, layout } = this.#options;
    const port = layout().identities.get(socket.remoteAddress ?? '');
    const region = port === undefined ? undefined : findInterface(networks.values(), port.node.id)?.network.region;
    const onConnection = this.#metadata.get(region ?? '');
    if (port === undefined || onConnection === undefined) socket.destroy();
    else this.#handOver(socket, onConnection, { address: port.addresses[0], networkInterfaceId: port.node.id });
  }

  async internet(socket: Socket, onConnection: OnConnection): Promise<void> {
    const { holder, networks, layout } = this.#options;
    const opener = openerBehind(holder, networks.values(), layout(), socket.remoteAddress ?? '', socket.remotePort ?? 0);
    this.#handOver(socket, onConnection, { networkInterfaceId: await opener.catch(() => undefined) });
  }

  door(door: Door, socket: Socket, onConnection: OnConnection): void {
    this.#handOver(socket, onConnection, { vpcEndpointId: door.vpcEndpointId, networkInterfaceId: interfaceAt(door.vpc, socket.remoteAddress ?? '')?.id });
  }

  machine(machine: Machine, socket: Socket, onConnection: OnConnection): void {
    const { remoteAddress = '' } = socket;
    const first = machine.ports[0];
    if (remoteAddress === machine.loopback) return this.#handOver(socket, onConnection, { address: '127.0.0.1', networkInterfaceId: first?.node.id });
    const inside = machine.ports.flatMap((port) => interfaceAt(port.node.vpc, remoteAddress) ?? [])[0];
    if (inside !== undefined) return this.#handOver(socket, onConnection, { networkInterfaceId: inside.id });
    void this.internet(socket, onConnection);
  }

  #handOver(socket: Socket, onConnection: OnConnection, more: { readonly [name in keyof Peer]?: Peer[name] | undefined }): void {
    const peer: Peer = { vpcEndpointId: undefined, ...more, address: more.address ?? socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    try {
      onConnection(socket, peer);
    } catch (error) {
      this.#options.log(`a server failed on a connection from ${peer.address}: ${(error as Error).stack ?? String(error)}`);
      socket.destroy();
    }
  }
}
