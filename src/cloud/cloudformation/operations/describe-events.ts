/** cloudformation:DescribeEvents: events by operation, newest first, of a stack, an operation or a change set. */
import { boolOpt, has, strOpt } from '../../endpoint/input.js';
import type { Input, Operation, OperationContext, Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { operationType } from '../engine/operation-type.js';
import { validationError } from '../errors.js';
import { EVENTS, stackRecord, STACK_TYPE, type ChangeSetRecord, type EventRecord } from '../records.js';
import { changeSetOperation, findChangeSet } from './change-set-lookup.js';
import { requiredStack } from './request.js';
import { hidden } from './views.js';

interface OperationOfStack {
  readonly type: string;
  readonly status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  readonly start: number;
  readonly end?: number | undefined;
}

function isOfStack(event: EventRecord): boolean {
  return event.type === STACK_TYPE && event.physicalId === event.stackId;
}

/** The stack's own events tell what each operation was and how it ended; events are oldest first. */
function operationsOf(events: readonly EventRecord[]): Map<string, OperationOfStack> {
  const found = new Map<string, OperationOfStack>();
  const own = events.filter(isOfStack);
  for (const [index, { operationId = '', status, at }] of own.entries()) {
    const known = found.get(operationId);
    const ended = !status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS';
    // What another operation followed without its own end gave way to that one: its rollback.
    for (const [id, other] of found) if (id !== operationId && other.status === 'IN_PROGRESS') found.set(id, { ...other, status: 'FAILED', end: at });
    found.set(operationId, {
      type: known?.type ?? operationType(status, own[index - 1]?.status),
      start: known?.start ?? at,
      status: ended ? (status.endsWith('_FAILED') ? 'FAILED' : 'SUCCEEDED') : 'IN_PROGRESS',
      end: ended ? at : undefined,
    });
  }
  return found;
}

function eventsOfStack(stackId: string, wanted: string | undefined, context: OperationContext): Output[] {
  const stack = stackRecord(context.state, stackId);
  const events = context.state.list(EVENTS).filter((event) => event.stackId === stackId);
  const operations = operationsOf(events);
  // ResourceStatus has no words for a stack that cleans up or is in review: DescribeStackEvents tells of these.
  const told = events.filter(({ operationId, status }) => (wanted === undefined || operationId === wanted) && !/_CLEANUP_IN_PROGRESS$|^REVIEW_/.test(status));
  return told.toReversed().map((event) => {
    const operation = operations.get(event.operationId ?? '');
    const ofStack = isOfStack(event);
    return {
      EventId: event.eventId,
      StackId: stackId,
      OperationId: event.operationId,
      OperationType: operation?.type,
      OperationStatus: ofStack ? operation?.status : undefined,
      EventType: ofStack ? 'STACK_EVENT' : event.status.endsWith('_FAILED') ? 'PROVISIONING_ERROR' : 'PROGRESS_EVENT',
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceType: event.type,
      Timestamp: new Date(event.at),
      StartTime: ofStack && operation !== undefined ? new Date(operation.start) : undefined,
      EndTime: ofStack && operation?.end !== undefined ? new Date(operation.end) : undefined,
      ResourceStatus: event.status,
      ResourceStatusReason: hidden(event.statusReason, stack.parameters),
      ResourceProperties: hidden(event.properties, stack.parameters),
      ClientRequestToken: event.clientRequestToken,
    };
  });
}

/** The making of a change set is one event: it is judged and done at once. */
function eventOfChangeSet({ changeSetId, stackId, status, statusReason, createdAt, clientToken }: ChangeSetRecord): Output {
  const at = new Date(createdAt);
  return {
    EventId: changeSetOperation(changeSetId),
    StackId: stackId,
    OperationId: changeSetOperation(changeSetId),
    OperationType: 'CREATE_CHANGESET',
    OperationStatus: status === 'FAILED' ? 'FAILED' : 'SUCCEEDED',
    EventType: 'STACK_EVENT',
    Timestamp: at,
    StartTime: at,
    EndTime: at,
    ResourceStatusReason: statusReason,
    ClientRequestToken: clientToken,
  };
}

function eventsOf(input: Input, context: OperationContext): Output[] {
  const operationId = strOpt(input, 'OperationId');
  if (has(input, 'ChangeSetName')) return [eventOfChangeSet(findChangeSet(input, context))].filter((event) => operationId === undefined || event['OperationId'] === operationId);
  if (has(input, 'StackName')) return eventsOfStack(requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`)).stackId, operationId, context);
  if (operationId === undefined) throw validationError('One of ChangeSetName, OperationId or StackName must be specified.');
  const owner = context.state.list(EVENTS).find((event) => event.operationId === operationId);
  if (owner === undefined) throw validationError(`Operation [${operationId.slice(0, 100)}] does not exist`);
  return eventsOfStack(owner.stackId, operationId, context);
}

export const describeEvents: Operation = (input, context) => {
  const failed = boolOpt(input, 'Filters.FailedEvents') ?? false;
  const events = eventsOf(input, context).filter((event) => !failed || event['EventType'] === 'PROVISIONING_ERROR' || event['OperationStatus'] === 'FAILED');
  const { items, nextToken } = page(events, input, { default: 100, key: (event) => String(event['EventId']) });
  return { OperationEvents: items, NextToken: nextToken };
};
