/** Whether a caller may do what it asks: the lab's keys everything, roles and users what all policies that bound them allow. */
import { VPC_ENDPOINT } from '../services/ec2/model.js';
import { managedByArn, policiesOfRole, policiesOfUser } from '../services/iam/lookup.js';
import type { ConditionContext } from '../../lib/policy/condition.js';
import { readPolicy } from '../services/iam/read-policy.js';
import type { Decision, NamedPolicy } from '../../lib/policy/evaluate.js';
import { evaluateLayers, LAYER_NAMES, type LayeredDecision, type PolicyLayers } from '../../lib/policy/layers.js';
import { statementsAbout } from '../../lib/policy/trust.js';
import { roles, users } from '../services/iam/records.js';
import type { Reader } from '../state/store.js';
import { ec2ResourceKeys } from './ec2-resource-keys.js';
import { AwsError, type Caller, type Input, type Origin, type WireProtocol } from './operation.js';
import { instanceArnOf, isSupplied, requestContext, resourceTagContext } from './request-context.js';
import { tagsOfResource } from './resource-tags.js';
import { serviceKeys } from './service-keys.js';

export interface AuthorizeOptions {
  readonly globalState: Reader;
  /** State of the region: endpoints and tags are there. */
  readonly state: Reader;
  readonly region: string;
  readonly origin: Origin;
  /** In whose words a refusal is thrown. Web sockets of ssmmessages: `json`. */
  readonly protocol: WireProtocol;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The request, for the keys that tell of its tags. */
  readonly input?: Input | undefined;
  /** A policy of the resource lets in everyone of the account: only a deny refuses. */
  readonly granted?: boolean | undefined;
  /** Further keys, of this action alone. */
  readonly keys?: Readonly<Record<string, string | undefined>> | undefined;
  /** A key that says whether the same action is allowed on another resource (`ssm:SessionDocumentAccessCheck`); there it is true. */
  readonly check?: { readonly key: string; readonly resource: string } | undefined;
}

/** Needs no permission at all, and cannot be denied (STS API reference); and what an instance asks by the identity that has no policy. */
const FREE = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken', 'ssm:RegisterManagedInstance', 'ssm:RequestManagedInstanceRoleToken']);

/**
 * Decides `action` (`ssmmessages:OpenControlChannel`) on each of the resources (ARNs, or `*`). Returns the decision that
 * allows it; throws AwsError UnauthorizedOperation (ec2), AccessDenied (query, rest-xml) or AccessDeniedException (json).
 */
export function authorize(caller: Caller, action: string, resources: string | readonly string[], options: AuthorizeOptions): Decision {
  const lab: Decision = { decision: 'allow', by: caller.arn, why: 'the lab\'s own keys may do everything' };
  // Keys of GetSessionToken reach no IAM, and of STS only these (STS API reference).
  if (caller.temporary === true && caller.kind !== 'role' && (action.startsWith('iam:') || (action.startsWith('sts:') && action !== 'sts:AssumeRole' && action !== 'sts:GetCallerIdentity' && action !== 'sts:GetSessionToken'))) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', { status: 403 });
  }
  if (caller.kind === 'lab' && options.origin.vpcEndpointId === undefined) return lab;
  if (FREE.has(action)) return { decision: 'allow', by: action, why: 'it needs no permission' };
  const endpoint = options.origin.vpcEndpointId === undefined ? undefined : options.state.get(VPC_ENDPOINT, options.origin.vpcEndpointId);
  const { globalState, state, region, input = {}, check } = options;
  const facts = { accountId: caller.accountId, instanceArn: instanceArnOf(caller, region), globalState, region, state };
  const context = { ...requestContext(caller, { ...options, sourceVpc: endpoint?.vpcId }), ...serviceKeys(action, input, facts), ...options.keys };
  const layers = layersOf(caller, endpoint?.policyDocument, globalState);
  const service = action.slice(0, action.indexOf(':'));
  const decide = (resource: string, more: ConditionContext): LayeredDecision => {
    const tags = tagsOfResource(resource, state, globalState);
    const supplied = (key: string): boolean => isSupplied(key) || (tags !== undefined && /^(aws|ec2|ssm|iam):resourcetag\//.test(key));
    const ofResource = { ...(resource.startsWith('arn:aws:ec2:') ? ec2ResourceKeys(resource, input, facts) : {}), ...(tags === undefined ? {} : resourceTagContext(service, tags)) };
    return evaluateLayers(layers, { action, resource, context: { ...context, ...ofResource, ...more }, supplied });
  };
  const checked = check === undefined ? {} : { [check.key]: String(decide(check.resource, { [check.key]: 'true' }).decision === 'allow') };
  let allowed: Decision = lab;
  for (const resource of typeof resources === 'string' ? [resources] : resources) {
    const decision = decide(resource, checked);
    if (decision.decision === 'explicit-deny' || (decision.decision === 'implicit-deny' && options.granted !== true)) throw denial(caller, action, resource, decision, options.protocol);
    allowed = decision;
  }
  return allowed;
}

/** Every policy that bounds a request of this caller, by kind. */
function layersOf(caller: Caller, endpointPolicy: string | undefined, globalState: Reader): PolicyLayers {
  const holder = caller.kind === 'role' ? globalState.get(roles, caller.roleName ?? '') : caller.kind === 'user' ? globalState.get(users, caller.userName ?? '') : undefined;
  const boundary = holder?.permissionsBoundary;
  const bounding = boundary === undefined ? undefined : managedByArn(globalState, boundary);
  return {
    'identity': caller.kind === 'lab' ? [EVERYTHING] : caller.kind === 'role' ? policiesOfRole(globalState, caller.roleName ?? '') : policiesOfUser(globalState, caller.userName ?? ''),
    // A boundary that is gone allows nothing.
    'boundary': boundary === undefined ? undefined : bounding === undefined ? [] : [bounding],
    'session': caller.sessionPolicies?.map((text, index) => ({ name: `session policy ${index + 1}`, document: readPolicy(text, 'identity') })),
    'vpc-endpoint': endpointPolicy === undefined ? undefined : [endpointLayer(caller, endpointPolicy, holder?.arn)],
  };
}

const EVERYTHING: NamedPolicy = { name: 'the lab\'s own keys', document: readPolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', 'identity') };

/** The statements of an endpoint's policy that are about this caller. */
function endpointLayer(caller: Caller, text: string, roleArn: string | undefined): NamedPolicy {
  const principal = { kind: 'caller', arn: caller.arn, accountId: caller.accountId, roleArn } as const;
  return { name: 'VPC endpoint policy', document: statementsAbout(readPolicy(text, 'resource'), principal) };
}

function denial(caller: Caller, action: string, resource: string, decision: LayeredDecision, protocol: WireProtocol): AwsError {
  const { one, none } = LAYER_NAMES[decision.layer];
  const because = decision.decision === 'explicit-deny' ? `with an explicit deny in ${one}` : `because no ${none} allows the ${action} action`;
  const on = resource === '*' && protocol === 'ec2' ? '' : ` on resource: ${protocol === 'rest-xml' ? `"${resource}"` : resource}`;
  const text = `User: ${caller.arn} is not authorized to perform: ${action}${on} ${because}`;
  const errors: Record<WireProtocol, AwsError> = {
    'ec2': new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${text}`, { status: 403 }),
    'query': new AwsError('AccessDenied', text, { status: 403 }),
    'json': new AwsError('AccessDeniedException', text),
    'rest-xml': new AwsError('AccessDenied', text, { status: 403 }),
  };
  return errors[protocol];
}
