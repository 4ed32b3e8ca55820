/**
 * One behaviour, two fabrics and one prediction: random networks, random changes and random flows, both fabrics see the same of
 * each, and it is what the reachability engine said that they would: who gets through, and as whom.
 * FABRIC_AGREEMENT_FLOWS: how many flows of all kinds of changes at least; FABRIC_AGREEMENT_SEED: another one for all portions;
 * FABRIC_AGREEMENT_PORTION: the portions only whose names begin so, as a failing run names one, and FABRIC_AGREEMENT_PATH, as it printed it.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { netnsObstacle } from '../../../unit/cloud/fabric/netns/bundled-holder.js';
import { ALL_RULES } from '../scope.js';
import type { ChangeName } from './changes.js';
import { ComputedSide } from './computed-side.js';
import { BY_EACH_RULE, MUTANTS, NOT_BY_FLOWS, without } from './mutants.js';
import { only, type Portion, tryAll } from './portions.js';
import { agrees, predictions } from './prediction.js';
import { mispredicted, NOT_BY_PREDICTED_FLOWS, PREDICTION_MUTANTS, predictionWithout } from './prediction-mutants.js';
import { otherwise } from './replay.js';
import { type Round, scenarios } from './scenario.js';
import { accesses } from './topology.js';
import { accepted } from './verdicts.js';

const FLOWS = Number(process.env['FABRIC_AGREEMENT_FLOWS'] ?? 10_000);
const SEED = Number(process.env['FABRIC_AGREEMENT_SEED'] ?? 20_261_129);
const PATH = process.env['FABRIC_AGREEMENT_PATH'];
const PORTION = process.env['FABRIC_AGREEMENT_PORTION'];

/** In how many portions all kinds of changes are tried; whichever fabric is free takes the next. */
const PARTS = 10;
/** Flows with changes of one kind only, for rules that all kinds together seldom come to. */
const OF_ONE_KIND = 250;
/** What is new after the change shows the rule, or what becomes of the connections that were there. */
const KINDS: Readonly<Record<'new' | 'kept', readonly (readonly ChangeName[])[]>> = {
  new: [['endpoint'], ['endpoint'], ['no-icmp'], ['attribute'], ['attribute'], ['deaf'], ['lock'], ['bar'], ['blackhole'], ['exclusive'], ['main'], ['nat'], ['detour']],
  kept: [['reroute'], ['reroute'], ['shut'], ['shut'], ['move', 'readdress']],
};
/** Seconds: less than AWS lets an interface be told, so that it can be waited for. */
const FORGETFUL = 2;

const PORTIONS: readonly Portion[] = [
  ...Array.from({ length: 4 }, (_, index) => ({ name: `silence, ${index}`, scenarios: only(['shut'], 1), forgetful: FORGETFUL, flows: OF_ONE_KIND, seed: SEED + index, path: PATH })),
  ...(['new', 'kept'] as const).flatMap((which) => KINDS[which].map((kinds, index) => (
    { name: `only ${kinds.join(' and ')}, ${index}`, scenarios: only(kinds, which === 'new' ? 2 : 1), flows: OF_ONE_KIND, seed: SEED + index, path: PATH }
  ))),
  ...Array.from({ length: PARTS }, (_, index) => ({ name: `all kinds, ${index}`, scenarios, flows: FLOWS / PARTS, seed: SEED + index, path: PATH })),
];

const obstacle = await netnsObstacle();
/** By scenario. */
const seen: (readonly Round[])[] = [];

describe(`one behaviour on two fabrics${obstacle === undefined ? '' : ` (on the computed one only: ${obstacle})`}`, () => {
  it('sees the same of every flow, before and after every change, and what was predicted', { timeout: 1_500_000 }, async () => {
    seen.push(...await tryAll(PORTIONS.filter(({ name }) => PORTION === undefined || name.startsWith(PORTION)), obstacle));
  });

  it('sees the same, and what was predicted, where Block Public Access is on (I10, I11)', { timeout: 1_500_000 }, async () => {
    const blocked = await tryAll([0, 1].map((index) => ({ name: `Block Public Access, ${index}`, scenarios, accesses, flows: FLOWS / 20, seed: SEED + index })), obstacle);
    const decided = mispredicted({ predictions: (model, all) => predictions({ ...model, blockPublicAccess: undefined }, all), agrees }, blocked, Infinity);
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
    expect(mispredicted(await predictionWithout(rule), seen, BY_EACH_RULE)).toBeGreaterThanOrEqual(BY_EACH_RULE);
  });

  it('and none are wrong with all rules', { timeout: 60_000 }, () => {
    expect(mispredicted({ predictions, agrees }, seen, 1)).toBe(0);
  });

  it.each(ALL_RULES.filter((rule) => MUTANTS[rule] !== undefined && !NOT_BY_FLOWS.includes(rule)))('%s decides some of them: switched off in the source, they end otherwise', { timeout: 60_000 }, async (rule) => {
    const { ComputedSide: Without } = await without(rule);
    expect(await otherwise(Without, seen, BY_EACH_RULE)).toBeGreaterThanOrEqual(BY_EACH_RULE);
  });

  it('and none end otherwise with all rules', { timeout: 60_000 }, async () => {
    expect(await otherwise(ComputedSide, seen, 1)).toBe(0);
  });

  afterAll(() => void seen.splice(0));
});
