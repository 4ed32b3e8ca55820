import { describe, expect, it } from 'vitest';
import { subjectsFor } from '../../../../src/lib/verify/expectations.js';
import type { Snapshot, SnapshotInstance } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { labSnapshot } from './lab-snapshot.js';

const subjects = (named: readonly string[], snapshot: Snapshot) => subjectsFor(named, { snapshot, network: indexModel(snapshot.network), from: null });
const lab = labSnapshot();
const some = (keep: (instance: SnapshotInstance) => boolean, ...more: readonly SnapshotInstance[]): Snapshot => ({ ...lab, instances: [...lab.instances.filter(keep), ...more] });
const other = (patch: Partial<SnapshotInstance>): SnapshotInstance => ({ ...(lab.instances[2] as SnapshotInstance), number: 5, labNumber: null, logicalId: 'Other', ...patch });

describe('subjectsFor', () => {
  const three = some(({ number }) => number !== 3);
  const numbers = (named: readonly string[]) => subjects(named, three).map(({ id }) => id);
  it.each([[[], [1, 2, 3, 4]], [['4', 'Instance1'], [1, 4]], [['3'], [3]], [['Instance3', 'i-2'], [2, 3]]])('%j', (named, want) => expect(numbers(named)).toEqual(want));
  it('knows no others', () => {
    expect(() => numbers(['web'])).toThrow(/no instance is called "web"/u);
    expect(() => subjects(['other'], some(() => true, other({ name: 'other', instanceId: 'i-5' })))).toThrow(/not one of the lab's/u);
  });
  it('knows how an instance of another stack is entered, and declares nothing of it', () => {
    const stack = some(() => false, other({ instanceId: 'i-a', name: 'a' }), other({ instanceId: 'i-b', name: 'b', auth: 'none', instanceProfile: null }), other({ instanceId: 'i-c', name: 'c', auth: 'none', keyName: 'k' }));
    expect(subjects([], stack).map(({ id, way, declared, statements }) => [id, way, declared, statements.map((statement) => [statement.claim, statement.declared])])).toEqual(
      [['i-a', 'session-manager'], ['i-b', undefined], ['i-c', 'ssh-key-pair']].map(([id, way]) => [id, way, false, [['way-in', null], ['public-ipv4', null], ['ping', null]]]),
    );
    expect(subjects(['b', 'i-b'], stack).map(({ id }) => id)).toEqual(['i-b']);
  });
});
