/** Stacks, their resources and events as the journal keeps them. */
import type { Caller } from '../endpoint/operation.js';
import type { Reader, Transaction } from '../state/store.js';
import { table } from '../state/store.js';
import type { ParameterRecord } from './parameters/resolve.js';
import type { Structure, Value } from './template/value.js';

export interface StackTag {
  readonly Key: string;
  readonly Value: string;
}

export interface OutputRecord {
  readonly key: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly exportName?: string | undefined;
}

/** What an operation applies: a template with its parameters and tags. */
export interface Deployment {
  readonly template: string;
  readonly description?: string | undefined;
  readonly parameters: readonly ParameterRecord[];
  readonly tags: readonly StackTag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  /** Names of the exports that it uses. */
  readonly imports?: readonly string[] | undefined;
}

/** How an operation is carried out (DeploymentConfig). */
export interface DeploymentMode {
  /** A resource counts as done when the call has succeeded; whether it comes to rest is not waited for. */
  readonly express: boolean;
  readonly disableRollback: boolean;
}

export interface StackRecord extends Deployment {
  readonly stackId: string;
  readonly stackName: string;
  /** `CREATE_IN_PROGRESS` …; what is in progress is what the engine goes on with after a restart. */
  readonly status: string;
  readonly statusReason?: string | undefined;
  /** Why the running (or last) operation failed; outlives the rollback's changes of status. */
  readonly failure?: string | undefined;
  /** The deployment before the one that an update applies: what its rollback goes back to. */
  readonly previous?: Deployment | undefined;
  /** Identifies the running (or last) operation; a resource that it has dealt with carries it. */
  readonly operationId: string;
  /** Newest first. */
  readonly lastOperations?: readonly OperationRecord[] | undefined;
  readonly onFailure: 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';
  /** Of the running (or last) operation; absent when it named none. */
  readonly mode?: DeploymentMode | undefined;
  /** A rollback removes what the operation made, whatever its deletion policy. */
  readonly retainExceptOnCreate?: boolean | undefined;
  /** What cannot be deleted is left behind and the stack goes all the same. */
  readonly forced?: boolean | undefined;
  readonly timeoutInMinutes?: number | undefined;
  readonly clientRequestToken?: string | undefined;
  readonly roleArn?: string | undefined;
  /** Who began the running (or last) operation: where there is no role, CloudFormation acts in this name. Absent: the lab's own. */
  readonly actor?: Caller | undefined;
  readonly terminationProtection: boolean;
  /** Logical ids that DeleteStack was asked to leave behind. */
  readonly retained?: readonly string[] | undefined;
  /** The change set that the running (or last) operation executes. */
  readonly changeSetId?: string | undefined;
  /** Logical ids whose actual state the running update starts from (DeploymentMode REVERT_DRIFT). */
  readonly reverting?: readonly string[] | undefined;
  /** What the running operation imports. */
  readonly importing?: readonly ImportTarget[] | undefined;
  /** Of a nested stack: the stack whose resource it is, and the one at the top. */
  readonly parentId?: string | undefined;
  readonly rootId?: string | undefined;
  /** Of a nested stack in review: the logical id that it is to be. */
  readonly nestedAs?: string | undefined;
  /** Operation of the parent that last changed it: tells what this operation did from what was there. */
  readonly parentOperationId?: string | undefined;
  /** Milliseconds since the epoch, all of them. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly updatedAt?: number | undefined;
  readonly deletedAt?: number | undefined;
  readonly outputs: readonly OutputRecord[];
  /** As last detected; a change of status forgets it. */
  readonly drift?: { readonly status: string; readonly at: number } | undefined;
}

export interface OperationRecord {
  readonly type: 'CREATE_STACK' | 'UPDATE_STACK' | 'DELETE_STACK' | 'CONTINUE_ROLLBACK' | 'ROLLBACK' | 'CREATE_CHANGESET';
  readonly id: string;
}

