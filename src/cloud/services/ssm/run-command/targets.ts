/** Which instances a command is for: ids, or tags as EC2 has them. */
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import { requiredString, strings, structures } from '../../../endpoint/typed-input.js';
import { INSTANCES } from '../records.js';
import type { CommandTarget } from './records.js';

const INSTANCE_ID = /^(?:i-(?:\w{8}|\w{17})|mi-\w{17})$/;
const MAX_IDS = 50;

export interface AskedTargets {
  readonly instanceIds: readonly string[];
  readonly targets: readonly CommandTarget[];
  readonly targetIds: readonly string[];
}

/** `InstanceIds`, judged by their form. Throws InvalidInstanceId, DuplicateInstanceId. */
export function instanceIdsOf(input: Input): readonly string[] {
  const ids = strings(input, 'InstanceIds', { max: MAX_IDS });
  const wrong = ids.find((id) => !INSTANCE_ID.test(id));
  if (wrong !== undefined) throw new AwsError('InvalidInstanceId', `The instance ID '${wrong}' is not valid.`);
  if (new Set(ids).size < ids.length) throw new AwsError('DuplicateInstanceId', 'You can\'t specify an instance ID in more than one association.');
  return ids;
}

function targetOf(target: Input): CommandTarget {
  const key = requiredString(target, 'Key', { min: 1, max: 163, pattern: /^[\p{L}\p{Z}\p{N}_.:/=\-@]*$/u });
  return { Key: key, Values: strings(target, 'Values', { max: 50 }) };
}

async function idsFor({ Key, Values }: CommandTarget, context: OperationContext): Promise<readonly string[]> {
  if (Key === 'InstanceIds') return Values;
  const name = Key.startsWith('tag:') || Key === 'tag-key' ? Key : `tag:${Key}`;
  if (Key.startsWith('resource-groups:')) throw new AwsError('InvalidTarget', `The local cloud has no resource groups: the target key ${Key} is not supported.`);
  const output = await context.call('ec2', 'DescribeInstances', { Filter: [{ Name: name, Value: Values }] });
  const reservations = (output['reservationSet'] ?? []) as readonly { readonly instancesSet?: readonly { readonly instanceId?: string }[] }[];
  return reservations.flatMap(({ instancesSet = [] }) => instancesSet.flatMap(({ instanceId }) => instanceId ?? []));
}

/** Several targets are to hold at once. Named instances have to be managed; of those found by tag the others are passed over. */
export async function targetsOf(input: Input, context: OperationContext): Promise<AskedTargets> {
  const instanceIds = instanceIdsOf(input);
  const targets = structures(input, 'Targets').map(targetOf);
  if (targets.length > 5) throw new AwsError('ValidationException', '1 validation error detected: Value at \'targets\' failed to satisfy constraint: Member must have length less than or equal to 5');
  if (instanceIds.length > 0 && targets.length > 0) throw new AwsError('InvalidParameters', 'Specify either InstanceIds or Targets, not both.');
  if (instanceIds.length === 0 && targets.length === 0) throw new AwsError('InvalidInstanceId', 'InstanceIds or Targets must be specified.');
  const isManaged = (id: string): boolean => context.state.get(INSTANCES, id) !== undefined;
  const unmanaged = instanceIds.filter((id) => !isManaged(id));
  if (unmanaged.length > 0) throw new AwsError('InvalidInstanceId', `Instances [[${unmanaged.join(', ')}]] not in a valid state for account ${context.accountId}`);
  const found = await Promise.all(targets.map((target) => idsFor(target, context)));
  const [first = instanceIds, ...others] = found;
  return { instanceIds, targets, targetIds: first.filter((id) => isManaged(id) && others.every((ids) => ids.includes(id))) };
}
