/** The policy simulator: what policies would say to actions on resources, with the context that the request gives and no other. */
import { AwsError, type Input, type Output } from '../../endpoint/operation.js';
import { list, listOf1, str, structs } from '../../endpoint/input.js';
import { unsupported } from '../../endpoint/unsupported.js';
import { page } from '../../endpoint/page.js';
import { readPolicy } from './read-policy.js';
import type { LayeredDecision, PolicyLayers } from '../../../lib/policy/layers.js';
import { evaluateLayers } from '../../../lib/policy/layers.js';
import { keysUsed } from '../../../lib/policy/keys-used.js';
import { statementSpans } from '../../../lib/policy/positions.js';

/** A policy by its text. */
export interface TextPolicy {
  readonly name: string;
  readonly text: string;
  /** What it comes from, as MatchedStatements tell it. */
  readonly type: 'user' | 'group' | 'role' | 'aws-managed' | 'user-managed' | 'none';
}

/** Policies of a list of the request: `PolicyInputList.1` … */
export function inputPolicies(input: Input, member: string): TextPolicy[] {
  return list(input, member).map((text, index) => ({ name: `${member}.${index + 1}`, text, type: 'none' }));
}

/** The reply. `boundary` absent: nothing bounds the policies. */
export function simulate(input: Input, policies: readonly TextPolicy[], boundary: readonly TextPolicy[] | undefined): Output {
  unsupported(input, ['ResourcePolicy', 'ResourceOwner', 'CallerArn', 'ResourceHandlingOption']);
  const actions = listOf1(input, 'ActionNames');
  for (const action of actions) if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) throw new AwsError('InvalidInput', `Invalid Entity Arn or action: ${action.slice(0, 100)}`);
  const resources = list(input, 'ResourceArns');
  const context = Object.fromEntries(structs(input, 'ContextEntries').map((entry) => {
    str(entry, 'ContextKeyType');
    return [str(entry, 'ContextKeyName'), list(entry, 'ContextKeyValues')];
  }));
  const named = (some: readonly TextPolicy[]) => some.map(({ name, text }) => ({ name, document: readPolicy(text, 'identity') }));
  const layers: PolicyLayers = { identity: named(policies), boundary: boundary === undefined ? undefined : named(boundary) };
  const sources = new Map([...policies, ...(boundary ?? [])].map((policy) => [policy.name, policy]));
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const missing = keysUsed([...layers.identity, ...(layers.boundary ?? [])].map((policy) => policy.document)).filter((key) => !given.has(key.toLowerCase()));
  const results = actions.flatMap((action) => (resources.length === 0 ? ['*'] : resources).map((resource) => {
    const decision = evaluateLayers(layers, { action, resource, context });
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: WORDS[decision.decision],
      MatchedStatements: matched(decision, sources),
      MissingContextValues: missing,
      ...(layers.boundary === undefined ? {} : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: evaluateLayers({ identity: layers.boundary }, { action, resource, context }).decision === 'allow' } }),
    };
  }));
  const found = page(results, input, { token: 'Marker', max: 'MaxItems', default: 100, maximum: 1000 });
  return { EvaluationResults: found.items, IsTruncated: found.nextToken !== undefined, Marker: found.nextToken };
}

const WORDS = { 'allow': 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' } as const;

function matched(decision: LayeredDecision, sources: ReadonlyMap<string, TextPolicy>): Output[] {
  return (decision.matched ?? []).map(({ policy, index }) => {
    const source = sources.get(policy.name);
    const span = statementSpans(source?.text ?? '')[index];
    return { SourcePolicyId: policy.name, SourcePolicyType: source?.type, StartPosition: span?.start, EndPosition: span?.end };
  });
}
