/** Intrinsic functions and conditions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidrBlocks } from '../../../../../src/cloud/cloudformation/intrinsics/cidr.js';
import { evaluate, evaluateCondition, type EvaluationScope } from '../../../../../src/cloud/cloudformation/intrinsics/evaluate.js';
import { readTemplate } from '../../../../../src/cloud/cloudformation/template/read.js';
import type { Value } from '../../../../../src/cloud/cloudformation/template/value.js';

const scope: EvaluationScope = {
  ref: (name) => ({ 'AWS::Region': 'ap-northeast-1', 'Name': 'web', 'List': ['x', 'y'] } as { [name: string]: Value })[name],
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  condition: (name) => name === 'Yes',
  mapping: (...keys) => keys.join('.'),
  zones: (region) => [`${region}a`, `${region}c`],
  exported: (name) => `export of ${name}`,
};
const read = (yaml: string): Value => (readTemplate(`v: ${yaml}`).value as { v: Value }).v;
const of = (yaml: string) => evaluate(read(yaml), scope);

describe('evaluate', () => {
  it.each<[string, Value | undefined]>([
    ['!Ref Name', 'web'],
    ['!GetAtt A.B.C', 'A/B.C'],
    ['{"Fn::GetAtt": [A, B]}', 'A/B'],
    ["!Sub '${Name}-${AWS::Region}-${A.B}-${!Literal}'", 'web-ap-northeast-1-A/B-${Literal}'],
    ["!Sub ['${Own}/${Name}', {Own: !Ref Name}]", 'web/web'],
    ["!Join ['-', [a, !Ref Name, 1]]", 'a-web-1'],
    ["!Join [',', !Ref List]", 'x,y'],
    ["!Split ['.', a.b.c]", ['a', 'b', 'c']],
    ["!Select [1, !Split ['.', a.b.c]]", 'b'],
    ["!Select ['1', !Ref List]", 'y'],
    ["!Select [1, !GetAZs '']", 'ap-northeast-1c'],
    ['!GetAZs us-east-1', ['us-east-1a', 'us-east-1c']],
    ['!FindInMap [M, !Ref Name, k]', 'M.web.k'],
    ['!Base64 hello', 'aGVsbG8='],
    ['!Cidr [10.0.0.0/16, 2, 8]', ['10.0.0.0/24', '10.0.1.0/24']],
    ['!If [Yes, a, b]', 'a'],
    ['!If [No, a, !Ref Name]', 'web'],
    ['!ImportValue x', 'export of x'],
    ["{a: !Ref 'AWS::NoValue', b: [1, !Ref 'AWS::NoValue', 2]}", { b: [1, 2] }],
    ['{Ref: Name, Other: 1}', { Ref: 'Name', Other: 1 }],
    ['{Condition: {StringEquals: {a: b}}}', { Condition: { StringEquals: { a: 'b' } } }],
  ])('%s', (yaml, expected) => {
    expect(of(yaml)).toEqual(expected);
  });

  it.each([
    ['!Select [5, !Ref List]', 'cannot select nonexistent value at index 5'],
    ['!Join [a]', 'requires a list of 2 parameters'],
    ['!Join [!Ref List, []]', 'the delimiter to be a string'],
    ['!GetAtt A', 'two non-empty parameters'],
    ['!Sub [a]', `don't specify expected arguments`],
    ["!Sub '${List}'", 'to be a string'],
    ['!And [a, b]', 'cannot be used here'],
  ])('refuses %s', (yaml, message) => {
    expect(() => of(yaml)).toThrow(message);
  });
});

describe('conditions', () => {
  it.each([
    ['!Equals [!Ref Name, web]', true],
    ["!Equals [1, '1']", true],
    ['!Not [!Condition Yes]', false],
    ['!And [!Condition Yes, !Equals [a, a]]', true],
    ['!And [!Condition Yes, !Condition No]', false],
    ['!Or [!Condition No, !Condition Yes]', true],
  ])('%s is %s', (yaml, expected) => {
    expect(evaluateCondition(read(yaml), scope)).toBe(expected);
  });

  it.each(['!Ref Name', 'true', '!Not [!Condition Yes, !Condition Yes]', '!Or [!Condition Yes]'])('refuses %s', (yaml) => {
    expect(() => evaluateCondition(read(yaml), scope)).toThrow();
  });
});

describe('Fn::Cidr', () => {
  it('cuts blocks that lie side by side inside the whole', () => {
    fc.assert(fc.property(fc.integer({ min: 8, max: 24 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 255 }), (prefix, bits, count, second) => {
      fc.pre(count <= 2 ** (32 - prefix - bits));
      const blocks = cidrBlocks(`10.${second}.77.200/${prefix}`, count, bits);
      const starts = blocks.map((block) => (block.split('/')[0] ?? '').split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0));
      expect(new Set(blocks.map((block) => block.split('/')[1]))).toEqual(new Set([String(32 - bits)]));
      starts.forEach((start, index) => expect(start).toBe((starts[0] ?? 0) + index * 2 ** bits));
      expect((starts[0] ?? 1) % 2 ** (32 - prefix)).toBe(0);
    }));
  });

  it.each([['10.0.0.0/33', 1, 8], ['10.0.0.0', 1, 8], ['300.0.0.0/8', 1, 8], ['10.0.0.0/24', 2, 8], ['10.0.0.0/16', 257, 2], ['10.0.0.0/16', 0, 8]])('refuses %s, %s, %s', (block, count, bits) => {
    expect(() => cidrBlocks(block, count, bits)).toThrow('Fn::Cidr');
  });
});
