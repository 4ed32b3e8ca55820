/**
 * One behaviour, two fabrics and one prediction: random networks, random changes and random flows, both fabrics see the same of
 * each, and it is what the reachability engine said that they would: who gets through, and as whom.
 * FABRIC_AGREEMENT_FLOWS: how many flows at least; FABRIC_AGREEMENT_SEED and FABRIC_AGREEMENT_PATH: as a failing run printed them.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { netnsObstacle, startNetnsFabric } from '../../../unit/cloud/fabric/netns/bundled-holder.js';
import { KernelSide } from './kernel-side.js';
import { ALL_RULES } from '../scope.js';
import { ComputedSide } from './computed-side.js';
import { BY_EACH_RULE, leastOf, MUTANTS, NOT_BY_FLOWS, without } from './mutants.js';
import { agrees, predictions } from './prediction.js';
import { mispredicted, NOT_BY_PREDICTED_FLOWS, PREDICTION_MUTANTS, predictionWithout } from './prediction-mutants.js';
import { otherwise } from './replay.js';
import { Counters, type Round, runScenario, scenarios } from './scenario.js';
import { accesses } from './topology.js';
import { accepted } from './verdicts.js';

const FLOWS = Number(process.env['FABRIC_AGREEMENT_FLOWS'] ?? 13_000);
const SEED = Number(process.env['FABRIC_AGREEMENT_SEED'] ?? 20_261_129);
const PATH = process.env['FABRIC_AGREEMENT_PATH'];
/** When a disagreement is made smaller no longer, milliseconds. */
const ENOUGH_MS = 1_200_000;

const obstacle = await netnsObstacle();
/** By scenario. */
const seen: (readonly Round[])[] = [];

describe(`one behaviour on two fabrics${obstacle === undefined ? '' : ` (on the computed one only: ${obstacle})`}`, () => {
  it('sees the same of every flow, before and after every change, and what was predicted', { timeout: ENOUGH_MS + 60_000 }, async () => {
    const fabric = obstacle === undefined ? await startNetnsFabric() : undefined;
    const kernel = fabric === undefined ? undefined : await KernelSide.start(fabric);
    const counters = new Counters();
    let flows = 0;
    try {
      await fc.assert(fc.asyncProperty(scenarios, async (scenario) => {
        if (flows >= FLOWS) return;
        const made = await runScenario(scenario, counters, kernel);
        seen.push(made);
        flows += made.reduce((sum, round) => sum + round.flows.length, 0);
      }), { seed: SEED, ...(PATH === undefined ? {} : { path: PATH }), numRuns: FLOWS, interruptAfterTimeLimit: ENOUGH_MS, markInterruptAsFailure: true });
    } finally {
      await kernel?.close();
      await fabric?.close();
    }
  });

  it('sees the same, and what was predicted, where Block Public Access is on (I10, I11)', { timeout: ENOUGH_MS + 60_000 }, async () => {
    const fabric = obstacle === undefined ? await startNetnsFabric() : undefined;
    const kernel = fabric === undefined ? undefined : await KernelSide.start(fabric);
    const counters = new Counters();
    let flows = 0;
    let decided = 0;
    try {
      await fc.assert(fc.asyncProperty(scenarios, accesses, async (scenario, access) => {
        if (flows >= FLOWS / 10) return;
        const made = await runScenario(scenario, counters, kernel, access);
        flows += made.reduce((sum, round) => sum + round.flows.length, 0);
        decided += mispredicted({ predictions: (model, all) => predictions({ ...model, blockPublicAccess: undefined }, all), agrees }, [made], Infinity);
      }), { seed: SEED, numRuns: FLOWS, interruptAfterTimeLimit: ENOUGH_MS, markInterruptAsFailure: true });
    } finally {
      await kernel?.close();
      await fabric?.close();
    }
    expect(decided).toBeGreaterThanOrEqual(BY_EACH_RULE);
  });

  it('has enough of them, of which some get through and some do not', () => {
    const verdicts = seen.flat().flatMap((round) => [...round.verdicts.values()]);
    const share = verdicts.filter(accepted).length / verdicts.length;
    expect(verdicts.length).toBeGreaterThanOrEqual(FLOWS);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
  });

  it('has predictions of most, of which some get through and some do not', () => {
    const predicted = seen.flat().flatMap((round) => [...round.predictions.values()]);
    const asked = seen.flat().flatMap((round) => round.flows).length;
    expect(predicted.length / asked).toBeGreaterThan(0.7);
    expect(predicted.filter(accepted).length / predicted.length).toBeGreaterThan(0.3);
    expect(predicted.filter(accepted).length / predicted.length).toBeLessThan(0.7);
  });

  it.each(Object.keys(PREDICTION_MUTANTS).filter((rule) => !NOT_BY_PREDICTED_FLOWS.includes(rule)))('%s decides some of the predictions: switched off in the source, they are wrong', { timeout: 60_000 }, async (rule) => {
    expect(mispredicted(await predictionWithout(rule), seen, leastOf(rule))).toBeGreaterThanOrEqual(leastOf(rule));
  });

  it('and none are wrong with all rules', { timeout: 60_000 }, () => {
    expect(mispredicted({ predictions, agrees }, seen, 1)).toBe(0);
  });

  it.each(ALL_RULES.filter((rule) => MUTANTS[rule] !== undefined && !NOT_BY_FLOWS.includes(rule)))('%s decides some of them: switched off in the source, they end otherwise', { timeout: 60_000 }, async (rule) => {
    const { ComputedSide: Without } = await without(rule);
    expect(await otherwise(Without, seen, leastOf(rule))).toBeGreaterThanOrEqual(leastOf(rule));
  });

  it('and none end otherwise with all rules', { timeout: 60_000 }, async () => {
    expect(await otherwise(ComputedSide, seen, 1)).toBe(0);
  });

  afterAll(() => void seen.splice(0));
});
