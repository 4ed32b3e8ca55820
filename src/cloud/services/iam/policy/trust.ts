/** Trust policies: who may assume a role, and whether that takes a permission of their own too. */
import { concernsAction, type Decision } from './evaluate.js';
import { testConditions, type ConditionContext } from './condition.js';
import type { PolicyDocument } from './document.js';

/** Who asks. `service`: `ec2.amazonaws.com`, for the region's own services. */
export type Principal =
  | { readonly kind: 'caller'; readonly arn: string; readonly accountId: string; readonly roleArn?: string | undefined }
  | { readonly kind: 'service'; readonly service: string };

/** Decides `sts:AssumeRole` by the role's trust policy alone. */
export function evaluateTrust(document: PolicyDocument, principal: Principal, context: ConditionContext = {}): Decision {
  let allowed: Decision | undefined;
  for (const [index, statement] of document.statements.entries()) {
    if (!concernsAction(statement, 'sts:AssumeRole') || !names(statement.principals, principal)) continue;
    const by = `trust policy, statement ${statement.sid ?? index + 1}`;
    const condition = testConditions(statement.conditions, context);
    if (condition.holds === false) continue;
    if (statement.effect === 'Deny') return { decision: 'explicit-deny', by, why: `${by} denies sts:AssumeRole` };
    if (condition.holds === true) allowed ??= { decision: 'allow', by, why: `${by} allows sts:AssumeRole` };
  }
  return allowed ?? { decision: 'implicit-deny', why: 'no statement of the trust policy names the caller' };
}

function names(principals: ReadonlyMap<string, readonly string[]> | undefined, principal: Principal): boolean {
  if (principals === undefined) return false;
  if (principal.kind === 'service') return (principals.get('Service') ?? []).includes(principal.service);
  const { arn, accountId, roleArn } = principal;
  return (principals.get('AWS') ?? []).some((name) => name === '*' || name === accountId || name === `arn:aws:iam::${accountId}:root` || name === arn || name === roleArn);
}
