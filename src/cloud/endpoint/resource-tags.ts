/** Tags of the resource that an ARN names, for conditions on `ResourceTag`. */
import { STACKS } from '../cloudformation/records.js';
import { KEY_PAIR, TAGGABLE } from '../services/ec2/noun.js';
import { policies, roles, users, type TagRecord } from '../services/iam/records.js';
import { KEYS } from '../services/kms/records.js';
import { LOG_GROUPS } from '../services/logs/records.js';
import { OWN_DOCUMENTS } from '../services/ssm/document-store.js';
import { PARAMETERS, SESSIONS } from '../services/ssm/records.js';
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
  if (service === 'logs') return Object.entries(state.get(LOG_GROUPS, path.replace(/^log-group:/u, ''))?.tags ?? {}).map(([key, value]) => ({ key, value }));
  if (service === 'ssm') return ssmTags(path, state);
  if (service === 'kms' && type === 'key') return state.get(KEYS, id)?.tags.map((tag) => ({ key: tag.TagKey, value: tag.TagValue })) ?? [];
  // `stack/NAME/ID`, or `stack/NAME/*` where the request names it.
  if (service === 'cloudformation' && type === 'stack') return state.list(STACKS).find((stack) => stack.stackId === arn || arn === `${stack.stackId.slice(0, stack.stackId.lastIndexOf('/'))}/*`)?.tags.map((tag) => ({ key: tag.Key, value: tag.Value })) ?? [];
  return undefined;
}

/** A session has the tags that Session Manager gives it: who started it, and on what. */
function ssmTags(path: string, state: Reader): TagRecord[] | undefined {
  const slash = path.indexOf('/');
  const [type, name] = [path.slice(0, slash), path.slice(slash + 1)];
  const plain = (tags: readonly { readonly Key: string; readonly Value: string }[] | undefined): TagRecord[] => (tags ?? []).map((tag) => ({ key: tag.Key, value: tag.Value }));
  if (type === 'parameter') return plain((state.get(PARAMETERS, `/${name}`) ?? state.get(PARAMETERS, name))?.tags);
  if (type === 'document') return plain(state.get(OWN_DOCUMENTS, name)?.tags);
  if (type !== 'session') return undefined;
  const session = state.get(SESSIONS, name);
  if (session === undefined) return [];
  return [...(session.ownerId === undefined ? [] : [{ key: 'aws:ssmmessages:session-id', value: session.ownerId }]), { key: 'aws:ssmmessages:target-id', value: session.target }];
}
