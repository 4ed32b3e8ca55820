/** IAM: which role an instance profile gives, and what that role's policies say. */
import { SsmlabError } from '../errors.js';
import type { ApiTarget } from './client.js';
import { awsCode } from './errors.js';
import { chunks, everyPageBy } from './pages.js';
import { iamHome } from './public-address.js';
import { Refusal, signedCall } from './signed-call.js';
import { child, membersAt, parseXml, textAt, type XmlElement } from './xml.js';

/** One operation; its result element. Throws as the SDK's clients here do. */
export async function call(target: ApiTarget, operation: string, input: Readonly<Record<string, string | undefined>>): Promise<XmlElement> {
  const result = child(await done(target, operation, input), `${operation}Result`);
  if (result === undefined) throw new SsmlabError('aws-error', `iam ${operation}: the reply has no ${operation}Result`);
  return result;
}

/** One operation, of which some have no result; the reply. */
export async function done(target: ApiTarget, operation: string, input: Readonly<Record<string, string | undefined>>): Promise<XmlElement | undefined> {
  const given = Object.entries(input).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]));
  return signedCall(target, {
    service: 'iam',
    operation,
    home: iamHome(target),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams([['Action', operation], ['Version', '2010-05-08'], ...given]).toString(),
    read: (text, { ok, status }) => {
      const reply = parseXml(text);
      if (ok) return reply;
      const error = child(reply, 'Error');
      throw new Refusal(status, textAt(error, 'Code') ?? `HTTP ${status}`, textAt(error, 'Message') ?? `it answers with HTTP ${status}`);
    },
  });
}

/** Every page of a list. */
export function everyMember(target: ApiTarget, operation: string, input: Readonly<Record<string, string>>, list: string): Promise<XmlElement[]> {
  return everyPageBy<XmlElement>(async (marker, all) => {
    const page = await call(target, operation, { ...input, Marker: marker });
    all.push(...membersAt(page, list));
    return textAt(page, 'IsTruncated') === 'true' ? textAt(page, 'Marker') : undefined;
  });
}

export function required(element: XmlElement | undefined, operation: string, ...names: readonly string[]): string {
  const text = textAt(element, ...names);
  if (text === undefined) throw new SsmlabError('aws-error', `iam ${operation}: the reply has no ${names.join('.')}`);
  return text;
}

/** Documents come as RFC 3986 writes them (`%7B%22Version…`). */
function documentAt(element: XmlElement | undefined, operation: string, ...names: readonly string[]): string {
  const text = required(element, operation, ...names);
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new SsmlabError('aws-error', `iam ${operation}: ${names.join('.')} is not encoded as IAM does it`, { cause: error });
  }
}

export interface NamedRole {
  readonly roleName: string;
  readonly arn: string;
  /** Its trust policy, JSON. */
  readonly trust: string;
}

/** The role of an instance profile, null when it has none; undefined when there is no such profile. */
export async function roleOfProfile(target: ApiTarget, InstanceProfileName: string): Promise<NamedRole | null | undefined> {
  const reply = await call(target, 'GetInstanceProfile', { InstanceProfileName }).catch(noneWhenAbsent);
  if (reply === undefined) return undefined;
  const [role] = membersAt(reply, 'InstanceProfile', 'Roles');
  if (role === undefined) return null;
  return roleAt(role, 'GetInstanceProfile');
}

/** The role of this name, without its path; undefined when there is none. */
export async function roleNamed(target: ApiTarget, RoleName: string): Promise<NamedRole | undefined> {
  const reply = await call(target, 'GetRole', { RoleName }).catch(noneWhenAbsent);
  return reply === undefined ? undefined : roleAt(child(reply, 'Role'), 'GetRole');
}

function roleAt(role: XmlElement | undefined, operation: string): NamedRole {
  const of = (name: string) => required(role, operation, name);
  return { roleName: of('RoleName'), arn: of('Arn'), trust: documentAt(role, operation, 'AssumeRolePolicyDocument') };
}

