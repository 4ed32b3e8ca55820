/**
 * Evaluation of the policies of one kind: an explicit deny wins, else an allow is needed, else it is an implicit deny (IAM
 * user guide, "Policy evaluation logic"). What cannot be decided never allows and always denies.
 */
import { matchesWildcard } from './wildcard.js';
import { testConditions, type ConditionContext, type ConditionOptions } from './condition.js';
import type { PolicyDocument, Statement } from './document.js';
import { patternOf } from './variables.js';

/** A policy and the name it is to be cited by: its ARN, or the name of an inline policy. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

export interface AccessRequest extends Pick<ConditionOptions, 'supplied'> {
  /** `ec2:TerminateInstances`. */
  readonly action: string;
  /** ARN, or `*` for an action that has no resource. */
  readonly resource: string;
  readonly context: ConditionContext;
}

/** A statement that bore on the decision. */
export interface MatchedStatement {
  readonly policy: NamedPolicy;
  /** Position in the document, from 0. */
  readonly index: number;
}

export interface Decision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** Name of the policy, with the statement's Sid or number; undefined for an implicit deny. */
  readonly by?: string | undefined;
  readonly why: string;
  /** The statements that deny, or else those that allow. */
  readonly matched?: readonly MatchedStatement[] | undefined;
  /** Set when another decision is possible: the condition that could not be decided. */
  readonly doubt?: string | undefined;
}

/** Decides one request over all policies of one kind. */
export function evaluate(policies: readonly NamedPolicy[], request: AccessRequest): Decision {
  let allowed: Decision | undefined;
  let denied: Decision | undefined;
  let undecided: Pick<Decision, 'why' | 'doubt'> | undefined;
  let certainDeny = false;
  let deniedDoubt: string | undefined;
  const allowing: MatchedStatement[] = [];
  const denying: MatchedStatement[] = [];
  for (const policy of policies) {
    const { version, statements } = policy.document;
    for (const [index, statement] of statements.entries()) {
      if (!concernsAction(statement, request.action) || !concernsResource(statement, version, request)) continue;
      const by = `${policy.name}, statement ${statement.sid ?? index + 1}`;
      const condition = testConditions(statement.conditions, request.context, { version, supplied: request.supplied });
      if (condition.holds === false) continue;
      const doubt = condition.holds === 'unknown' ? condition.why : undefined;
      if (statement.effect === 'Deny') {
        denying.push({ policy, index });
        certainDeny ||= doubt === undefined;
        deniedDoubt ??= doubt;
        denied ??= { decision: 'explicit-deny', by, why: doubt === undefined ? `${by} denies ${request.action}` : `${by} may deny ${request.action}: ${doubt}` };
      } else if (doubt === undefined) {
        allowing.push({ policy, index });
        allowed ??= { decision: 'allow', by, why: `${by} allows ${request.action}` };
      } else undecided ??= { why: `${by} may allow ${request.action}, but ${doubt}`, doubt };
    }
  }
  // A deny that may not hold leaves nothing in doubt where nothing allows either.
  const open = !certainDeny && (allowed !== undefined || undecided !== undefined) ? deniedDoubt : undefined;
  if (denied !== undefined) return { ...denied, matched: denying, ...(open === undefined ? {} : { doubt: open }) };
  if (allowed !== undefined) return { ...allowed, matched: allowing };
  if (undecided !== undefined) return { decision: 'implicit-deny', ...undecided };
  return { decision: 'implicit-deny', why: `no policy allows the ${request.action} action` };
}

/** Actions match in any case, with wildcards. */
export function concernsAction(statement: Pick<Statement, 'actions' | 'notActions'>, action: string): boolean {
  const matches = (pattern: string): boolean => matchesWildcard(pattern, action, { ignoreCase: true });
  return statement.actions !== undefined ? statement.actions.some(matches) : !(statement.notActions ?? []).some(matches);
}

/** Resources match as text: here a `*` does reach over colons. One whose variable has no value in the request names nothing. */
function concernsResource(statement: Statement, version: string, request: AccessRequest): boolean {
  const named = (statement.resources ?? statement.notResources ?? []).some((text) => {
    const pattern = patternOf(text, version, request.context);
    return pattern !== undefined && matchesWildcard(pattern, request.resource, { escape: true });
  });
  return statement.resources !== undefined ? named : !named;
}
