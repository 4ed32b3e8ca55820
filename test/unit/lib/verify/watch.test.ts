import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { type Claim, verdictOf, type VerifyReport } from '../../../../src/lib/verify/claim.js';
import { watch, type WatchEvent } from '../../../../src/lib/verify/watch.js';
import { labSnapshot } from './lab-snapshot.js';

const claim = (instance: number, over: Partial<Claim> = {}): Claim => ({ instance, claim: 'ping', subject: null, declared: 'replies', predicted: 'replies', observed: 'replies', verdict: 'pass', by: 'ping', why: '4 of 4', blame: null, ...over });
const report = (...claims: readonly Claim[]): VerifyReport => ({ version: 1, verdict: verdictOf(claims), fabric: 'computed', stack: 's', region: 'r', takenAt: 't', claims });

interface Turn {
  /** What is read at this turn; an error is thrown. */
  readonly snapshot?: Snapshot | Error;
  readonly predicted?: VerifyReport;
  readonly looked?: VerifyReport | Error;
}

/** Turn by turn, two seconds each, to the end of the turns; and how often the instances were looked at. */
async function run(turns: readonly Turn[], lookEveryMs = 60_000): Promise<{ readonly events: readonly WatchEvent[]; readonly looks: readonly number[] }> {
  let turn = 0;
  const looks: number[] = [];
  const end = new AbortController();
  const say = <T>(value: T | Error): Promise<T> => (value instanceof Error ? Promise.reject(value) : Promise.resolve(value));
  const events: WatchEvent[] = [];
  for await (const event of watch({
    read: () => say(turns[turn]?.snapshot ?? labSnapshot()),
    predict: () => say(turns[turn]?.predicted ?? report(claim(1))),
    look: () => {
      looks.push(turn);
      return say(turns[turn]?.looked ?? report(claim(1)));
    },
    pollMs: 2000, lookEveryMs, signal: end.signal,
    now: () => new Date(turn * 2000),
    wait: async () => {
      turn += 1;
      if (turn >= turns.length) end.abort();
    },
  })) events.push(event);
  return { events, looks };
}

const told = (events: readonly WatchEvent[]): string[] => events.map((event) => `${event.at.getTime() / 2000} ${event.kind === 'error' ? event.error.code : `${event.report.verdict} ${event.changed.map(({ instance, verdict }) => `${instance}:${verdict}`).join(',')} ${event.gone.map(({ instance }) => `-${instance}`).join(',')}`}`.trim());
const broken = report(claim(1, { predicted: 'silence', observed: 'silence', verdict: 'fail' }));

describe('a verify that goes on', () => {
  it('tells all at first, then nothing while nothing changes, and looks at nothing', async () => {
    const { events, looks } = await run([{}, {}, {}]);
    expect([told(events), looks]).toEqual([['0 pass 1:pass'], [0]]);
  });

  it('looks again when the prediction changes, and tells what changed', async () => {
    const { events, looks } = await run([{}, { predicted: broken, looked: broken }, { predicted: broken, looked: broken }, {}]);
    expect([told(events), looks]).toEqual([['0 pass 1:pass', '1 fail 1:fail', '3 pass 1:pass'], [0, 1, 3]]);
  });

  it('looks again when the configuration changes, though the prediction does not', async () => {
    const base = labSnapshot();
    const lost: Snapshot = { ...base, instances: base.instances.map((instance) => ({ ...instance, agent: 'connection-lost' })) };
    expect((await run([{}, { snapshot: lost }, { snapshot: lost }])).looks).toEqual([0, 1]);
  });

  it('is not disturbed by when a snapshot was taken or an agent was heard', async () => {
    const base = labSnapshot();
    const later: Snapshot = { ...base, takenAt: 'later', instances: base.instances.map((instance) => ({ ...instance, agentRecord: instance.agentRecord === null ? null : { ...instance.agentRecord, lastPing: 'later' } })) };
    expect((await run([{}, { snapshot: later }])).looks).toEqual([0]);
  });

  it('looks every so often besides, and then sees what no configuration says', async () => {
    const { events, looks } = await run([{}, {}, { looked: broken }, { looked: broken }, { looked: broken }], 4000);
    expect([told(events), looks]).toEqual([['0 pass 1:pass', '2 fail 1:fail'], [0, 2, 4]]);
  });

  it('another reason alone is no news; a claim that is new or gone is', async () => {
    const other = report(claim(1, { why: '3 of 4' }));
    const more = report(claim(1), claim(2));
    const { events } = await run([{}, { predicted: more, looked: other }, { predicted: other, looked: more }, { predicted: report(claim(2)), looked: report(claim(2)) }]);
    expect(told(events)).toEqual(['0 pass 1:pass', '2 pass 2:pass', '3 pass  -1']);
  });

  it('goes on when a region does not answer, tells it once, and tells when it does again', async () => {
    const gone = new SsmlabError('endpoint-unreachable', 'refused');
    const { events, looks } = await run([{}, { snapshot: gone }, { snapshot: gone }, { snapshot: new SsmlabError('no-lab', 'no stack') }, {}]);
    expect([told(events), looks]).toEqual([['0 pass 1:pass', '1 endpoint-unreachable', '3 no-lab', '4 pass'], [0, 4]]);
  });

  it('throws what goes wrong at first, and faults of the program whenever', async () => {
    await expect(run([{ snapshot: new SsmlabError('no-lab', 'no stack') }])).rejects.toMatchObject({ code: 'no-lab' });
    await expect(run([{}, { snapshot: new TypeError('x') }])).rejects.toThrow(TypeError);
  });

  it('says of each check how long it took itself', async () => {
    let at = 0;
    const end = new AbortController();
    const seconds: number[] = [];
    const take = <T>(value: T, ms: number): Promise<T> => {
      at += ms;
      return Promise.resolve(value);
    };
    let turn = 0;
    for await (const event of watch({
      read: () => (turn === 2 ? take(0, 125).then(() => Promise.reject(new SsmlabError('no-lab', 'no stack'))) : take(labSnapshot(), 500)),
      predict: () => take(turn === 0 ? report(claim(1)) : broken, 250),
      look: () => take(turn === 0 ? report(claim(1)) : broken, turn === 0 ? 1000 : 4000),
      pollMs: 2000, lookEveryMs: 1e9, signal: end.signal, now: () => new Date(at),
      wait: async () => {
        at += 60_000;
        if (++turn === 3) end.abort();
      },
    })) seconds.push(event.seconds);
    expect(seconds).toEqual([1.75, 4.75, 0.125]);
  });
});
