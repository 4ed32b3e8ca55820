/** Values of a template's parameters: given, previous or default, judged before anything is made, SSM ones looked up. */
import { AwsError, type Input, type OperationContext, type Output } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { callNow } from '../service-call.js';
import type { ParameterDeclaration, Template } from '../template/template.js';
import { checkConstraints } from './constraints.js';
import { existenceOf, itemType, storedType } from './types.js';

/** As CreateStack takes it. */
export interface GivenParameter {
  readonly key: string;
  readonly value?: string | undefined;
  readonly usePreviousValue?: boolean | undefined;
  /** Its value is not known yet, and stands for one that will be right. */
  readonly open?: boolean | undefined;
}

/** As a stack keeps it. */
export interface ParameterRecord {
  readonly key: string;
  /** As given; of an SSM type: the parameter's name. */
  readonly value: string;
  /** What an SSM parameter held at the time. */
  readonly resolvedValue?: string | undefined;
  readonly list: boolean;
  readonly noEcho: boolean;
}

/**
 * Throws ValidationError for parameters that the template has not, that have no value, break a constraint, or name
 * something that does not exist (c09).
 */
export function resolveParameters(template: Template, given: readonly GivenParameter[], previous: readonly ParameterRecord[], context: OperationContext): ParameterRecord[] {
  const unknown = given.filter(({ key }) => !template.parameters.has(key)).map(({ key }) => key);
  if (unknown.length > 0) throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const twice = given.find(({ key }, index) => given.findIndex((other) => other.key === key) !== index);
  if (twice !== undefined) throw validationError(`Parameter ${twice.key} specified twice`);
  const values = new Map<string, string>();
  for (const declared of template.parameters.values()) {
    const value = valueOf(declared, given, previous);
    if (value !== undefined) values.set(declared.name, value);
  }
  const missing = [...template.parameters.keys()].filter((name) => !values.has(name));
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  const open = new Set(given.filter((parameter) => parameter.open === true).map(({ key }) => key));
  for (const [name, value] of values) if (!open.has(name)) checkConstraints(declaredOf(template, name), value);
  return [...values].map(([name, value]) => {
    const declared = declaredOf(template, name);
    return open.has(name) ? { key: name, value, list: itemType(storedType(declared.type) ?? declared.type) !== undefined, noEcho: declared.noEcho } : resolve(declared, value, context);
  });
}

function declaredOf(template: Template, name: string): ParameterDeclaration {
  const declared = template.parameters.get(name);
  if (declared === undefined) throw new TypeError(`no parameter ${name}`);
  return declared;
}

function valueOf(declared: ParameterDeclaration, given: readonly GivenParameter[], previous: readonly ParameterRecord[]): string | undefined {
  const own = given.find(({ key }) => key === declared.name);
  if (own?.usePreviousValue === true) {
    const old = previous.find(({ key }) => key === declared.name);
    if (old === undefined) throw validationError(`Parameter '${declared.name}' has no previous value`);
    return old.value;
  }
  return own?.value ?? declared.default;
}

function resolve(declared: ParameterDeclaration, value: string, context: OperationContext): ParameterRecord {
  const { name, type, noEcho } = declared;
  const stored = storedType(type);
  if (stored !== undefined) return { key: name, value, resolvedValue: storedValue(value, context), list: itemType(stored) !== undefined, noEcho };
  const existence = existenceOf(type);
  const list = itemType(type) !== undefined;
  if (existence !== undefined) {
    for (const item of list ? value.split(',').map((part) => part.trim()) : [value]) {
      if (!answers(context, existence.operation, existence.input(item))) {
        throw validationError(`Parameter validation failed: parameter value ${item} for parameter name ${name} does not exist`);
      }
    }
  }
  if (type === 'AWS::SSM::Parameter::Name') storedValue(value, context);
  return { key: name, value, list, noEcho };
}

function storedValue(name: string, context: OperationContext): string {
  let reply: Output = {};
  try {
    reply = callNow(context, 'ssm', 'GetParameters', { Names: [name] });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  const [parameter] = (reply['Parameters'] ?? []) as { Value: string; Type: string }[];
  if (parameter === undefined) throw validationError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
  if (parameter.Type === 'SecureString') throw validationError(`Parameters [${name}] referenced by template have types not supported by CloudFormation.`);
  return parameter.Value;
}

/** Whether the Describe call finds it: an unknown id is an error, an unknown name may be an empty list. */
function answers(context: OperationContext, operation: string, input: Input): boolean {
  let reply: Output;
  try {
    reply = callNow(context, 'ec2', operation, input);
  } catch (error) {
    if (error instanceof AwsError && /NotFound|Malformed|InvalidParameterValue|InvalidGroup|InvalidKeyPair/.test(error.code)) return false;
    throw error;
  }
  return Object.values(reply).some((member) => Array.isArray(member) && member.length > 0);
}
