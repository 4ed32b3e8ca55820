/** What a resource type is to the engine: what it takes, what it gives, and how it is made, changed and removed. */
import { valueAt } from '../../endpoint/input.js';
import type { Input, Output } from '../../endpoint/operation.js';
import { ResourceFailure, ServiceFailure } from '../errors.js';
import type { GivenParameter } from '../parameters/resolve.js';
import { isList, isStructure, type Structure, type Value } from '../template/value.js';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * What a change of a property does, as the type's specification says. `interruption`: the resource stays and is at a halt
 * for it ({@link ResourceType.halt}; "some interruptions"). `unsupported` ones are refused before anything is
 * made, because the local cloud has nothing behind them.
 */
export type PropertyUpdate = 'in-place' | 'interruption' | 'replacement' | 'unsupported';

/** A stack in a stack, as its resource asks for it. */
export interface NestedRequest {
  readonly templateUrl: string;
  readonly parameters: readonly GivenParameter[];
  readonly tags: readonly Tag[];
  readonly notificationArns: readonly string[];
  readonly timeoutInMinutes?: number | undefined;
}

/** The stacks in this one. Ids are ARNs; each function throws AwsError with the words of the event. */
export interface NestedStacks {
  create(request: NestedRequest): string;
  /** While the parent rolls an update back: back to what the child was before it. */
  update(stackId: string, request: NestedRequest): void;
  settled(stackId: string): boolean;
  /** Whether what its update replaced is removed. */
  cleaned(stackId: string): boolean;
  /** By the names of the attributes: `Outputs.Name`. */
  outputs(stackId: string): { readonly [attribute: string]: string };
  /** What the stack has now of what it was asked for, without the values of its NoEcho parameters; undefined when it is gone. */
  standing(stackId: string): Omit<NestedRequest, 'templateUrl'> | undefined;
  remove(stackId: string): void;
  removed(stackId: string): boolean;
}

/** The resource of one stack that a step is about, and the one way to the services: their API. */
export interface ResourceScope {
  readonly region: string;
  readonly accountId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** Calls an operation. Throws {@link ServiceFailure}. */
  call(service: string, operation: string, input: Input): Output;
  /** The resource's own tags and those of the stack; own ones win. */
  tags(properties: Structure): Tag[];
  /** {@link tags}, and those by which CloudFormation marks what it made, in EC2's `TagSpecification`. */
  tagSpecification(resourceType: string, properties: Structure): Input[];
  /** `STACK-LOGICAL-ID-RANDOM`, at most so long. */
  uniqueName(maximum: number): string;
  /** Whether a stack of the region has made it as a resource by itself. */
  isResource(physicalId: string): boolean;
  /** Whether a resource of that type in this stack has that value of the property. */
  isProperty(type: string, property: string, value: string): boolean;
  readonly nested: NestedStacks;
}

export interface Halt {
  /** Stops it. Whether it was at work, and has to be again afterwards. */
  begin(physicalId: string, scope: ResourceScope): boolean;
  done(physicalId: string, scope: ResourceScope): boolean;
  end(physicalId: string, scope: ResourceScope): void;
}

