/** What is claimed of each instance: what the lab declares, or for any other stack what can be predicted and seen of it. Pure. */
import { SsmlabError } from '../errors.js';
import { findInstance } from '../inventory/find.js';
import type { KnownInstance } from '../inventory/instance.js';
import { LAB_INSTANCES } from '../lab/lab.js';
import { wayOf } from '../probe/run-line.js';
import { labSubject } from './lab-claims.js';
import { type Configuration, NOT_AVAILABLE, predictPing, predictWay } from './predict.js';
import { seePing, seePublicIpv4, seeWay, wayBy } from './sight.js';
import type { Statement, Subject } from './statement.js';

/** The lab's instances that are there, by number. */
const placesOf = (instances: readonly KnownInstance[]): ReadonlyMap<number, KnownInstance> =>
  new Map(instances.flatMap((instance) => (instance.labNumber === null ? [] : [[instance.labNumber, instance] as const])));

const NO_WAY = 'no way in';

/** Of a stack that is not the lab nobody declared anything: the configuration and what is seen are held against each other. */
function derived(configuration: Configuration, instance: KnownInstance): Subject {
  const { instanceId, name, publicIpv4 } = instance;
  const way = wayOf(instance);
  const insider = { way, name };
  const claim = { instance: instanceId, subject: null, declared: null };
  const wayIn: Statement = way === undefined
    ? { ...claim, claim: 'way-in', predict: () => ({ value: NO_WAY, by: `ec2:DescribeInstances ${instanceId}`, why: 'it has neither a key pair nor a role', blame: instanceId }), see: ({ inside }) => ({ value: null, by: `ec2:DescribeInstances ${instanceId}`, why: inside.way === 'open' ? '' : inside.why }) }
    : { ...claim, claim: 'way-in', predict: () => predictWay(configuration, instanceId, way), see: seeWay(way, wayBy(way, instance)) };
  return {
    id: instanceId, name, instance, way, declared: false,
    statements: [
      wayIn,
      { ...claim, claim: 'public-ipv4', predict: () => ({ value: publicIpv4 ?? NOT_AVAILABLE, by: `ec2:DescribeInstances ${instanceId}`, why: `EC2 says ${publicIpv4 ?? 'that it has none'}`, blame: null }), see: seePublicIpv4(insider) },
      { ...claim, claim: 'ping', predict: () => predictPing(configuration, instanceId), see: seePing(insider) },
    ],
  };
}

/** Of the whole stack, or of the instances that were named. A number or logical id of the lab is enough, also when its instance is gone. */
export function subjectsFor(named: readonly string[], configuration: Configuration): readonly Subject[] {
  const { instances } = configuration.snapshot;
  const places = placesOf(instances);
  if (places.size === 0) return (named.length === 0 ? instances : [...new Set(named.map((name) => findInstance(instances, name)))]).map((instance) => derived(configuration, instance));
  const wanted = named.map((name) => {
    const gone = LAB_INSTANCES.find((lab) => (name === String(lab.number) || name === lab.logicalId) && !places.has(lab.number));
    if (gone !== undefined) return gone.number;
    const found = findInstance(instances, name);
    if (found.labNumber === null) throw new SsmlabError('instance-not-found', `${found.name} is not one of the lab's, so nothing is declared of it`);
    return found.labNumber;
  });
  return LAB_INSTANCES.filter((lab) => named.length === 0 || wanted.includes(lab.number)).map((lab) => labSubject(configuration, places, lab));
}
