/** cloudformation:DescribeChangeSet, ExecuteChangeSet, DeleteChangeSet and ListChangeSets. */
import { boolOpt, has } from '../../endpoint/input.js';
import { AwsError, type Operation, type Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { beginImport, beginUpdate } from '../engine/begin.js';
import { removeChangeSet, requireRoot } from '../engine/nested-change-sets.js';
import { revertedBy } from '../engine/revert.js';
import { shownContext, shownValue } from '../engine/changes.js';
import { setStack } from '../engine/recorder.js';
import { validationError } from '../errors.js';
import { CHANGE_SETS, deploymentOf, stackRecord, type ChangeDetail, type ChangeRecord } from '../records.js';
import { findChangeSet } from './change-set-lookup.js';
import { deploymentModeView, onFailureOfMode, requireKept } from './deployment-config.js';
import { clientRequestTokenOf, momentOf, requiredStack, type Control } from './request.js';
import { requireUpdatable } from './update-stack.js';
import { hidden, parameterView } from './views.js';

function changeView({ action, logicalId, physicalId, type, replacement, policyAction, scope, details, before, after, drift, changeSetId }: ChangeRecord, values: boolean, hide: (text: string | undefined) => string | undefined): Output {
  return {
    Type: 'Resource',
    ResourceChange: {
      PolicyAction: policyAction,
      Action: action,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Replacement: replacement,
      Scope: scope,
      ResourceDriftStatus: drift,
      ChangeSetId: changeSetId,
      Details: details.map((detail) => detailView(detail, values, hide)),
      ...(values ? { BeforeContext: hide(shownContext(before)), AfterContext: hide(shownContext(after)) } : {}),
    },
  };
}

function detailView({ attribute, name, recreation, evaluation, source, cause, before, after, beforeFrom, drift }: ChangeDetail, values: boolean, hide: (text: string | undefined) => string | undefined): Output {
  const known = values && (before !== undefined || after !== undefined);
  return {
    Target: {
      Attribute: attribute,
      Name: name,
      RequiresRecreation: recreation,
      ...(known ? {
        Path: `/${attribute === 'Metadata' ? attribute : `Properties/${name ?? 'Tags'}`}`,
        BeforeValue: hide(shownValue(before)),
        AfterValue: hide(shownValue(after)),
        ...(beforeFrom === undefined ? {} : { BeforeValueFrom: beforeFrom, AfterValueFrom: 'TEMPLATE' }),
        AttributeChangeType: source === 'NoModification' ? 'SyncWithActual' : before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
      } : {}),
      ...(values && drift !== undefined ? { Drift: { PreviousValue: hide(shownValue(drift.previous)), ActualValue: hide(shownValue(before)), DriftDetectionTimestamp: new Date(drift.at) } } : {}),
    },
    Evaluation: evaluation,
    ChangeSource: source,
    CausingEntity: cause,
  };
}

export const describeChangeSet: Operation = (input, context) => {
  const changeSet = findChangeSet(input, context);
  const values = boolOpt(input, 'IncludePropertyValues') ?? false;
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
    Changes: items.map((change) => changeView(change, values, (text) => hidden(text, changeSet.parameters))),
    NextToken: nextToken,
    IncludeNestedStacks: changeSet.nested ?? false,
    ParentChangeSetId: changeSet.parentChangeSetId,
    RootChangeSetId: changeSet.rootChangeSetId,
    OnStackFailure: changeSet.onStackFailure,
    DeploymentConfig: deploymentModeView(changeSet.mode),
    StackDriftStatus: changeSet.driftStatus,
    DeploymentMode: changeSet.driftStatus === undefined ? undefined : 'REVERT_DRIFT',
    ImportExistingResources: false,
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
      IncludeNestedStacks: changeSet.nested ?? false,
      ParentChangeSetId: changeSet.parentChangeSetId,
      RootChangeSetId: changeSet.rootChangeSetId,
      ImportExistingResources: false,
    })),
    NextToken: nextToken,
  };
};

export const deleteChangeSet: Operation = (input, context) => {
  const changeSet = findChangeSet(input, context);
  requireRoot(changeSet, 'deleted');
  context.state.transact((tx) => removeChangeSet(tx, changeSet.changeSetId, context.now()));
  return {};
};

export const executeChangeSet = (control: Control): Operation => (input, context) => {
  const retainExceptOnCreate = boolOpt(input, 'RetainExceptOnCreate');
  const disableRollback = boolOpt(input, 'DisableRollback') ?? false;
  const clientRequestToken = clientRequestTokenOf(input);
  const stackId = context.state.transact((tx) => {
    const changeSet = findChangeSet(input, context);
    const { changeSetId, stackId: owner, onStackFailure, mode } = changeSet;
    requireRoot(changeSet, 'executed');
    if (changeSet.executionStatus !== 'AVAILABLE') {
      // The same request once more: it is under way already.
      if (clientRequestToken !== undefined && stackRecord(tx, owner).clientRequestToken === clientRequestToken) return undefined;
      throw new AwsError('InvalidChangeSetStatus', `ChangeSet [${changeSetId}] cannot be executed in its current status of [${changeSet.status}]`);
    }
    const deployment = deploymentOf(changeSet);
    if (onStackFailure !== undefined && has(input, 'DisableRollback')) throw validationError('You cannot specify DisableRollback for a change set that was created with OnStackFailure');
    if (mode !== undefined && has(input, 'DisableRollback')) throw validationError('You cannot specify DisableRollback for a change set that was created with DeploymentConfig');
    const onFailure = mode === undefined ? (onStackFailure ?? (disableRollback ? 'DO_NOTHING' : 'ROLLBACK')) : onFailureOfMode(mode);
    // Executing one set makes the others of the stack stale: AWS removes them.
    for (const other of tx.list(CHANGE_SETS)) if (other.stackId === owner && other.changeSetId !== changeSetId) removeChangeSet(tx, other.changeSetId, context.now());
    for (const one of tx.list(CHANGE_SETS)) {
      if (one.changeSetId === changeSetId || (one.rootChangeSetId === changeSetId && one.status !== 'FAILED')) tx.put(CHANGE_SETS, one.changeSetId, { ...one, executionStatus: 'EXECUTE_COMPLETE' });
    }
    if (changeSet.changeSetType === 'IMPORT') {
      beginImport(tx, owner, deployment, changeSet.importing ?? [], { onFailure, mode, clientRequestToken, changeSetId, roleArn: changeSet.roleArn ?? stackRecord(tx, owner).roleArn }, momentOf(context, control));
    } else if (changeSet.changeSetType === 'UPDATE') {
      requireUpdatable(stackRecord(tx, owner));
      requireKept(stackRecord(tx, owner), onFailure, 'execute-change-set');
      beginUpdate(tx, owner, deployment, { onFailure, mode, clientRequestToken, changeSetId, retainExceptOnCreate, reverting: revertedBy(changeSet), roleArn: changeSet.roleArn ?? stackRecord(tx, owner).roleArn }, momentOf(context, control));
    } else {
      const started = { status: 'CREATE_IN_PROGRESS', statusReason: 'User Initiated', operationId: control.uuid(), actor: context.caller, startedAt: context.now(), changeSetId, clientRequestToken, onFailure, mode, retainExceptOnCreate, roleArn: changeSet.roleArn };
      setStack(tx, owner, context.now(), { ...deployment, ...started });
    }
    return owner;
  });
  if (stackId !== undefined) control.drive(context.region, stackId);
  return {};
};
