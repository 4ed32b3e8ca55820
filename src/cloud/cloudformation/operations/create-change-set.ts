/** cloudformation:CreateChangeSet, of types CREATE, UPDATE and IMPORT. */
import { boolOpt, oneOfOpt, str, strOpt } from '../../endpoint/input.js';
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { predictChanges, presentResources } from '../engine/changes.js';
import { beginCreate, newStack } from '../engine/begin.js';
import { nestChangeSets } from '../engine/nested-change-sets.js';
import { changesNothing, NO_CHANGES } from '../engine/nothing.js';
import { actualState, leftDrifted, stackDrift } from '../engine/revert.js';
import { validationError } from '../errors.js';
import { CHANGE_SETS, findStack, stackRecord, STACKS, type ChangeSetRecord, type StackRecord } from '../records.js';
import { changeSetOperation } from './change-set-lookup.js';
import { newStackId, ON_FAILURE } from './create-stack.js';
import { deploymentModeOf, requireSameMode } from './deployment-config.js';
import { constraint, momentOf, newStackName, refuseMembers, requestedDeployment, requiredStack, type Control } from './request.js';
import { roleArnOf } from '../service-role.js';
import { judgeImport, predictImport, resourcesToImport } from './resources-to-import.js';
import { requireUpdatable } from './update-stack.js';

