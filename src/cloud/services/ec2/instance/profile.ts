/** Instance profiles: found through IAM, associated with instances. */
import { has, list, str, strOpt, structOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { PROFILE_ASSOCIATION, type ProfileAssociationRecord } from '../model.js';
import { find, INSTANCE, newId } from '../noun.js';
import { change, changing, reading } from '../operation.js';

export interface Profile {
  readonly arn: string;
  /** AIPA… */
  readonly profileId: string;
}

interface Named {
  readonly name: string;
  readonly arn?: string | undefined;
  readonly invalid: AwsError;
}

/** What `IamInstanceProfile` names, by name or by ARN. */
function namedIn(input: Input): Named | undefined {
  const given = structOpt(input, 'IamInstanceProfile');
  if (given === undefined) return undefined;
  const arn = strOpt(given, 'Arn');
  const name = strOpt(given, 'Name');
  if (arn !== undefined && name !== undefined) throw new AwsError('InvalidParameterCombination', "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'");
  const invalid = arn === undefined
    ? new AwsError('InvalidParameterValue', `Value (${name ?? ''}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`)
    : new AwsError('InvalidParameterValue', `Value (${arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`);
  const wanted = name ?? arn?.split('/').at(-1) ?? '';
  if (wanted === '') throw invalid;
  return { name: wanted, arn, invalid };
}

function profileFrom(output: Output, named: Named): Profile {
  const found = output['InstanceProfile'] as { readonly Arn?: unknown; readonly InstanceProfileId?: unknown } | undefined;
  if (typeof found?.Arn !== 'string' || typeof found.InstanceProfileId !== 'string') throw new AwsError('InternalError', 'IAM gave no instance profile', { status: 500 });
  if (named.arn !== undefined && found.Arn !== named.arn) throw named.invalid;
  return { arn: found.Arn, profileId: found.InstanceProfileId };
}

/**
 * Asks IAM for the profile that the request names (none: undefined) and goes on with it; synchronously when IAM
 * answers so, as callers inside a transaction need it. Throws InvalidParameterValue for an unknown profile.
 */
export function withProfile(input: Input, context: OperationContext, body: (profile: Profile | undefined) => Output): Output | Promise<Output> {
  const named = namedIn(input);
  if (named === undefined) return body(undefined);
  const refused = (error: unknown): never => {
    throw error instanceof AwsError && error.code.startsWith('NoSuchEntity') ? named.invalid : error;
  };
  let reply: Output | Promise<Output>;
  try {
    reply = context.call('iam', 'GetInstanceProfile', { InstanceProfileName: named.name });
  } catch (error) {
    return refused(error);
  }
  if (reply instanceof Promise) return reply.then((output) => body(profileFrom(output, named)), refused);
  return body(profileFrom(reply, named));
}

function profileOf(state: Reader, instanceId: string): ProfileAssociationRecord | undefined {
  return state.list(PROFILE_ASSOCIATION).find((association) => association.instanceId === instanceId);
}

export function associateProfile(tx: Transaction, instanceId: string, profile: Profile, now: number): ProfileAssociationRecord {
  const record = { associationId: newId('iip-assoc'), instanceId, ...profile, timestamp: now };
  tx.put(PROFILE_ASSOCIATION, record.associationId, record);
  return record;
}

function view(record: ProfileAssociationRecord, state = 'associated') {
  return {
    associationId: record.associationId,
    instanceId: record.instanceId,
    iamInstanceProfile: { arn: record.arn, id: record.profileId },
    state,
    timestamp: new Date(record.timestamp),
  };
}

export const associateIamInstanceProfile: Operation = (input, context) => withProfile(input, context, (profile) => {
  if (profile === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter IamInstanceProfile');
  return change(input, context, (tx) => {
    const instance = find(tx, INSTANCE, str(input, 'InstanceId'));
    if (instance.state === 'terminated' || instance.state === 'shutting-down') throw new AwsError('IncorrectInstanceState', `The instance '${instance.instanceId}' is not in a state from which a profile can be associated.`);
    if (profileOf(tx, instance.instanceId) !== undefined) throw new AwsError('IncorrectState', `There is an existing association for instance ${instance.instanceId}`);
    return { iamInstanceProfileAssociation: view(associateProfile(tx, instance.instanceId, profile, context.now()), 'associating') };
  });
});

function association(state: Reader, associationId: string): ProfileAssociationRecord {
  const record = state.get(PROFILE_ASSOCIATION, associationId);
  if (record === undefined) throw new AwsError('NoSuchAssociation', `An invalid association-id of '${associationId}' was given`);
  return record;
}

export const disassociateIamInstanceProfile = changing((input, tx) => {
  const record = association(tx, str(input, 'AssociationId'));
  tx.delete(PROFILE_ASSOCIATION, record.associationId);
  return { iamInstanceProfileAssociation: view(record, 'disassociating') };
});

/** The association goes on under a new id; the instance's credentials are of the new profile at once. */
export const replaceIamInstanceProfileAssociation: Operation = (input, context) => withProfile(input, context, (profile) => {
  if (profile === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter IamInstanceProfile');
  return change(input, context, (tx) => {
    const record = association(tx, str(input, 'AssociationId'));
    tx.delete(PROFILE_ASSOCIATION, record.associationId);
    return { iamInstanceProfileAssociation: view(associateProfile(tx, record.instanceId, profile, context.now()), 'associating') };
  });
});

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'instance-id': (shown) => shown.instanceId,
  'state': (shown) => shown.state,
};

export const describeIamInstanceProfileAssociations = reading((input, scope) => {
  const ids = list(input, 'AssociationId');
  if (ids.length > 0 && has(input, 'MaxResults')) throw new AwsError('InvalidParameterCombination', 'The parameter associationIds cannot be used with the parameter maxResults');
  const records = ids.length === 0 ? scope.state.list(PROFILE_ASSOCIATION) : [...new Set(ids)].map((id) => association(scope.state, id));
  return paged(filtered(records.map((record) => view(record)), input, FILTERS, false), input, 'iamInstanceProfileAssociationSet', (shown) => shown.associationId);
});
