/**
 * Requests that are wrong in one place, for every operation and member of the API model, sent just before the scenario's own
 * call: each is answered in the protocol's shape, none is taken for right, none brings the region down.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageDocument, plainest, saysNotSupported, type MemberAnswers } from './coverage.js';
import { brokenRestJsonRequests } from './rest-json-request.js';
import { brokenRestRequests } from './rest-mutants.js';
import { drive, type Input, type StepOutcome } from './drive.js';
import { askedIn, NO_MODEL, readModel, type Model } from './model.js';
import { mutantsOf, type Mutant } from './mutants.js';
import { judgeReply } from './reply.js';
import { startModelRegion } from './region.js';
import { formRequest, jsonRequest, parametersOf, writeRequest, type WrittenRequest } from './request.js';
import { NOT_PUBLIC, SCENARIO } from './scenario/scenario.js';
import type { Step } from './scenario/step.js';

const region = await startModelRegion();
const models = new Map(region.services.flatMap(({ name, version }): [string, Model][] => {
  const model = readModel(name, version);
  return model === undefined ? [] : [[name, model]];
}));
const operations = region.services.flatMap((service) => Object.keys(service.operations).map((operation) => `${service.name}.${operation}`)).filter((operation) => !NOT_PUBLIC.includes(operation));
/** Operations that the scenario has an answer of, and not an error only. */
const SUCCEEDS = new Set(SCENARIO.filter(({ error }) => error === undefined).map(({ service, operation }) => `${service}.${operation}`));
const REGION = 'ap-northeast-1';

afterAll(() => region.close());

type Attack = Omit<Mutant, 'input'> & { readonly request: WrittenRequest };

