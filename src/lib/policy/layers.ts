/**
 * Whether a request is allowed by all the kinds of policy that bound it: every kind that there is has to allow, and a deny
 * in any wins (IAM user guide, "Policy evaluation logic"; the texts: "Troubleshoot access denied error messages").
 */
import { evaluate, type AccessRequest, type Decision, type NamedPolicy } from './evaluate.js';

/** What bounds an identity's own policies, in the order in which a missing allow is told. */
const BOUNDS = ['session', 'boundary', 'vpc-endpoint'] as const;
export type Layer = (typeof BOUNDS)[number] | 'identity';

/** Policies by kind. A kind that is absent does not bound the request; `identity` always does. */
export type PolicyLayers = { readonly [L in Layer]?: readonly NamedPolicy[] | undefined } & { readonly identity: readonly NamedPolicy[] };

export type LayeredDecision = Decision & { readonly layer: Layer };

/** As the words of a refusal have them: `with an explicit deny in …`, `because no … allows the action`. */
export const LAYER_NAMES: Readonly<Record<Layer, { readonly one: string; readonly none: string }>> = {
  'vpc-endpoint': { one: 'a VPC endpoint policy', none: 'VPC endpoint policy' },
  'boundary': { one: 'a permissions boundary', none: 'permissions boundary' },
  'session': { one: 'a session policy', none: 'session policy' },
  'identity': { one: 'an identity-based policy', none: 'identity-based policy' },
};

export function evaluateLayers(layers: PolicyLayers, request: AccessRequest): LayeredDecision {
  const identity: LayeredDecision = { ...evaluate(layers.identity, request), layer: 'identity' };
  const decisions = [identity, ...BOUNDS.flatMap((layer): LayeredDecision[] => {
    const policies = layers[layer];
    return policies === undefined ? [] : [{ ...evaluate(policies, request), layer }];
  })];
  const chosen = decisions.find((each) => each.decision === 'explicit-deny') ?? decisions.find((each) => each.decision === 'implicit-deny') ?? identity;
  // What one kind denies for certain, a doubt about another does not open.
  const { doubt: _doubt, ...certain } = chosen;
  return decisions.some((each) => each.decision !== 'allow' && each.doubt === undefined) ? certain : chosen;
}
