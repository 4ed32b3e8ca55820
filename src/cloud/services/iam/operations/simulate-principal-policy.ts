/** SimulatePrincipalPolicy: of what a role, user or group has, and of what the request adds. */
import { AwsError, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { has, str } from '../../../endpoint/input.js';
import { noSuchEntity } from '../entities.js';
import { findPolicy } from '../policies.js';
import { groups, roles, users, type PolicyHolder } from '../records.js';
import { inputPolicies, simulate, type TextPolicy } from '../simulate.js';
import { labUser } from '../users.js';

export const simulatePrincipalPolicy: Operation = (input, context) => {
  const { policies, boundary } = policiesOfPrincipal(str(input, 'PolicySourceArn', { min: 20, max: 2048 }), context);
  const given = has(input, 'PermissionsBoundaryPolicyInputList') ? inputPolicies(input, 'PermissionsBoundaryPolicyInputList') : undefined;
  return simulate(input, [...policies, ...inputPolicies(input, 'PolicyInputList')], given ?? boundary);
};

const KINDS = ['role', 'user', 'group'] as const;

/** The texts of all that is attached to the entity of this ARN, and of what bounds it. Throws NoSuchEntity, InvalidInput. */
export function policiesOfPrincipal(arn: string, context: OperationContext): { readonly policies: readonly TextPolicy[]; readonly boundary: readonly TextPolicy[] | undefined } {
  const reader = context.globalState;
  const kind = KINDS.find((each) => new RegExp(`^arn:aws[\\w-]*:iam::\\d{12}:${each}/`).test(arn));
  if (kind === undefined) throw new AwsError('InvalidInput', `Invalid Entity Arn: ${arn.slice(0, 200)} does not clearly define entity type and name.`);
  const all: readonly (PolicyHolder & { readonly permissionsBoundary?: string | undefined; readonly userName?: string })[] = kind === 'role' ? reader.list(roles) : kind === 'user' ? [labUser(context), ...reader.list(users)] : reader.list(groups);
  const found = all.find((each) => each.arn === arn);
  if (found === undefined) throw noSuchEntity(`Entity with ARN ${arn} cannot be found.`);
  const holders: readonly (readonly [TextPolicy['type'], PolicyHolder])[] = [[kind, found], ...(found.userName === undefined ? [] : reader.list(groups).filter((group) => group.members.includes(found.userName ?? '')).map((group) => ['group', group] as const))];
  const managed = (policyArn: string): TextPolicy[] => {
    const policy = findPolicy(reader, policyArn);
    const version = policy?.versions.find((each) => each.versionId === policy.defaultVersionId);
    return policy === undefined || version === undefined ? [] : [{ name: policy.policyName, text: version.document, type: policy.aws ? 'aws-managed' : 'user-managed' }];
  };
  return {
    policies: holders.flatMap(([type, holder]) => [
      ...holder.attachedPolicies.flatMap(managed),
      ...holder.inlinePolicies.map(({ policyName, document }) => ({ name: `${holder.arn.split(':')[5]?.replace(/^(\w+)\/(?:.*\/)?/, '$1_') ?? ''}_${policyName}`, text: document, type })),
    ]),
    boundary: found.permissionsBoundary === undefined ? undefined : managed(found.permissionsBoundary),
  };
}
