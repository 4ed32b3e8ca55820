/** What an agent has to be allowed, and whether the policies of its role, its boundary and an endpoint allow it (`diagnosis.md` I08–I10, N36). */
import type { ConditionContext } from '../policy/condition.js';
import { type PolicyDocument, PolicyError, parsePolicy } from '../policy/document.js';
import { type AccessRequest, type Decision, evaluate, type NamedPolicy } from '../policy/evaluate.js';
import { evaluateLayers, type LayeredDecision } from '../policy/layers.js';
import { evaluateTrust, statementsAbout } from '../policy/trust.js';
import type { PolicyText, SnapshotInstance, SnapshotRole } from '../inventory/snapshot/snapshot.js';
import type { AgentService } from './way-in.js';

/** What an agent from 3.3.40 on calls (`aws-facts.md`). */
export const AGENT_ACTIONS: Readonly<Record<AgentService, readonly string[]>> = {
  ssm: ['ssm:UpdateInstanceInformation'],
  ssmmessages: ['ssmmessages:CreateControlChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenDataChannel'],
};

/** Who calls, and by which way. */
export interface AgentCaller {
  readonly region: string;
  readonly instance: SnapshotInstance;
  readonly role: SnapshotRole;
  /** The endpoint on the way. */
  readonly vpcEndpointId: string | undefined;
}

export interface Access {
  readonly verdict: 'open' | 'closed' | 'unknown';
  readonly by: string;
  readonly why: string;
  /** Refused by the permissions boundary. */
  readonly boundary?: boolean | undefined;
  /** Refused whatever other policies say. */
  readonly explicit?: boolean | undefined;
}

type Judged = readonly { readonly action: string; readonly decision: Decision & Partial<Pick<LayeredDecision, 'layer'>> }[];

const accountOf = (role: SnapshotRole): string => role.arn.split(':')[4] ?? '';
const partitionOf = (role: SnapshotRole): string => role.arn.split(':')[1] ?? 'aws';

