/** One fault, tried: the run that it strikes, what is there after it, and the run that finishes the work. */
import { existsSync } from 'node:fs';
import { deleteChangeSet, describeChangeSet, listChangeSets } from '../../../src/lib/aws/change-sets.js';
import { findStack } from '../../../src/lib/aws/cloudformation.js';
import { keyPairsLike } from '../../../src/lib/aws/ec2.js';
import { roleArn } from '../../../src/lib/aws/iam.js';
import { scheduleNames } from '../../../src/lib/aws/scheduler.js';
import { expiryName } from '../../../src/lib/expiry/expiry.js';
import { keyPairPatterns } from '../../../src/lib/lab/lab.js';
import type { Target } from '../../../src/lib/target/target.js';
import type { ModelRegion } from '../api-model/region.js';
import { describeInstances, ofStack } from '../../../src/lib/aws/ec2.js';
import { awsTarget, type Beginning, beginningOf, COMMANDS, contextOf, homeOf, LATE, REGION, runCommand } from './life.js';
import { type Call, FaultProxy, type Kind, PASSING, type SeenRequest } from './proxy.js';

export const rowOf = ({ part, operation }: Call): string => `${part} | ${operation}`;

/** A region and a folder in which lives are led. */
export interface World {
  readonly region: ModelRegion;
  readonly folder: string;
  /** Not through a proxy. */
  readonly target: Target;
}

export const worldOf = (region: ModelRegion, folder: string): World => ({ region, folder, target: awsTarget(region, region.url) });

