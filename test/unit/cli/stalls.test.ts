import { describe, expect, it } from 'vitest';
import { withStalls } from '../../../src/cli/stalls.js';

/** One event, then silence until it is let go, then another. */
function slow(): { events: AsyncGenerator<string, number>; go: () => void } {
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  return { go, events: (async function* () { yield 'first'; await gate; yield 'last'; return 7; })() };
}

async function collect<Event, Result>(events: AsyncGenerator<Event, Result>, each: (event: Event) => void = () => undefined): Promise<[Event[], Result]> {
  const seen: Event[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done === true) return [seen, next.value];
    seen.push(next.value);
    each(next.value);
  }
}

describe('events that do not come', () => {
  it('are asked for, and each reason is told once', async () => {
    const { events, go } = slow();
    const answers = [undefined, 'full', 'full', 'broken'];
    const told = await collect(withStalls(events, async () => answers.shift(), 5), (event) => { if (typeof event === 'object' && event.why === 'broken') go(); });
    expect(told).toEqual([['first', { kind: 'stalled', why: 'full' }, { kind: 'stalled', why: 'broken' }, 'last'], 7]);
  });

  it('lead to no word when the target knows nothing or cannot be asked', async () => {
    for (const answer of [() => Promise.resolve(undefined), () => Promise.reject(new Error('no'))]) {
      const { events, go } = slow();
      let asked = 0;
      const ask = (): Promise<undefined> => { if (++asked === 3) go(); return answer(); };
      expect(await collect(withStalls(events, ask, 2))).toEqual([['first', 'last'], 7]);
    }
  });

  it('and errors pass through', async () => {
    const failing = (async function* () { yield 1; throw new Error('ended'); })();
    await expect(collect(withStalls(failing, async () => 'x', 1000))).rejects.toThrow('ended');
    expect(await collect(withStalls(slowDone(), undefined))).toEqual([['only'], 1]);
  });
});

async function* slowDone(): AsyncGenerator<string, number> {
  yield 'only';
  return 1;
}
