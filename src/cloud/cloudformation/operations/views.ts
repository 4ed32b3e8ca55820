/** Records as the API shows them. */
import type { Output } from '../../endpoint/operation.js';
import type { ParameterRecord } from '../parameters/resolve.js';
import { deploymentModeView } from './deployment-config.js';
import type { EventRecord, ResourceRecord, StackRecord } from '../records.js';

const HIDDEN = '****';

export function parameterView({ key, value, resolvedValue, noEcho }: ParameterRecord): Output {
  return { ParameterKey: key, ParameterValue: noEcho ? HIDDEN : value, ResolvedValue: noEcho && resolvedValue !== undefined ? HIDDEN : resolvedValue };
}

function date(at: number | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

export function stackDriftView({ drift }: StackRecord): Output {
  return { StackDriftStatus: drift?.status ?? 'NOT_CHECKED', LastCheckTimestamp: date(drift?.at) };
}

export function stackView(stack: StackRecord): Output {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ChangeSetId: stack.changeSetId,
    Description: stack.description,
    Parameters: stack.parameters.map(parameterView),
    CreationTime: date(stack.createdAt),
    DeletionTime: date(stack.deletedAt),
    LastUpdatedTime: date(stack.updatedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.onFailure === 'DO_NOTHING',
    DeploymentConfig: deploymentModeView(stack.mode),
    NotificationARNs: stack.notificationArns,
    TimeoutInMinutes: stack.timeoutInMinutes,
    Capabilities: stack.capabilities,
    RetainExceptOnCreate: stack.retainExceptOnCreate,
    DeletionMode: stack.forced === true ? 'FORCE_DELETE_STACK' : undefined,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({ OutputKey: key, OutputValue: value, Description: description, ExportName: exportName })),
    RoleARN: stack.roleArn,
    Tags: stack.tags,
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: stackDriftView(stack),
    LastOperations: stack.lastOperations?.map(({ type, id }) => ({ OperationType: type, OperationId: id })),
  };
}

/** `at` is called Timestamp in one operation and LastUpdatedTimestamp in the others. */
export function resourceView(resource: ResourceRecord, time: 'Timestamp' | 'LastUpdatedTimestamp'): Output {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    [time]: date(resource.at),
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.statusReason,
    DriftInformation: { StackResourceDriftStatus: resource.drift?.status ?? 'NOT_CHECKED', LastCheckTimestamp: date(resource.drift?.at) },
  };
}

export function eventView(event: EventRecord, stack: StackRecord): Output {
  return {
    StackId: event.stackId,
    EventId: event.eventId,
    OperationId: event.operationId,
    StackName: event.stackName,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: date(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: hidden(event.statusReason, stack.parameters),
    ResourceProperties: hidden(event.properties, stack.parameters),
    ClientRequestToken: event.clientRequestToken,
  };
}

/** NoEcho values stay out of what events and change sets show. */
export function hidden(text: string | undefined, parameters: readonly ParameterRecord[]): string | undefined {
  let shown = text;
  for (const { noEcho, value } of parameters) {
    if (noEcho && value !== '') shown = shown?.replaceAll(JSON.stringify(value).slice(1, -1), HIDDEN);
  }
  return shown;
}
