/** The table of actions → IAM policies: one statement a scope, documents that a managed policy can hold. */
import { CALLS } from './calls.js';
import { IN_YOUR_NAME } from './cloudformation.js';
import { type Grant, type Permission, type Place, SCOPES, type Use } from './permission.js';

/** Characters that a managed policy may have; white space does not count (IAM user guide, "IAM and STS quotas"). */
export const MANAGED_POLICY_CHARACTERS = 6144;

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** Who gets a policy: somebody with these uses, or CloudFormation's service role. */
export type Holder = { readonly uses: readonly Use[] } | 'service-role';

/** By which the caller hands CloudFormation the role that makes the lab in its stead. */
const HAND_OVER: Permission = { action: 'iam:PassRole', uses: ['deploy'], on: 'ServiceRole', why: 'CloudFormation gets its service role, and nobody else does', because: 'cloudformation:CreateStack' };

/** What the holder needs, with reasons. */
export function permissionsOf(holder: Holder, { serviceRole }: Pick<Place, 'serviceRole'> = {}): readonly Permission[] {
  if (holder === 'service-role') return IN_YOUR_NAME;
  const all = [...CALLS, ...(serviceRole === undefined ? IN_YOUR_NAME : [HAND_OVER])];
  return all.filter(({ uses }) => uses.some((use) => holder.uses.includes(use)));
}

/** The statements that allow it. */
export function statementsOf(holder: Holder, place: Place): PolicyStatement[] {
  const permissions = permissionsOf(holder, place);
  const scopes = [...new Set(permissions.map(({ on }) => on))];
  return scopes.flatMap((scope): PolicyStatement[] => {
    const grant: Grant | undefined = SCOPES[scope](place);
    if (grant === undefined) return [];
    const actions = [...new Set(permissions.filter(({ on }) => on === scope).map(({ action }) => action))].toSorted();
    const [only, ...more] = grant.resources;
    return [{ Sid: scope, Effect: 'Allow', Action: actions, Resource: more.length === 0 && only !== undefined ? only : grant.resources, ...(grant.condition === undefined ? {} : { Condition: grant.condition }) }];
  });
}

const sizeOf = (document: PolicyDocument): number => JSON.stringify(document).length;

/** Documents of {@link MANAGED_POLICY_CHARACTERS} at most that hold the statements in their order, as few as that takes. */
export function policyDocuments(statements: readonly PolicyStatement[]): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (const statement of statements) {
    const last = documents.at(-1);
    const longer = last === undefined ? undefined : { ...last, Statement: [...last.Statement, statement] };
    if (longer !== undefined && sizeOf(longer) <= MANAGED_POLICY_CHARACTERS) documents[documents.length - 1] = longer;
    else documents.push({ Version: '2012-10-17', Statement: [statement] });
  }
  return documents;
}

/** Whom CloudFormation's service role trusts. */
export const SERVICE_ROLE_TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'cloudformation.amazonaws.com' }, Action: 'sts:AssumeRole' }],
} as const;
