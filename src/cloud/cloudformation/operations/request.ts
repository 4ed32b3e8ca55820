/** What the operations share: the stack that a request names, and the deployment that it asks for, judged. */
import { boolOpt, has, list, str, strOpt, structs, valueAt } from '../../endpoint/input.js';
import type { AwsError, Caller, Input, OperationContext } from '../../endpoint/operation.js';
import type { Moment } from '../engine/begin.js';
import { prepareDeployment } from '../engine/deployment.js';
import type { Plan, StackIdentity } from '../engine/plan.js';
import type { Run } from '../engine/run.js';
import { stackMissing, validationError } from '../errors.js';
import { findStack, type Deployment, type StackRecord, type StackTag } from '../records.js';
import type { Registry } from '../resources/index.js';
import { templateAt } from '../template/location.js';

/** What operations need of the running CloudFormation. */
export interface Control {
  readonly registry: Registry;
  drive(region: string, stackId: string): void;
  /** A stack as the engine sees it; with who asks, where only something is asked. */
  run(region: string, stackId: string, asker?: Caller): Run;
  zones(region: string): readonly string[];
  uuid(): string;
  /** Resolves when the stack is at rest, or when a request about it has waited long enough; undefined where requests do not wait. */
  rest(region: string, stackId: string): Promise<void> | undefined;
}

/** Bytes of a template in the request itself (`aws-facts.md` §9). */
const BODY_LIMIT = 51_200;

const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;

export function constraint(value: string, member: string, words: string): AwsError {
  return validationError(`1 validation error detected: Value '${value.slice(0, 200)}' at '${member}' failed to satisfy constraint: ${words}`);
}

/** The name of a stack to be made. */
export function newStackName(input: Input): string {
  const name = str(input, 'StackName');
  if (!STACK_NAME.test(name)) {
    throw name.length > 128
      ? constraint(name, 'stackName', 'Member must have length less than or equal to 128')
      : constraint(name, 'stackName', 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*');
  }
  return name;
}

/** The stack by name or id; deleted ones by id only. */
export function requiredStack(input: Input, context: OperationContext, missing: (name: string) => AwsError = stackMissing): StackRecord {
  const name = str(input, 'StackName');
  const stack = findStack(context.state, name);
  if (stack === undefined) throw missing(name);
  return stack;
}

/** Refuses request members that the local cloud has nothing behind, by name; one that is empty or false asks for nothing. */
export function refuseMembers(input: Input, names: readonly string[]): void {
  const refused = names.find((name) => has(input, name) && !['', 'false', false].includes(valueAt(input, name) as string | boolean));
  if (refused !== undefined) throw validationError(`The local cloud does not support ${refused}`);
}

/** What marks a request, so that the same one sent again is known. */
export function clientRequestTokenOf(input: Input): string | undefined {
  const token = strOpt(input, 'ClientRequestToken', { min: 1, max: 128 });
  if (token !== undefined && !/^[a-zA-Z0-9][-a-zA-Z0-9]*$/.test(token)) throw constraint(token, 'clientRequestToken', 'Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*');
  return token;
}

/** An operation that begins now, by who asks for it. */
export function momentOf(context: OperationContext, control: Control): Moment {
  return { now: context.now(), operationId: control.uuid(), actor: context.caller };
}

/** TemplateBody, what is at TemplateURL, or the template that is there already. */
export function templateBody(input: Input, context: OperationContext, previous?: string): string {
  const body = strOpt(input, 'TemplateBody');
  const url = strOpt(input, 'TemplateURL');
  const usePrevious = boolOpt(input, 'UsePreviousTemplate') ?? false;
  if (usePrevious) {
    if (body !== undefined || url !== undefined) throw validationError('You cannot specify both usePreviousTemplate and Template Body/Template URL.');
    if (previous === undefined) throw validationError('UsePreviousTemplate is only valid for a stack that exists');
    return previous;
  }
  if (url !== undefined && url !== '') {
    if (body !== undefined) throw validationError('You cannot specify both Template URL and Template Body.');
    return templateAt(url, context);
  }
  if (body === undefined || body === '') throw validationError('Either Template URL or Template Body must be specified.');
  if (Buffer.byteLength(body) > BODY_LIMIT) throw constraint(`${body.slice(0, 64)}…`, 'templateBody', `Member must have length less than or equal to ${BODY_LIMIT}`);
  return body;
}

function requestTags(input: Input): StackTag[] {
  const tags = structs(input, 'Tags').map((tag) => ({ Key: str(tag, 'Key', { max: 128 }), Value: str(tag, 'Value', { max: 256 }) }));
  if (tags.length > 50) throw constraint(`${tags.length} tags`, 'tags', 'Member must have length less than or equal to 50');
  const reserved = tags.find(({ Key }) => Key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) throw validationError(`aws: prefixed tag key names are not allowed for external use.`);
  const twice = tags.find(({ Key }, index) => tags.findIndex((other) => other.Key === Key) !== index);
  if (twice !== undefined) throw validationError(`Duplicate tag key: ${twice.Key}`);
  return tags;
}

/** The deployment that the request asks for, with everything that can be refused refused, before anything is recorded. */
export function requestedDeployment(input: Input, context: OperationContext, control: Control, identity: StackIdentity, previous?: Deployment): { readonly deployment: Deployment; readonly plan: Plan } {
  const template = templateBody(input, context, previous?.template);
  const capabilities = list(input, 'Capabilities');
  const unknown = capabilities.find((capability) => !/^CAPABILITY_(?:IAM|NAMED_IAM|AUTO_EXPAND)$/.test(capability));
  if (unknown !== undefined) throw constraint(unknown, 'capabilities', 'Member must satisfy enum value set: [CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND]');
  const parameters = structs(input, 'Parameters').map((parameter) => ({
    key: str(parameter, 'ParameterKey'),
    value: strOpt(parameter, 'ParameterValue'),
    usePreviousValue: boolOpt(parameter, 'UsePreviousValue'),
  }));
  return prepareDeployment({
    template,
    parameters,
    tags: has(input, 'Tags') || previous === undefined ? requestTags(input) : previous.tags,
    capabilities,
    // Nothing is sent to these topics: there is no SNS here. They are kept because templates and clients read them back.
    notificationArns: has(input, 'NotificationARNs') || previous === undefined ? list(input, 'NotificationARNs', { max: 5 }) : previous.notificationArns,
  }, identity, previous, { context, registry: control.registry, zones: (region) => control.zones(region) });
}
