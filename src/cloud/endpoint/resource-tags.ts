/** Tags of the resource that an ARN names, for conditions on `ResourceTag`. */
import { KEY_PAIR, TAGGABLE } from '../services/ec2/noun.js';
import { policies, roles, users, type TagRecord } from '../services/iam/records.js';
import type { Reader } from '../state/store.js';

/** Undefined for a resource whose tags are not known here; none for one that is yet to be made. */
export function tagsOfResource(arn: string, state: Reader, globalState: Reader): readonly TagRecord[] | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  const path = rest.join(':');
  const type = path.slice(0, path.indexOf('/'));
  const id = path.slice(path.lastIndexOf('/') + 1);
  if (service === 'ec2') {
    const noun = TAGGABLE.find((each) => each.resourceType === type);
    if (noun === undefined) return undefined;
    const named = noun.resourceType === KEY_PAIR.resourceType ? state.list(KEY_PAIR.table).find((pair) => pair.keyName === id) : state.get(noun.table, id);
    return named?.tags ?? [];
  }
  if (service === 'iam') {
    if (type === 'role') return globalState.get(roles, id)?.tags ?? [];
    if (type === 'user') return globalState.get(users, id)?.tags ?? [];
    return type === 'policy' ? (globalState.get(policies, arn)?.tags ?? []) : undefined;
  }
  return undefined;
}
