/** What is predicted of the way into an instance: each link of it, from the instance's own state to the service, with its verdict. */
import type { RuleId } from '../vpc/verdict.js';
import type { Trace } from './trace.js';

/** The services that an agent of 3.3.40 or later needs (`aws-facts.md` §1). */
export const AGENT_SERVICES = ['ssm', 'ssmmessages'] as const;
export type AgentService = (typeof AGENT_SERVICES)[number];

/** The links of a way in, in the order in which they matter. */
export type LinkName =
  /** It is there and runs. */
  | 'instance'
  /** Session Manager: profile, role, trust and policies, or host management. SSH: the key pair. */
  | 'identity'
  /** What the service's name resolves to in the instance's VPC. Session Manager only. */
  | 'name'
  /** TCP 443 to that address, or 22 from here. */
  | 'path'
  /** The policy of the interface endpoint on the path. */
  | 'endpoint-policy';

/** The checks of `diagnosis.md` §3 that a link can rest on (docs/rules.md). */
export type CheckId = 'I01' | 'I06' | 'I07' | 'I08' | 'I09' | 'I10' | 'I12' | 'I15' | 'N01' | 'N03' | 'N53';

export interface Link {
  readonly link: LinkName;
  /** `ssm` or `ssmmessages` for the links that each service has; null for the others. */
  readonly service: AgentService | null;
  readonly verdict: 'open' | 'closed' | 'unknown';
  /** Id of what decided, with the rule in it. */
  readonly by: string;
  /** One short clause: lower case, no period. */
  readonly why: string;
  /** `vpc-semantics.md`'s rule, or the check's id in `diagnosis.md` §3. */
  readonly rule: RuleId | CheckId;
  /** Set for `path`. */
  readonly trace?: Trace | undefined;
}

export interface WayInPrediction {
  readonly way: 'session-manager' | 'ssh-key-pair';
  /** Closed when a link is, else unknown when one is. */
  readonly verdict: 'open' | 'closed' | 'unknown';
  readonly links: readonly Link[];
}
