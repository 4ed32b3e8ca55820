/**
 * Evaluation of identity policies within one account: an explicit deny wins, else an allow is needed, else it is an
 * implicit deny (IAM user guide, "Policy evaluation logic"). What cannot be decided never allows and always denies.
 */
import { matchesWildcard } from '../../../endpoint/wildcard.js';
import { testConditions, type ConditionContext } from './condition.js';
import type { PolicyDocument, Statement } from './document.js';

/** A policy and the name it is to be cited by: its ARN, or the name of an inline policy. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

export interface AccessRequest {
  /** `ec2:TerminateInstances`. */
  readonly action: string;
  /** ARN, or `*` for an action that has no resource. */
  readonly resource: string;
  readonly context: ConditionContext;
}

export interface Decision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** Name of the policy, with the statement's Sid or number; undefined for an implicit deny. */
  readonly by?: string | undefined;
  readonly why: string;
}

/** Decides one request over all policies of an identity. */
export function evaluate(policies: readonly NamedPolicy[], request: AccessRequest): Decision {
  let allowed: Decision | undefined;
  let undecided: string | undefined;
  for (const policy of policies) {
    for (const [index, statement] of policy.document.statements.entries()) {
      if (!concernsAction(statement, request.action)) continue;
      const by = `${policy.name}, statement ${statement.sid ?? index + 1}`;
      const resource = concernsResource(statement, request);
      if (resource === false) continue;
      const condition = testConditions(statement.conditions, request.context);
      if (condition.holds === false) continue;
      const doubt = condition.holds === 'unknown' ? condition.why : resource === 'unknown' ? 'a policy variable in its resource cannot be decided here' : undefined;
      if (statement.effect === 'Deny') return { decision: 'explicit-deny', by, why: doubt === undefined ? `${by} denies ${request.action}` : `${by} may deny ${request.action}: ${doubt}` };
      if (doubt === undefined) allowed ??= { decision: 'allow', by, why: `${by} allows ${request.action}` };
      else undecided ??= `${by} may allow ${request.action}, but ${doubt}`;
    }
  }
  return allowed ?? { decision: 'implicit-deny', why: undecided ?? `no identity-based policy allows the ${request.action} action` };
}

/** Actions match in any case, with wildcards. */
export function concernsAction(statement: Pick<Statement, 'actions' | 'notActions'>, action: string): boolean {
  const matches = (pattern: string): boolean => matchesWildcard(pattern, action, { ignoreCase: true });
  return statement.actions !== undefined ? statement.actions.some(matches) : !(statement.notActions ?? []).some(matches);
}

function concernsResource(statement: Statement, request: AccessRequest): boolean | 'unknown' {
  const patterns = (statement.resources ?? statement.notResources ?? []).map((pattern) => substitute(pattern, request.context));
  // Resources match as text: here a `*` does reach over colons.
  const matched = patterns.some((pattern) => pattern !== undefined && matchesWildcard(pattern, request.resource));
  if (matched) return statement.resources !== undefined;
  if (patterns.includes(undefined)) return 'unknown';
  return statement.resources === undefined;
}

/** Puts policy variables in place; undefined when one is not known. */
function substitute(pattern: string, context: ConditionContext): string | undefined {
  const known = new Map(Object.entries(context).map(([name, value]) => [name.toLowerCase(), value]));
  let unknown = false;
  const text = pattern.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name;
    const value = known.get(name.toLowerCase());
    if (typeof value !== 'string') unknown = true;
    return typeof value === 'string' ? value : '';
  });
  return unknown ? undefined : text;
}
