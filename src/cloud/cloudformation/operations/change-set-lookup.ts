/** The change set that a request names: by ARN, or by name together with its stack. */
import { has, str } from '../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { CHANGE_SETS, type ChangeSetRecord } from '../records.js';
import { requiredStack } from './request.js';

/** Id of the operation that made the change set. */
export function changeSetOperation(changeSetId: string): string {
  return changeSetId.slice(changeSetId.lastIndexOf('/') + 1);
}

function changeSetMissing(name: string): AwsError {
  return new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });
}

/** Throws ChangeSetNotFound, or ValidationError for an unknown stack. */
export function findChangeSet(input: Input, context: OperationContext): ChangeSetRecord {
  const name = str(input, 'ChangeSetName');
  if (name.startsWith('arn:')) {
    const found = context.state.get(CHANGE_SETS, name);
    // The ARN is enough; a stack beside it, as `aws cloudformation deploy` sends it, has to be the right one.
    const named = has(input, 'StackName') ? requiredStack(input, context, (stack) => validationError(`Stack [${stack}] does not exist`)) : undefined;
    if (found === undefined || (named !== undefined && named.stackId !== found.stackId)) throw changeSetMissing(name);
    return found;
  }
  const { stackId } = requiredStack(input, context, (stack) => validationError(`Stack [${stack}] does not exist`));
  const found = context.state.list(CHANGE_SETS).find((changeSet) => changeSet.stackId === stackId && changeSet.changeSetName === name);
  if (found === undefined) throw changeSetMissing(name);
  return found;
}
