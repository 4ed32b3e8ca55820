/** Deploy: the key pair, the stack, its events, and the agents online. Asked again it finds that nothing is to do. */
import { ofStack } from '../aws/ec2.js';
import { SsmlabError } from '../errors.js';
import { keyPairName, LAB_TAG, templateBody, templateParameters } from '../lab/lab.js';
import { isOff, type MadeInstance } from '../inventory/standing.js';
import type { StackApi } from './api.js';
import { isInProgress, type ResourceEvent, rootCause, watchStack } from './events.js';
import { importKey, localKey } from './key-pair.js';
import type { Pause } from './pause.js';
import { few } from './few.js';

/** What happens while a lab is deployed, in order. */
export type DeployEvent =
  | ResourceEvent
  | { readonly kind: 'key-pair'; readonly keyName: string; readonly made: boolean }
  /** The stack's creation was asked for. */
  | { readonly kind: 'started'; readonly stackId: string }
  /** Another process had begun; this one watches with it. */
  | { readonly kind: 'joined'; readonly status: string }
  /** What an earlier, rolled back attempt left is removed first. */
  | { readonly kind: 'clearing'; readonly status: string }
  | { readonly kind: 'agents'; readonly online: readonly string[]; readonly waiting: readonly string[] };

export interface DeployResult {
  readonly outcome: 'created' | 'unchanged';
  readonly stackId: string;
}

export interface DeployOptions {
  readonly stack: string;
  readonly keyFile: string;
  /** Makes the folder of the lab; called only when something is going to be written there. */
  readonly makeFolder: () => Promise<void>;
  /** Another template than the lab's. */
  readonly template?: string | undefined;
  /** CloudFormation's service role, for a stack that is made; the caller's own permissions when absent. */
  readonly roleArn?: string | undefined;
  /** Who may open SSH; the template's default when absent. */
  readonly sshSourceCidr?: (() => Promise<string>) | undefined;
  readonly pollSeconds: number;
  readonly pause: Pause;
  /** How long the agents may take after the stack is complete. */
  readonly agentSeconds: number;
}

const AT_REST = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE']);
type ApiStack = NonNullable<Awaited<ReturnType<StackApi['findStack']>>>;

/** True when the stack was made by ssmlab. */
const isLabStack = (stack: ApiStack): boolean => stack.Tags?.some((tag) => tag.Key === LAB_TAG.key && tag.Value === LAB_TAG.value) === true;

/** `stack-foreign` when it was not. */
export function requireLabStack(stack: ApiStack, name: string): void {
  if (!isLabStack(stack)) throw new SsmlabError('stack-foreign', `a stack "${name}" is there and was not made by ssmlab`);
}

/** `stack-failed` with the first cause among the events. */
export function stackFailure(name: string, status: string | undefined, events: readonly ResourceEvent[]): SsmlabError {
  const cause = rootCause(events);
  const why = cause === undefined ? '' : `: ${cause.logicalId} (${cause.type}): ${cause.reason ?? cause.status}`;
  return new SsmlabError('stack-failed', `the stack "${name}" ended in ${status ?? 'nothing'}${why}`);
}

/** Watches to the end and passes the events on; throws when it does not end well. */
async function* follow(api: StackApi, stackId: string, options: DeployOptions, isGood: (status: string | undefined) => boolean, after?: string): AsyncGenerator<ResourceEvent, void> {
  const seen: ResourceEvent[] = [];
  const watch = watchStack(api, stackId, { ...options, after });
  for (;;) {
    const next = await watch.next();
    if (next.done === true) {
      // Who wants it gone wants it gone from the first.
      if (!isGood(next.value)) throw isGone(next.value) ? deletedMeanwhile(options.stack) : stackFailure(options.stack, next.value, seen);
      return;
    }
    seen.push(next.value);
    yield next.value;
  }
}

const deletedMeanwhile = (name: string): SsmlabError =>
  new SsmlabError('stack-failed', `the stack "${name}" was deleted by another process while it was made`, { hint: 'run `ssmlab deploy` again to make it' });

const isGone = (status: string | undefined): boolean => status === undefined || status === 'DELETE_COMPLETE';

/** The instances that the stack has made. */
export async function madeInstances(api: StackApi, stack: string): Promise<MadeInstance[]> {
  const resources = await api.stackResources(stack);
  return resources.filter(({ ResourceType }) => ResourceType === 'AWS::EC2::Instance').map(({ LogicalResourceId, PhysicalResourceId }) => ({ logicalId: LogicalResourceId ?? '', physicalId: PhysicalResourceId ?? null }));
}

/**
 * Waits until every instance with a role and with power has its agent online, as those of the lab are meant to. What was just made has to
 * get there; a lab that was there before may be broken on purpose, and then the wait just ends.
 */
