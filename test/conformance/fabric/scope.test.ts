/** Every rule of the fact sheet is tested here, or has a reason why not. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SCENARIOS } from './rules.js';
import { ALL_RULES, OUT_OF_SCOPE } from './scope.js';

/** Rules that the titles of the tests on live connections begin with: `S12, S5: …`. */
const live = [...readFileSync(new URL('fabric-conformance.ts', import.meta.url), 'utf8').matchAll(/\bit\('([A-Z]\d+(?:, \w+)*):/g)].flatMap(([, rules]) => rules?.split(', ') ?? []);
const tested = new Set([...SCENARIOS.map(({ rule }) => rule), ...live.filter((rule) => /^[A-Z]\d+$/.test(rule))]);

it('tests every rule, or says why not', () => {
  expect(live.length).toBeGreaterThan(15);
  expect(ALL_RULES).toHaveLength(119);
  expect(ALL_RULES.filter((rule) => !tested.has(rule) && OUT_OF_SCOPE[rule] === undefined)).toEqual([]);
});

it('gives no reason for what is tested, and knows no rule that there is not', () => {
  expect(Object.keys(OUT_OF_SCOPE).filter((rule) => tested.has(rule) || !ALL_RULES.includes(rule))).toEqual([]);
  expect([...tested].filter((rule) => !ALL_RULES.includes(rule))).toEqual([]);
});
