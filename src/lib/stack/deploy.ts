/** Deploy: the key pair, the stack, its events, and the agents online. Asked again it finds that nothing is to do. */
import { ofStack } from '../aws/ec2.js';
import { SsmlabError } from '../errors.js';
import { endOf, EXPIRES_TAG, isSameEnd } from '../expiry/expiry.js';
import { LAB_TAG, type LabParameters, templateBody, templateParameters } from '../lab/lab.js';
import { isOff, type MadeInstance } from '../inventory/standing.js';
import type { StackApi } from './api.js';
import { type Asking, asking, unlessInterrupted } from './ask-no-more.js';
import { isInProgress, type ResourceEvent, watchStack } from './events.js';
import { checkKeyPair, type ExistingKeyPair, requireKeyPair } from './existing-key-pair.js';
import { begin } from './begin.js';
import { follow, isGone, stuckStack } from './follow.js';
import type { Pause } from './pause.js';
import { isLabPlan, type StackPlan } from './plan.js';
import { provideKeyPair } from './provide-key-pair.js';
import { type DriftedResource, reconcile } from './reconcile.js';
import { few } from './few.js';

/** What happens while a lab is deployed, in order. */
export type DeployEvent =
  | ResourceEvent
  | { readonly kind: 'key-pair'; readonly keyName: string; readonly from: 'made' | 'kept' | 'user' }
  /** The stack's creation was asked for. */
  | { readonly kind: 'started'; readonly stackId: string }
  /** Another process had begun; this one watches with it. */
  | { readonly kind: 'joined'; readonly status: string }
  /** What an earlier, rolled back attempt left is removed first. */
  | { readonly kind: 'clearing'; readonly status: string }
  /** Of a lab that was there: what is not as it was deployed, by CloudFormation's comparison with what is really there, and whether it is going to be put back. */
  | { readonly kind: 'drift'; readonly drifted: readonly DriftedResource[]; readonly heals: boolean }
  | { readonly kind: 'agents'; readonly online: readonly string[]; readonly waiting: readonly string[] };

export interface DeployResult {
  /** `planned`: looked at, and not carried out. */
  readonly outcome: 'created' | 'unchanged' | 'updated' | 'planned';
  readonly stackId: string;
  /** When the lab ends by itself; undefined when it does not, or was only planned. */
  readonly expires?: Date | undefined;
}

export interface DeployOptions extends Asking {
  readonly stack: string;
  readonly keyFile: string;
  /** A key pair that is there, in place of one that is made. */
  readonly keyPair?: ExistingKeyPair | undefined;
  /** Told of that pair when a lab was found or begun with it. */
  readonly remember?: ((used: ExistingKeyPair) => Promise<void>) | undefined;
  /** Makes the folder of the lab; called only when something is going to be written there. */
  readonly makeFolder: () => Promise<void>;
  /** Takes it away again, with the key in it, when the plan is not carried out. */
  readonly dropFolder?: (() => Promise<void>) | undefined;
  /** Another template than the lab's. */
  readonly template?: string | undefined;
  /** CloudFormation's service role, for a stack that is made; the caller's own permissions when absent. */
  readonly roleArn?: string | undefined;
  /** Who may open SSH; the template's default when absent, or what a stack that is there has. */
  readonly sshSourceCidr?: (() => Promise<string>) | undefined;
  /** Parameters of a new lab besides. */
  readonly placement?: Omit<LabParameters, 'keyName' | 'sshSourceCidr'> | undefined;
  /** Asked before anything of the stack is made or changed, with the change set's account of it; absent: nobody is asked, and a new stack is made without one. */
  readonly review?: ((plan: StackPlan) => Promise<boolean>) | undefined;
  /** When a new lab ends by itself, how that is set, before anything of it is made where there is a plan and at once after else, and how it is taken back. After `unless` is aborted nothing of it is made, and what there was of it is gone. */
  readonly expiry?: { readonly at: Date; readonly set: (stackId: string, at: Date, unless?: AbortSignal) => Promise<void>; readonly drop: () => Promise<void> } | undefined;
  /** Put back what is not as it was deployed. */
  readonly heal?: boolean | undefined;
  /** Leave what fails as it is, instead of rolling it back. */
  readonly keepFailed?: boolean | undefined;
  /** As {@link NewStack.express}: its agents are waited for all the same. */
  readonly express?: boolean | undefined;
  readonly pollSeconds: number;
  readonly pause: Pause;
  /** How long the agents may take after the stack is complete. */
  readonly agentSeconds: number;
}

