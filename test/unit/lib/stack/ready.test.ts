import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { type Door, type Opening, type ReadyEvent, untilReady } from '../../../../src/lib/stack/ready.js';

const shut = (message: string): Opening => ({ state: 'shut', error: new SsmlabError('not-connected', message, { hint: 'look' }) });

/** Gives these one after the other, the last for ever; remembers which try was said to be the last. */
function door(name: string, ...openings: (Opening | Error)[]): Door & { readonly lasts: boolean[] } {
  const lasts: boolean[] = [];
  return {
    name, way: 'session-manager', lasts,
    open: async (last) => {
      const opening = openings[Math.min(lasts.push(last), openings.length) - 1];
      if (opening instanceof Error) throw opening;
      return opening ?? { state: 'open' };
    },
  };
}

/** Runs it with a clock that only pauses move. */
async function run(doors: readonly Door[], seconds = 3, quietSeconds?: number): Promise<{ events: string[]; error?: unknown }> {
  const events: string[] = [];
  let ms = 0;
  const text = (event: ReadyEvent): string => `${event.door.name} ${event.kind}${'why' in event ? `: ${event.why}` : ''}`;
  try {
    for await (const event of untilReady(doors, { seconds, quietSeconds, pollSeconds: 1, now: () => ms, pause: async () => void (ms += 1000) })) events.push(text(event));
    return { events };
  } catch (error) {
    return { events, error };
  }
}

describe('until ready', () => {
  it('tries each way until it opens, and tells a reason once until it changes', async () => {
    const two = door('2', shut('no agent'), shut('no agent'), shut('no answer'), { state: 'open' });
    expect(await run([door('1', { state: 'open' }), two], 9)).toEqual({ events: expect.arrayContaining(['1 open', '2 shut: no agent', '2 shut: no answer', '2 open']) as string[] });
    expect(two.lasts).toEqual([false, false, false, false]);
  });
  it('tells nobody of what is shut for a moment', async () => {
    expect(await run([door('1', shut('no console yet'), shut('no console yet'), { state: 'open' }), door('2', shut('no agent'), shut('no agent'), shut('no agent'), { state: 'open' })], 9, 2)).toEqual({ events: expect.arrayContaining(['1 open', '2 open', '2 shut: no agent']) as string[] });
    expect((await run([door('1', shut('no console yet'), { state: 'open' })], 9, 2)).events).toEqual(['1 open']);
  });
  it('has nothing to do where there is no way', async () => expect(await run([])).toEqual({ events: [] }));
  it('goes on past what cannot be tried', async () => expect(await run([door('1', { state: 'untried', why: 'not from here' })])).toEqual({ events: ['1 untried: not from here'] }));
  it('ends at the bound with which way is shut and why, after the others have been tried', async () => {
    const never = door('1', shut('refused'));
    const { events, error } = await run([never, door('2', shut('later'), { state: 'open' })]);
    expect(events).toContain('2 open');
    expect(error).toMatchObject({ code: 'not-connected', message: 'the stack is complete, but 1 is not reached after 3 s: refused', hint: 'look' });
    expect([never.lasts.length >= 2, never.lasts.at(-1)]).toEqual([true, true]);
  });
  it('throws at once what a wait does not mend', async () => {
    const wrong = door('1', new SsmlabError('host-key-changed', 'another key'));
    expect(await run([wrong])).toMatchObject({ error: { code: 'host-key-changed' } });
    expect(wrong.lasts).toEqual([false]);
  });
});
