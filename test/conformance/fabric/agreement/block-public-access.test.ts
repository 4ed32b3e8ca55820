/**
 * Block Public Access over random networks: both fabrics see the same of each flow while it is switched about, of those that were
 * open before too, and it is what the reachability engine said.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { netnsObstacle, startNetnsFabric } from '../../../unit/cloud/fabric/netns/bundled-holder.js';
import type { ChangeDraw } from './changes.js';
import { KernelSide } from './kernel-side.js';
import { without } from './mutants.js';
import { mispredicted, predictionWithout } from './prediction-mutants.js';
import { otherwise } from './replay.js';
import { Counters, type Round, runScenario, type Scenario, scenarios } from './scenario.js';

const FLOWS = 1600;
const BY_EACH_RULE = 20;
const NUMBER = fc.nat(9999);
const switches: fc.Arbitrary<readonly ChangeDraw[]> = fc.array(fc.record({ what: fc.constant('block' as const), afresh: fc.constant(false), at: NUMBER, first: NUMBER, second: NUMBER }), { minLength: 2, maxLength: 4, size: 'max' });
const switched: fc.Arbitrary<Scenario> = fc.noBias(fc.tuple(scenarios, switches).map(([scenario, changes]) => ({ ...scenario, setup: scenario.setup.slice(0, 2), changes })));

const obstacle = await netnsObstacle();
const seen: (readonly Round[])[] = [];

describe(`Block Public Access on two fabrics${obstacle === undefined ? '' : ` (on the computed one only: ${obstacle})`}`, () => {
  it('is the same on both, and as predicted', { timeout: 300_000 }, async () => {
    const fabric = obstacle === undefined ? await startNetnsFabric() : undefined;
    const kernel = fabric === undefined ? undefined : await KernelSide.start(fabric);
    const counters = new Counters();
    let flows = 0;
    try {
      await fc.assert(fc.asyncProperty(switched, async (scenario) => {
        if (flows >= FLOWS) return;
        const made = await runScenario(scenario, counters, kernel);
        seen.push(made);
        flows += made.reduce((sum, round) => sum + round.flows.length, 0);
      }), { seed: 20_261_129, numRuns: FLOWS });
    } finally {
      await kernel?.close();
      await fabric?.close();
    }
    expect(flows).toBeGreaterThanOrEqual(FLOWS);
  });

  it.each(['I10', 'I11'])('%s decides some of them, and some of the predictions', { timeout: 60_000 }, async (rule) => {
    const { ComputedSide: Without } = await without(rule);
    expect(await otherwise(Without, seen, BY_EACH_RULE)).toBeGreaterThanOrEqual(BY_EACH_RULE);
    expect(mispredicted(await predictionWithout(rule), seen, BY_EACH_RULE)).toBeGreaterThanOrEqual(BY_EACH_RULE);
  });
});
