import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../../src/lib/report/table.js';
import { wrapLine } from '../../../../src/lib/report/wrap.js';

describe('wrapLine', () => {
  it('goes on under the last column', () => {
    expect(wrapLine('  ssmlab connect 3   a shell behind the NAT gateway', 40)).toEqual(['  ssmlab connect 3   a shell behind the', '                     NAT gateway']);
  });
  it('goes on under its beginning where there are no columns', () => expect(wrapLine('    one two three', 12)).toEqual(['    one two', '    three']));
  it('leaves what fits, and a pipe, alone', () => {
    expect(wrapLine('a  b ', 10)).toEqual(['a  b ']);
    expect(wrapLine('a b c', undefined)).toEqual(['a b c']);
  });
  it('loses no word and is wide only by a long word', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/u), { minLength: 1 }), fc.integer({ min: 12, max: 60 }), (words, width) => {
      const lines = wrapLine(words.join(' '), width);
      expect(lines.join(' ').split(' ')).toEqual(words);
      for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(width);
    }));
  });
});
