import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../../src/lib/report/table.js';
import { wrapLine, wrapped, wrappedToFit } from '../../../../src/lib/report/wrap.js';

describe('wrapped', () => {
  it('keeps a command in backticks on one line, over the edge where it has to be', () => {
    expect(wrapped('run `ssmlab destroy --stack second`, then `ssmlab deploy` again', 30)).toEqual(['run', '`ssmlab destroy --stack second`,', 'then `ssmlab deploy` again']);
    expect(wrapped('one ` two three', 9)).toEqual(['one ` two', 'three']);
  });
  it('of any text loses nothing', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(' ', '`', 'a', '/') }), (text) => {
      expect(wrapped(text, Infinity)).toEqual([text]);
      expect(wrapped(text, 3).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }));
  });
});

describe('wrapLine', () => {
  it('goes on under the last column', () => {
    expect(wrapLine('  ssmlab connect 3   a shell behind the NAT gateway', 40)).toEqual(['  ssmlab connect 3   a shell behind the', '                     NAT gateway']);
  });
  it('goes on under its beginning where there are no columns', () => expect(wrapLine('    one two three', 12)).toEqual(['    one two', '    three']));
  it('counts no colour, nor breaks one', () => {
    const [dim, off, red, plain] = ['\u001B[2m', '\u001B[22m', '\u001B[31m', '\u001B[39m'];
    const line = `${dim}14:03:09${off}  ${red}✘${plain} 1 ping: declared replies`;
    expect(wrapLine(line, 28)).toEqual([`${dim}14:03:09${off}  ${red}✘${plain} 1 ping: declared`, '          replies']);
  });
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

describe('wrappedToFit', () => {
  it('cuts a word that is longer than a line, behind a seam where there is one', () => {
    expect(wrappedToFit('by arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore, statement 1', 30)).toEqual(['by arn:aws:iam::aws:policy/', 'AmazonSSMManagedInstanceCore,', 'statement 1']);
    expect(wrappedToFit('a'.repeat(25), 10)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)]);
  });
  it('does not cut for a seam that would leave a scrap', () => expect(wrappedToFit('a/bbbbbbbbbbbb', 10)).toEqual(['a/bbbbbbbb', 'bbbb']));
  it('does not cut in a colour', () => {
    const lines = wrappedToFit(`\u001B[31m${'x'.repeat(12)}\u001B[0m`, 5);
    expect(lines).toEqual(['\u001B[31mxxxxx', 'xxxxx', 'xx\u001B[0m']);
  });
  it('is never wider, and loses nothing', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z/:-]{1,40}$/u), { minLength: 1 }), fc.integer({ min: 1, max: 40 }), (words, width) => {
      const lines = wrappedToFit(words.join(' '), width);
      for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
    }));
  });
  it('keeps what is indented, and columns', () => expect(wrappedToFit('  one  two three', 10)).toEqual(['  one  two', 'three']));
  it('leaves a pipe alone', () => expect(wrappedToFit('a'.repeat(500), Infinity)).toEqual(['a'.repeat(500)]));
});
