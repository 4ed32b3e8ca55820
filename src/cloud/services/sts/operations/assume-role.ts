/** AssumeRole: the role's trust policy has to name the caller; that the caller may ask at all is the endpoint's to check. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { intOpt, str, strOpt } from '../../../endpoint/input.js';
import { unsupported } from '../../../endpoint/unsupported.js';
import { readPolicy } from '../../iam/read-policy.js';
import { evaluateTrust } from '../../../../lib/policy/trust.js';
import { roles } from '../../iam/records.js';
import { mfaOf } from '../mfa.js';
import { shownCredentials } from '../credentials.js';
import { sessionNameOf, sessionPoliciesOf, sessionTagsOf } from '../session.js';

export const assumeRole: Operation = (input, context) => {
  unsupported(input, ['TransitiveTagKeys', 'ProvidedContexts', 'SourceIdentity']);
  const roleArn = str(input, 'RoleArn', { min: 20, max: 2048 });
  const sessionName = sessionNameOf(input);
  const durationSeconds = intOpt(input, 'DurationSeconds', { min: 900, max: 43_200 }) ?? 3600;
  const { caller, globalState } = context;
  const { sessionPolicies, packed } = sessionPoliciesOf(input, globalState);
  const sessionTags = sessionTagsOf(input);
  const externalId = strOpt(input, 'ExternalId', { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ });
  const role = globalState.list(roles).find((candidate) => candidate.arn === roleArn);
  const callerRole = caller.roleName === undefined ? undefined : globalState.get(roles, caller.roleName)?.arn;
  const mfaAt = mfaOf(input, context);
  const keys = {
    'aws:MultiFactorAuthPresent': mfaAt !== undefined ? 'true' : caller.temporary === true ? 'false' : undefined, 'aws:MultiFactorAuthAge': mfaAt === undefined ? undefined : String(Math.floor((context.now() - mfaAt) / 1000)),
    'sts:ExternalId': externalId, 'sts:RoleSessionName': sessionName, 'aws:PrincipalArn': callerRole ?? caller.arn, 'aws:PrincipalAccount': caller.accountId, 'aws:SourceIp': context.origin.sourceAddress,
    'aws:SourceVpce': context.origin.vpcEndpointId, 'aws:CurrentTime': new Date(context.now()).toISOString(), 'aws:userid': caller.userId, 'aws:username': caller.userName,
    'aws:TagKeys': sessionTags === undefined ? undefined : sessionTags.map((tag) => tag.key), ...Object.fromEntries((sessionTags ?? []).map((tag) => [`aws:RequestTag/${tag.key}`, tag.value])),
  };
  const trusts = (action: string): boolean =>
    role !== undefined && evaluateTrust(readPolicy(role.trustPolicy, 'trust'), { kind: 'caller', arn: caller.arn, accountId: caller.accountId, roleArn: callerRole }, keys, action).decision === 'allow';
  const denied = (action: string): AwsError => new AwsError('AccessDenied', `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`, { status: 403 });
  // A role that is not there and one that does not trust the caller look the same from outside.
  if (role === undefined || !trusts('sts:AssumeRole')) throw denied('sts:AssumeRole');
  if (sessionTags !== undefined && !trusts('sts:TagSession')) throw denied('sts:TagSession');
  const chained = caller.kind === 'role';
  if (durationSeconds > (chained ? 3600 : role.maxSessionDuration)) {
    throw new AwsError('ValidationError', chained
      ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
      : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const issued = context.runtime.keys.issueRoleCredentials(role.roleName, sessionName, { durationSeconds, sessionPolicies, sessionTags });
  return {
    AssumedRoleUser: { AssumedRoleId: `${role.roleId}:${sessionName}`, Arn: `arn:aws:sts::${context.accountId}:assumed-role/${role.roleName}/${sessionName}` },
    PackedPolicySize: packed,
    Credentials: shownCredentials(issued),
  };
};