/** A resource that is there and is to become a stack's (ResourceToImport). */
export interface ImportTarget {
  readonly logicalId: string;
  readonly type: string;
  /** The properties that identify it, as the request gave them. */
  readonly identifier: { readonly [property: string]: string };
  readonly physicalId: string;
}

/** A resource of a stack. Its key is {@link resourceKey}. */
export interface ResourceRecord {
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string | undefined;
  readonly status: string;
  readonly statusReason?: string | undefined;
  /** Of the last change of status. */
  readonly at: number;
  readonly operationId: string;
  /** As evaluated when it was made or last changed. */
  readonly properties: Structure;
  /** The stack's tags when it was made or last changed. */
  readonly stackTags: readonly StackTag[];
  readonly attributes: { readonly [name: string]: Value | undefined };
  /** As last detected; a change of status forgets it. */
  readonly drift?: DriftRecord | undefined;
  /** Its removal was accepted and is under way. */
  readonly removing?: boolean | undefined;
  /** It is brought to a halt for an update, which comes then. */
  readonly halted?: { readonly previous: Structure; readonly resumes: boolean } | undefined;
  /** The operation that made it: RetainExceptOnCreate removes what the failed operation itself made. */
  readonly madeBy: string;
  /** The physical resources that updates put this one in the place of, newest last; removed when an update is through. */
  readonly replaced: readonly Replaced[];
}

export interface DriftRecord {
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'UNKNOWN';
  readonly at: number;
  /** What was compared: the properties that the template defines and the services tell. */
  readonly expected?: Structure | undefined;
  readonly actual?: Structure | undefined;
  readonly differences: readonly DifferenceRecord[];
  readonly reason?: string | undefined;
}

export interface DifferenceRecord {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly type: 'ADD' | 'REMOVE' | 'NOT_EQUAL';
}

export interface DriftDetectionRecord {
  readonly detectionId: string;
  readonly stackId: string;
  readonly status: 'DRIFTED' | 'IN_SYNC' | 'UNKNOWN';
  /** Resources that have drifted. */
  readonly count: number;
  readonly at: number;
}

export interface Replaced {
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Structure;
  readonly stackTags: readonly StackTag[];
  readonly attributes: { readonly [name: string]: Value | undefined };
  readonly madeBy: string;
  /** Since when it is being removed. */
  readonly removingSince?: number | undefined;
  readonly removing?: boolean | undefined;
}

export interface EventRecord {
  readonly eventId: string;
  readonly operationId?: string | undefined;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly statusReason?: string | undefined;
  readonly properties?: string | undefined;
  readonly clientRequestToken?: string | undefined;
  readonly at: number;
}

export interface ChangeSetRecord extends Deployment {
  readonly changeSetId: string;
  readonly changeSetName: string;
  readonly stackId: string;
  /** Of the change set itself; `description` is the template's. */
  readonly note?: string | undefined;
  readonly changeSetType: 'CREATE' | 'UPDATE' | 'IMPORT';
  readonly importing?: readonly ImportTarget[] | undefined;
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason?: string | undefined;
  readonly executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_COMPLETE';
  readonly onStackFailure?: StackRecord['onFailure'] | undefined;
  /** For its execution. */
  readonly mode?: DeploymentMode | undefined;
  readonly roleArn?: string | undefined;
  readonly createdAt: number;
  readonly changes: readonly ChangeRecord[];
  /** It was made with those of the stacks in it (IncludeNestedStacks). */
  readonly nested?: boolean | undefined;
  readonly parentChangeSetId?: string | undefined;
  readonly rootChangeSetId?: string | undefined;
  readonly clientToken?: string | undefined;
  /** Of the stack when the change set was made; there if it is aware of drift (DeploymentMode REVERT_DRIFT). */
  readonly driftStatus?: 'IN_SYNC' | 'DRIFTED' | 'UNKNOWN' | undefined;
}