/** A stack to be made, or one at rest; what an import that failed has left of a new one counts as that. */
function requireImportable(stack: StackRecord | undefined): void {
  if (stack !== undefined && stack.template !== '') requireUpdatable(stack);
  else if (stack !== undefined && stack.status !== 'REVIEW_IN_PROGRESS' && stack.status !== 'IMPORT_ROLLBACK_COMPLETE') throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be imported into.`);
}

/**
 * Whether it is done with, and one of `aws cloudformation deploy`: the CLI names its own by the second. AWS is never that quick; here two deploys
 * can fall into one second, so that among these names alone what can be executed no more gives way.
 */
function isDeployed({ changeSetName, executionStatus, rootChangeSetId }: ChangeSetRecord): boolean {
  return /^awscli-cloudformation-package-deploy-\d+$/.test(changeSetName) && executionStatus !== 'AVAILABLE' && rootChangeSetId === undefined;
}

export const createChangeSet = (control: Control): Operation => (input, context) => {
  refuseMembers(input, ['ResourceTypes', 'RollbackConfiguration.RollbackTriggers', 'ImportExistingResources']);
  const changeSetName = str(input, 'ChangeSetName');
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(changeSetName)) throw constraint(changeSetName, 'changeSetName', 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*');
  const type = oneOfOpt(input, 'ChangeSetType', ['CREATE', 'UPDATE', 'IMPORT']) ?? 'UPDATE';
  const nested = boolOpt(input, 'IncludeNestedStacks') ?? false;
  const importing = resourcesToImport(input, control.registry);
  if (type !== 'IMPORT' && importing.length > 0) throw validationError(`ResourcesToImport is only for change sets of type IMPORT, this one is of type ${type}`);
  if (type === 'IMPORT' && nested) throw validationError('IncludeNestedStacks is not for change sets of type IMPORT');
  const reverts = oneOfOpt(input, 'DeploymentMode', ['REVERT_DRIFT']) !== undefined;
  if (reverts && type !== 'UPDATE') throw validationError(`DeploymentMode REVERT_DRIFT is only for change sets of type UPDATE, this one is of type ${type}`);
  const onStackFailure = oneOfOpt(input, 'OnStackFailure', ON_FAILURE);
  const mode = deploymentModeOf(input, ['OnStackFailure']);
  if (mode !== undefined && type === 'IMPORT') throw validationError('The local cloud does not support DeploymentConfig for change sets of type IMPORT');
  if (onStackFailure === 'DELETE' && type !== 'CREATE') throw validationError('OnStackFailure DELETE is only for change sets of type CREATE');
  const present = findStack(context.state, str(input, 'StackName'));
  if (present !== undefined) requireSameMode(present, mode);
  if (type === 'UPDATE') requireUpdatable(requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`)));
  else if (type === 'IMPORT') requireImportable(present);
  else if (present !== undefined && present.status !== 'REVIEW_IN_PROGRESS') throw validationError(`Stack [${present.stackName}] already exists and cannot be created again with the changeSet [${changeSetName}].`);
  const stackName = present?.stackName ?? newStackName(input);
  const stackId = present?.stackId ?? newStackId(context, stackName, control.uuid());
  const clientToken = strOpt(input, 'ClientToken', { min: 1, max: 128 });
  const changeSetId = `arn:aws:cloudformation:${context.region}:${context.accountId}:changeSet/${changeSetName}/${control.uuid()}`;
  const { deployment, plan } = requestedDeployment(input, context, control, { stackId, stackName }, type === 'UPDATE' || (present !== undefined && present.template !== '') ? present : undefined);
  return context.state.transact((tx) => {
    const twin = tx.list(CHANGE_SETS).find((changeSet) => changeSet.stackId === stackId && changeSet.changeSetName === changeSetName);
    if (twin !== undefined) {
      if (clientToken !== undefined && twin.clientToken === clientToken) return { Id: twin.changeSetId, StackId: stackId };
      if (!isDeployed(twin)) throw new AwsError('AlreadyExistsException', `ChangeSet ${changeSetName} cannot be created due to a mismatch with existing attribute Template`);
      for (const { changeSetId: old, rootChangeSetId } of tx.list(CHANGE_SETS)) if (old === twin.changeSetId || rootChangeSetId === twin.changeSetId) tx.delete(CHANGE_SETS, old);
    }
    let stack = findStack(tx, stackName);
    if (stack === undefined) {
      const empty = { template: '', parameters: [], tags: [], capabilities: [], notificationArns: [] };
      stack = newStack({ stackId, stackName }, empty, 'REVIEW_IN_PROGRESS', momentOf(context, control));
      beginCreate(tx, stack, context.now());
    }
    const run = control.run(context.region, stackId, context.caller);
    const actual = reverts ? actualState(run, presentResources(run).values()) : undefined;
    const predicted = predictChanges(run, plan, deployment, actual);
    if (type === 'IMPORT') judgeImport(run, plan, deployment, predicted, importing);
    const { changes, failure } = type === 'IMPORT' ? predictImport(run, plan, importing, control.uuid()) : { changes: predicted, failure: undefined };
    const draft: ChangeSetRecord = {
      ...deployment,
      changeSetId,
      changeSetName,
      stackId,
      note: strOpt(input, 'Description', { min: 1, max: 1024 }),
      changeSetType: type,
      importing: type === 'IMPORT' ? importing : undefined,
      status: 'CREATE_COMPLETE',
      executionStatus: 'AVAILABLE',
      onStackFailure,
      mode,
      roleArn: roleArnOf(input, context),
      createdAt: context.now(),
      changes,
      clientToken,
      nested,
      driftStatus: actual === undefined ? undefined : stackDrift(actual),
      statusReason: actual === undefined ? undefined : leftDrifted(actual),
    };
    const known: ChangeSetRecord = nested ? { ...draft, changes: nestChangeSets(tx, run, plan, draft) } : draft;
    const statusReason = type === 'UPDATE' && changesNothing(stack, deployment, known.changes) ? [NO_CHANGES, known.statusReason].filter(Boolean).join(' ') : failure;
    const changeSet: ChangeSetRecord = statusReason === undefined ? known : { ...known, status: 'FAILED', statusReason, executionStatus: 'UNAVAILABLE' };
    tx.put(CHANGE_SETS, changeSetId, changeSet);
    tx.put(STACKS, stackId, { ...stackRecord(tx, stackId), lastOperations: [{ type: 'CREATE_CHANGESET', id: changeSetOperation(changeSetId) }] });
    return { Id: changeSetId, StackId: stackId };
  });
};
