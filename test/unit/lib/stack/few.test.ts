import { expect, it } from 'vitest';
import { few } from '../../../../src/lib/stack/few.js';

it('names a few, and counts the rest of many', () => {
  expect(few(['a', 'b'])).toBe('a, b');
  expect(few([])).toBe('');
  expect(few(['a', 'b', 'c'], 3)).toBe('a, b, c');
  expect(few(['a', 'b', 'c', 'd'], 3)).toBe('a, b and 2 more');
});
