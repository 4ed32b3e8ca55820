/** The look after a destroy: by tag, by name and by the ids that the lab had, whether anything is left of it. */
import { ofStack } from '../aws/ec2.js';
import { awsMessage } from '../aws/errors.js';
import { SsmlabError } from '../errors.js';
import type { StackApi } from './api.js';
import type { DestroyPlan } from './destroy.js';
import { few } from './few.js';
import { labKeyPairs } from './key-pair.js';

/** All in words. */
export interface Look {
  /** Of the lab, and still there. */
  readonly left: readonly string[];
  /** Nobody's mistake, and nothing that costs: what goes by itself, or is the account's. */
  readonly stays: readonly string[];
  /** What could not be looked at, and why. */
  readonly unseen: readonly { readonly what: string; readonly why: string }[];
}

export const LOG_GROUP = 'AWS::Logs::LogGroup';

/** CloudFormation puts it on what it makes. */
const STACK_NAME_TAG = 'aws:cloudformation:stack-name';

/** What carries the stack's tag or name, or had been part of it, and costs or is in the way. */
async function resources(api: StackApi, stack: string, { volumeIds }: DestroyPlan): Promise<string[]> {
  const [found, instances, addresses, gateways, endpoints, volumes, vpcs, keys] = await Promise.all([
    api.findStack(stack), api.describeInstances([ofStack(stack)]), api.describeAddresses(stack), api.natGateways(ofStack(stack)), api.vpcEndpoints(ofStack(stack)), api.volumesThere(volumeIds),
    api.describeVpcIds(stack), labKeyPairs(api, stack),
  ]);
  return [
    ...(found === undefined || found.StackStatus === 'DELETE_COMPLETE' ? [] : [`stack ${stack} (${found.StackStatus})`]),
    ...instances.map((instance) => `instance ${instance.InstanceId} (${instance.State?.Name})`),
    ...addresses.map((address) => `address ${address}`),
    ...gateways.map((id) => `NAT gateway ${id}`),
    ...endpoints.map((id) => `endpoint ${id}`),
    ...volumes.map((id) => `volume ${id}`),
    ...vpcs.map((vpcId) => `VPC ${vpcId}`),
    ...keys.map((name) => `key pair ${name}`),
  ];
}

/** Log groups that the stack had, by their names, and those that have its tag and are called after it, as CloudFormation calls them. */
async function logGroups(api: StackApi, stack: string, plan: DestroyPlan): Promise<string[]> {
  const had = plan.resources.flatMap(({ type, physicalId }) => (type === LOG_GROUP ? (physicalId ?? []) : []));
  const [calledAfter, ...byName] = await Promise.all([api.logGroups(`${stack}-`), ...had.map((name) => api.logGroups(name))]);
  const tagged = await Promise.all(calledAfter.map(async ({ name, arn }) => ((await api.logGroupTags(arn))[STACK_NAME_TAG] === stack ? [name] : [])));
  const still = byName.flat().flatMap(({ name }) => (had.includes(name) ? name : []));
  return [...new Set([...still, ...tagged.flat()])].toSorted().map((name) => `log group ${name}`);
}

/** Systems Manager forgets a node some time after its instance is gone; there is no way to hurry it (DeregisterManagedInstance is for hybrid nodes). */
async function managedNodes(api: StackApi, { resources: had }: DestroyPlan): Promise<string[]> {
  const ids = had.flatMap(({ type, physicalId }) => (type === 'AWS::EC2::Instance' ? (physicalId ?? []) : []));
  const nodes = ids.length === 0 ? [] : await api.managedNodes(ids);
  if (nodes.length === 0) return [];
  return [`Systems Manager lists ${few(nodes.map(({ instanceId, pingStatus }) => `${instanceId} (${pingStatus})`))} as managed ${nodes.length === 1 ? 'node' : 'nodes'} yet, and forgets ${nodes.length === 1 ? 'it' : 'them'} by itself`];
}

/** What was typed and shown in sessions, where the account's session preferences have it logged. */
async function sessionLogs(api: StackApi, { stackId }: DestroyPlan): Promise<string[]> {
  if (stackId === undefined) return [];
  const { logGroup, bucket } = await api.sessionLogs();
  const places = [...(logGroup === undefined ? [] : [`the log group ${logGroup}`]), ...(bucket === undefined ? [] : [`the bucket ${bucket}`])];
  return places.length === 0 ? [] : [`what was shown in sessions is in ${places.join(' and ')}, by the account's session preferences`];
}

/** Looks. What may not be read, or is not answered, of what is beside the resources is said and fails nothing; of the resources it is thrown. */
export async function lookAgain(api: StackApi, stack: string, plan: DestroyPlan, expiryLeft: (() => Promise<string[]>) | undefined): Promise<Look> {
  const unseen: { what: string; why: string }[] = [];
  const attempt = async (what: string, look: () => Promise<string[]>): Promise<string[]> => {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof SsmlabError) || error.code === 'credentials-wrong' || error.code === 'credentials-missing') throw error;
      unseen.push({ what, why: error.code === 'access-denied' ? awsMessage(error) : error.message });
      return [];
    }
  };
  const [there, groups, end, nodes, logged] = await Promise.all([
    resources(api, stack, plan), attempt('log groups', () => logGroups(api, stack, plan)), attempt('schedule and role of its end', async () => (await expiryLeft?.()) ?? []),
    attempt('managed nodes', () => managedNodes(api, plan)), attempt('session logs', () => sessionLogs(api, plan)),
  ]);
  return { left: [...there, ...groups, ...end], stays: [...nodes, ...logged], unseen };
}
