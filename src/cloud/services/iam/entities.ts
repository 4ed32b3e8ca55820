/** Finds IAM's entities and writes them as replies show them; names, paths, ids and tags as IAM has them. */
import { randomBytes } from 'node:crypto';
import { AwsError, type Input, type OperationContext, type Output } from '../../endpoint/operation.js';
import { has, InputError, list, str, strOpt, structs, valueAt } from '../../endpoint/input.js';
import { readWhole } from '../../endpoint/reads.js';
import { LAB_USER } from '../../endpoint/verify.js';
import type { Reader } from '../../state/store.js';
import { accessKeys, groups, instanceProfiles, roles, users, type AccessKeyRecord, type GroupRecord, type InstanceProfileRecord, type RoleRecord, type TagRecord, type UserRecord } from './records.js';

/** Throws NoSuchEntity. */
export function requireRole(reader: Reader, roleName: string): RoleRecord {
  const found = reader.get(roles, roleName);
  if (found === undefined) throw noSuchEntity(`The role with name ${roleName} cannot be found.`);
  return found;
}

/** Throws NoSuchEntity; AccessDenied for the lab's own user, which nobody changes. */
export function requireUser(reader: Reader, userName: string): UserRecord {
  const found = reader.get(users, userName);
  if (found === undefined && userName === LAB_USER.name) throw new AwsError('AccessDenied', `The user ${userName} is the lab's own, may do everything, and cannot be changed`, { status: 403 });
  if (found === undefined) throw noSuchEntity(`The user with name ${userName} cannot be found.`);
  return found;
}

/** Throws NoSuchEntity. */
export function requireGroup(reader: Reader, groupName: string): GroupRecord {
  const found = reader.get(groups, groupName);
  if (found === undefined) throw noSuchEntity(`The group with name ${groupName} cannot be found.`);
  return found;
}

/** Throws NoSuchEntity, also for another user's key. */
export function requireAccessKey(reader: Reader, id: string, userName: string): AccessKeyRecord {
  const found = reader.get(accessKeys, id);
  if (found === undefined || found.userName !== userName) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return found;
}

/** Throws NoSuchEntity. */
export function requireInstanceProfile(reader: Reader, name: string): InstanceProfileRecord {
  const found = reader.get(instanceProfiles, name);
  if (found === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return found;
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}

export function alreadyExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', message, { status: 409 });
}

export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, { status: 409 });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message, { status: 409 });
}

/** Changes a role in one transaction. */
export function changeRole(context: OperationContext, roleName: string, change: (role: RoleRecord) => RoleRecord): Output {
  context.globalState.transact((tx) => tx.put(roles, roleName, change(requireRole(tx, roleName))));
  return {};
}

/** An entity's name: letters, digits and `+=,.@_-`, up to `max`. Throws ValidationError. */
export function entityName(input: Input, parameter: string, max: number): string {
  const name = str(input, parameter);
  if (name.length > max) throw new InputError(parameter, name, { kind: 'constraint', constraint: `Member must have length less than or equal to ${max}` });
  if (!/^[\w+=,.@-]+$/.test(name)) throw new AwsError('ValidationError', `The specified value for ${parameter.charAt(0).toLowerCase()}${parameter.slice(1)} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`);
  return name;
}

/** Path of a new entity, default `/`. */
export function entityPath(input: Input): string {
  const path = strOpt(input, 'Path') ?? '/';
  if (!/^(\/|\/[!-.0-~/]{1,510}\/)$/.test(path)) throw new AwsError('ValidationError', 'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.');
  return path;
}

/** What a role's description may be. */
export const ROLE_DESCRIPTION = { max: 1000, pattern: /^[\t\n\r\u0020-\u007E\u00A1-\u00FF]*$/ } as const;

/** Which may be empty, and has to be there. */
function tagValue(tag: Input): string {
  const value = strOpt(tag, 'Value', { pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u });
  if (value === undefined) throw new InputError('Value', undefined, { kind: 'missing' });
  return value;
}

