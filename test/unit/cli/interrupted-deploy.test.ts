/** Ctrl-C at each await of a deployment: nothing that makes anything is called any more, what came to nothing is taken back, and what is said of it is so. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Moment, momentAfter, momentAsking } from '../../../src/cli/interruption.js';
import type { ExpiryApi } from '../../../src/lib/expiry/api.js';
import { setExpiry } from '../../../src/lib/expiry/expiry.js';
import { deploy, type DeployOptions } from '../../../src/lib/stack/deploy.js';
import { event, fakeApi, type Script, STACK_ID, stackIn } from '../lib/stack/fake-api.js';

/** What was called, in order, with the interrupt among it; and what a person was told then. */
interface Interrupted {
  readonly calls: readonly string[];
  readonly told: Moment | undefined;
}

/** What is there, until it is deleted and until it is asked for. */
interface Region {
  readonly before: Script['stacks'][number];
  readonly end: Script['stacks'][number];
  /** Of what is asked for. */
  readonly events: NonNullable<Script['events']>[number];
  readonly changes?: Script['changes'];
}

const MAKES = /^(?:import|plan|create|execute|role|schedule)\b/u;

/** One deployment, interrupted at the `nth` await on something outside, as it is asked for or as it has come; whole when there are fewer. */
async function interrupted(nth: number, when: 'asked' | 'answered', { before, end, events, changes }: Region, { reviewed, ttl }: { readonly reviewed: boolean; readonly ttl: boolean }): Promise<Interrupted> {
  const { api, calls } = fakeApi({ stacks: [undefined], events: [events], ...(changes === undefined ? {} : { changes }) });
  const interruption = new AbortController();
  let awaits = 0;
  let moment: Moment = 'before-deploy';
  let told: Moment | undefined;
  const interrupt = (): void => {
    told = moment;
    calls.push('^C');
    interruption.abort(new Error('interrupted'));
  };
  const counted = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => async (...args: Args): Promise<Result> => {
    awaits += 1;
    const now = awaits === nth;
    const answer = call(...args);
    if (now && when === 'asked') interrupt();
    // As the network does: the answer is a turn away.
    await new Promise((resolve) => setImmediate(resolve));
    if (now && when === 'answered') interrupt();
    return answer;
  };
  const all = <Api extends object>(of: Api): Api => Object.fromEntries(Object.entries(of).map(([name, call]) => [name, counted(call as () => Promise<unknown>)])) as Api;
  const ends: ExpiryApi = all({
    createRole: async () => (calls.push('role'), 'arn:role'), createSchedule: async () => void calls.push('schedule'),
    deleteRole: async () => void calls.push('drop role'), deleteSchedule: async () => void calls.push('drop schedule'),
    isScheduleThere: async () => false, roleArn: async () => undefined,
  });
  const expiry = { region: 'eu-central-1', stack: 'ssmlab', account: '123456789012', stackId: STACK_ID };
  const has = (what: RegExp): boolean => calls.some((call) => what.test(call));
  const found = async (): ReturnType<typeof api.findStack> => {
    if (has(/^(?:execute|create )/u)) return end;
    if (has(/^delete$/u)) return undefined;
    return has(/^plan CREATE/u) ? stackIn('REVIEW_IN_PROGRESS') : before;
  };
  const pause = counted(async () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-'));
  const keyFile = join(folder, 'lab', 'key', 'id_ed25519');
  const options: DeployOptions = {
    stack: 'ssmlab', keyFile, pollSeconds: 1, agentSeconds: 5,
    signal: interruption.signal,
    asks: (what) => (moment = momentAsking(what)),
    // The real one ends at the interrupt.
    pause: async () => {
      interruption.signal.throwIfAborted();
      await pause();
      interruption.signal.throwIfAborted();
    },
    makeFolder: counted(async () => void mkdirSync(dirname(dirname(keyFile)), { recursive: true })),
    dropFolder: counted(async () => void calls.push('drop folder')),
    sshSourceCidr: counted(async () => '203.0.113.9/32'),
    ...(reviewed ? { review: counted(async () => true) } : {}),
    ...(ttl ? { expiry: { at: new Date(0), set: (_, at, unless) => setExpiry(ends, { ...expiry, at }, { pollSeconds: 1, pause: async () => undefined, unless }), drop: counted(async () => void calls.push('drop end')) } } : {}),
  };
  try {
    const generator = deploy(all({ ...api, findStack: found }), options);
    for (let next = await generator.next(); next.done !== true; next = await generator.next()) moment = momentAfter(next.value, moment);
  } catch (error) {
    expect(error).toBe(interruption.signal.reason);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { calls, told };
}

const events = [event('ssmlab', 'CREATE_IN_PROGRESS'), event('ssmlab', 'CREATE_COMPLETE')];
const changes = { status: 'CREATE_COMPLETE', reason: undefined, execution: 'AVAILABLE', changes: [{ action: 'Add', logicalId: 'VPC1', type: 'AWS::EC2::VPC' }] } as unknown as NonNullable<Script['changes']>;
/** More than there are awaits. */
const COUNT = 80;

describe('Ctrl-C at each await of a deployment', () => {
  const complete = stackIn('CREATE_COMPLETE');
  const there = { ...complete, Parameters: [{ ParameterKey: 'SSHSourceCidr', ParameterValue: '192.0.2.1/32' }] };

  it.each<[string, Region, { reviewed: boolean; ttl: boolean }, string, readonly Moment[]]>([
    ['with a plan, and an end', { before: undefined, end: complete, events, changes }, { reviewed: true, ttl: true }, 'execute', ['asking-for-stack', 'making', 'deployed']],
    ['at once', { before: undefined, end: complete, events }, { reviewed: false, ttl: false }, 'create ', ['asking-for-stack', 'making', 'deployed']],
    ['of a lab that is there', { before: there, end: stackIn('UPDATE_COMPLETE'), events: [], changes }, { reviewed: true, ttl: false }, 'execute', ['asking-for-change', 'changing', 'deployed']],
    ['after a rolled back attempt', { before: stackIn('ROLLBACK_COMPLETE'), end: complete, events: [] }, { reviewed: false, ttl: false }, 'create ', ['asking-for-stack', 'making', 'deployed']],
  ])('%s', async (_, region, how, carriesOut, goesOn) => {
    const kinds = new Set<string>();
    for (const when of ['asked', 'answered'] as const) {
      for (let nth = 1; nth <= COUNT; nth += 1) {
        const { calls, told } = await interrupted(nth, when, region, how);
        if (told === undefined) {
          expect(nth).toBeGreaterThan(8);
          break;
        }
        const at = calls.indexOf('^C');
        const [before, after] = [calls.slice(0, at), calls.slice(at + 1)];
        const context = JSON.stringify({ nth, when, calls, told });
        expect(after.filter((call) => MAKES.test(call)), context).toEqual([]);
        const isAsked = before.some((call) => call.startsWith(carriesOut));
        expect(goesOn.includes(told), context).toBe(isAsked);
        kinds.add(isAsked ? 'asked' : 'not asked');
        if (isAsked) continue;
        if (before.some((call) => call.startsWith('plan'))) expect(after, context).toContain('discard');
        if (before.some((call) => call.startsWith('import'))) expect(after, context).toContain('delete key ssmlab-key-#');
        if (before.includes('role')) expect(after, context).toContain('drop end');
      }
    }
    expect([...kinds].toSorted()).toEqual(['asked', 'not asked']);
  });
});