const AT_REST = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE']);
export type ApiStack = NonNullable<Awaited<ReturnType<StackApi['findStack']>>>;

/** True when the stack was made by ssmlab. */
const isLabStack = (stack: ApiStack): boolean => stack.Tags?.some((tag) => tag.Key === LAB_TAG.key && tag.Value === LAB_TAG.value) === true;

/** `stack-foreign` when it was not. One that is only planned has no tags yet, and is whose plans there are; without any it is a name and nothing else. */
export async function requireLabStack(api: Pick<StackApi, 'listChangeSets'>, stack: ApiStack, name: string): Promise<void> {
  const isOurs = isLabStack(stack) || (stack.StackStatus === 'REVIEW_IN_PROGRESS' && (await api.listChangeSets(stack.StackId ?? name)).every(isLabPlan));
  if (!isOurs) throw new SsmlabError('stack-foreign', `a stack "${name}" is there and was not made by ssmlab`);
}

/** The instances that the stack has made. */
export async function madeInstances(api: StackApi, stack: string): Promise<MadeInstance[]> {
  const resources = await api.stackResources(stack);
  return resources.filter(({ ResourceType }) => ResourceType === 'AWS::EC2::Instance').map(({ LogicalResourceId, PhysicalResourceId }) => ({ logicalId: LogicalResourceId ?? '', physicalId: PhysicalResourceId ?? null }));
}

/** EC2's lists may be behind what was just made, by seconds as a rule (EC2 developer guide, "Eventual consistency in the Amazon EC2 API"). */
const LISTED_SECONDS = 60;

/** The stack's instances as EC2 lists them; of a stack that was just `made` once all are there, or after a minute those that are. */
async function listedInstances(api: StackApi, { stack, pollSeconds, pause }: DeployOptions, made: boolean): ReturnType<StackApi['describeInstances']> {
  const meant = made ? (await madeInstances(api, stack)).flatMap(({ physicalId }) => physicalId ?? []) : [];
  for (let waited = 0; ; waited += pollSeconds) {
    const instances = await api.describeInstances([ofStack(stack)]);
    if (waited >= LISTED_SECONDS || meant.every((id) => instances.some(({ InstanceId }) => InstanceId === id))) return instances;
    await pause(pollSeconds);
  }
}

/**
 * Waits until every instance with a role and with power has its agent online, as those of the lab are meant to. What was just made has to
 * get there; a lab that was there before may be broken on purpose, and then the wait just ends.
 */
async function* agentsOnline(api: StackApi, options: DeployOptions, made: boolean): AsyncGenerator<DeployEvent, void> {
  const bound = made ? options.agentSeconds : options.agentSeconds / 3;
  const instances = await listedInstances(api, options, made);
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
  await requireLabStack(api, stack, options.stack);
  const stackId = stack.StackId ?? options.stack;
  const status = stack.StackStatus ?? '';
  if (status === 'CREATE_IN_PROGRESS') {
    yield { kind: 'joined', status };
    yield* follow(api, stackId, options, (end) => end === 'CREATE_COMPLETE');
    yield* agentsOnline(api, options, true);
    return (await api.findStack(stackId)) ?? found;
  }
  if (isInProgress(status) && status !== 'REVIEW_IN_PROGRESS') {
    yield { kind: 'joined', status };
    const newest = (await api.stackEvents(stackId))[0]?.EventId;
    const watch = watchStack(api, stackId, { ...options, after: newest });
    let next = await watch.next();
    for (; next.done !== true; next = await watch.next()) yield next.value;
    stack = isGone(next.value) ? undefined : await api.findStack(stackId);
  }
  if (stack === undefined || isGone(stack.StackStatus)) return undefined;
  if (AT_REST.has(stack.StackStatus ?? '')) return stack;
  // Somebody looks at a plan for the name: another plan may stand beside it.
  if (stack.StackStatus === 'REVIEW_IN_PROGRESS' && options.review !== undefined) return undefined;
  if (stack.StackStatus === 'ROLLBACK_COMPLETE' || stack.StackStatus === 'REVIEW_IN_PROGRESS') {
    yield { kind: 'clearing', status: stack.StackStatus };
    const newest = (await api.stackEvents(stackId))[0]?.EventId;
    asking(options, 'removal');
    await api.deleteStack(stackId);
    yield* follow(api, stackId, options, isGone, newest);
    return undefined;
  }
  throw await stuckStack(api, options.stack, stack);
}

