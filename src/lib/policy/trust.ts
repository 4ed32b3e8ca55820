/** Trust policies: who may assume a role, and whether that takes a permission of their own too. */
import { concernsAction, type Decision } from './evaluate.js';
import { testConditions, type ConditionContext } from './condition.js';
import type { PolicyDocument } from './document.js';

/** Who asks. `service`: `ec2.amazonaws.com`, for the region's own services. */
export type Principal =
  | { readonly kind: 'caller'; readonly arn: string; readonly accountId: string; readonly roleArn?: string | undefined }
  | { readonly kind: 'service'; readonly service: string }
  /** Whom an identity provider of the account vouches for; its ARN. */
  | { readonly kind: 'federated'; readonly provider: string };

/** Decides `action` by the role's trust policy alone. */
export function evaluateTrust(document: PolicyDocument, principal: Principal, context: ConditionContext = {}, action = 'sts:AssumeRole'): Decision {
  let allowed: Decision | undefined;
  for (const [index, statement] of document.statements.entries()) {
    if (!concernsAction(statement, action) || !names(statement.principals, principal)) continue;
    const by = `trust policy, statement ${statement.sid ?? index + 1}`;
    const condition = testConditions(statement.conditions, context, { version: document.version });
    if (condition.holds === false) continue;
    if (statement.effect === 'Deny') return { decision: 'explicit-deny', by, why: `${by} denies ${action}` };
    if (condition.holds === true) allowed ??= { decision: 'allow', by, why: `${by} allows ${action}` };
  }
  return allowed ?? { decision: 'implicit-deny', why: 'no statement of the trust policy names the caller' };
}

/** Whether a Principal element names the caller: the account, the user or role, the session, or everybody. */
export function names(principals: ReadonlyMap<string, readonly string[]> | undefined, principal: Principal): boolean {
  if (principals === undefined) return false;
  if (principal.kind === 'service') return (principals.get('Service') ?? []).includes(principal.service);
  if (principal.kind === 'federated') return (principals.get('Federated') ?? []).includes(principal.provider);
  const { arn, accountId, roleArn } = principal;
  return (principals.get('AWS') ?? []).some((name) => name === '*' || name === accountId || isAccountRoot(name, accountId) || name === arn || name === roleArn);
}

const isAccountRoot = (name: string, accountId: string): boolean => /^arn:[^:]+:iam::([^:]*):root$/.exec(name)?.[1] === accountId;

/** The document with those of its statements that are about the principal: of an endpoint's policy, what is to be evaluated for a caller. */
export function statementsAbout(document: PolicyDocument, principal: Principal): PolicyDocument {
  return { ...document, statements: document.statements.filter((statement) => names(statement.principals, principal)) };
}