async function* agentsOnline(api: StackApi, options: DeployOptions, made: boolean): AsyncGenerator<DeployEvent, void> {
  const bound = made ? options.agentSeconds : options.agentSeconds / 3;
  const instances = await api.describeInstances([ofStack(options.stack)]);
  const managed = instances.filter((instance) => instance.IamInstanceProfile !== undefined && !isOff(instance.State?.Name));
  const name = new Map(managed.map((instance) => [instance.InstanceId ?? '', instance.Tags?.find((tag) => tag.Key === 'Name')?.Value ?? instance.InstanceId ?? '']));
  const names = [...name].toSorted((a, b) => a[1].localeCompare(b[1]));
  let reported = -1;
  for (let waited = 0; ; waited += options.pollSeconds) {
    const up = new Set((await api.describeAgents()).flatMap((agent) => (agent.PingStatus === 'Online' ? (agent.InstanceId ?? []) : [])));
    const online = names.filter(([id]) => up.has(id)).map(([, label]) => label);
    const waiting = names.filter(([id]) => !up.has(id)).map(([, label]) => label);
    if (online.length !== reported) yield { kind: 'agents', online, waiting };
    reported = online.length;
    if (waiting.length === 0) return;
    if (waited >= bound) {
      if (!made) return;
      throw new SsmlabError('not-connected', `the stack is complete, but the agent of ${few(waiting)} is not online after ${Math.round(bound)} s`, { hint: 'run `ssmlab verify`: it says which way is shut' });
    }
    await options.pause(options.pollSeconds);
  }
}

/** Brings a stack that is there to a state from which one can go on: at rest, or gone. Returns its id when nothing is to do. */
async function* settle(api: StackApi, found: ApiStack, options: DeployOptions): AsyncGenerator<DeployEvent, ApiStack | undefined> {
  let stack: ApiStack | undefined = found;
  requireLabStack(stack, options.stack);
  const stackId = stack.StackId ?? options.stack;
  const status = stack.StackStatus ?? '';
  if (status === 'CREATE_IN_PROGRESS') {
    yield { kind: 'joined', status };
    yield* follow(api, stackId, options, (end) => end === 'CREATE_COMPLETE');
    yield* agentsOnline(api, options, true);
    return (await api.findStack(stackId)) ?? found;
  }
  if (isInProgress(status)) {
    yield { kind: 'joined', status };
    const newest = (await api.stackEvents(stackId))[0]?.EventId;
    const watch = watchStack(api, stackId, { ...options, after: newest });
    let next = await watch.next();
    for (; next.done !== true; next = await watch.next()) yield next.value;
    stack = isGone(next.value) ? undefined : await api.findStack(stackId);
  }
  if (stack === undefined || isGone(stack.StackStatus)) return undefined;
  if (AT_REST.has(stack.StackStatus ?? '')) return stack;
  if (stack.StackStatus === 'ROLLBACK_COMPLETE' || stack.StackStatus === 'REVIEW_IN_PROGRESS') {
    yield { kind: 'clearing', status: stack.StackStatus };
    const newest = (await api.stackEvents(stackId))[0]?.EventId;
    await api.deleteStack(stackId);
    yield* follow(api, stackId, options, isGone, newest);
    return undefined;
  }
  throw new SsmlabError('stack-failed', `the stack "${options.stack}" is in ${stack.StackStatus ?? 'an unknown state'}`, { hint: 'run `ssmlab destroy`, then deploy again' });
}

/** Deploys the lab. Events come as they happen; the outcome is the generator's value. */
export async function* deploy(api: StackApi, options: DeployOptions): AsyncGenerator<DeployEvent, DeployResult> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const found = await api.findStack(options.stack);
    if (found !== undefined && found.StackStatus !== 'DELETE_COMPLETE') {
      const joined = found.StackStatus === 'CREATE_IN_PROGRESS';
      const settled = yield* settle(api, found, options);
      if (settled !== undefined) {
        if (options.template !== undefined && !joined) {
          throw new SsmlabError('usage', `the stack "${options.stack}" is there already, and a template is for a new one`, { hint: 'choose another name with --stack, or `ssmlab destroy` first' });
        }
        // After a restart of the local cloud they register anew.
        if (!joined) yield* agentsOnline(api, options, false);
        return { outcome: joined ? 'created' : 'unchanged', stackId: settled.StackId ?? options.stack };
      }
    }
    const keyName = keyPairName(options.stack);
    const wanted = options.template === undefined ? undefined : await api.templateParameters(options.template);
    await options.makeFolder();
    const { publicKey, made } = await localKey(options.keyFile, keyName);
    await importKey(api, keyName, publicKey);
    yield { kind: 'key-pair', keyName, made };
    const all = templateParameters({ keyName, sshSourceCidr: await options.sshSourceCidr?.() });
    const parameters = wanted === undefined ? all : Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
    const stackId = await api.createStack({ name: options.stack, template: options.template ?? templateBody(), parameters, tags: { [LAB_TAG.key]: LAB_TAG.value }, roleArn: options.roleArn });
    // Another process was quicker: look again and join it.
    if (stackId === undefined) continue;
    yield { kind: 'started', stackId };
    yield* follow(api, stackId, options, (status) => status === 'CREATE_COMPLETE');
    yield* agentsOnline(api, options, true);
    return { outcome: 'created', stackId };
  }
  throw new SsmlabError('stack-busy', `other processes make and delete the stack "${options.stack}" at the same time`);
}
