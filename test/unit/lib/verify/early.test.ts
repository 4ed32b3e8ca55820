import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { lookEarly } from '../../../../src/lib/verify/early.js';
import { subjectsFor } from '../../../../src/lib/verify/expectations.js';
import type { Eyes } from '../../../../src/lib/verify/observe.js';
import { verify } from '../../../../src/lib/verify/verify.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { connected, eyes } from './eyes.js';
import { labSnapshot } from './lab-snapshot.js';

/** Eyes that note what they do. */
function noting(over: Partial<Eyes> = {}): { readonly done: string[]; readonly eyes: Eyes } {
  const done: string[] = [];
  const meant = eyes(over);
  return {
    done,
    eyes: {
      ...meant,
      runOn: (instance, way, line, onOpen) => (done.push(`run ${instance.instanceId} ${way}`), meant.runOn(instance, way, line, onOpen)),
      dial: (host, port) => (done.push(`dial ${host}:${port}`), meant.dial(host, port)),
    },
  };
}

const snapshot = labSnapshot();
const judge = (see: Eyes) => verify({ subjects: subjectsFor([], { snapshot, network: indexModel(snapshot.network), from: '198.51.100.7' }), where: snapshot, eyes: see });

describe('lookEarly', () => {
  it('looks once at each, whichever comes first, and what is seen is the same', async () => {
    const { done, eyes: see } = noting();
    const early = lookEarly(see);
    await early.begin(snapshot.instances);
    expect(done).toEqual(['run i-1 ssh-key-pair', 'dial 198.18.0.11:22', 'run i-2 session-manager', 'dial 198.18.0.12:22', 'run i-3 session-manager', 'run i-4 session-manager']);
    const before = [...done];
    expect(await judge(early.eyes)).toEqual(await judge(eyes()));
    expect(done).toEqual(before);
    await early.finish();
    // The second time it is looked anew.
    await judge(early.eyes);
    expect(done).toHaveLength(2 * before.length);
  });

  it('asks again whom it asked too early, so that the reason is that of now, and no one else', async () => {
    let asked = 0;
    const runOn: Eyes['runOn'] = async (instance) => {
      if (instance.number === 3) throw new SsmlabError('not-connected', `time ${++asked}`);
      if (instance.number === 4) throw new SsmlabError('session-failed', `time ${++asked}`);
      return eyes().runOn(instance, 'session-manager', '');
    };
    const early = lookEarly(eyes({ runOn }));
    await early.begin(snapshot.instances.slice(2, 3));
    await early.begin(snapshot.instances.slice(3));
    const why = (await judge(early.eyes)).claims.filter(({ claim, instance }) => claim === 'way-in' && Number(instance) >= 3).map((claim) => claim.why);
    expect(why).toEqual([expect.stringContaining('time 3'), expect.stringContaining('time 2')]);
  });

  it('does not look at what is off, nor where there is no way', async () => {
    const { done, eyes: see } = noting();
    await lookEarly(see).begin(snapshot.instances.map((instance, i) => (i === 0 ? { ...instance, keyName: null } : { ...instance, state: 'stopped' })));
    expect(done).toEqual([]);
  });

  it('has begun when the commands run, and does not wait for their ends, nor for a way that is silent', async () => {
    let end = (): void => undefined;
    const ended = new Promise<string>((resolve) => (end = () => resolve('')));
    let open = 0;
    const early = lookEarly(eyes({ runOn: (instance, _way, _line, onOpen) => {
      // Instance 1 is silent.
      if (instance.number !== 1) setTimeout(() => ((open += 1), onOpen?.()), 20);
      return ended;
    } }));
    await early.begin(snapshot.instances.slice(1));
    expect(open).toBe(3);
    await early.begin(snapshot.instances.slice(0, 1));
    end();
    await early.finish();
  });

  it('ends what nobody asked for', async () => {
    const dialled = connected();
    const early = lookEarly(eyes({ dial: async () => dialled, runOn: () => Promise.reject(new SsmlabError('interrupted', 'told to end')) }));
    await early.begin(snapshot.instances.slice(0, 1));
    await early.finish();
    expect(dialled.outcome === 'connected' && dialled.stream.destroyed).toBe(true);
  });
});
