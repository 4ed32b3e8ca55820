/** Brings the kernel from one state to the next, and mends it when it did not take all of one. */
import type { HolderClient } from './holder-client.js';
import { NETWORK_NAMESPACES, type RunResult, USER_NAMESPACES } from './holder/protocol.js';
import { difference, ipBatch, isNothing, type ScriptStep, type Steps, TABLE } from './plan/difference.js';
import { NO_TABLE } from './plan/nft.js';
import type { FabricState, NamespaceState } from './plan/state.js';
import { INTERNET_NAMESPACE, NOTHING } from './plan/state.js';

/** Scripts that run side by side: as many as are worth it on two cores. */
const SIDE_BY_SIDE = 2;

/** Takes back everything that is ours in a namespace but its links. */
const RESET = `nft delete table ip ${TABLE} 2>/dev/null || :
ip route flush table all proto boot 2>/dev/null || :
ip rule flush
ip rule add pref 0 lookup local 2>/dev/null || :
ip rule add pref 32766 lookup main
ip rule add pref 32767 lookup default
`;

/** The kernel refused something; the message says which command, and what the kernel said. */
export class KernelError extends Error {
  constructor(step: ScriptStep, result: RunResult) {
    super(`the kernel did not take the network of namespace ${step.namespace === '' ? 'internet' : step.namespace}: ${reasonOf(step, result)}`);
    this.name = 'KernelError';
  }
}

/** `ip -batch` and `nft -f` name the line of their own input. */
function reasonOf({ script }: ScriptStep, { status, stderr }: RunResult): string {
  const said = stderr.trim().split('\n').slice(0, 6).join('; ');
  const failed = /Command failed -:(\d+)/u.exec(stderr)?.[1];
  const batch = /ip -batch - <<'IP'\n([^]*?)\nIP\n/u.exec(script)?.[1]?.split('\n') ?? [];
  const line = failed === undefined ? '' : ` at \`${batch[Number(failed) - 1] ?? ''}\``;
  return `${said === '' ? `status ${status}` : said}${line}`;
}

export class Kernel {
  readonly #holder: HolderClient;
  #held: FabricState = NOTHING;
  /** Namespaces whose last script failed. */
  readonly #unsettled = new Set<string>();
  /** Set when it is not known which namespaces and links there are. */
  #unknown = false;

  constructor(holder: HolderClient) {
    this.#holder = holder;
  }

  /**
   * Resolves when the kernel holds the state. What it does not take is tried once more after mending: a guest's root may have
   * taken links away. Rejects with {@link KernelError} then; what was left half done is mended by the next call.
   */
  async hold(state: FabricState): Promise<void> {
    try {
      await this.#change(state);
    } catch {
      await this.#change(state);
    }
  }

  async #change(state: FabricState): Promise<void> {
    if (this.#unknown) await this.#clear();
    if (this.#unsettled.size > 0) await this.#findLostLinks();
    for (const namespace of this.#unsettled) await this.#reset(namespace);
    const steps = difference(this.#held, state);
    if (isNothing(steps)) {
      this.#held = state;
      return;
    }
    this.#unknown = true;
    await this.#build(steps);
    this.#held = { ...state, namespaces: new Map([...state.namespaces].map(([name, each]) => [name, this.#held.namespaces.get(name) ?? bare(each)])) };
    this.#unknown = false;
    const failures: Error[] = [];
    for (const some of [steps.settle, steps.machines, steps.ready]) {
      await this.#sideBySide(some, async (step) => {
        try {
          await this.#script(step);
        } catch (error) {
          this.#unsettled.add(step.namespace);
          failures.push(error as Error);
        }
      });
    }
    this.#held = state;
    if (failures[0] !== undefined) throw failures[0];
  }

  /** Namespaces and links. */
  async #build({ unlink, remove, create, link }: Steps): Promise<void> {
    await this.#sideBySide(unlink, (step) => this.#script(step));
    await this.#remove(remove);
    const owned = create.filter((each) => each.owned).map(({ name }) => name);
    const plain = create.filter((each) => !each.owned).map(({ name }) => `netns add ${name}`);
    await Promise.all([
      plain.length > 0 ? this.#script({ namespace: INTERNET_NAMESPACE, script: ipBatch(plain) }) : undefined,
      owned.length > 0 ? this.#own(owned) : undefined,
    ]);
    await this.#sideBySide(link, (step) => this.#script(step));
  }