export interface ChangeRecord {
  /** SyncWithActual: the template has become what the resource is already. */
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'SyncWithActual';
  readonly logicalId: string;
  readonly physicalId?: string | undefined;
  readonly type: string;
  readonly replacement?: 'True' | 'False' | 'Conditional' | undefined;
  /** What becomes of the physical resource that goes, or is replaced. */
  readonly policyAction?: string | undefined;
  readonly scope: readonly string[];
  readonly details: readonly ChangeDetail[];
  /** The resource's attributes and properties before and after, as far as they are known. */
  readonly before?: Structure | undefined;
  readonly after?: Structure | undefined;
  /** There if the change set is aware of drift. */
  readonly drift?: DriftRecord['status'] | 'UNSUPPORTED' | undefined;
  /** Of a nested stack: its own change set. */
  readonly changeSetId?: string | undefined;
}

/** One reason why a resource changes (ResourceChangeDetail). */
export interface ChangeDetail {
  readonly attribute: 'Properties' | 'Tags' | 'Metadata';
  /** Of the property. */
  readonly name?: string | undefined;
  readonly recreation: 'Never' | 'Conditionally' | 'Always';
  /** Dynamic: whether the value changes shows only when the change is made. */
  readonly evaluation: 'Static' | 'Dynamic';
  readonly source: 'DirectModification' | 'ParameterReference' | 'ResourceReference' | 'ResourceAttribute' | 'Automatic' | 'NoModification';
  readonly cause?: string | undefined;
  readonly before?: Value | undefined;
  readonly after?: Value | undefined;
  /** Of a change set that is aware of drift: where `before` comes from. */
  readonly beforeFrom?: 'ACTUAL_STATE' | 'PREVIOUS_DEPLOYMENT_STATE' | undefined;
  /** What the last deployment made of a property that has drifted, and when that was seen. */
  readonly drift?: { readonly previous?: Value | undefined; readonly at: number } | undefined;
}

export const STACKS = table<StackRecord>('cloudformation/stack');
export const RESOURCES = table<ResourceRecord>('cloudformation/resource');
export const EVENTS = table<EventRecord>('cloudformation/event');
export const DRIFT_DETECTIONS = table<DriftDetectionRecord>('cloudformation/drift-detection');
export const CHANGE_SETS = table<ChangeSetRecord>('cloudformation/change-set');

export const STACK_TYPE = 'AWS::CloudFormation::Stack';

export function resourceKey(stackId: string, logicalId: string): string {
  return `${stackId}#${logicalId}`;
}

export function resourcesOf(state: Reader, stackId: string): ResourceRecord[] {
  return state.list(RESOURCES).filter((resource) => resource.stackId === stackId);
}

/** Stacks from this one's parent up to the root. */
export function ancestorsOf(state: Reader, stack: StackRecord): StackRecord[] {
  const parent = stack.parentId === undefined ? undefined : state.get(STACKS, stack.parentId);
  return parent === undefined ? [] : [parent, ...ancestorsOf(state, parent)];
}

/** The stack of that id, deleted ones too, or the living one of that name. */
export function findStack(state: Reader, nameOrId: string): StackRecord | undefined {
  if (nameOrId.startsWith('arn:')) return state.get(STACKS, nameOrId);
  return state.list(STACKS).find((stack) => stack.stackName === nameOrId && stack.status !== 'DELETE_COMPLETE');
}

/** What a stack or a change set deploys, without the rest of its record. */
export function deploymentOf({ template, description, parameters, tags, capabilities, notificationArns, imports }: Deployment): Deployment {
  return { template, description, parameters, tags, capabilities, notificationArns, imports };
}

/** The stack's record as of now. */
export function stackRecord(state: Reader, stackId: string): StackRecord {
  const stack = state.get(STACKS, stackId);
  if (stack === undefined) throw new TypeError(`no stack ${stackId}`);
  return stack;
}

export function putResource(tx: Transaction, resource: ResourceRecord): void {
  tx.put(RESOURCES, resourceKey(resource.stackId, resource.logicalId), resource);
}
