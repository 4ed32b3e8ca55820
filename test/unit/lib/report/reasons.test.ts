import { expect, it } from 'vitest';
import { reasonsOf } from '../../../../src/lib/report/reasons.js';
import type { Claim } from '../../../../src/lib/verify/claim.js';

const claim = (instance: number, why: string, verdict: Claim['verdict'] = 'unknown'): Claim =>
  ({ instance, claim: 'ping', subject: null, declared: null, predicted: null, observed: null, verdict, by: 'ping', why, blame: null });
const shown = (...claims: readonly Claim[]): string[] => [...reasonsOf(claims).values()];

it('tells a reason once for an instance', () => {
  expect(shown(claim(4, 'lost'), claim(4, 'lost'), claim(3, 'lost'))).toEqual(['lost', 'the same', 'lost']);
});

it('leaves out the part that was told above', () => {
  expect(shown(claim(1, 'no key: run chmod'), claim(1, 'not reached: the SSH is not judged: no key: run chmod'), claim(2, 'not reached: no key: run chmod'))).toEqual(['no key: run chmod', 'not reached: the SSH is not judged', 'not reached: no key: run chmod']);
});

it('keeps what holds as it is, and an empty reason empty', () => {
  expect(shown(claim(1, '4 of 4', 'pass'), claim(1, '4 of 4', 'pass'), claim(1, ''), claim(1, ''), claim(1, 'because: '))).toEqual(['4 of 4', '4 of 4', '', '', 'because: ']);
});
