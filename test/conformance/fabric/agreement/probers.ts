/** The probers of a fabric of real packets, one in each running guest and one in the internet, and the line to each of them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NetnsFabric } from '../../../../src/cloud/fabric/netns/fabric.js';
import type { NamespaceProcess } from '../../../../src/cloud/fabric/netns/guest-namespaces.js';
import { searchPath } from '../../../../src/cloud/fabric/netns/launch.js';
import { bundled } from '../../../unit/cloud/fabric/netns/bundled-holder.js';
import { REGION } from '../lab-network.js';
import type { Order, Report } from './orders.js';

export const INTERNET_PROBER = 'internet';
const ANYBODY_MAY_ENTER = 0o777;

export class Probers {
  readonly #fabric: NetnsFabric;
  readonly #folder = mkdtempSync(join(tmpdir(), 'ssmlab-probers-'));
  readonly #program: string;
  readonly #lines = new Map<string, Socket>();
  readonly #waiting = new Map<string, (line: Socket) => void>();
  readonly #guests = new Map<string, NamespaceProcess>();
  #server: Server | undefined;
  #internet: ChildProcess | undefined;
  /** Gets what probers report. */
  onReport: (report: Report) => void = () => undefined;

  private constructor(fabric: NetnsFabric, program: string) {
    this.#fabric = fabric;
    this.#program = program;
  }

  /** With the one in the internet; those of guests are started by {@link settle}. */
  static async start(fabric: NetnsFabric): Promise<Probers> {
    const program = readFileSync(await bundled(join(import.meta.dirname, 'prober.ts')), 'utf8');
    const probers = new Probers(fabric, program);
    await probers.#listen();
    const [enter = '', ...entrance] = fabric.namespaces(REGION).namespaces.find(({ kind }) => kind === 'internet')?.entrance ?? [];
    const child = spawn(enter, [...entrance, ...probers.#argv(INTERNET_PROBER)], { stdio: ['pipe', 'inherit', 'inherit'], env: { PATH: searchPath() } });
    probers.#internet = child;
    child.stdin?.end(program);
    await probers.#arrival(INTERNET_PROBER);
    return probers;
  }

  get #path(): string {
    return join(this.#folder, 'line');
  }

  #argv(who: string): string[] {
    return [process.execPath, '--no-warnings', '--input-type=module', '-', this.#path, who];
  }

  async #listen(): Promise<void> {
    this.#server = createServer((socket) => {
      let who: string | undefined;
      socket.on('error', () => undefined);
      createInterface({ input: socket }).on('line', (line) => {
        if (who !== undefined) return this.onReport(JSON.parse(line) as Report);
        who = line;
        this.#lines.set(who, socket);
        this.#waiting.get(who)?.(socket);
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#path, resolve));
    // Guests are other users where the lab has them.
    chmodSync(this.#folder, ANYBODY_MAY_ENTER);
    chmodSync(this.#path, ANYBODY_MAY_ENTER);
  }

  #arrival(who: string): Promise<Socket> {
    return new Promise((resolve) => {
      this.#waiting.set(who, resolve);
      const there = this.#lines.get(who);
      if (there !== undefined) resolve(there);
    });
  }

  /** One in each of these guests, and in no other: those of guests that are off end. */
  async settle(running: readonly string[]): Promise<void> {
    for (const [guest, process] of this.#guests) {
      if (running.includes(guest)) continue;
      process.kill();
      this.#guests.delete(guest);
      this.#lines.get(guest)?.destroy();
      this.#lines.delete(guest);
      this.#waiting.delete(guest);
    }
    const { guests } = this.#fabric;
    await Promise.all(running.filter((guest) => !this.#guests.has(guest)).map(async (guest) => {
      this.#guests.set(guest, await guests.start(guest, this.#argv(guest), this.#program));
      await this.#arrival(guest);
    }));
  }

  tell(who: string, order: Order): void {
    const line = this.#lines.get(who);
    if (line === undefined) throw new Error(`no prober in ${who}`);
    line.write(`${JSON.stringify(order)}\n`);
  }

  get everybody(): readonly string[] {
    return [...this.#lines.keys()];
  }

  async close(): Promise<void> {
    for (const line of this.#lines.values()) line.destroy();
    for (const process of this.#guests.values()) process.kill();
    this.#internet?.kill('SIGKILL');
    await new Promise((resolve) => this.#server?.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
