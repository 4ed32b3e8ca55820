import { describe, expect, it } from 'vitest';
import { judgeSides, type Prediction, type Side } from '../../../../src/lib/verify/sides.js';

const UNASKED = 'unasked';
type Given = string | null;
const predicted = (value: Given): Prediction | undefined => (value === UNASKED ? undefined : { value, by: 'acl-1 rule 90', why: value === null ? 'ec2:DescribeNetworkAcls is missing' : `the configuration says ${value}`, blame: 'acl-1 rule 90 (A1)' });
const observed = (value: Given): Side | undefined => (value === UNASKED ? undefined : { value, by: 'ping', why: value === null ? 'the session is lost' : `it shows ${value}` });
const judge = (declared: string | null, p: Given, o: Given) => judgeSides({ declared, predicted: predicted(p), observed: observed(o) });

describe('judgeSides', () => {
  // Every combination of the sides: declared, predicted, observed → verdict, who decided, whether the prediction is blamed.
  it.each<[string | null, Given, Given, string, string, boolean]>([
    ['a', 'unasked', 'unasked', 'unknown', 'nothing', false],
    ['a', 'unasked', null, 'unknown', 'ping', false],
    ['a', 'unasked', 'a', 'pass', 'ping', false],
    ['a', 'unasked', 'b', 'fail', 'ping', false],
    ['a', null, 'unasked', 'unknown', 'acl-1 rule 90', false],
    ['a', null, null, 'unknown', 'ping', false],
    ['a', null, 'a', 'pass', 'ping', false],
    ['a', null, 'b', 'fail', 'ping', false],
    ['a', 'a', 'unasked', 'pass', 'acl-1 rule 90', false],
    ['a', 'a', null, 'unknown', 'ping', false],
    ['a', 'a', 'a', 'pass', 'ping', false],
    ['a', 'a', 'b', 'fail', 'ping', false],
    ['a', 'b', 'unasked', 'fail', 'acl-1 rule 90', true],
    ['a', 'b', null, 'fail', 'acl-1 rule 90', true],
    ['a', 'b', 'a', 'fail', 'acl-1 rule 90', true],
    ['a', 'b', 'b', 'fail', 'ping', true],
    ['a', 'b', 'c', 'fail', 'ping', true],
    [null, 'unasked', 'unasked', 'unknown', 'nothing', false],
    [null, 'unasked', null, 'unknown', 'ping', false],
    [null, 'unasked', 'a', 'unknown', 'ping', false],
    [null, null, 'unasked', 'unknown', 'acl-1 rule 90', false],
    [null, null, null, 'unknown', 'ping', false],
    [null, null, 'a', 'unknown', 'acl-1 rule 90', false],
    [null, 'a', 'unasked', 'unknown', 'acl-1 rule 90', false],
    [null, 'a', null, 'unknown', 'ping', false],
    [null, 'a', 'a', 'pass', 'ping', false],
    [null, 'a', 'b', 'fail', 'ping', true],
  ])('declared %s, predicted %s, observed %s: %s by %s', (declared, p, o, verdict, by, blamed) => {
    const judged = judge(declared, p, o);
    expect([judged.verdict, judged.by, judged.blame]).toEqual([verdict, by, blamed ? 'acl-1 rule 90 (A1)' : null]);
    expect([judged.declared, judged.predicted, judged.observed]).toEqual([declared, p === UNASKED ? null : p, o === UNASKED ? null : o]);
    expect(judged.why).not.toBe('');
  });

  it.each<[string | null, Given, Given, string]>([
    ['a', 'a', 'b', 'configuration and network disagree: by the configuration a (the configuration says a), and seen b (it shows b)'],
    ['a', 'b', 'a', 'configuration and network disagree: by the configuration b (the configuration says b), and seen a (it shows a)'],
    ['a', 'b', 'b', 'it shows b, since the configuration says b'],
    ['a', 'b', 'c', 'it shows c, and the configuration says b: the configuration says b'],
    ['a', 'b', null, 'the configuration says b'],
    ['a', 'a', null, 'the session is lost'],
    ['a', null, 'unasked', 'ec2:DescribeNetworkAcls is missing'],
    [null, 'a', 'unasked', 'nobody declared it, and there is one side only: nothing to hold it against'],
    [null, 'a', 'b', 'configuration and network disagree: by the configuration a (the configuration says a), and seen b (it shows b)'],
  ])('says of %s, %s, %s why', (declared, p, o, why) => expect(judge(declared, p, o).why).toBe(why));

  it.each<[string, string, string]>([
    ['Instance2 (i-2) is stopped', 'is stopped', 'Instance2 (i-2) is stopped'],
    ['the connection to its agent is lost', 'is stopped', 'the connection to its agent is lost, since i-2 is stopped'],
    ['the connection to its agent is lost', 'its metadata service is off', 'the connection to its agent is lost, since its metadata service is off'],
  ])('of what was seen, "%s", and of the configuration, "%s", makes one sentence', (seen, predicted, why) => {
    const sides = { declared: 'open', predicted: { value: 'closed', by: 'i-2 (E1)', why: predicted, blame: 'i-2 (E1)' }, observed: { value: 'closed', by: 'exec', why: seen } };
    expect(judgeSides(sides).why).toBe(why);
  });
});
