/**
 * How an operation on a stack is carried out (DeploymentConfig): in express mode a resource counts as done when the call that makes, changes or
 * removes it has succeeded (user guide, "Deploy AWS CloudFormation stacks faster with express mode"; API reference, DeploymentConfig).
 */
import { boolOpt, has, oneOfOpt, struct } from '../../endpoint/input.js';
import type { Input } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import type { DeploymentMode, StackRecord } from '../records.js';

/** The request's DeploymentConfig; undefined when it has none. `others`: members of the request that say the same in another way, of which AWS takes none beside it. */
export function deploymentModeOf(input: Input, others: readonly string[] = []): DeploymentMode | undefined {
  if (!has(input, 'DeploymentConfig')) return undefined;
  const config = struct(input, 'DeploymentConfig');
  const mode = oneOfOpt(config, 'Mode', ['STANDARD', 'EXPRESS']) ?? 'STANDARD';
  const both = others.find((name) => has(input, name));
  if (both !== undefined) throw validationError(`You cannot specify both DeploymentConfig and ${both}.`);
  // Express mode rolls nothing back unless it is asked to.
  return { express: mode === 'EXPRESS', disableRollback: boolOpt(config, 'DisableRollback') ?? mode === 'EXPRESS' };
}

/** As the API shows it. */
export const deploymentModeView = (mode: DeploymentMode | undefined): { readonly Mode: string; readonly DisableRollback: boolean } | undefined =>
  mode === undefined ? undefined : { Mode: mode.express ? 'EXPRESS' : 'STANDARD', DisableRollback: mode.disableRollback };

/** What becomes of a stack that fails. */
export const onFailureOfMode = ({ disableRollback }: DeploymentMode): StackRecord['onFailure'] => (disableRollback ? 'DO_NOTHING' : 'ROLLBACK');

const isStuck = ({ mode, status }: StackRecord): boolean => mode?.express === true && mode.disableRollback && /^(?:CREATE|UPDATE)_FAILED$/u.test(status);

/** What express mode left failed, only express mode goes on with. Throws ValidationError. */
export function requireSameMode(stack: StackRecord, mode: DeploymentMode | undefined): void {
  if (!isStuck(stack) || mode?.express === true) return;
  throw validationError(`This stack is in a ${stack.status} state from a previous operation that used EXPRESS deployment mode with disable-rollback. Follow-up operations must use the same DeploymentConfig (mode=EXPRESS) until the stack reaches a *_COMPLETE state.`);
}

/** What was left failed goes on only where what fails is left again, or back by RollbackStack. `api`: which is asked, as AWS's message has it. Throws ValidationError. */
export function requireKept({ status }: StackRecord, onFailure: StackRecord['onFailure'], api: 'update-stack' | 'execute-change-set'): void {
  if (onFailure === 'DO_NOTHING' || !/^(?:CREATE|UPDATE)_FAILED$/u.test(status)) return;
  throw validationError(`This stack is currently in a non-terminal [${status}] state. To update the stack from this state, please use the disable-rollback parameter with ${api} API. To rollback to the last known good state, use the rollback-stack API`);
}

/** Throws ValidationError for what express mode left failed, unless the rollback is express too. */
export function requireRollback(stack: StackRecord, mode: DeploymentMode | undefined): void {
  if (isStuck(stack) && mode?.express !== true) throw validationError('RollbackStack is not supported for stacks that were last updated using EXPRESS deployment mode and are in a failed state.');
}
