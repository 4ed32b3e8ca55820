import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as read from '../../../../src/cloud/endpoint/input.js';
import { page } from '../../../../src/cloud/endpoint/page.js';
import { decodeQuery } from '../../../../src/cloud/endpoint/query.js';
import { matchesWildcard } from '../../../../src/lib/policy/wildcard.js';

/** The InputError that a reader throws. */
function thrown(body: () => unknown): read.InputError {
  try {
    body();
  } catch (error) {
    if (error instanceof read.InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('decodeQuery', () => {
  it.each<[string, object]>([
    ['VpcId=vpc-1', { VpcId: 'vpc-1' }],
    ['InstanceId.2=b&InstanceId.1=a', { InstanceId: ['a', 'b'] }],
    ['InstanceId.1=a&InstanceId.10=c&InstanceId.9=b', { InstanceId: ['a', 'b', 'c'] }],
    ['Filter.1.Name=n&Filter.1.Value.1=x&Filter.1.Value.2=y', { Filter: [{ Name: 'n', Value: ['x', 'y'] }] }],
    ['NetworkInterface.1.SecurityGroupId.1=sg', { NetworkInterface: [{ SecurityGroupId: ['sg'] }] }],
    ['Parameters.member.1.ParameterKey=K&Parameters.member.1.ParameterValue=', { Parameters: [{ ParameterKey: 'K', ParameterValue: '' }] }],
    ['Parameters=', { Parameters: '' }],
    ['Capabilities.member.1=CAPABILITY_IAM', { Capabilities: ['CAPABILITY_IAM'] }],
    ['Description=a+b%20c%2Bd', { Description: 'a b c+d' }],
    ['Name=%E3%81%82', { Name: 'あ' }],
    ['', {}],
  ])('%s', (text, input) => {
    expect(decodeQuery(`Action=X&Version=1&${text}`)).toEqual({ action: 'X', version: '1', input });
  });

  it('never throws but AwsError, never pollutes (property)', () => {
    const name = fc.array(fc.constantFrom('A', '1', '2', 'member', '__proto__', 'constructor', 'prototype', 'x', ''), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
      try {
        decodeQuery(pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&'));
      } catch (error) {
        expect((error as Error).name).toBe('AwsError');
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    }));
  });
});

describe('readers', () => {
  it('coerce what the wire and internal callers give', () => {
    const input = { a: 'x', n: '7', m: 8, t: 'TRUE', f: false, l: ['a', 1], e: '', s: { deep: { name: 'y' } }, b: 'aGk=' };
    expect(read.str(input, 'a')).toBe('x');
    expect(read.str(input, 'm')).toBe('8');
    expect(read.str(input, 's.deep.name')).toBe('y');
    expect(read.strOpt(input, 'none')).toBeUndefined();
    expect(read.strOpt(input, 'toString')).toBeUndefined();
    expect([read.int(input, 'n'), read.int(input, 'm'), read.intOpt(input, 'none')]).toEqual([7, 8, undefined]);
    expect([read.bool(input, 't'), read.bool(input, 'f'), read.bool(input, 'none', true)]).toEqual([true, false, true]);
    expect([read.list(input, 'l'), read.list(input, 'e'), read.list(input, 'none')]).toEqual([['a', '1'], [], []]);
    expect(read.blobOpt(input, 'b')?.toString()).toBe('hi');
  });

  it('filters and tags', () => {
    expect(read.filters(decodeQuery('Filter.1.Name=a&Filter.1.Value.1=x').input)).toEqual([{ name: 'a', values: ['x'] }]);
    expect(() => read.filters(decodeQuery('Filter.1.Name=a').input)).toThrow("The filter 'a' is invalid");
    expect(read.tags(decodeQuery('Tag.1.Key=k&Tag.2.Key=l&Tag.2.Value=v').input)).toEqual([{ key: 'k', value: '' }, { key: 'l', value: 'v' }]);
  });

  it.each<[string, () => unknown, string, string, string, string]>([
    ['missing', () => read.str({}, 'VpcId'), 'MissingParameter', 'The request must contain the parameter VpcId', 'ValidationError', "1 validation error detected: Value null at 'vpcId' failed to satisfy constraint: Member must not be null"],
    ['empty', () => read.str({ VpcId: '' }, 'VpcId'), 'MissingParameter', 'The request must contain the parameter VpcId', 'ValidationException', "1 validation error detected: Value null at 'vpcId'"],
    ['no integer', () => read.int({ N: '1x' }, 'N'), 'InvalidParameterValue', 'Value (1x) for parameter N is invalid.', 'SerializationException', "Value '1x' at 'n'"],
    ['too large', () => read.int({ N: 51 }, 'N', { max: 50 }), 'InvalidParameterValue', 'Value (51) for parameter N is invalid.', 'ValidationException', 'Member must have value less than or equal to 50'],
    ['no boolean', () => read.bool({ B: 'yes' }, 'B'), 'InvalidParameterValue', 'Value (yes)', 'SerializationException', 'a boolean'],
    ['no list', () => read.list({ L: 'x' }, 'L'), 'InvalidParameterValue', 'Expected a list', 'SerializationException', 'a list'],
    ['not one of', () => read.oneOf({ W: 'z' }, 'W', ['x', 'y']), 'InvalidParameterValue', 'Value (z)', 'ValidationException', 'enum value set: [x, y]'],
    ['a structure for a string', () => read.str({ S: { a: 1 } }, 'S'), 'InvalidParameterValue', 'Expected a string', 'SerializationException', 'a string'],
  ])('%s: in the words of each protocol', (_what, body, ec2Code, ec2Text, otherCode, otherText) => {
    const error = thrown(body);
    expect(error).toMatchObject({ code: ec2Code, message: expect.stringContaining(ec2Text) });
    const other = error.as(otherCode === 'ValidationError' ? 'query' : 'json');
    expect(other).toMatchObject({ code: otherCode, message: expect.stringContaining(otherText) });
  });
});

describe('page', () => {
  const items = Array.from({ length: 12 }, (_, index) => `i${index}`);

  it('gives every item once, and no token on the last page (property)', () => {
    fc.assert(fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 7 }), (all, size) => {
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const found: ReturnType<typeof page<string>> = page(all, { MaxResults: size, NextToken: token });
        expect(found.items.length).toBeLessThanOrEqual(size);
        seen.push(...found.items);
        token = found.nextToken;
      } while (token !== undefined);
      expect(seen).toEqual(all);
    }));
  });

  it('goes on behind the last item seen although others went', () => {
    const first = page(items, { MaxResults: 5 }, { key: (item) => item });
    const rest = items.filter((item) => item !== 'i1' && item !== 'i2');
    expect(page(rest, { MaxResults: 3, NextToken: first.nextToken }, { key: (item) => item }).items).toEqual(['i5', 'i6', 'i7']);
  });

  it('refuses tokens that it did not give, or gave to another request', () => {
    const { nextToken } = page(items, { MaxResults: 5, Filter: [{ Name: 'a' }] });
    for (const input of [{ NextToken: 'x' }, { NextToken: 'bnVsbA' }, { NextToken: nextToken }, { NextToken: Buffer.from('{"n":-1}').toString('base64url') }]) {
      expect(thrown(() => page(items, input)).as('json')).toMatchObject({ code: 'InvalidNextToken' });
    }
    expect(page(items, { MaxResults: 9, Filter: [{ Name: 'a' }], NextToken: nextToken }).items[0]).toBe('i5');
  });

  it('has bounds', () => {
    expect(thrown(() => page(items, { MaxResults: 4 }, { minimum: 5, maximum: 1000 })).code).toBe('InvalidParameterValue');
    expect(page(items, {}, { default: 10 }).items).toHaveLength(10);
    expect(page(items, {}).nextToken).toBeUndefined();
  });
});

describe('matchesWildcard', () => {
  it.each<[string, string, boolean]>([
    ['*', '', true], ['a*', 'abc', true], ['a?c', 'abc', true], ['a?c', 'ac', false], ['*.example', 'www.example', true], ['a*b*c', 'aXXbYYc', true], ['a*b*c', 'aXXbYY', false], ['', 'a', false], ['a.c', 'abc', false],
  ])('%s on %s: %s', (pattern, text, expected) => expect(matchesWildcard(pattern, text)).toBe(expected));

  it('escapes and cases on request', () => {
    expect(matchesWildcard('a\\*', 'a*', { escape: true })).toBe(true);
    expect(matchesWildcard('a\\*', 'ab', { escape: true })).toBe(false);
    expect(matchesWildcard('EC2:*', 'ec2:Run', { ignoreCase: true })).toBe(true);
  });

  it('is not slow on what makes regular expressions slow', () => {
    expect(matchesWildcard(`${'a*'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
  });

  it('agrees with a regular expression (property)', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    fc.assert(fc.property(text, text, (pattern, subject) => {
      const regular = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
      expect(matchesWildcard(pattern, subject)).toBe(regular.test(subject));
    }));
  });
});
