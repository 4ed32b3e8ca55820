/**
 * Permission sets as the roles that Identity Center makes of them in an account: `AWSReservedSSO_NAME_…` under a path of AWS's own, which only the
 * portal gives (Identity Center user guide, "Referencing permission sets in resource policies").
 */
import { randomBytes } from 'node:crypto';
import type { OperationContext } from '../../endpoint/operation.js';
import { roles, type RoleRecord } from '../iam/records.js';
import type { Reader } from '../../state/store.js';

const PATH = '/aws-reserved/sso.amazonaws.com/';

/** The role of a permission set. */
export function roleOf(reader: Reader, permissionSet: string): RoleRecord | undefined {
  return reader.list(roles).find(({ path, roleName }) => path === PATH && roleName.replace(/_[0-9a-f]{16}$/, '') === `AWSReservedSSO_${permissionSet}`);
}

/** Makes the role where it is not there, with these managed policies. */
export async function provision(permissionSet: string, policyArns: readonly string[], context: OperationContext): Promise<void> {
  if (roleOf(context.globalState, permissionSet) !== undefined) return;
  // One that is not there is told of before anything is made.
  for (const PolicyArn of policyArns) await context.call('iam', 'GetPolicy', { PolicyArn });
  const suffix = randomBytes(8).toString('hex');
  const RoleName = `AWSReservedSSO_${permissionSet}_${suffix}`;
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Federated: `arn:aws:iam::${context.accountId}:saml-provider/AWSSSO_${suffix}_DO_NOT_DELETE` }, Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'], Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } } }] };
  await context.call('iam', 'CreateRole', { RoleName, Path: PATH, AssumeRolePolicyDocument: JSON.stringify(trust), MaxSessionDuration: 43_200 });
  for (const PolicyArn of policyArns) await context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
}
