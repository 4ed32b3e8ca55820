/** cloudformation:CreateChangeSet, of types CREATE and UPDATE. */
import { boolOpt, oneOfOpt, str, strOpt } from '../../endpoint/input.js';
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { predictChanges } from '../engine/changes.js';
import { beginCreate, newStack } from '../engine/begin.js';
import { nestChangeSets } from '../engine/nested-change-sets.js';
import { changesNothing, NO_CHANGES } from '../engine/nothing.js';
import { validationError } from '../errors.js';
import { CHANGE_SETS, findStack, type ChangeSetRecord } from '../records.js';
import { newStackId, ON_FAILURE } from './create-stack.js';
import { constraint, newStackName, refuseMembers, requestedDeployment, requiredStack, roleArnOf, type Control } from './request.js';
import { requireUpdatable } from './update-stack.js';

export const createChangeSet = (control: Control): Operation => (input, context) => {
  refuseMembers(input, ['ResourcesToImport', 'ResourceTypes', 'RollbackConfiguration.RollbackTriggers', 'ImportExistingResources', 'DeploymentMode', 'DeploymentConfig']);
  const changeSetName = str(input, 'ChangeSetName');
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(changeSetName)) throw constraint(changeSetName, 'changeSetName', 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*');
  const type = oneOfOpt(input, 'ChangeSetType', ['CREATE', 'UPDATE', 'IMPORT']) ?? 'UPDATE';
  if (type === 'IMPORT') throw validationError('The local cloud does not support change sets of type IMPORT');
  const nested = boolOpt(input, 'IncludeNestedStacks') ?? false;
  const onStackFailure = oneOfOpt(input, 'OnStackFailure', ON_FAILURE);
  if (onStackFailure === 'DELETE' && type !== 'CREATE') throw validationError('OnStackFailure DELETE is only for change sets of type CREATE');
  const present = findStack(context.state, str(input, 'StackName'));
  if (type === 'UPDATE') requireUpdatable(requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`)));
  else if (present !== undefined && present.status !== 'REVIEW_IN_PROGRESS') throw validationError(`Stack [${present.stackName}] already exists and cannot be created again with the changeSet [${changeSetName}].`);
  const stackName = present?.stackName ?? newStackName(input);
  const stackId = present?.stackId ?? newStackId(context, stackName, control.uuid());
  const clientToken = strOpt(input, 'ClientToken', { min: 1, max: 128 });
  const changeSetId = `arn:aws:cloudformation:${context.region}:${context.accountId}:changeSet/${changeSetName}/${control.uuid()}`;
  const { deployment, plan } = requestedDeployment(input, context, control, { stackId, stackName }, type === 'UPDATE' ? present : undefined);
  return context.state.transact((tx) => {
    const twin = tx.list(CHANGE_SETS).find((changeSet) => changeSet.stackId === stackId && changeSet.changeSetName === changeSetName);
    if (twin !== undefined) {
      if (clientToken !== undefined && twin.clientToken === clientToken) return { Id: twin.changeSetId, StackId: stackId };
      throw new AwsError('AlreadyExistsException', `ChangeSet ${changeSetName} cannot be created due to a mismatch with existing attribute Template`);
    }
    let stack = findStack(tx, stackName);
    if (stack === undefined) {
      const empty = { template: '', parameters: [], tags: [], capabilities: [], notificationArns: [] };
      stack = newStack({ stackId, stackName }, empty, 'REVIEW_IN_PROGRESS', { now: context.now(), operationId: control.uuid() });
      beginCreate(tx, stack, context.now());
    }
    const changes = predictChanges(control.run(context.region, stackId), plan, deployment);
    const draft: ChangeSetRecord = {
      ...deployment,
      changeSetId,
      changeSetName,
      stackId,
      note: strOpt(input, 'Description', { min: 1, max: 1024 }),
      changeSetType: type,
      status: 'CREATE_COMPLETE',
      executionStatus: 'AVAILABLE',
      onStackFailure,
      roleArn: roleArnOf(input),
      createdAt: context.now(),
      changes,
      clientToken,
      nested,
    };
    const known: ChangeSetRecord = nested ? { ...draft, changes: nestChangeSets(tx, control.run(context.region, stackId), plan, draft) } : draft;
    const nothing = type === 'UPDATE' && changesNothing(stack, deployment, known.changes);
    const changeSet: ChangeSetRecord = nothing ? { ...known, status: 'FAILED', statusReason: NO_CHANGES, executionStatus: 'UNAVAILABLE' } : known;
    tx.put(CHANGE_SETS, changeSetId, changeSet);
    return { Id: changeSetId, StackId: stackId };
  });
};
