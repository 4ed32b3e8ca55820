/**
 * Which of a stack's instances are the lab's four. Names prove nothing and routes may be broken on purpose, so it is seen by
 * what neither touches (`lab.md`): who has the key pair, who wears a profile, who shares whose subnet and VPC.
 */
import { type Auth, LAB_INSTANCES, type LabInstance, type Path } from './lab.js';

export interface Candidate {
  readonly instanceId: string;
  readonly logicalId: string | null;
  readonly keyName: string | null;
  readonly instanceProfile: string | null;
  readonly subnetId: string | null;
  readonly vpcId: string | null;
  readonly path: Path;
  readonly auth: Auth;
  readonly state: string;
  /** Carries ssmlab's own tag. */
  readonly tagged: boolean;
}

type Assignment = ReadonlyMap<number, Candidate>;

const LIVING = new Set(['pending', 'running', 'stopping', 'stopped']);
/** Of the four, how many have to be what the lab says for a stack to be taken for it without further signs. */
const ENOUGH = 3;

const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);

/** The four by their shape: 1 has the key pair; of those with a profile 2 is in its subnet, 3 elsewhere in its VPC, 4 in another VPC. */
function byShape(living: readonly Candidate[]): Assignment | undefined {
  if (living.length !== LAB_INSTANCES.length) return undefined;
  const one = only(living.filter((each) => each.keyName !== null && each.instanceProfile === null));
  const managed = living.filter((each) => each.keyName === null && each.instanceProfile !== null);
  if (one === undefined || managed.length !== LAB_INSTANCES.length - 1) return undefined;
  const two = only(managed.filter((each) => each.subnetId === one.subnetId));
  const three = only(managed.filter((each) => each.subnetId !== one.subnetId && each.vpcId === one.vpcId));
  const four = only(managed.filter((each) => each.vpcId !== one.vpcId));
  return two === undefined || three === undefined || four === undefined ? undefined : new Map([[1, one], [2, two], [3, three], [4, four]]);
}

function byLogicalId(instances: readonly Candidate[]): Assignment {
  return new Map(LAB_INSTANCES.flatMap((lab) => {
    const named = instances.filter((each) => each.logicalId === lab.logicalId);
    // A replaced instance may be there beside its successor while it is shutting down.
    const found = named.find((each) => LIVING.has(each.state)) ?? named[0];
    return found === undefined ? [] : [[lab.number, found] as const];
  }));
}

const asDeclared = (assignment: Assignment): number =>
  LAB_INSTANCES.filter((lab: LabInstance) => assignment.get(lab.number)?.path === lab.path && assignment.get(lab.number)?.auth === lab.auth).length;

/**
 * Lab number → instance id; undefined when the stack is not the lab. With ssmlab's tag or the lab's logical ids the shape
 * decides who is who, and where it is lost (an instance is gone, a profile was taken off) the logical ids do. Without either
 * it is the lab when the shape is there and three of the four have the path and the auth method that the lab gives them.
 */
export function recogniseLab(instances: readonly Candidate[]): ReadonlyMap<number, string> | undefined {
  const shape = byShape(instances.filter((each) => LIVING.has(each.state)));
  const named = byLogicalId(instances);
  const tagged = instances.some((each) => each.tagged);
  const ids = (assignment: Assignment) => new Map([...assignment].map(([number, each]) => [number, each.instanceId]));
  if (shape !== undefined && (tagged || named.size === LAB_INSTANCES.length || asDeclared(shape) >= ENOUGH)) return ids(shape);
  return named.size > 0 && (tagged || (named.size >= ENOUGH && asDeclared(named) >= ENOUGH - 1)) ? ids(named) : undefined;
}
