/** Each rule switched off in the source, one at a time: the suite's own scenarios of it notice. */
import { describe, expect, it } from 'vitest';
import { ALL_RULES, OUT_OF_SCOPE } from '../scope.js';
import { failingCases } from '../../../unit/lib/reachability/cases.js';
import { failingWaysIn } from '../../../unit/lib/reachability/way-in-cases.js';
import { MUTANTS, NOT_BY_FLOWS, NOT_BY_SCENARIOS, without } from './mutants.js';
import { NOT_PREDICTED, PREDICTION_MUTANTS, predictionWithout } from './prediction-mutants.js';

describe('a rule switched off in the source', () => {
  it.each(ALL_RULES.filter((rule) => MUTANTS[rule] !== undefined && !NOT_BY_SCENARIOS.includes(rule)))('%s is missed by its own scenarios', async (rule) => {
    const { failing } = await without(rule);
    expect(await failing(rule)).not.toEqual([]);
  });

  it('can be every rule of the fabric; what its scenarios do not miss random flows do', () => {
    const inScope = ALL_RULES.filter((rule) => OUT_OF_SCOPE[rule] === undefined);
    expect(inScope.filter((rule) => MUTANTS[rule] === undefined)).toEqual([]);
    expect(NOT_BY_SCENARIOS.filter((rule) => NOT_BY_FLOWS.includes(rule))).toEqual([]);
  });
});

describe('a rule switched off in the reachability engine', () => {
  it.each(Object.keys(PREDICTION_MUTANTS))('%s is missed by its own cases', async (rule) => {
    const engine = await predictionWithout(rule);
    expect([...engine.failingCases(), ...engine.failingWaysIn()]).not.toEqual([]);
  });

  it('can be every rule that a fabric has, but those that the engine is not asked about', () => {
    expect([...failingCases(), ...failingWaysIn()]).toEqual([]);
    const inScope = ALL_RULES.filter((rule) => OUT_OF_SCOPE[rule] === undefined || PREDICTION_MUTANTS[rule] !== undefined);
    expect(inScope.filter((rule) => PREDICTION_MUTANTS[rule] === undefined)).toEqual(ALL_RULES.filter((rule) => NOT_PREDICTED[rule] !== undefined));
    // What no fabric decides, and the engine does.
    expect(inScope.filter((rule) => OUT_OF_SCOPE[rule] !== undefined)).toEqual(['R13', 'N6', 'A5', 'P1', 'P11', 'E1']);
  });
});
