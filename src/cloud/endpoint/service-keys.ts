/**
 * Condition keys that a service takes out of its requests (service authorization reference, "Condition keys" of EC2, SSM, STS,
 * IAM and KMS): the same for all resources of a request. Keys of S3 are with S3's permissions.
 */
import { roles, users } from '../services/iam/records.js';
import type { ConditionContext } from '../../lib/policy/condition.js';
import type { Reader } from '../state/store.js';
import type { Input } from './operation.js';

/** Which of these an absent value says that the request has none of. */
export const SERVICE_KEYS = new RegExp(`^(?:${[
  'ec2:(?:region|sourceinstancearn|createaction|attribute|attribute/.*)',
  'ssm:(?:overwrite|recursive|sourceinstancearn|sessiondocumentaccesscheck)',
  'sts:(?:externalid|rolesessionname|sourceidentity|durationseconds|transitivetagkeys)',
  'iam:(?:passedtoservice|policyarn|permissionsboundary)',
  'cloudformation:(?:changesetname|rolearn|templateurl)',
  'kms:(?:viaservice|calleraccount|encryptioncontextkeys|encryptioncontext:.*)',
  's3:(?:prefix|delimiter|max-keys|locationconstraint|x-amz-(?:acl|storage-class|copy-source|metadata-directive)|existingobjecttag/.*)',
].join('|')})$`);

export interface ServiceKeyFacts {
  readonly accountId: string;
  /** The instance whose credentials these are. */
  readonly instanceArn: string | undefined;
  readonly globalState: Reader;
}

/** `action`: `ssm:PutParameter`. */
export function serviceKeys(action: string, input: Input, facts: ServiceKeyFacts): ConditionContext {
  const [service = '', operation = ''] = action.split(':', 2);
  const text = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(input, name) ? input[name] : undefined;
    return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  };
  switch (service) {
    case 'ec2': return attributeKeys(operation, input);
    case 'ssm': return {
      'ssm:SourceInstanceARN': facts.instanceArn,
      'ssm:Overwrite': operation === 'PutParameter' ? (text('Overwrite') ?? 'false') : undefined,
      'ssm:Recursive': operation === 'GetParametersByPath' ? (text('Recursive') ?? 'false') : undefined,
    };
    case 'sts': return { 'sts:ExternalId': text('ExternalId'), 'sts:RoleSessionName': text('RoleSessionName'), 'sts:SourceIdentity': text('SourceIdentity'), 'sts:DurationSeconds': text('DurationSeconds'), 'sts:TransitiveTagKeys': texts(input['TransitiveTagKeys']) };
    case 'iam': return { 'iam:PolicyARN': text('PolicyArn'), 'iam:PermissionsBoundary': text('PermissionsBoundary') ?? boundaryOf(text('RoleName'), text('UserName'), facts.globalState) };
    case 'kms': {
      const context: unknown = input['EncryptionContext'];
      const pairs = typeof context === 'object' && context !== null ? Object.entries(context).filter((pair): pair is [string, string] => typeof pair[1] === 'string') : [];
      return { 'kms:CallerAccount': facts.accountId, 'kms:EncryptionContextKeys': pairs.length === 0 ? undefined : pairs.map(([name]) => name), ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])) };
    }
    case 'cloudformation': return { 'cloudformation:ChangeSetName': text('ChangeSetName'), 'cloudformation:RoleArn': text('RoleARN'), 'cloudformation:TemplateUrl': text('TemplateURL') };
    default: return {};
  }
}

/** The boundary of the role or user that the request is about. */
function boundaryOf(roleName: string | undefined, userName: string | undefined, globalState: Reader): string | undefined {
  if (roleName !== undefined) return globalState.get(roles, roleName)?.permissionsBoundary;
  return userName === undefined ? undefined : globalState.get(users, userName)?.permissionsBoundary;
}

/** `ec2:Attribute` of the Modify…Attribute operations: what is changed, and what to. */
function attributeKeys(operation: string, input: Input): ConditionContext {
  if (!/^Modify\w+Attribute$/.test(operation)) return {};
  const changed = Object.entries(input).filter(([name, value]) => !name.endsWith('Id') && name !== 'DryRun' && name !== 'Attribute' && value !== undefined);
  const valueOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : typeof value === 'object' && value !== null && 'Value' in value && typeof value.Value === 'string' ? value.Value : undefined);
  const named = typeof input['Attribute'] === 'string' ? [input['Attribute'].replace(/^./, (first) => first.toUpperCase())] : [];
  const names = [...named, ...changed.map(([name]) => name).filter((name) => name !== 'Value')];
  return { 'ec2:Attribute': names.length === 0 ? undefined : names, ...Object.fromEntries(changed.map(([name, value]) => [`ec2:Attribute/${name}`, valueOf(value)])) };
}

const texts = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined);