/** Requests that no serializer writes. */
function brokenRequests(model: Model, operation: string, input: Input): [what: string, request: WrittenRequest][] {
  if (model.metadata.protocol === 'json') {
    const body = JSON.stringify(input);
    return [
      ['no JSON', jsonRequest(model, operation, '{"a":')],
      ['a list', jsonRequest(model, operation, '[]')],
      ['a text', jsonRequest(model, operation, '"x"')],
      ['nested a thousand deep', jsonRequest(model, operation, `{"NotAMember":${'['.repeat(1000)}${']'.repeat(1000)}}`)],
      ['__proto__', jsonRequest(model, operation, body.replace(/^\{/, `{"__proto__":{"x":1}${body === '{}' ? '' : ','}`))],
      ['invalid UTF-8', { ...jsonRequest(model, operation, ''), body: Buffer.concat([Buffer.from('{"NotAMember":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')]) }],
    ];
  }
  if (model.metadata.protocol === 'rest-json') return brokenRestJsonRequests(model, operation, input);
  if (model.metadata.protocol === 'rest-xml') return brokenRestRequests(model, operation, input);
  const parameters = parametersOf(model, model.operations[operation]?.input, input, '').filter(([name]) => name !== '');
  const head = [['Action', operation], ['Version', model.metadata.apiVersion]] as const;
  const { headers, body } = formRequest([...head, ...parameters]);
  const [first] = parameters;
  return [
    ['__proto__', formRequest([...head, ...parameters, ['__proto__.x', '1']])],
    ['constructor.prototype', formRequest([...head, ...parameters, ['constructor.prototype.x', '1']])],
    ['nested a hundred deep', formRequest([...head, ...parameters, [`NotAMember${'.1'.repeat(100)}`, 'x']])],
    ['invalid percent', { headers, body: `${body}&NotAMember=%zz` }],
    ['invalid UTF-8', { headers, body: `${body}&NotAMember=%ff%fe` }],
    ['an empty name', { headers, body: `${body}&=x` }],
    ...(first === undefined ? [] : [['a parameter twice', formRequest([...head, ...parameters, first])], ['a value and a structure', formRequest([...head, ...parameters, [`${first[0]}.Below`, 'x']])]] as [string, WrittenRequest][]),
  ];
}

describe.skipIf(models.size === 0)(`requests that are wrong by the API model${models.size === 0 ? `: ${NO_MODEL}` : ''}`, () => {
  const findings = new Map<string, string[]>();
  let outcomes: StepOutcome[] = [];
  const afterwards: (() => Promise<void>)[] = [];
  const counts = new Map<string, number>();
  const answers = new Map<string, ReadonlyMap<string, MemberAnswers>>();
  const attacked = new Map<string, ReadonlySet<string>>();

  async function attack(step: Step, input: Input): Promise<void> {
    const key = `${step.service}.${step.operation}`;
    const model = models.get(step.service);
    const operation = model?.operations[step.operation];
    if (model === undefined || operation === undefined || (step.error !== undefined && SUCCEEDS.has(key))) return;
    // Again for a call that has members that those before had not: some do not go together.
    const seen = attacked.get(key);
    if (seen !== undefined && Object.keys(input).every((name) => seen.has(name))) return;
    attacked.set(key, new Set([...(seen ?? []), ...Object.keys(input)]));
    const found = findings.get(key) ?? [];
    findings.set(key, found);
    const mutants = mutantsOf(model, step.operation, input);
    // What may be taken must not change what the scenario's next calls find.
    const reads = /^(Describe|List|Get|Validate)/.test(step.operation);
    const [now, later] = [mutants.filter(({ wanted }) => wanted === 'refused' || reads), mutants.filter(({ wanted }) => wanted === 'answered' && !reads)];
    const written = (ones: readonly Mutant[]): Attack[] => ones.map((mutant) => ({ ...mutant, request: writeRequest(model, step.operation, mutant.input) }));
    const broken: Attack[] = brokenRequests(model, step.operation, input).map(([what, request]) => ({ what, request, wanted: 'refused' }));
    counts.set(key, (counts.get(key) ?? 0) + mutants.length + broken.length);
    const members = new Map<string, MemberAnswers>();
    const send = async (requests: readonly Attack[]): Promise<void> => {
      for (const { what, request, wanted, member, wire = '' } of requests) {
        const reply = await region.send(step.service, askedIn(step.service, REGION), request);
        const { problems, error } = judgeReply(model, operation, reply);
        if (member !== undefined && (wanted === 'refused' || model.metadata.protocol === 'rest-xml')) {
          const of = members.get(member) ?? { refused: 0, all: 0 };
          // To HEAD an error has no text, only its status: what is wrong is this member alone.
          const named = error !== undefined && (saysNotSupported(error.message, wire) || error.code === '501');
          members.set(member, { refused: of.refused + (named ? 1 : 0), all: of.all + 1 });
        }
        if (wanted === 'refused' && error === undefined) found.push(`${what}: taken`);
        // What a right request is answered is the other suite's to judge.
        if (error !== undefined || reply.status >= 500) found.push(...problems.map((problem) => `${what}: ${problem}`));
      }
    };
    await send([...broken, ...written(now)]);
    afterwards.push(async () => {
      await send(written(later));
      answers.set(key, plainest(answers.get(key), members));
    });
  }

  beforeAll(async () => {
    outcomes = await drive({ region, models, variables: new Map([...Object.entries(region.variables), ['run', 'fuzz'], ['region', REGION]]), before: attack }, SCENARIO);
    for (const send of afterwards) await send();
  }, 300_000);

  it.each(operations)('%s', (operation) => {
    expect(counts.get(operation)).toBeGreaterThan(2);
    expect(findings.get(operation)).toEqual([]);
  });

  it('were wrong by that alone: the scenario\'s own calls go well', () => {
    expect(outcomes.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('agrees with docs/coverage.md (its head says how it is written)', () => {
    const path = join(import.meta.dirname, '../../../docs/coverage.md');
    const text = coverageDocument({ services: region.services, answers, notPublic: NOT_PUBLIC, scenario: SCENARIO });
    if (process.env['WRITE_COVERAGE'] === '1') writeFileSync(path, text);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('leaves no defect in the log, and the region alive', async () => {
    expect(region.log.filter((line) => /^defect|uncaught|unhandled/.test(line)).slice(0, 10)).toEqual([]);
    const model = models.get('sts');
    if (model !== undefined) expect((await region.send('sts', REGION, writeRequest(model, 'GetCallerIdentity', {}))).status).toBe(200);
  });
});
