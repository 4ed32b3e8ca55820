/** Whether a caller may do what it asks: the lab's keys everything, a role what its identity policies allow. */
import { policiesOfRole } from '../services/iam/lookup.js';
import { evaluate, type Decision } from '../services/iam/policy/evaluate.js';
import { roles } from '../services/iam/records.js';
import type { Reader } from '../state/store.js';
import { AwsError, type Caller, type Origin, type WireProtocol } from './operation.js';

export interface AuthorizeOptions {
  readonly globalState: Reader;
  readonly region: string;
  readonly origin: Origin;
  /** In whose words a refusal is thrown. Web sockets of ssmmessages: `json`. */
  readonly protocol: WireProtocol;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Decides `action` (`ssmmessages:OpenControlChannel`) on each of the resources (ARNs, or `*`). Returns the decision that
 * allows it; throws AwsError UnauthorizedOperation (ec2), AccessDenied (query) or AccessDeniedException (json).
 */
export function authorize(caller: Caller, action: string, resources: string | readonly string[], options: AuthorizeOptions): Decision {
  const lab: Decision = { decision: 'allow', by: caller.arn, why: 'the lab\'s own keys may do everything' };
  if (caller.kind === 'lab') return lab;
  // Needs no permission at all (STS API reference).
  if (action === 'sts:GetCallerIdentity') return { decision: 'allow', by: action, why: 'it needs no permission' };
  const { globalState, origin, region } = options;
  const policies = policiesOfRole(globalState, caller.roleName ?? '');
  const context = {
    'aws:PrincipalArn': globalState.get(roles, caller.roleName ?? '')?.arn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': 'AssumedRole',
    'aws:userid': caller.userId,
    'aws:RequestedRegion': region,
    'aws:SecureTransport': origin.kind === 'fabric' ? 'true' : 'false',
    // As on AWS, a request that came by an endpoint has the endpoint and no public address.
    'aws:SourceIp': origin.vpcEndpointId === undefined ? origin.sourceAddress : undefined,
    'aws:SourceVpce': origin.vpcEndpointId,
    'aws:VpcSourceIp': origin.vpcEndpointId === undefined ? undefined : origin.sourceAddress,
    'ec2:SourceInstanceARN': caller.instanceId === undefined ? undefined : `arn:aws:ec2:${region}:${caller.accountId}:instance/${caller.instanceId}`,
  };
  let allowed = lab;
  for (const resource of typeof resources === 'string' ? [resources] : resources) {
    const decision = evaluate(policies, { action, resource, context });
    if (decision.decision !== 'allow') throw denial(caller, action, resource, decision, options.protocol);
    allowed = decision;
  }
  return allowed;
}

function denial(caller: Caller, action: string, resource: string, decision: Decision, protocol: WireProtocol): AwsError {
  const because = decision.decision === 'explicit-deny' ? 'with an explicit deny in an identity-based policy' : `because no identity-based policy allows the ${action} action`;
  const on = resource === '*' && protocol === 'ec2' ? '' : ` on resource: ${protocol === 'rest-xml' ? `"${resource}"` : resource}`;
  const text = `User: ${caller.arn} is not authorized to perform: ${action}${on} ${because}`;
  const errors: Record<WireProtocol, AwsError> = {
    ec2: new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${text}`, { status: 403 }),
    query: new AwsError('AccessDenied', text, { status: 403 }),
    json: new AwsError('AccessDeniedException', text),
    'rest-xml': new AwsError('AccessDenied', text, { status: 403 }),
  };
  return errors[protocol];
}