/** Ids of the sessions that the service has open on the stack's instances. */
async function openSessions({ region, target }: World, stack: string): Promise<string[]> {
  const instances = new Set((await describeInstances(target, [ofStack(stack)])).map(({ InstanceId }) => InstanceId));
  if (instances.size === 0) return [];
  const { text } = await region.send('ssm', REGION, { headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.DescribeSessions' }, body: JSON.stringify({ State: 'Active', MaxResults: 200 }) });
  const { Sessions } = JSON.parse(text) as { readonly Sessions: readonly { readonly SessionId: string; readonly Target: string }[] };
  return Sessions.filter(({ Target: on }) => instances.has(on)).map(({ SessionId }) => SessionId);
}

/** ARNs of the change sets that nobody has executed. */
async function pendingPlans(target: Target, stack: string): Promise<string[]> {
  const all = await listChangeSets(target, stack);
  const executions = await Promise.all(all.map(async (id) => (await describeChangeSet(target, stack, id))?.execution));
  return all.filter((_, i) => executions[i] !== undefined && executions[i] !== 'EXECUTE_COMPLETE');
}

/** How long a session may take to end after the command that ended it, milliseconds. */
const SETTLE_MS = 2000;

/**
 * What is there, when nothing moves any more: `nothing`, `all` of a lab, or its parts by name. A lab has a stack, a key pair in EC2 and its
 * file here, and an end: a schedule and its role. Sessions that are open on its instances are counted.
 */
export async function stateOf(world: World, stack: string): Promise<string> {
  const { target, folder } = world;
  let status: string | undefined;
  for (;;) {
    status = (await findStack(target, stack))?.StackStatus;
    if (status?.endsWith('_IN_PROGRESS') !== true || status === 'REVIEW_IN_PROGRESS') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const name = expiryName(REGION, stack);
  const [keys, role, schedules] = await Promise.all([keyPairsLike(target, keyPairPatterns(stack)), roleArn(target, name), scheduleNames(target, name)]);
  const parts = [
    status === undefined ? [] : [status === 'REVIEW_IN_PROGRESS' ? 'a plan' : status === 'CREATE_COMPLETE' ? 'the stack' : status],
    keys.map(() => 'key pair'),
    existsSync(contextOf(target, homeOf(folder, stack), stack).lab.keyFile) ? ['key file'] : [],
    schedules.includes(name) ? ['schedule'] : [],
    role === undefined ? [] : ['role'],
  ].flat();
  if (parts.length === 0) return 'nothing';
  const until = Date.now() + SETTLE_MS;
  let open = await openSessions(world, stack);
  while (open.length > 0 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    open = await openSessions(world, stack);
  }
  const sessions = open.length === 0 ? '' : open.length === 1 ? ', 1 session' : `, ${open.length} sessions`;
  const plans = status === 'CREATE_COMPLETE' && (await pendingPlans(target, stack)).length > 0 ? ', a plan' : '';
  return `${parts.join(', ') === 'the stack, key pair, key file, schedule, role' ? 'all' : parts.join(', ')}${plans}${sessions}`;
}

/** A life through a proxy of its own. */
async function throughProxy<T>({ region, folder }: World, stack: string, isLate: boolean, live: (run: (beginning: Beginning) => ReturnType<typeof runCommand>, proxy: FaultProxy) => Promise<T>): Promise<T> {
  const proxy = await FaultProxy.start(region.url);
  proxy.tooLateMs = LATE.tooLateMs;
  // Runs that nothing is to go wrong in have all the time that they need.
  const context = () => contextOf(awsTarget(region, proxy.url, isLate && proxy.fault !== undefined ? { patienceMs: LATE.patienceMs } : {}), homeOf(folder, stack), stack);
  try {
    return await live((beginning) => runCommand(beginning, context(), proxy), proxy);
  } finally {
    await proxy.close();
  }
}

export interface Life {
  /** Each once, in the order in which they came first. */
  readonly calls: readonly Call[];
  readonly ends: readonly (readonly [part: string, end: string, state: string])[];
  /** As they were made. */
  readonly requests: readonly SeenRequest[];
}

/** A whole life. With `once` each call fails the first time that it is made in its part, the n-th of them by the n-th kind that may pass, counted from `once`. With `lateMs` every answer comes so much later. */
export function wholeLife(world: World, stack: string, { once, lateMs = 0 }: { readonly once?: number; readonly lateMs?: number } = {}): Promise<Life> {
  return throughProxy(world, stack, once !== undefined, async (run, proxy) => {
    proxy.lateMs = lateMs;
    const before = new Set<string>();
    if (once !== undefined) {
      proxy.fault = ({ part, operation }) => {
        const row = rowOf({ part, operation });
        if (before.has(row)) return undefined;
        before.add(row);
        return PASSING[(before.size + once) % PASSING.length];
      };
    }
    const ends: [string, string, string][] = [];
    for (const beginning of Object.keys(COMMANDS) as Beginning[]) {
      const { end, error } = await run(beginning);
      ends.push([beginning, error === undefined ? end : `${end}: ${error.message}`, await stateOf(world, stack)]);
    }
    const made = new Map(proxy.seen.map((call) => [rowOf(call), call]));
    const calls = [...made.values()].filter(({ part, operation }) => !made.has(rowOf({ part: TRIED_IN[part] ?? '', operation })));
    return { calls, ends, requests: proxy.seen };
  });
}

/** Parts whose calls are those of another, and are tried there: what is looked at before a plan, what opens a shell. */
const TRIED_IN: Readonly<Record<string, string>> = { 'deploy, the look': 'deploy --dry-run', 'connect 4': 'connect 3', 'connect 3, its stream cut': 'connect 3' };

/** How a call is struck for good, and what became of it. */
export interface Tried {
  /** `END: STATE`. */
  readonly cell: string;
  /** The error, or the claims that do not hold. */
  readonly why?: string | undefined;
  /** What is wrong with it, for the suite: nothing of it may be. */
  readonly problems: readonly string[];
}

/** Parts whose runs leave a lab as it is. */
const CHANGES_NOTHING = /^(?:deploy again|exec|connect|verify)/u;

/** Strikes the call whenever it is made in its part; runs the command, looks, and runs what finishes the work without the fault. `standing`: a lab that runs which change nothing may use, nobody else at the same time. */
export function tryFault(world: World, { part, operation }: Call, kind: Kind, { stack, standing }: { readonly stack: string; readonly standing: string }): Promise<Tried> {
  const beginning = beginningOf(part);
  const onStanding = CHANGES_NOTHING.test(part);
  const own = onStanding ? standing : stack;
  // The way back is not sought for minutes here.
  return throughProxy(world, own, kind === 'late' || beginning === 'connect 3, its stream cut', async (run, proxy) => {
    const problems: string[] = [];
    const expectEnd = async (again: Beginning, wanted: string, why: string): Promise<void> => {
      const { end, error } = await run(again);
      if (end !== 'done' && end !== 'report') problems.push(`${why} ended in ${end}: ${error?.message}`);
      const there = await stateOf(world, own);
      if (there !== wanted) problems.push(`after ${why} there is ${there}, and not ${wanted}`);
    };
    if (beginning.startsWith('destroy')) await expectEnd('deploy, the look', 'all', 'the deployment before');
    const begun = Date.now();
    proxy.fault = (call) => (rowOf(call) === rowOf({ part, operation }) ? kind : undefined);
    const { end, error } = await run(beginning);
    proxy.fault = undefined;
    if (proxy.struck === 0) problems.push('the call was not made');
    const state = await stateOf(world, own);
    if (Date.now() - begun > 100_000) problems.push(`it took ${Date.now() - begun} ms`);
    const tried = { cell: `${end}: ${state}`, why: error?.message, problems };
    if (onStanding) {
      // A plan that could not be taken back changes nothing; the next cell has a lab as it was.
      for (const plan of await pendingPlans(world.target, own)) await deleteChangeSet(world.target, plan).catch(() => undefined);
      if (!/^all(?:, a plan)?(?:, \d+ sessions?)?$/u.test(state)) problems.push(`the lab was left as ${state}`);
      await expectEnd(beginning, 'all', 'the second run');
      return state === 'all' ? { ...tried, cell: end } : tried;
    }
    // From nothing every life here begins.
    if (state === 'nothing') return tried;
    if (beginning.startsWith('deploy')) await expectEnd('deploy, the look', 'all', 'the second run');
    await expectEnd('destroy, the look', 'nothing', beginning.startsWith('deploy') ? 'the end' : 'the second run');
    return tried;
  });
}

/** So many at once, since most of the time is spent waiting; `worker`: which of them. */
export async function atOnce<Item>(items: readonly Item[], count: number, act: (item: Item, index: number, worker: number) => Promise<void>): Promise<void> {
  const entries = items.entries();
  await Promise.all(Array.from({ length: count }, async (_, worker) => {
    for (const [index, item] of entries) await act(item, index, worker);
  }));
}
