/** cloudformation:DetectStackDrift, DetectStackResourceDrift, DescribeStackDriftDetectionStatus and DescribeStackResourceDrifts. */
import { has, list, listOf1, str } from '../../endpoint/input.js';
import type { Operation, Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { canDrift, detectDrift, driftOf } from '../engine/drift.js';
import { validationError } from '../errors.js';
import { DRIFT_DETECTIONS, putResource, RESOURCES, resourceKey, resourcesOf, type DriftRecord, type ResourceRecord, type StackRecord } from '../records.js';
import { constraint, requiredStack, type Control } from './request.js';
import { hidden } from './views.js';

const CHECKABLE = /^(?:CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|UPDATE_ROLLBACK_FAILED|IMPORT_COMPLETE|IMPORT_ROLLBACK_COMPLETE)$/;
const STATUSES = ['IN_SYNC', 'MODIFIED', 'DELETED', 'NOT_CHECKED', 'UNKNOWN', 'UNSUPPORTED'];

function requireCheckable({ stackId, status }: StackRecord): void {
  if (!CHECKABLE.test(status)) throw validationError(`Drift detection cannot be performed on stack [${stackId}] while it is in ${status} state`);
}

function driftView({ stackId, logicalId, physicalId, type }: ResourceRecord, { status, at, expected, actual, differences, reason }: DriftRecord, { parameters }: StackRecord): Output {
  const json = (value: object | undefined) => (value === undefined ? undefined : hidden(JSON.stringify(value), parameters));
  return {
    StackId: stackId,
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ExpectedProperties: json(expected),
    ActualProperties: json(actual),
    PropertyDifferences: differences.map((difference) => ({
      PropertyPath: difference.path, ExpectedValue: hidden(difference.expected, parameters), ActualValue: hidden(difference.actual, parameters), DifferenceType: difference.type,
    })),
    StackResourceDriftStatus: status,
    Timestamp: new Date(at),
    DriftStatusReason: reason,
  };
}

export const detectStackDrift = (control: Control): Operation => (input, context) => {
  const logicalIds = has(input, 'LogicalResourceIds') ? listOf1(input, 'LogicalResourceIds') : undefined;
  return context.state.transact((tx) => {
    const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
    requireCheckable(stack);
    const unknown = logicalIds?.find((logicalId) => tx.get(RESOURCES, resourceKey(stack.stackId, logicalId)) === undefined);
    if (unknown !== undefined) throw validationError(`Resource ${unknown} does not exist for stack ${stack.stackName}`);
    return { StackDriftDetectionId: detectDrift(tx, control.run(context.region, stack.stackId, context.caller), control.uuid(), logicalIds).detectionId };
  });
};

export const detectStackResourceDrift = (control: Control): Operation => (input, context) => context.state.transact((tx) => {
  const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  requireCheckable(stack);
  const logicalId = str(input, 'LogicalResourceId');
  const record = tx.get(RESOURCES, resourceKey(stack.stackId, logicalId));
  if (record === undefined) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`);
  const run = control.run(context.region, stack.stackId, context.caller);
  if (!canDrift(run, record)) throw validationError(`Drift detection is not supported for resource ${logicalId} of type ${record.type} in status ${record.status}`);
  const drift = driftOf(run, record);
  putResource(tx, { ...record, drift });
  return { StackResourceDrift: driftView(record, drift, stack) };
});

export const describeStackDriftDetectionStatus: Operation = (input, context) => {
  const id = str(input, 'StackDriftDetectionId');
  const found = context.state.get(DRIFT_DETECTIONS, id);
  if (found === undefined) throw validationError(`Drift detection with id ${id.slice(0, 100)} does not exist`);
  return {
    StackId: found.stackId,
    StackDriftDetectionId: id,
    StackDriftStatus: found.status,
    DetectionStatus: 'DETECTION_COMPLETE',
    DriftedStackResourceCount: found.count,
    Timestamp: new Date(found.at),
  };
};

export const describeStackResourceDrifts: Operation = (input, context) => {
  const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  const wanted = list(input, 'StackResourceDriftStatusFilters', { max: 4 });
  const unknown = wanted.find((status) => !STATUSES.includes(status));
  if (unknown !== undefined) throw constraint(unknown, 'stackResourceDriftStatusFilters', `Member must satisfy enum value set: [${STATUSES.join(', ')}]`);
  const drifts = resourcesOf(context.state, stack.stackId).flatMap((record) => (record.drift !== undefined && (wanted.length === 0 || wanted.includes(record.drift.status)) ? [{ record, drift: record.drift }] : []));
  const { items, nextToken } = page(drifts, input, { default: 100, maximum: 100, key: ({ record }) => record.logicalId });
  return { StackResourceDrifts: items.map(({ record, drift }) => driftView(record, drift, stack)), NextToken: nextToken };
};