/** New tags, at most 50, each key once. */
export function newTags(input: Input): TagRecord[] {
  const found = structs(input, 'Tags').map((tag) => ({ key: str(tag, 'Key', { pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u }), value: tagValue(tag) }));
  const keys = new Set(found.map((tag) => tag.key.toLowerCase()));
  if (keys.size < found.length) throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  for (const { key, value } of found) {
    if (key.length > 128 || value.length > 256) throw new AwsError('ValidationError', `The tag with key ${key.slice(0, 128)} is too long`);
    if (key.toLowerCase().startsWith('aws:') && !key.startsWith('aws:cloudformation:')) throw new AwsError('InvalidInput', 'Tag keys starting with aws: are reserved for AWS use.');
  }
  if (found.length > 50) throw limitExceeded('The number of tags has reached the maximum limit.');
  return found;
}

/** Tags that the request has to give. */
export function requiredTags(input: Input): TagRecord[] {
  if (!has(input, 'Tags')) throw new InputError('Tags', undefined, { kind: 'missing' });
  return newTags(input);
}

/** Old tags with new ones laid over. */
export function mergeTags(old: readonly TagRecord[], added: readonly TagRecord[]): TagRecord[] {
  const merged = new Map(old.map((tag) => [tag.key, tag.value]));
  for (const { key, value } of added) merged.set(key, value);
  if (merged.size > 50) throw limitExceeded('The number of tags has reached the maximum limit.');
  return [...merged].map(([key, value]) => ({ key, value }));
}

/** What is left of tags without those whose keys an Untag request names; keys that are not there are no error. */
export function tagsLeft(input: Input): (old: readonly TagRecord[]) => TagRecord[] {
  if (!has(input, 'TagKeys')) throw new InputError('TagKeys', undefined, { kind: 'missing' });
  const keys = new Set(list(input, 'TagKeys', { max: 50 }));
  return (old) => old.filter((tag) => !keys.has(tag.key));
}

export function shownTags(list: readonly TagRecord[]): Output[] {
  return list.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** `AROA` (role), `AIPA` (instance profile), `AIDA` (user), `AGPA` (group) or `ANPA` (policy), and 17 more characters. */
export function newUniqueId(prefix: 'AROA' | 'AIPA' | 'AIDA' | 'AGPA' | 'ANPA'): string {
  return prefix + Array.from(randomBytes(17), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]).join('');
}

/** IAM's times have no fraction. */
export function shownTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Policy documents in replies are URL-encoded (RFC 3986). */
export function shownDocument(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A policy document as it came: text, or (from internal callers) the structure. */
export function documentText(input: Input, parameter: string): string {
  const value = valueAt(input, parameter);
  if (typeof value !== 'object') return str(input, parameter);
  readWhole(value);
  return JSON.stringify(value);
}

/** A role as CreateRole and ListRoles show it; `full` adds what only GetRole and CreateRole show. */
export function shownRole(role: RoleRecord, full: 'full' | 'listed' = 'full'): Output {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: shownTime(role.createdAt),
    AssumeRolePolicyDocument: shownDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    PermissionsBoundary: full === 'full' && role.permissionsBoundary !== undefined ? { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.permissionsBoundary } : undefined,
    Tags: full === 'full' && role.tags.length > 0 ? shownTags(role.tags) : undefined,
  };
}

export function shownGroup(group: GroupRecord): Output {
  return { Path: group.path, GroupName: group.groupName, GroupId: group.groupId, Arn: group.arn, CreateDate: shownTime(group.createdAt) };
}

export function shownInstanceProfile(profile: InstanceProfileRecord, reader: Reader): Output {
  const role = profile.roleName === undefined ? undefined : reader.get(roles, profile.roleName);
  return {
    Path: profile.path,
    InstanceProfileName: profile.instanceProfileName,
    InstanceProfileId: profile.instanceProfileId,
    Arn: profile.arn,
    CreateDate: shownTime(profile.createdAt),
    Roles: role === undefined ? [] : [shownRole(role, 'listed')],
    Tags: profile.tags.length > 0 ? shownTags(profile.tags) : undefined,
  };
}
