/** Ports in use: ephemeral ports of senders, and the source ports that NAT gateways map to. */
import type { PortRange } from '../../../lib/net/port.js';

/** Gives out ports in ascending order from the bottom of the range, round and round, so that a run can be repeated. */
export class PortTable {
  readonly #range: PortRange;
  readonly #limit: number;
  readonly #next = new Map<string, number>();
  readonly #used = new Map<string, Set<number>>();

  /** `limit`: how many ports of one owner may be in use towards one destination. */
  constructor(range: PortRange, limit = range.to - range.from + 1) {
    this.#range = range;
    this.#limit = limit;
  }

  /** A port of `owner` that is free towards `destination`; undefined when all are taken. */
  take(owner: string, destination: string): number | undefined {
    const key = `${owner} ${destination}`;
    let used = this.#used.get(key);
    if (used === undefined) this.#used.set(key, (used = new Set()));
    if (used.size >= this.#limit) return undefined;
    const { from, to } = this.#range;
    let port = this.#next.get(owner) ?? from;
    while (used.has(port)) port = port === to ? from : port + 1;
    used.add(port);
    this.#next.set(owner, port === to ? from : port + 1);
    return port;
  }

  release(owner: string, destination: string, port: number): void {
    const key = `${owner} ${destination}`;
    const used = this.#used.get(key);
    used?.delete(port);
    if (used?.size === 0) this.#used.delete(key);
  }
}
