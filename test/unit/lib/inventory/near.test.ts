import { describe, expect, it } from 'vitest';
import { distance, nearNames } from '../../../../src/lib/inventory/near.js';

describe('near names', () => {
  it.each([['', 'abc', 3], ['kitten', 'sitting', 3], ['deplyo', 'deploy', 1], ['same', 'same', 0]])('%s to %s is %d', (a, b, want) => expect(distance(a, b)).toBe(want));
  it.each([
    ['connct', ['connect']],
    ['Instnce1', ['Instance1', 'Instance2', 'Instance3']],
    ['inst', ['Instance1', 'Instance2', 'Instance3']],
    ['web', []],
  ])('%s → %j', (word, want) => expect(nearNames(word, ['connect', 'deploy', 'Instance1', 'Instance2', 'Instance3', 'Instance4'])).toEqual(want));
});
