/**
 * Every reply held to the service's API model, which AWS publishes with botocore: members, types, enums, lengths, times,
 * request ids. The scenario uses every operation of the dispatch tables; one without a step fails by its name.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drive, type StepOutcome } from './drive.js';
import { NO_MODEL, readModel, type Model } from './model.js';
import { startModelRegion } from './region.js';
import { NOT_PUBLIC, SCENARIO } from './scenario/scenario.js';

const region = await startModelRegion();
const models = new Map(region.services.flatMap(({ name, version }): [string, Model][] => {
  const model = readModel(name, version);
  return model === undefined ? [] : [[name, model]];
}));
const operations = region.services.flatMap((service) => Object.keys(service.operations).map((operation) => `${service.name}.${operation}`));

afterAll(() => region.close());

describe('the scenario', () => {
  const used = new Set(SCENARIO.map((step) => `${step.service}.${step.operation}`));

  it('has a step for every operation of the dispatch tables, and none for what is not there', () => {
    expect(operations.length).toBeGreaterThan(140);
    expect(operations.filter((operation) => !used.has(operation) && !NOT_PUBLIC.includes(operation)), 'add a line to test/conformance/api-model/scenario').toEqual([]);
    expect([...used].filter((operation) => !operations.includes(operation))).toEqual([]);
  });
});

describe.skipIf(models.size === 0)(`replies by the API model${models.size === 0 ? `: ${NO_MODEL}` : ''}`, () => {
  let outcomes: StepOutcome[] = [];

  const inAnEmptyRegion: StepOutcome[] = [];

  beforeAll(async () => {
    // What reads its request only as it goes through what there is would refuse it where there is nothing.
    const empty = SCENARIO.filter(({ operation, input, error }) => error === undefined && /^(Describe|List)/.test(operation) && !/<(?!run|region)/.test(JSON.stringify(input)))
      .map(({ service, operation, input }) => ({ service, operation, input }));
    inAnEmptyRegion.push(...(await drive({ region, models, variables: new Map([['run', 'none'], ['region', 'us-west-2']]) }, empty)));
    outcomes = await drive({ region, models, variables: new Map([...Object.entries(region.variables), ['run', 'model'], ['region', 'ap-northeast-1']]) }, SCENARIO);
  }, 180_000);

  it('has a model for every service', () => {
    expect([...models.keys()]).toEqual(region.services.map((service) => service.name));
  });

  it.each(operations.filter((operation) => !NOT_PUBLIC.includes(operation)))('%s', (operation) => {
    const own = outcomes.filter(({ step }) => `${step.service}.${step.operation}` === operation);
    expect(own.length).toBeGreaterThan(0);
    expect(own.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('answers lists of nothing', () => {
    expect(inAnEmptyRegion.length).toBeGreaterThan(20);
    expect(inAnEmptyRegion.flatMap(({ problems }) => problems).filter((problem) => /not supported by the local cloud|the model|cannot be read/.test(problem))).toEqual([]);
  });

  it('leaves no defect in the log', () => {
    expect(region.log.filter((line) => /defect|uncaught|unhandled/.test(line))).toEqual([]);
  });
});
