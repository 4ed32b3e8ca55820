import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Heartbeat, heartbeat } from '../../../../../src/cloud/fabric/netns/heartbeat.js';

describe('the holder\'s heartbeat', () => {
  let beats: { readonly answer: () => void; readonly end: () => void }[] = [];
  let told: boolean[] = [];
  let watch: Heartbeat;
  beforeEach(() => {
    vi.useFakeTimers();
    beats = [];
    told = [];
    watch = heartbeat(() => new Promise<void>((resolve, reject) => beats.push({ answer: resolve, end: () => reject(new Error('ended')) })), (held) => told.push(held));
  });
  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });
  const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

  it('says nothing while it is answered', async () => {
    for (let beat = 1; beat <= 20; beat++) {
      await seconds(1);
      expect(beats).toHaveLength(beat);
      beats.at(-1)?.answer();
    }
    expect(told).toEqual([]);
    expect(watch.held).toBe(false);
  });

  it('says once that it is held, however long, and once that it goes on', async () => {
    await seconds(4);
    expect(told).toEqual([]);
    await seconds(3600);
    expect(told).toEqual([true]);
    expect(watch.held).toBe(true);
    expect(beats).toHaveLength(1);
    beats[0]?.answer();
    await seconds(1);
    expect(told).toEqual([true, false]);
    expect(beats).toHaveLength(2);
  });

  it('does not take a late answer for none', async () => {
    await seconds(4);
    beats[0]?.answer();
    await seconds(1);
    await seconds(3);
    expect(told).toEqual([]);
  });

  it('ends with the holder, and when it is stopped', async () => {
    await seconds(1);
    beats[0]?.end();
    await seconds(60);
    expect(beats).toHaveLength(1);
    expect(told).toEqual([]);
  });
});
