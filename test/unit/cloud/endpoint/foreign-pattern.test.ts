/** Patterns of requests are cut off for the work they make, not because the machine was busy with something else. */
import { describe, expect, it } from 'vitest';
import { PatternTooSlow, testForeignPattern } from '../../../../src/cloud/endpoint/foreign-pattern.js';

describe('a pattern that a request brings', () => {
  it('is tested', () => {
    expect([testForeignPattern(/^[a-z]+$/, 'abc'), testForeignPattern(/^[a-z]+$/, 'a1')]).toEqual([true, false]);
  });

  it('is cut off when it backtracks for ever', () => {
    expect(() => testForeignPattern(/^(a+)+b$/, 'a'.repeat(60))).toThrow(PatternTooSlow);
  });

  it('is tried again when its time ran out without work, but not for ever', () => {
    let asked = 0;
    const starved = (times: number) => (expression: RegExp, text: string): boolean => {
      asked += 1;
      if (asked <= times) throw new Error('Script execution timed out after 250ms');
      return expression.test(text);
    };
    expect([testForeignPattern(/abc/, 'abc', starved(3)), asked]).toEqual([true, 4]);
    asked = 0;
    expect(() => testForeignPattern(/abc/, 'abc', starved(100))).toThrow(PatternTooSlow);
    expect(asked).toBe(8);
  });

  it('is cut off for the work of all tries together', () => {
    let asked = 0;
    const working = (): boolean => {
      asked += 1;
      const before = process.cpuUsage();
      while (process.cpuUsage(before).user < 60_000);
      throw new Error('Script execution timed out after 250ms');
    };
    expect(() => testForeignPattern(/abc/, 'abc', working)).toThrow(PatternTooSlow);
    expect(asked).toBeLessThanOrEqual(2);
  });
});
