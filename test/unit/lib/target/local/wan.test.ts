import { describe, expect, it } from 'vitest';
import { readWan, wanWords } from '../../../../../src/lib/target/local/wan.js';

describe('conditions of the internet in words', () => {
  it.each([
    [['loss=1%'], { lossPercent: 1 }],
    [['loss=0.25'], { lossPercent: 0.25 }],
    [['delay=8ms', 'rate=100mbit'], { delayMs: 8, bitsPerSecond: 100_000_000 }],
    [['delay=0.5s,loss=2%,rate=64kbit'], { delayMs: 500, lossPercent: 2, bitsPerSecond: 64_000 }],
    [['rate=0'], { bitsPerSecond: 0 }],
    [['off'], { lossPercent: 0, bitsPerSecond: 0, delayMs: 0 }],
    [[], {}],
  ])('%o', (words, conditions) => {
    expect(readWan(words)).toEqual(conditions);
  });

  it.each([['loss'], ['loss=much'], ['loss=101%'], ['loss=0.001%'], ['rate=1bit'], ['rate=1tbit'], ['delay=11s'], ['delay=-1ms'], ['jitter=1ms'], ['constructor=1'], ['off', 'loss=1%']])('refuses %o', (...words) => {
    expect(() => readWan(words)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });

  it('are said as they were', () => {
    expect(wanWords({ lossPercent: 0.5, bitsPerSecond: 20_000_000, delayMs: 8 })).toBe('delay 8 ms, loss 0.5%, rate 20 Mbit/s');
    expect(wanWords({ lossPercent: 0, bitsPerSecond: 64_000, delayMs: 0 })).toBe('rate 64 kbit/s');
    expect(wanWords({ lossPercent: 0, bitsPerSecond: 0, delayMs: 0 })).toBeUndefined();
  });
});
