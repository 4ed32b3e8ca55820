/** Template text → values: YAML and JSON as CloudFormation reads them, with lines. */
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../../../src/cloud/cloudformation/template/read.js';
import type { Value } from '../../../../../src/cloud/cloudformation/template/value.js';

describe('readTemplate', () => {
  it.each<[string, Value]>([
    ['a: 012345678901', { a: '012345678901' }],
    ['a: 1.10', { a: '1.10' }],
    ['a: -1', { a: -1 }],
    ['Version: 2012-10-17', { Version: '2012-10-17' }],
    ['a: yes', { a: 'yes' }],
    ['a: true', { a: true }],
    ['22: x', { 22: 'x' }],
    ['a: !Sub "${x}"', { a: { 'Fn::Sub': '${x}' } }],
    ['a: !If [C, !Ref X, !Join [",", [1]]]', { a: { 'Fn::If': ['C', { Ref: 'X' }, { 'Fn::Join': [',', [1]] }] } }],
    ['a: !Condition C', { a: { Condition: 'C' } }],
    ['{\n\t"a": [1,\n\t2]}', { a: [1, 2] }],
  ])('%j', (text, expected) => {
    expect(readTemplate(text).value).toEqual(expected);
  });

  it('knows the line of a member, or of what is around it', () => {
    const read = readTemplate('Resources:\n  A:\n    Type: x\n    Properties:\n      - 1\n');
    expect(read.lineOf('/Resources/A/Type')).toBe(3);
    expect(read.lineOf('/Resources/A/Nope')).toBe(2);
    expect(read.lineOf('/Nope')).toBe(1);
  });

  it('does not grow what a template holds', () => {
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]`;
    expect(() => readTemplate(bomb)).toThrow('aliases are not allowed');
    expect(() => readTemplate('a: &a {x: 1}\nb:\n  <<: *a')).toThrow(/line 3/);
  });
});
