import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableLines } from '../../../../src/lib/report/printable.js';

describe('printable', () => {
  it.each([
    ['plain', 'Instance1', 'Instance1'],
    ['colour', '\u001b[31mred\u001b[0m', '\\e[31mred\\e[0m'],
    ['line ends', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['C1', 'a\u009b31mb', 'a\\u{9b}31mb'],
    ['reordering', 'a\u202eb', 'a\\u{202e}b'],
    ['letters of all kinds stay', 'größe 実例 🙂', 'größe 実例 🙂'],
  ])('%s', (_, text, want) => expect(printable(text)).toBe(want));

  it('leaves nothing that controls a terminal', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      // oxlint-disable-next-line no-control-regex -- the very characters that must not be there
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u);
    }));
  });

  it('keeps lines apart and drops empty ones at the end', () => expect(printableLines('a\u0007\nb\n\n')).toEqual(['a\\u{7}', 'b']));
});
