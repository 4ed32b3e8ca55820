import { describe, expect, it } from 'vitest';
import { distance, nearNames } from '../../../../src/lib/inventory/near.js';

describe('near names', () => {
  it.each([['', 'abc', 3], ['kitten', 'sitting', 3], ['deplyo', 'deploy', 1], ['same', 'same', 0]])('%s to %s is %d', (a, b, want) => expect(distance(a, b)).toBe(want));
  it.each([
    ['connct', ['connect']],
    ['Instnce1', ['Instance1', 'Instance2', 'Instance3', 'Instance4']],
    ['inst', ['Instance1', 'Instance2', 'Instance3', 'Instance4']],
    ['web', []],
  ])('%s → %j', (word, want) => expect(nearNames(word, ['connect', 'deploy', 'Instance1', 'Instance2', 'Instance3', 'Instance4'])).toEqual(want));

  it('leaves out no equal, and nothing that is further than the third', () => {
    expect(nearNames('abcdef', ['abcdeX', 'abcXef', 'Xbcdef', 'abXdef', 'abXXef'])).toEqual(['abcdeX', 'abcXef', 'Xbcdef', 'abXdef']);
    expect(nearNames('abcdef', ['abcdeX', 'abXXef'])).toEqual(['abcdeX', 'abXXef']);
  });

  it('stays a hint among hundreds of equals', () => expect(nearNames('web', Array.from({ length: 300 }, (_, n) => `web-${n}`))).toHaveLength(8));
});