/** The call with every key that the snapshot knows; those that it does not know leave a condition undecided. */
function requestFor(action: string, { region, instance, role, vpcEndpointId }: AgentCaller): AccessRequest {
  const [account, partition] = [accountOf(role), partitionOf(role)];
  const instanceArn = `arn:${partition}:ec2:${region}:${account}:instance/${instance.instanceId}`;
  const ofInstance = !action.endsWith('DataChannel');
  const tags = ofInstance ? Object.entries(instance.tags).flatMap(([key, value]) => [[`aws:ResourceTag/${key}`, value], [`ssm:resourceTag/${key}`, value]]) : [];
  const context: ConditionContext = {
    'aws:PrincipalArn': role.arn, 'aws:PrincipalAccount': account, 'aws:PrincipalType': 'AssumedRole', 'aws:PrincipalIsAWSService': 'false', 'aws:ViaAWSService': 'false',
    'aws:ResourceAccount': account, 'aws:RequestedRegion': region, 'aws:SecureTransport': 'true', 'ec2:SourceInstanceARN': instanceArn, 'ssm:SourceInstanceARN': instanceArn,
    'aws:Ec2InstanceSourceVpc': instance.vpcId ?? undefined, 'aws:Ec2InstanceSourcePrivateIPv4': instance.privateIpv4 ?? undefined,
    ...(vpcEndpointId === undefined ? {} : { 'aws:SourceVpce': vpcEndpointId, 'aws:SourceVpc': instance.vpcId ?? undefined, 'aws:VpcSourceIp': instance.privateIpv4 ?? undefined }),
    ...Object.fromEntries(tags),
  };
  // By an endpoint the request has no public address; without one it has no endpoint.
  const absent = new Set(vpcEndpointId === undefined ? ['aws:sourcevpce', 'aws:sourcevpc', 'aws:vpcsourceip'] : ['aws:sourceip']);
  const supplied = (key: string): boolean => absent.has(key.toLowerCase()) || (ofInstance && /^(aws|ssm):resourcetag\//i.test(key));
  // A session has no id before it begins; policies name them by a wildcard.
  return { action, resource: ofInstance ? instanceArn : `arn:${partition}:ssm:${region}:${account}:session/*`, context, supplied };
}

/** Whether the role may do all of the actions. */
export function roleAccess(actions: readonly string[], caller: AgentCaller): Access {
  const { role } = caller;
  return judged(role.roleName, () => {
    const layers = { identity: role.policies.map(named), boundary: role.boundary === null ? undefined : [named(role.boundary)] };
    return actions.map((action) => ({ action, decision: evaluateLayers(layers, requestFor(action, caller)) }));
  });
}

/** Whether the policy of an endpoint lets the role do all of the actions (P11). */
export function endpointAccess(actions: readonly string[], vpcEndpointId: string, policy: string, caller: AgentCaller): Access {
  const { role, instance } = caller;
  const session = `arn:${partitionOf(role)}:sts::${accountOf(role)}:assumed-role/${role.roleName}/${instance.instanceId}`;
  return judged(vpcEndpointId, () => {
    const document = statementsAbout(parsePolicy(policy, 'resource'), { kind: 'caller', arn: session, accountId: accountOf(role), roleArn: role.arn });
    return actions.map((action) => ({ action, decision: evaluate([{ name: `${vpcEndpointId} policy`, document }], requestFor(action, caller)) }));
  });
}

/** Who lends a role to instances: EC2 that of their profile, Systems Manager that of host management. */
const LENDERS = { 'ec2': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'], 'systems-manager': ['ssm.amazonaws.com'] } as const;

/** Whether the lender may give the role to instances (I08, I12). */
export function trustAccess({ trust, roleName }: SnapshotRole, lender: keyof typeof LENDERS = 'ec2'): Access {
  const principals = LENDERS[lender];
  return judged(roleName, () => {
    const document = parsePolicy(trust, 'trust');
    const ask = (asked: PolicyDocument): Decision | undefined => principals.map((service) => evaluateTrust(asked, { kind: 'service', service })).find((each) => each.decision === 'allow');
    const allowed = ask(document);
    const unconditional = { ...document, statements: document.statements.map((statement) => ({ ...statement, conditions: new Map() })) };
    const decision: Decision = allowed
      ?? { decision: 'implicit-deny', why: `its trust policy does not let ${principals[0]} assume it`, doubt: ask(unconditional) === undefined ? undefined : 'a condition of the trust policy is not known' };
    return [{ action: 'sts:AssumeRole', decision }];
  });
}

function judged(id: string, decide: () => Judged): Access {
  let decisions: Judged;
  try {
    decisions = decide();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { verdict: 'unknown', by: id, why: `a policy cannot be judged: ${error.message}` };
  }
  const refused = decisions.filter(({ decision }) => decision.decision !== 'allow');
  const certain = refused.filter(({ decision }) => decision.doubt === undefined);
  const told = certain[0] ?? refused[0];
  if (told === undefined) return { verdict: 'open', by: decisions[0]?.decision.by ?? id, why: `allows ${decisions.map(({ action }) => action).join(', ')}` };
  const { decision } = told;
  const more = (certain.length > 0 ? certain : refused).slice(1).map(({ action }) => action);
  const why = `${decision.doubt === undefined || decision.why.includes(decision.doubt) ? decision.why : `${decision.why}, but ${decision.doubt}`}${more.length === 0 ? '' : `; nor ${more.join(', ')}`}`;
  return {
    verdict: certain.length > 0 ? 'closed' : 'unknown', by: decision.by === undefined ? id : decision.by.startsWith(id) ? decision.by : `${id}, ${decision.by}`, why,
    boundary: decision.layer === 'boundary', explicit: certain.some((each) => each.decision.decision === 'explicit-deny'),
  };
}

const named = (policy: PolicyText): NamedPolicy => ({ name: policy.arn ?? policy.name, document: parsePolicy(policy.document, 'identity') });

