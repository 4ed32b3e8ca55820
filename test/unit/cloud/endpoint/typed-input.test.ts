import { describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/cloud/endpoint/input.js';
import type { AwsError } from '../../../../src/cloud/endpoint/operation.js';
import { page } from '../../../../src/cloud/endpoint/page.js';
import * as read from '../../../../src/cloud/endpoint/typed-input.js';

function refusal(act: () => unknown): AwsError {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.as('json');
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('typed-input', () => {
  it.each<[string, () => unknown, string, string]>([
    ['a missing string', () => read.requiredString({}, 'Name'), 'ValidationException', "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"],
    ['null for a string', () => read.requiredString({ Name: null }, 'Name'), 'ValidationException', "Value null at 'name'"],
    ['an inherited member', () => read.requiredString({}, 'toString'), 'ValidationException', 'Member must not be null'],
    ['a number for a string', () => read.requiredString({ Name: 7 }, 'Name'), 'SerializationException', "Value '7' at 'name' is not a string"],
    ['a short string', () => read.requiredString({ Name: '' }, 'Name', { min: 1 }), 'ValidationException', "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1"],
    ['a long string', () => read.optionalString({ Name: 'abc' }, 'Name', { max: 2 }), 'ValidationException', 'Member must have length less than or equal to 2'],
    ['another word', () => read.optionalString({ Name: 'c' }, 'Name', { oneOf: ['a', 'b'] }), 'ValidationException', 'Member must satisfy enum value set: [a, b]'],
    ['another pattern', () => read.optionalString({ Name: 'c' }, 'Name', { pattern: /^a$/ }), 'ValidationException', 'Member must satisfy regular expression pattern: ^a$'],
    ['text for a boolean', () => read.optionalBoolean({ B: 'true' }, 'B'), 'SerializationException', 'a boolean'],
    ['text for an integer', () => read.optionalInteger({ N: '5' }, 'N'), 'SerializationException', 'an integer'],
    ['a fraction', () => read.optionalInteger({ N: 1.5 }, 'N'), 'SerializationException', 'an integer'],
    ['too little', () => read.optionalInteger({ N: 1 }, 'N', { min: 2 }), 'ValidationException', "Value '1' at 'n' failed to satisfy constraint: Member must have value greater than or equal to 2"],
    ['too much', () => read.optionalInteger({ N: 3 }, 'N', { max: 2 }), 'ValidationException', 'Member must have value less than or equal to 2'],
    ['a string among structures', () => read.structures({ L: [{}, 'a'] }, 'L'), 'SerializationException', 'a list of structures'],
    ['a number among strings', () => read.strings({ L: ['a', 1] }, 'L'), 'SerializationException', 'a list of strings'],
    ['an absent list that must not be', () => read.strings({}, 'L', { min: 1 }), 'ValidationException', 'Member must not be null'],
    ['an empty list that must not be', () => read.strings({ L: [] }, 'L', { min: 1 }), 'ValidationException', 'Member must have length greater than or equal to 1'],
    ['a long list', () => read.strings({ L: ['a', 'b'] }, 'L', { max: 1 }), 'ValidationException', 'Member must have length less than or equal to 1'],
    ['a list for a map', () => read.stringListMap({ M: [] }, 'M'), 'SerializationException', 'a map'],
    ['a text page size', () => page([1], { MaxResults: '5' }, { typed: true }), 'SerializationException', 'an integer'],
    ['a number as token', () => page([1], { NextToken: 5 }, { typed: true }), 'SerializationException', 'a string'],
  ])('refuses %s', (_, act, code, message) => {
    const error = refusal(act);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('reads what is right, and gives the documented value for what is absent', () => {
    expect([read.optionalString({}, 'A'), read.optionalBoolean({}, 'A'), read.optionalInteger({ A: null }, 'A')]).toEqual([undefined, false, undefined]);
    expect([read.structures({}, 'A'), read.strings({}, 'A'), read.stringListMap({}, 'A')]).toEqual([[], [], {}]);
    expect(read.requiredString({ A: 'ab' }, 'A', { min: 2, max: 2, oneOf: ['ab'], pattern: /b/ })).toBe('ab');
    expect([read.optionalBoolean({ A: true }, 'A'), read.optionalInteger({ A: 2 }, 'A', { min: 2, max: 2 })]).toEqual([true, 2]);
    expect(read.stringListMap({ A: { b: ['c'] } }, 'A')).toEqual({ b: ['c'] });
  });
});
