/** Random scenarios in portions, each with a seed of its own, and fabrics of real packets side by side: one is asked while another waits for silence. */
import fc from 'fast-check';
import type { BlockPublicAccess } from '../../../../src/lib/vpc/model.js';
import { startNetnsFabric } from '../../../unit/cloud/fabric/netns/bundled-holder.js';
import { type ChangeName, changesOf } from './changes.js';
import { flowDraws } from './flows.js';
import { KernelSide } from './kernel-side.js';
import { Counters, FLOWS, type Round, runScenario, type Scenario } from './scenario.js';
import { shapes } from './topology.js';

/** Fabrics at once: each has a process in every guest. */
const SIDE_BY_SIDE = 2;
/** When a disagreement is made smaller no longer, milliseconds. */
const ENOUGH_MS = 1_200_000;

export interface Portion {
  readonly name: string;
  readonly scenarios: fc.Arbitrary<Scenario>;
  /** Block Public Access that is in force all the time. */
  readonly accesses?: fc.Arbitrary<BlockPublicAccess | undefined>;
  /** As {@link runScenario} takes it, seconds. */
  readonly forgetful?: number;
  /** How many at least. */
  readonly flows: number;
  readonly seed: number;
  readonly path?: string | undefined;
}

/** Scenarios whose changes are of some kinds only, with many flows: rules that all kinds together seldom come to. `made` as in a {@link Scenario}. */
export function only(kinds: readonly ChangeName[], made: Scenario['made']): fc.Arbitrary<Scenario> {
  return fc.noBias(fc.record({
    shape: shapes, setup: fc.constant([]), changes: fc.array(changesOf(...kinds), { minLength: 3, maxLength: 4, size: 'max' }), flows: fc.array(flowDraws, { minLength: 40, maxLength: FLOWS, size: 'max' }), made: fc.constant(made),
  }));
}

/** What was seen, by scenario, in the order of the portions; on the computed fabric only where there is an `obstacle`. Throws what the first of them that failed throws. */
export async function tryAll(portions: readonly Portion[], obstacle: string | undefined): Promise<readonly (readonly Round[])[]> {
  const made = portions.map((): (readonly Round[])[] => []);
  const waiting = [...portions.entries()];
  const ended = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, async () => {
    const fabric = obstacle === undefined ? await startNetnsFabric() : undefined;
    const kernel = fabric === undefined ? undefined : await KernelSide.start(fabric);
    const counters = new Counters();
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, portion] = next;
        await tried(portion, counters, kernel, (rounds) => made[index]?.push(rounds));
      }
    } finally {
      waiting.splice(0);
      await kernel?.close();
      await fabric?.close();
    }
  }));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return made.flat();
}

async function tried({ name, scenarios: all, accesses = fc.constant(undefined), forgetful, flows, seed, path }: Portion, counters: Counters, kernel: KernelSide | undefined, keep: (rounds: readonly Round[]) => void): Promise<void> {
  let left = flows;
  try {
    await fc.assert(fc.asyncProperty(all, accesses, async (scenario, access) => {
      if (left <= 0) return;
      const rounds = await runScenario(scenario, counters, kernel, { access, forgetful });
      keep(rounds);
      left -= rounds.reduce((sum, round) => sum + round.flows.length, 0);
    }), { seed, ...(path === undefined ? {} : { path }), numRuns: flows, interruptAfterTimeLimit: ENOUGH_MS, markInterruptAsFailure: true });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`in the portion "${name}": ${message}\n${cause instanceof Error ? cause.message : ''}`, { cause: error });
  }
}
