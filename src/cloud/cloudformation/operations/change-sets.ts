/** cloudformation:DescribeChangeSet, ExecuteChangeSet, DeleteChangeSet and ListChangeSets. */
import { boolOpt } from '../../endpoint/input.js';
import { AwsError, type Operation, type Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { beginUpdate } from '../engine/begin.js';
import { setStack } from '../engine/recorder.js';
import { validationError } from '../errors.js';
import { CHANGE_SETS, deploymentOf, stackRecord, type ChangeRecord } from '../records.js';
import { findChangeSet } from './change-set-lookup.js';
import { clientRequestTokenOf, requiredStack, type Control } from './request.js';
import { requireUpdatable } from './update-stack.js';
import { parameterView } from './views.js';

function changeView({ action, logicalId, physicalId, type, replacement, scope, properties }: ChangeRecord): Output {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: action,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Replacement: replacement,
      Scope: scope,
      Details: properties.map(({ name, attribute, recreation }) => ({
        Target: { Attribute: attribute, ...(attribute === 'Properties' ? { Name: name } : {}), RequiresRecreation: recreation },
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      })),
    },
  };
}

export const describeChangeSet: Operation = (input, context) => {
  const changeSet = findChangeSet(input, context);
  const { items, nextToken } = page(changeSet.changes, input, { default: 100, key: (change) => change.logicalId });
  return {
    ChangeSetName: changeSet.changeSetName,
    ChangeSetId: changeSet.changeSetId,
    StackId: changeSet.stackId,
    StackName: stackRecord(context.state, changeSet.stackId).stackName,
    Description: changeSet.note,
    Parameters: changeSet.parameters.map(parameterView),
    CreationTime: new Date(changeSet.createdAt),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    NotificationARNs: changeSet.notificationArns,
    RollbackConfiguration: {},
    Capabilities: changeSet.capabilities,
    Tags: changeSet.tags,
    Changes: items.map(changeView),
    NextToken: nextToken,
    IncludeNestedStacks: false,
    OnStackFailure: changeSet.onStackFailure,
  };
};

export const listChangeSets: Operation = (input, context) => {
  const { stackId, stackName } = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  const { items, nextToken } = page(context.state.list(CHANGE_SETS).filter((changeSet) => changeSet.stackId === stackId), input, { default: 100 });
  return {
    Summaries: items.map((changeSet) => ({
      StackId: stackId,
      StackName: stackName,
      ChangeSetId: changeSet.changeSetId,
      ChangeSetName: changeSet.changeSetName,
      ExecutionStatus: changeSet.executionStatus,
      Status: changeSet.status,
      StatusReason: changeSet.statusReason,
      CreationTime: new Date(changeSet.createdAt),
      Description: changeSet.note,
    })),
    NextToken: nextToken,
  };
};

export const deleteChangeSet: Operation = (input, context) => {
  const { changeSetId } = findChangeSet(input, context);
  context.state.transact((tx) => tx.delete(CHANGE_SETS, changeSetId));
  return {};
};

export const executeChangeSet = (control: Control): Operation => (input, context) => {
  const retainExceptOnCreate = boolOpt(input, 'RetainExceptOnCreate');
  const disableRollback = boolOpt(input, 'DisableRollback') ?? false;
  const clientRequestToken = clientRequestTokenOf(input);
  const stackId = context.state.transact((tx) => {
    const changeSet = findChangeSet(input, context);
    const { changeSetId, stackId: owner, onStackFailure } = changeSet;
    if (changeSet.executionStatus !== 'AVAILABLE') {
      throw new AwsError('InvalidChangeSetStatus', `ChangeSet [${changeSetId}] cannot be executed in its current status of [${changeSet.status}]`);
    }
    const deployment = deploymentOf(changeSet);
    const onFailure = onStackFailure ?? (disableRollback ? 'DO_NOTHING' : 'ROLLBACK');
    // Executing one set makes the others of the stack stale: AWS removes them.
    for (const other of tx.list(CHANGE_SETS)) if (other.stackId === owner && other.changeSetId !== changeSetId) tx.delete(CHANGE_SETS, other.changeSetId);
    tx.put(CHANGE_SETS, changeSetId, { ...changeSet, executionStatus: 'EXECUTE_COMPLETE' });
    if (changeSet.changeSetType === 'UPDATE') {
      requireUpdatable(stackRecord(tx, owner));
      beginUpdate(tx, owner, deployment, { onFailure, clientRequestToken, changeSetId, retainExceptOnCreate }, { now: context.now(), operationId: control.uuid() });
    } else {
      const started = { status: 'CREATE_IN_PROGRESS', statusReason: 'User Initiated', operationId: control.uuid(), startedAt: context.now(), changeSetId, clientRequestToken, onFailure, retainExceptOnCreate };
      setStack(tx, owner, context.now(), { ...deployment, ...started });
    }
    return owner;
  });
  control.drive(context.region, stackId);
  return {};
};