  async #own(names: readonly string[]): Promise<void> {
    const result = await this.#holder.own(names);
    if (result.status !== 0) throw new KernelError({ namespace: names.join(', '), script: '' }, result);
  }

  async #remove(gone: Steps['remove']): Promise<void> {
    if (gone.length === 0) return;
    const owners = gone.filter((each) => each.owned).map(({ name }) => `${USER_NAMESPACES}/${name}`).join(' ');
    await this.#holder.leave(gone.map(({ name }) => name));
    const script = `${ipBatch(gone.map(({ name }) => `netns del ${name}`))}${owners === '' ? '' : `umount ${owners}\nrm ${owners}\n`}`;
    await this.#script({ namespace: INTERNET_NAMESPACE, script });
  }

  /** Back to a namespace without anything of ours, its links left; what is put next puts all. */
  async #reset(namespace: string): Promise<void> {
    const known = this.#held.namespaces.get(namespace);
    if (known !== undefined) {
      await this.#script({ namespace, script: RESET });
      this.#held = { ...this.#held, namespaces: new Map([...this.#held.namespaces].map(([name, each]) => [name, name === namespace ? bare(each) : each])) };
    }
    this.#unsettled.delete(namespace);
  }

  /** Strikes out links whose first end is not there any more; what stands under the name of their other end goes too. */
  async #findLostLinks(): Promise<void> {
    const lost = new Set<string>();
    for (const namespace of new Set([...this.#held.links.values()].map(({ ends: [first] }) => first.namespace))) {
      const { stdout } = await this.#holder.run(namespace, ['ip', '-o', 'link', 'show']);
      const there = new Set([...stdout.matchAll(/^\d+: ([^@:]+)/gmu)].map(([, name]) => name));
      for (const [key, { ends: [first, other] }] of this.#held.links) {
        if (first.namespace !== namespace || there.has(first.name)) continue;
        lost.add(key);
        await this.#holder.run(other.namespace, ['ip', 'link', 'del', other.name]);
      }
    }
    this.#held = { ...this.#held, links: new Map([...this.#held.links].filter(([key]) => !lost.has(key))) };
  }

  /** Back to nothing: every link and namespace that is there, whoever made it. */
  async #clear(): Promise<void> {
    const script = `${RESET}ip -o link show type veth | while IFS=': ' read -r _ name _; do ip link del "\${name%@*}" 2>/dev/null || :; done
for file in ${USER_NAMESPACES}/*; do umount "$file" 2>/dev/null || :; done
for file in ${NETWORK_NAMESPACES}/*; do ip netns del "\${file##*/}" 2>/dev/null || :; done
rm -f ${USER_NAMESPACES}/*
`;
    await this.#holder.leave([...this.#held.namespaces.keys()].filter((name) => name !== INTERNET_NAMESPACE));
    await this.#script({ namespace: INTERNET_NAMESPACE, script });
    this.#held = NOTHING;
    this.#unsettled.clear();
    this.#unknown = false;
  }

  async #script(step: ScriptStep): Promise<void> {
    const { namespace, rules = [], script } = step;
    const takes = async (result: Promise<RunResult>): Promise<void> => {
      const taken = await result;
      if (taken.status !== 0) throw new KernelError(step, taken);
    };
    if (rules.length > 0) await takes(this.#holder.rules(namespace, rules));
    if (script !== '') await takes(this.#holder.script(namespace, script));
  }

  async #sideBySide<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
    const waiting = [...items];
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await each(item);
    }));
  }
}

/** The namespace as it is before anything of ours is in it. */
function bare(state: NamespaceState): NamespaceState {
  return { ...state, first: [], sysctls: new Map(), settings: new Map(), table: NO_TABLE };
}