/** ARN of the role's permissions boundary; undefined when it has none. */
export async function boundaryOfRole(target: ApiTarget, RoleName: string): Promise<string | undefined> {
  return textAt(await call(target, 'GetRole', { RoleName }), 'Role', 'PermissionsBoundary', 'PermissionsBoundaryArn');
}

/** ARNs of the managed policies that are attached to it. */
export async function attachedPolicies(target: ApiTarget, RoleName: string): Promise<string[]> {
  return (await everyMember(target, 'ListAttachedRolePolicies', { RoleName }, 'AttachedPolicies')).map((policy) => required(policy, 'ListAttachedRolePolicies', 'PolicyArn'));
}

/** Names of its inline policies. */
export async function inlinePolicies(target: ApiTarget, RoleName: string): Promise<string[]> {
  return (await everyMember(target, 'ListRolePolicies', { RoleName }, 'PolicyNames')).map((name) => name.text);
}

/** The document of an inline policy, JSON. */
export async function inlinePolicy(target: ApiTarget, RoleName: string, PolicyName: string): Promise<string> {
  return documentAt(await call(target, 'GetRolePolicy', { RoleName, PolicyName }), 'GetRolePolicy', 'PolicyDocument');
}

/** Which version of a managed policy is in force; undefined when there is no such policy. */
export async function defaultVersion(target: ApiTarget, PolicyArn: string): Promise<string | undefined> {
  const reply = await call(target, 'GetPolicy', { PolicyArn }).catch(noneWhenAbsent);
  return reply === undefined ? undefined : required(reply, 'GetPolicy', 'Policy', 'DefaultVersionId');
}

/** The account's alias; undefined when it has none. */
export async function accountAlias(target: ApiTarget): Promise<string | undefined> {
  return (await everyMember(target, 'ListAccountAliases', {}, 'AccountAliases'))[0]?.text;
}

/** The document of a managed policy's version, JSON. */
export async function policyVersion(target: ApiTarget, PolicyArn: string, VersionId: string): Promise<string> {
  return documentAt(await call(target, 'GetPolicyVersion', { PolicyArn, VersionId }), 'GetPolicyVersion', 'PolicyVersion', 'Document');
}

/** ARN of a role by its name; undefined when there is none. */
export async function roleArn(target: ApiTarget, RoleName: string): Promise<string | undefined> {
  return textAt(await call(target, 'GetRole', { RoleName }).catch(noneWhenAbsent), 'Role', 'Arn');
}

/** Actions that one call of a simulation is asked for. */
const SIMULATED_AT_ONCE = 50;

/** Requests that a simulation supposes. */
export interface Simulation {
  readonly actions: readonly string[];
  /** ARN, or `*`. */
  readonly resource: string;
  /** Condition keys and what they have. */
  readonly context: readonly { readonly name: string; readonly type: 'string' | 'stringList' | 'boolean'; readonly values: readonly string[] }[];
}

/** Those of the actions that the policies of a user or role do not allow, as IAM's own simulation decides. */
export async function notAllowed(target: ApiTarget, PolicySourceArn: string, { actions, resource, context }: Simulation): Promise<string[]> {
  const entries = context.flatMap(({ name, type, values }, i) => {
    const entry = `ContextEntries.member.${i + 1}`;
    return [[`${entry}.ContextKeyName`, name], [`${entry}.ContextKeyType`, type], ...values.map((value, j) => [`${entry}.ContextKeyValues.member.${j + 1}`, value])];
  });
  const results = await Promise.all(chunks(actions, SIMULATED_AT_ONCE).map((some) =>
    everyMember(target, 'SimulatePrincipalPolicy', {
      PolicySourceArn, 'ResourceArns.member.1': resource, ...Object.fromEntries(entries), ...Object.fromEntries(some.map((action, i) => [`ActionNames.member.${i + 1}`, action])),
    }, 'EvaluationResults')));
  return results.flat().filter((result) => textAt(result, 'EvalDecision') !== 'allowed').map((result) => required(result, 'SimulatePrincipalPolicy', 'EvalActionName'));
}

export function noneWhenAbsent(error: unknown): undefined {
  if (awsCode(error) !== 'NoSuchEntity') throw error;
  return undefined;
}
