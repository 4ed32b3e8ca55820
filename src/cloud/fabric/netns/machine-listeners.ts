/** Ports that this process listens on for machines: their servers wait behind the machines' side doors. */
import { cidrContains } from '../../../lib/net/cidr.js';
import type { Socket } from 'node:net';
import type { OnConnection } from '../fabric.js';
import type { Machine } from './plan/layout.js';
import { SIDE_DOORS } from './addresses.js';
import type { Servers } from './servers.js';

type OnAccept = (machine: Machine, socket: Socket, onConnection: OnConnection) => void;

const NO_PORTS: ReadonlySet<number> = new Set();

export class MachineListeners {
  readonly #servers: Servers;
  readonly #onAccept: OnAccept;
  /** Machine → port → server. */
  readonly #wanted = new Map<string, Map<number, OnConnection>>();

  constructor(servers: Servers, onAccept: OnAccept) {
    this.#servers = servers;
    this.#onAccept = onAccept;
  }

  ports(machine: Machine): ReadonlySet<number> {
    const wanted = this.#wanted.get(keyOf(machine));
    return wanted === undefined ? NO_PORTS : new Set(wanted.keys());
  }

  /** Throws with code EADDRINUSE when the machine's port is taken. */
  add(key: string, port: number, onConnection: OnConnection): void {
    const wanted = this.#wanted.get(key) ?? new Map<number, OnConnection>();
    if (wanted.has(port)) throw Object.assign(new Error(`listen EADDRINUSE: address already in use 0.0.0.0:${port}`), { code: 'EADDRINUSE' });
    this.#wanted.set(key, wanted.set(port, onConnection));
  }

  /** False when another server, or none, has the port by now. */
  remove(key: string, port: number, onConnection: OnConnection): boolean {
    const wanted = this.#wanted.get(key);
    return wanted?.get(port) === onConnection && wanted.delete(port);
  }

  /** Its servers go with it. */
  powerOff(key: string): void {
    this.#wanted.delete(key);
  }

  /** Opens what is wanted for the machines that are there, and closes the rest. */
  async powerOn(machines: Iterable<Machine>): Promise<void> {
    const kept = new Set<string>();
    const opening: Promise<void>[] = [];
    for (const machine of machines) {
      for (const [port, onConnection] of this.#wanted.get(keyOf(machine)) ?? []) {
        kept.add(`${machine.sideDoor}:${port}`);
        opening.push(this.#servers.open(machine.sideDoor, port, (socket) => this.#onAccept(machine, socket, onConnection)));
      }
    }
    this.#servers.retain(kept, (address) => this.owns(address));
    await Promise.all(opening);
  }

  /** Whether an address is a side door. */
  owns(address: string): boolean {
    return cidrContains(SIDE_DOORS, address);
  }

  clear(): void {
    this.#wanted.clear();
  }
}

const keyOf = (machine: Machine): string => `${machine.region}/${machine.instanceId}`;
