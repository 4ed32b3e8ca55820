/** A service that acts by a role of the account's: CloudFormation by a stack's service role, Scheduler by a target's. */
import { evaluateTrust } from '../../lib/policy/trust.js';
import { readPolicy } from '../services/iam/read-policy.js';
import { roles } from '../services/iam/records.js';
import type { ConditionContext } from '../../lib/policy/condition.js';
import type { Reader } from '../state/store.js';
import type { Caller } from './operation.js';

export interface ServiceRoleOptions {
  readonly globalState: Reader;
  readonly accountId: string;
  /** `scheduler.amazonaws.com` */
  readonly service: string;
  readonly sessionName: string;
  /** What conditions of the trust policy can ask for: `aws:SourceAccount`, `aws:SourceArn`. */
  readonly keys?: ConditionContext | undefined;
}

/** Who the service is when it has assumed the role; undefined when there is no such role, or its trust policy does not name the service. */
export function assumedBy(roleArn: string, { globalState, accountId, service, sessionName, keys }: ServiceRoleOptions): Caller | undefined {
  const role = globalState.list(roles).find((candidate) => candidate.arn === roleArn);
  if (role === undefined || evaluateTrust(readPolicy(role.trustPolicy, 'trust'), { kind: 'service', service }, { 'aws:SourceAccount': accountId, ...keys }).decision !== 'allow') return undefined;
  return {
    accountId,
    // No key: what it calls is called within the region.
    accessKeyId: '',
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.roleName}/${sessionName}`,
    userId: `${role.roleId}:${sessionName}`,
    kind: 'role',
    roleName: role.roleName,
    temporary: true,
  };
}