/** A type of resource. Every function is synchronous: it runs inside the transaction that records what it did. */
export interface ResourceType {
  /** `AWS::EC2::VPC` */
  readonly type: string;
  readonly properties: { readonly [name: string]: PropertyUpdate };
  readonly required?: readonly string[] | undefined;
  /** Names that Fn::GetAtt knows. */
  readonly attributes: readonly string[];
  /** Further names, known only when it is there. */
  readonly namedAttributes?: RegExp | undefined;
  /** Properties that name one for an import (the schemas' primaryIdentifier). Absent: it cannot be imported. */
  readonly identifiers?: readonly string[] | undefined;
  /** The one of these that is the physical id; absent: all of them, with `|` between. */
  readonly physicalIdentifier?: string | undefined;
  /** Whether an update of its stack always updates it, because more than its properties decides what it is. */
  readonly alwaysUpdated?: boolean | undefined;
  /** Capability that a template with this type needs, by its properties. */
  capability?(properties: Structure): 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM';
  /** Makes it and returns its physical id, which is what Ref gives. All or nothing. */
  create(properties: Structure, scope: ResourceScope): string;
  /** Whether it has come to rest after creation or update. Throws {@link ResourceFailure} when it never will. Absent: at once. */
  settled?(physicalId: string, scope: ResourceScope): boolean;
  /** Values of {@link attributes}, read when it has come to rest. */
  attributesOf(physicalId: string, scope: ResourceScope, properties: Structure): { readonly [name: string]: Value | undefined };
  /** Changes `in-place` and, while it is at a halt, `interruption` properties. Absent: nothing but replacement. */
  update?(physicalId: string, properties: Structure, previous: Structure, scope: ResourceScope): void;
  /** How it comes to a halt and goes on. There if a property is of `interruption`. */
  readonly halt?: Halt | undefined;
  /**
   * The properties it has now, in the template's form, those that can be read. Absent: its drift is not detected.
   * @param properties As the stack set them: tells the form that is wanted.
   */
  live?(physicalId: string, scope: ResourceScope, properties: Structure): Structure;
  /** Properties that {@link live} cannot tell. */
  readonly unread?: readonly string[] | undefined;
  /** Puts the tags of the stack on one that was imported. Absent: the type has none. */
  adopt?(physicalId: string, scope: ResourceScope): void;
  /** Removes it, or starts to. What is not there any more counts as removed. */
  delete(physicalId: string, scope: ResourceScope, properties: Structure): void;
  /** Whether a started removal is through. Absent: at once. */
  deleted?(physicalId: string, scope: ResourceScope): boolean;
}

/** Members of `properties` under these names, those that are there. */
export function given(properties: Structure, names: readonly string[]): { [name: string]: Value } {
  const found: { [name: string]: Value } = {};
  for (const name of names) {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** A text member of a service's reply, by its dotted path. The service is ours: a missing one is a bug and says so. */
export function replyText(output: Output, path: string): string {
  const value = valueAt(output, path);
  if (typeof value !== 'string') throw new TypeError(`the reply has no ${path}`);
  return value;
}

/** A list member of a service's reply. */
export function replyList(output: Output, path: string): Output[] {
  const value = valueAt(output, path);
  return Array.isArray(value) ? (value as Output[]) : [];
}

/** For what is looked up and is not there. */
export function gone(): ResourceFailure {
  return new ResourceFailure('The resource is not there any more', 'NotFound');
}

/** The only item of a list in a service's reply. */
export function replyItem(output: Output, path: string): Output {
  const [item] = replyList(output, path);
  if (item === undefined) throw gone();
  return item;
}

/** Runs a removal; that there is nothing to remove is as good. */
export function unlessMissing<T>(remove: () => T): T | undefined {
  try {
    return remove();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether the service says that there is no such thing. */
export function isMissing(error: unknown): boolean {
  if (error instanceof ResourceFailure) return error.handlerErrorCode === 'NotFound';
  return error instanceof ServiceFailure && /NotFound|NoSuchEntity|NoSuchBucket|NoSuchTagSet|NoSuchPublicAccessBlockConfiguration|\.NotAttached/.test(error.code);
}

/** The tags among the properties; a list that is none is named. */
export function ownTags(properties: Structure): Tag[] {
  const tags = Object.hasOwn(properties, 'Tags') ? properties['Tags'] : undefined;
  if (tags === undefined) return [];
  const bad = () => new ResourceFailure('#/Tags: expected type: JSONArray of Key and Value', 'InvalidRequest');
  if (!isList(tags)) throw bad();
  return tags.map((tag) => {
    if (!isStructure(tag) || typeof tag['Key'] !== 'string') throw bad();
    const value = tag['Value'];
    if (typeof value === 'object' && value !== null) throw bad();
    return { Key: tag['Key'], Value: value === undefined || value === null ? '' : String(value) };
  });
}

/** Whether Fn::GetAtt may name it. */
export function hasAttribute(type: ResourceType | undefined, name: string): boolean {
  return type !== undefined && (type.attributes.includes(name) || type.namedAttributes?.test(name) === true);
}

/** A string property that is there (the specification says required, or the caller looked). */
export function textProperty(properties: Structure, name: string): string {
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ResourceFailure(`#/${name}: expected type: String`, 'InvalidRequest');
}

/** A property that is a list of structures; a bad one is named. */
export function structuresProperty(properties: Structure, name: string): Structure[] {
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))) return value as Structure[];
  throw new ResourceFailure(`#/${name}: expected type: JSONArray`, 'InvalidRequest');
}
