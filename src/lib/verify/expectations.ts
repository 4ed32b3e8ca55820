/** Which expectations of the lab are asked about. */
import { SsmlabError } from '../errors.js';
import { findInstance } from '../inventory/find.js';
import type { KnownInstance } from '../inventory/instance.js';
import { LAB_INSTANCES, type LabInstance } from '../lab/lab.js';

/** What is claimed: the whole lab, or the instances that were named. A number or name of the lab is enough, also when its instance is gone. */
export function expectationsFor(named: readonly string[], instances: readonly KnownInstance[], stack: string): readonly LabInstance[] {
  if (!instances.some((instance) => LAB_INSTANCES.some((lab) => lab.logicalId === instance.logicalId))) {
    throw new SsmlabError('no-lab', `the stack "${stack}" has none of the lab's instances, so nothing is declared of them`);
  }
  if (named.length === 0) return LAB_INSTANCES;
  const wanted = named.map((name) => {
    const gone = LAB_INSTANCES.find((lab) => (name === String(lab.number) || name === lab.logicalId) && !instances.some((instance) => instance.logicalId === lab.logicalId));
    if (gone !== undefined) return gone.logicalId;
    const found = findInstance(instances, name);
    if (!LAB_INSTANCES.some((lab) => lab.logicalId === found.logicalId)) throw new SsmlabError('instance-not-found', `${found.name} is not one of the lab's, so nothing is declared of it`);
    return found.logicalId;
  });
  return LAB_INSTANCES.filter((lab) => wanted.includes(lab.logicalId));
}