/** Deploys the lab. Events come as they happen; the outcome is the generator's value. Once `signal` is aborted nothing more is asked for, and what was not carried out is taken back. */
export async function* deploy(calls: StackApi, options: DeployOptions): AsyncGenerator<DeployEvent, DeployResult> {
  const api = unlessInterrupted(calls, options);
  const { keyPair } = options;
  const asked = keyPair?.recalled === true ? undefined : keyPair;
  if (asked !== undefined) await checkKeyPair(api, asked, options.stack);
  for (let attempt = 0; attempt < 3; attempt++) {
    const found = await api.findStack(options.stack);
    if (found !== undefined && found.StackStatus !== 'DELETE_COMPLETE') {
      const joined = found.StackStatus === 'CREATE_IN_PROGRESS';
      const settled = yield* settle(api, found, options);
      if (settled !== undefined) {
        if (options.template !== undefined && !joined) {
          throw new SsmlabError('usage', `the stack "${options.stack}" is there already, and a template is for a new one`, { hint: 'choose another name with --stack, or `ssmlab destroy` first' });
        }
        const stackId = settled.StackId ?? options.stack;
        const expires = endOf(settled);
        // A deployment that was broken off, and is run again as it was, has its end already.
        if (options.expiry !== undefined && (expires === undefined || !isSameEnd(options.expiry.at, expires, settled.CreationTime ?? new Date()))) throw new SsmlabError('usage', `the stack "${options.stack}" is there already, and --ttl is for a new one`, { hint: '`ssmlab status` says when it ends; `ssmlab destroy` ends it now' });
        if (asked !== undefined) await requireKeyPair(api, options.stack, asked.keyName);
        const outcome = joined ? 'created' : yield* reconcile(api, settled, options);
        if (asked !== undefined && outcome !== 'planned') await options.remember?.(asked);
        if (joined) return { outcome, stackId, expires };
        // After a restart of the local cloud they register anew.
        yield* agentsOnline(api, options, outcome === 'updated');
        return { outcome, stackId, expires };
      }
    }
    const wanted = options.template === undefined ? undefined : await api.templateParameters(options.template);
    const provided = await provideKeyPair(api, options);
    // Where a plan is to be seen first, what is made comes after it.
    if (options.review === undefined) yield provided.event;
    const all = templateParameters({ ...options.placement, keyName: provided.event.keyName, sshSourceCidr: await options.sshSourceCidr?.() });
    const parameters = wanted === undefined ? all : Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
    const wish = { name: options.stack, template: options.template ?? templateBody(), parameters, tags: { [LAB_TAG.key]: LAB_TAG.value, ...(options.expiry === undefined ? {} : { [EXPIRES_TAG]: options.expiry.at.toISOString() }) }, roleArn: options.roleArn, keepFailed: options.keepFailed, express: options.express };
    const begun = await begin(api, wish, options, provided);
    // Another process was quicker: look again and join it.
    if (begun === undefined) continue;
    const { stackId } = begun;
    if (!begun.goes) return { outcome: 'planned', stackId };
    if (keyPair !== undefined) await options.remember?.(keyPair);
    if (options.review !== undefined) yield provided.event;
    yield { kind: 'started', stackId };
    yield* follow(api, stackId, options, (status) => status === 'CREATE_COMPLETE');
    yield* agentsOnline(api, options, true);
    return { outcome: 'created', stackId, expires: options.expiry?.at };
  }
  throw new SsmlabError('stack-busy', `other processes make and delete the stack "${options.stack}" at the same time`);
}
