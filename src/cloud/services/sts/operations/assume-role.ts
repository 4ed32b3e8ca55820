/** AssumeRole: the role's trust policy has to name the caller; that the caller may ask at all is the endpoint's to check. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { intOpt, str, strOpt } from '../../../endpoint/input.js';
import { unsupported } from '../../../endpoint/unsupported.js';
import { parsePolicy } from '../../iam/policy/document.js';
import { evaluateTrust } from '../../iam/policy/trust.js';
import { roles } from '../../iam/records.js';

export const assumeRole: Operation = (input, context) => {
  unsupported(input, ['Policy', 'PolicyArns', 'SerialNumber', 'TokenCode', 'Tags', 'TransitiveTagKeys', 'ProvidedContexts']);
  const roleArn = str(input, 'RoleArn');
  const sessionName = str(input, 'RoleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new AwsError('ValidationError', `1 validation error detected: Value '${sessionName.slice(0, 64)}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`);
  }
  const durationSeconds = intOpt(input, 'DurationSeconds', { min: 900, max: 43_200 }) ?? 3600;
  const { caller, globalState } = context;
  const role = globalState.list(roles).find((candidate) => candidate.arn === roleArn);
  const callerRole = caller.roleName === undefined ? undefined : globalState.get(roles, caller.roleName)?.arn;
  const allowed = role !== undefined && evaluateTrust(
    parsePolicy(role.trustPolicy, 'trust'),
    { kind: 'caller', arn: caller.arn, accountId: caller.accountId, roleArn: callerRole },
    { 'sts:ExternalId': strOpt(input, 'ExternalId', { min: 2, max: 1224 }), 'sts:RoleSessionName': sessionName, 'aws:PrincipalArn': callerRole ?? caller.arn, 'aws:PrincipalAccount': caller.accountId, 'aws:SourceIp': context.origin.sourceAddress },
  ).decision === 'allow';
  // A role that is not there and one that does not trust the caller look the same from outside.
  if (!allowed) throw new AwsError('AccessDenied', `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, { status: 403 });
  const limit = caller.kind === 'role' ? 3600 : role.maxSessionDuration;
  if (durationSeconds > limit) {
    throw new AwsError('ValidationError', caller.kind === 'role'
      ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
      : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const issued = context.runtime.keys.issueRoleCredentials(role.roleName, sessionName, { durationSeconds });
  return {
    AssumedRoleUser: { AssumedRoleId: `${role.roleId}:${sessionName}`, Arn: `arn:aws:sts::${context.accountId}:assumed-role/${role.roleName}/${sessionName}` },
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: new Date(Math.floor(issued.expiration / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
    },
  };
};
