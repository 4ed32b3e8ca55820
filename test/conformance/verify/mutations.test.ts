/** Each mutation of the lab, made to a snapshot: the prediction alone breaks the claims of the table, and no others. */
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/lib/inventory/snapshot/snapshot.js';
import { LOCAL_ADDRESS } from '../../../src/lib/lab/lab.js';
import { subjectsFor } from '../../../src/lib/verify/expectations.js';
import { verify } from '../../../src/lib/verify/verify.js';
import { indexModel } from '../../../src/lib/vpc/network.js';
import { labSnapshot } from '../../unit/lib/verify/lab-snapshot.js';
import { brokenClaims, MUTATIONS } from './mutations.js';

const predicted = (snapshot: Snapshot) => verify({ subjects: subjectsFor([], { snapshot, network: indexModel(snapshot.network), from: LOCAL_ADDRESS }), where: snapshot, only: 'predicted' });

describe('the lab with one thing taken away', () => {
  it('is whole before', async () => expect((await predicted(labSnapshot())).verdict).toBe('pass'));

  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s', async (_, { onSnapshot, broken }) => {
    const report = await predicted(onSnapshot(labSnapshot()));
    expect(brokenClaims(report).toSorted()).toEqual(broken.toSorted());
    expect(report.claims.filter(({ verdict }) => verdict === 'unknown')).toEqual([]);
    // What the configuration breaks, something in it is to blame for.
    expect(report.claims.filter(({ verdict, blame }) => verdict === 'fail' && blame === null)).toEqual([]);
  });
});
