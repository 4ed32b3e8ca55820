/**
 * ssm:RequestManagedInstanceRoleToken and ssm:RegisterManagedInstance, of agents: an instance that has no role to register with asks by the identity
 * that every instance has, and Default Host Management lends it the account's role (`agent-service.md` §3).
 */
import { assumedBy } from '../../../endpoint/service-role.js';
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { EC2_INSTANCE_ROLE } from '../../../region.js';
import { DEFAULT_ROLE_SETTING, settingInForce } from './service-settings.js';

/** What is lent holds an hour. */
const LENT_SECONDS = 3600;

/** The instance that asks, which is the fingerprint of one of EC2's. */
function askingInstance(input: Input, { caller }: OperationContext): string {
  const fingerprint = requiredString(input, 'Fingerprint', { min: 1, max: 64 });
  if (caller.kind !== 'role' || caller.roleName !== EC2_INSTANCE_ROLE || caller.instanceId !== fingerprint) {
    throw new AwsError('AccessDeniedException', `User: ${caller.arn} is not the identity of the instance ${fingerprint}`);
  }
  return fingerprint;
}

export const registerManagedInstance: Operation = (input, context) => ({ InstanceId: askingInstance(input, context) });

export const requestManagedInstanceRoleToken: Operation = (input, context) => {
  const { accountId, globalState, runtime, state } = context;
  const instanceId = askingInstance(input, context);
  const named = settingInForce(state, DEFAULT_ROLE_SETTING);
  if (named === '$None') throw new AwsError('AccessDeniedException', `Systems Manager's instance management role is not configured for account: ${accountId}`);
  const role = assumedBy(`arn:aws:iam::${accountId}:role/${named}`, { globalState, accountId, service: 'ssm.amazonaws.com', sessionName: instanceId });
  if (role?.roleName === undefined) throw new AwsError('AccessDeniedException', `Systems Manager cannot assume its instance management role ${named}`);
  const lent = runtime.keys.issueRoleCredentials(role.roleName, instanceId, { instanceId, durationSeconds: LENT_SECONDS });
  return { AccessKeyId: lent.accessKeyId, SecretAccessKey: lent.secretAccessKey, SessionToken: lent.sessionToken, TokenExpirationDate: new Date(lent.expiration), UpdateKeyPair: false };
};
