/** What is expected of each instance: what the lab declares, or for any other stack what its configuration says of itself. */
import { SsmlabError } from '../errors.js';
import { findInstance } from '../inventory/find.js';
import type { KnownInstance } from '../inventory/instance.js';
import { LAB_INSTANCES, type LabInstance, type Path } from '../lab/lab.js';
import { wayOf, type Way } from '../probe/run-line.js';

export interface Expectation {
  /** The lab's number, else the instance id. */
  readonly id: number | string;
  readonly name: string;
  /** Undefined when it is not there at all. */
  readonly instance: KnownInstance | undefined;
  /** Undefined: neither key pair nor role, so there is no way in to be tried. */
  readonly way: Way | undefined;
  /** The address that the instance has to say it has; null when it has to say that there is none. */
  readonly publicIpv4: string | null;
  readonly ping: 'replies' | 'silence';
  /** Who says so. What is derived comes from the path alone: security groups and network ACLs may still be in the way. */
  readonly source: { readonly kind: 'declared' } | { readonly kind: 'derived'; readonly path: Path };
}

const labExpectation = (lab: LabInstance, instances: readonly KnownInstance[]): Expectation => {
  const instance = instances.find((candidate) => candidate.labNumber === lab.number);
  const publicIpv4 = lab.shows.publicIpv4 ? (instance?.publicIpv4 ?? 'its own address') : null;
  return { id: lab.number, name: instance?.name ?? lab.logicalId, instance, way: lab.auth, publicIpv4, ping: lab.shows.ping ? 'replies' : 'silence', source: { kind: 'declared' } };
};

const derived = (instance: KnownInstance): Expectation => ({
  id: instance.instanceId,
  name: instance.name,
  instance,
  way: wayOf(instance),
  publicIpv4: instance.publicIpv4,
  ping: instance.egress === 'internet-gateway' || instance.egress === 'nat-gateway' ? 'replies' : 'silence',
  source: { kind: 'derived', path: instance.egress },
});

/** Of the whole stack, or of the instances that were named. A number or logical id of the lab is enough, also when its instance is gone. */
export function expectationsFor(named: readonly string[], instances: readonly KnownInstance[]): readonly Expectation[] {
  const isLab = instances.some((instance) => instance.labNumber !== null);
  if (!isLab) return (named.length === 0 ? instances : [...new Set(named.map((name) => findInstance(instances, name)))]).map(derived);
  if (named.length === 0) return LAB_INSTANCES.map((lab) => labExpectation(lab, instances));
  const wanted = named.map((name) => {
    const gone = LAB_INSTANCES.find((lab) => (name === String(lab.number) || name === lab.logicalId) && !instances.some((instance) => instance.labNumber === lab.number));
    if (gone !== undefined) return gone.number;
    const found = findInstance(instances, name);
    if (found.labNumber === null) throw new SsmlabError('instance-not-found', `${found.name} is not one of the lab's, so nothing is declared of it`);
    return found.labNumber;
  });
  return LAB_INSTANCES.filter((lab) => wanted.includes(lab.number)).map((lab) => labExpectation(lab, instances));
}
