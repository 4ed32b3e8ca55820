/** One running instance: its guest, and above it the SSH server and the agent, from power on to power off. */
import { startAgent } from './guest/agent/agent.js';
import type { Turns } from './guest/agent/turns.js';
import { bootConsole } from './guest/cloud-init/console.js';
import { runUserData } from './guest/cloud-init/user-data.js';
import type { Guest, GuestHost, GuestSpecification, GuestUser, PowerRequest } from './guest/guest.js';
import type { HostKey } from './guest/sshd/host-keys.js';
import { startSshServer } from './guest/sshd/server.js';

export interface InstanceOptions {
  readonly specification: GuestSpecification;
  /** Which start of the instance this is; a reboot counts one more. */
  readonly bootCount: number;
  readonly hostKeys: readonly HostKey[];
  /** Public key lines that EC2 Instance Connect pushed for this account. */
  readonly pushedKeys: (account: GuestUser) => readonly string[];
  /** The guest asked for it from inside. */
  readonly onPower: (request: PowerRequest) => void;
  /** Run at each boot, since the guest's disk is new then. */
  readonly userData?: Buffer | undefined;
  /** Told what the instance writes to its serial console; the first time of a boot with all that there is by then. */
  readonly onConsole: (text: string, first: boolean) => void;
  readonly guests: GuestHost;
  readonly caCertificate: string;
  /** Of all agents of the region. */
  readonly turns: Turns;
  readonly log: (line: string) => void;
}

export class RunningInstance {
  readonly bootCount: number;
  readonly #guest: Guest;
  readonly #agent: ReturnType<typeof startAgent>;
  readonly #sshd: { close(): void | Promise<void> };
  #proof: Promise<boolean> | undefined;
  #again = false;

  static async boot(options: InstanceOptions): Promise<RunningInstance> {
    const { specification, log } = options;
    const guest = await options.guests.boot(specification);
    guest.onPower(options.onPower);
    const say = (line: string) => log(`${specification.instanceId}: ${line}`);
    const sshd = await startSshServer(guest, { hostKeys: options.hostKeys, pushedKeys: options.pushedKeys, log: say });
    const agent = startAgent(guest, { caCertificate: options.caCertificate, log: say, now: Date.now, turns: options.turns });
    options.onConsole(bootConsole({ specification, bootCount: options.bootCount, hostKeys: options.hostKeys, now: Date.now() }), true);
    // As on EC2, the machine can be reached while its user data still runs.
    if (options.userData !== undefined) {
      void runUserData(guest, options.userData).then(
        ({ text }) => options.onConsole(`\r\n${text}\r\n`, false),
        (error: unknown) => say(`user data: ${(error as Error).message}`),
      );
    }
    return new RunningInstance(options.bootCount, guest, agent, sshd);
  }

  private constructor(bootCount: number, guest: Guest, agent: ReturnType<typeof startAgent>, sshd: { close(): void | Promise<void> }) {
    this.bootCount = bootCount;
    this.#guest = guest;
    this.#agent = agent;
    this.#sshd = sshd;
  }

  /** Has the agent prove its way by a new connection; asked again while it does, it does so once more. False: it has no way. */
  prove(): Promise<boolean> {
    if (this.#proof !== undefined) {
      this.#again = true;
      return this.#proof;
    }
    this.#again = false;
    this.#proof = this.#agent.prove().then((proved) => {
      this.#proof = undefined;
      return this.#again ? this.prove() : proved;
    });
    return this.#proof;
  }

  /** Power off. */
  async stop(): Promise<void> {
    this.#agent.stop();
    await this.#sshd.close();
    await this.#guest.stop();
  }
}
