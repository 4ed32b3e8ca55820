/**
 * The condition keys of a request (IAM user guide, "AWS global condition context keys"; service authorization reference for
 * those of EC2, SSM and STS): what the region knows of who asks, from where, when, and of which resource.
 */
import { roles, users, type TagRecord } from '../services/iam/records.js';
import type { ConditionContext } from '../../lib/policy/condition.js';
import type { Reader } from '../state/store.js';
import { EC2_RESOURCE_KEYS } from './ec2-resource-keys.js';
import type { Caller, Input, Origin } from './operation.js';
import { SERVICE_KEYS } from './service-keys.js';

export interface RequestFacts {
  readonly globalState: Reader;
  readonly region: string;
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Absent where there is none (message channels). */
  readonly input?: Input | undefined;
  /** The VPC of the endpoint that the request came by. */
  readonly sourceVpc?: string | undefined;
}

/** Keys of AWS's that the region gives when they are in the request: absent, they are truly absent. */
const NOT_SUPPLIED = /^aws:(useragent|referer|ec2instancesourcevpc|ec2instancesourceprivateipv4|resourcetag\/.*|resourceorg.*)$/;

/** Whether an absent key says that the request has none of it. `key` in lower case. */
export const isSupplied = (key: string): boolean => (key.startsWith('aws:') ? !NOT_SUPPLIED.test(key) : SERVICE_KEYS.test(key) || EC2_RESOURCE_KEYS.test(key));

/** ARN of the instance that a role's credentials were given to. */
export function instanceArnOf(caller: Caller, region: string): string | undefined {
  return caller.instanceId === undefined ? undefined : `arn:aws:ec2:${region}:${caller.accountId}:instance/${caller.instanceId}`;
}

/** What is the same for all resources of a request. */
export function requestContext(caller: Caller, facts: RequestFacts): ConditionContext {
  const { globalState, region, origin, now, input = {}, sourceVpc } = facts;
  const role = caller.kind === 'role' ? globalState.get(roles, caller.roleName ?? '') : undefined;
  const user = caller.kind === 'user' ? globalState.get(users, caller.userName ?? '') : undefined;
  const byEndpoint = origin.vpcEndpointId !== undefined;
  const requested = requestedTags(input);
  return {
    ...tagKeys('aws:PrincipalTag/', [...(role?.tags ?? []), ...(user?.tags ?? []), ...(caller.sessionTags ?? [])]),
    ...tagKeys('aws:RequestTag/', requested),
    'aws:TagKeys': requested.length === 0 ? undefined : requested.map((tag) => tag.key),
    'aws:PrincipalArn': role?.arn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': caller.kind === 'role' ? 'AssumedRole' : 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': String(caller.calledVia !== undefined),
    'aws:CalledVia': caller.calledVia === undefined ? undefined : [caller.calledVia],
    'aws:CalledViaFirst': caller.calledVia,
    'aws:CalledViaLast': caller.calledVia,
    'aws:ResourceAccount': caller.accountId,
    'aws:userid': caller.userId,
    'aws:username': user?.userName,
    'aws:MultiFactorAuthPresent': caller.mfaAt !== undefined ? 'true' : caller.kind === 'role' || caller.temporary === true ? 'false' : undefined,
    'aws:MultiFactorAuthAge': caller.mfaAt === undefined ? undefined : String(Math.floor((now - caller.mfaAt) / 1000)),
    'aws:TokenIssueTime': caller.issuedAt === undefined ? undefined : new Date(caller.issuedAt).toISOString(),
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:RequestedRegion': region,
    'aws:SecureTransport': origin.kind === 'fabric' ? 'true' : 'false',
    // As on AWS, a request that came by an endpoint has the endpoint and no public address.
    'aws:SourceIp': byEndpoint ? undefined : origin.sourceAddress,
    'aws:SourceVpce': origin.vpcEndpointId,
    'aws:SourceVpc': sourceVpc,
    'aws:VpcSourceIp': byEndpoint ? origin.sourceAddress : undefined,
    'ec2:Region': region,
    'ec2:SourceInstanceARN': instanceArnOf(caller, region),
  };
}

/** Tags of a resource under the keys of all services that have one for them. */
export function resourceTagContext(service: string, tags: readonly TagRecord[]): ConditionContext {
  return { ...tagKeys('aws:ResourceTag/', tags), ...tagKeys(`${service}:${service === 'ec2' ? 'ResourceTag' : 'resourceTag'}/`, tags) };
}

function tagKeys(prefix: string, tags: readonly TagRecord[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [`${prefix}${key}`, value]));
}

/** Tags that the request gives: `Tags`, `Tag`, and EC2's `TagSpecification`. */
function requestedTags(input: Input): TagRecord[] {
  const lists = [input['Tags'], input['Tag'], ...listOf(input['TagSpecification']).flatMap((each) => (isStructure(each) ? [each['Tag'], each['Tags']] : []))];
  return lists.flatMap(listOf).flatMap((each) => (isStructure(each) && typeof each['Key'] === 'string' ? [{ key: each['Key'], value: typeof each['Value'] === 'string' ? each['Value'] : '' }] : []));
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const isStructure = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
