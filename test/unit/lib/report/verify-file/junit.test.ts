import { describe, expect, it } from 'vitest';
import { junitFile } from '../../../../../src/lib/report/verify-file/junit.js';
import type { VerifyOutcome } from '../../../../../src/lib/report/verify-file/outcome.js';
import { type Element, everyElement, parseXml, textOf } from '../xml.js';
import { broken, claimOf, failed, healthy, hostile, hostileError } from './outcomes.js';

/** What Jenkins' `junit-10.xsd` (xunit-plugin) says of the elements that are used: attributes with `!` are required, children are what may stand below. */
const SCHEMA: Readonly<Record<string, { readonly attributes: readonly string[]; readonly children: readonly string[]; readonly mixed?: true }>> = {
  testsuites: { attributes: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'] },
  testsuite: { attributes: ['name!', 'tests!', 'failures!', 'errors!', 'group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'], children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'] },
  properties: { attributes: [], children: ['property'] },
  property: { attributes: ['name!', 'value!'], children: [] },
  testcase: { attributes: ['name!', 'time', 'classname', 'group'], children: ['skipped', 'error', 'failure', 'system-out', 'system-err'] },
  failure: { attributes: ['type', 'message'], children: [], mixed: true },
  error: { attributes: ['type', 'message'], children: [], mixed: true },
};
const TIME = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/u;

function faults(element: Element): string[] {
  const rule = SCHEMA[element.name];
  if (rule === undefined) return [`<${element.name}> is not in the schema`];
  const found: string[] = [];
  for (const name of Object.keys(element.attributes)) if (!rule.attributes.some((known) => known.replace('!', '') === name)) found.push(`<${element.name}> has ${name}`);
  for (const name of rule.attributes) if (name.endsWith('!') && !(name.slice(0, -1) in element.attributes)) found.push(`<${element.name}> has no ${name}`);
  if (element.attributes['time'] !== undefined && !TIME.test(element.attributes['time'])) found.push(`time ${element.attributes['time']}`);
  for (const child of element.children) {
    if (typeof child === 'string') {
      if (rule.mixed !== true && child.trim() !== '') found.push(`<${element.name}> has text`);
    } else if (rule.children.includes(child.name)) found.push(...faults(child));
    else found.push(`<${child.name}> in <${element.name}>`);
  }
  return found;
}

const read = (outcome: VerifyOutcome): Element => parseXml(junitFile(outcome));
const named = (root: Element, name: string): Element[] => everyElement(root).filter((element) => element.name === name);

describe('the JUnit file', () => {
  it.each(Object.entries({ healthy, broken, hostile, failed, ...Object.fromEntries(hostileError.map((outcome, at) => [`hostile error ${at}`, outcome])) }))('is well-formed and of the schema: %s', (_, outcome) => {
    expect(faults(read(outcome))).toEqual([]);
  });

  it('the check finds what is wrong', () => {
    for (const bad of ['<testsuites skipped="1"/>', '<testsuite name="a" tests="1" failures="0"/>', '<testsuites><testcase name="a"/></testsuites>', '<testcase name="a" file="b"/>', '<testcase name="a">text</testcase>', '<testsuites time="soon"/>', '<case/>']) expect(faults(parseXml(bad)), bad).not.toEqual([]);
  });

  it('counts what it holds, for each suite and for all', () => {
    for (const outcome of [healthy, broken, hostile, failed]) {
      const root = read(outcome);
      for (const element of [root, ...named(root, 'testsuite')]) {
        const { tests, failures, errors } = element.attributes;
        expect([tests, failures, errors]).toEqual(['testcase', 'failure', 'error'].map((name) => String(named(element, name).length)));
      }
    }
  });

  it('says broken as failure, unknown as error, with the three sides, the reason and who is to blame', () => {
    const root = read(broken);
    expect(root.attributes).toMatchObject({ tests: '3', failures: '1', errors: '1', time: '1.900' });
    expect(named(root, 'testsuite').map((suite) => suite.attributes['name'])).toEqual(['1 Instance1', '4 Instance4']);
    expect(named(root, 'testsuite')[0]?.attributes['timestamp']).toBe('2026-11-29T20:15:30');
    const [failure] = named(root, 'failure');
    expect(failure?.attributes).toEqual({ type: 'broken', message: 'declared Session Manager is open · predicted closed · observed closed: TargetNotConnected' });
    expect(textOf(failure ?? root).split('\n').at(-1)).toBe('to blame: sg-0e (EndpointSecurityGroup): no rule admits tcp/443 from sg-0d');
    expect(named(root, 'error')[0]?.attributes['type']).toBe('unknown');
    expect(named(root, 'testcase')[1]?.attributes).toEqual({ name: 'way in', classname: 'ssmlab.4 Instance4' });
  });

  it('names each case once in its class, which readers go by', () => {
    const twice = { ...broken, result: { ...broken.result, report: { ...(broken.result.kind === 'report' ? broken.result.report : undefined), claims: [claimOf(), claimOf(), claimOf({ subject: 'ssm' })] } } } as VerifyOutcome;
    expect(named(read(twice), 'testcase').map((element) => element.attributes['name'])).toEqual(['way in', 'way in (2)', 'way in ssm']);
    const all = named(read(hostile), 'testcase').map((element) => `${element.attributes['classname']} ${element.attributes['name']}`);
    expect(new Set(all).size).toBe(all.length);
  });

  it('says that it could not be judged, and why', () => {
    const [error] = named(read(failed), 'error');
    expect(error?.attributes).toEqual({ type: 'no-lab', message: 'no stack "<ssmlab>"\\e[2J is in ap-northeast-1' });
  });
});
