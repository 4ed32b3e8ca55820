/** A lab that is there, asked for again: what it lacks of what is asked for, and what is not as it was deployed. */
import { awsMessage } from '../aws/errors.js';
import type { StackApi } from './api.js';
import type { DeployEvent, DeployOptions, DeployResult } from './deploy.js';
import { follow, reviewed } from './follow.js';
import { discardPlan, planStack } from './plan.js';

/** A resource that somebody changed beside CloudFormation. */
export interface DriftedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly drift: 'MODIFIED' | 'DELETED';
}

type ApiStack = NonNullable<Awaited<ReturnType<StackApi['findStack']>>>;

const SSH_SOURCE = 'SSHSourceCidr';

/**
 * The template stays what it is. Without `heal` what drifted is told and left alone, and the plan that found it is taken back; where who may open
 * SSH is to change, the plan is for that alone.
 */
export async function* reconcile(api: StackApi, found: ApiStack, options: DeployOptions): AsyncGenerator<DeployEvent, DeployResult['outcome']> {
  const given = (found.Parameters ?? []).flatMap(({ ParameterKey, ParameterValue }) => (ParameterKey === undefined ? [] : [[ParameterKey, ParameterValue ?? ''] as const]));
  const sshSourceCidr = given.some(([name]) => name === SSH_SOURCE) ? await options.sshSourceCidr?.() : undefined;
  const changed = given.some(([name, value]) => name === SSH_SOURCE && sshSourceCidr !== undefined && value !== sshSourceCidr);
  const wanted = {
    type: 'UPDATE' as const,
    name: options.stack,
    parameters: changed ? { [SSH_SOURCE]: sshSourceCidr ?? '' } : {},
    kept: given.map(([name]) => name).filter((name) => !changed || name !== SSH_SOURCE),
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    roleArn: options.roleArn,
    keepFailed: options.keepFailed,
    express: options.express,
    revertDrift: options.heal === true || !changed,
  };
  const plan = await planStack(api, wanted, options).catch(async (error: unknown) => {
    // Not every endpoint that speaks CloudFormation compares with what is really there.
    if (!wanted.revertDrift || options.heal === true || !/DeploymentMode|REVERT_DRIFT/u.test(awsMessage(error))) throw error;
    return planStack(api, { ...wanted, revertDrift: false }, options);
  });
  const drifted = plan.changes.flatMap(({ logicalId, type, drift }): DriftedResource[] => (drift === 'MODIFIED' || drift === 'DELETED' ? [{ logicalId, type, drift }] : []));
  if (drifted.length > 0) yield { kind: 'drift', drifted, heals: options.heal === true };
  if (plan.changes.length === 0 || (!changed && options.heal !== true)) {
    await discardPlan(api, plan);
    return 'unchanged';
  }
  const newest = (await api.stackEvents(plan.stackId))[0]?.EventId;
  if (!(await reviewed(api, plan, options))) return 'planned';
  yield { kind: 'started', stackId: plan.stackId };
  yield* follow(api, plan.stackId, options, (status) => status === 'UPDATE_COMPLETE', newest);
  return 'updated';
}
