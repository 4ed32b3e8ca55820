import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { deploy, type DeployEvent, type DeployOptions, type DeployResult } from '../../../../src/lib/stack/deploy.js';
import { localKey } from '../../../../src/lib/stack/key-pair.js';
import { event, fakeApi, LAB_TAGS, type Script, STACK_ID, stackIn } from './fake-api.js';

const options = (over: Partial<DeployOptions> = {}): DeployOptions => {
  const keyFile = join(mkdtempSync(join(tmpdir(), 'ssmlab-')), 'lab', 'key', 'id_ed25519');
  return { stack: 'ssmlab', keyFile, makeFolder: async () => void mkdirSync(dirname(dirname(keyFile)), { recursive: true }), pollSeconds: 1, pause: async () => undefined, agentSeconds: 5, ...over };
};

async function run(script: Script, over: Partial<DeployOptions> = {}): Promise<{ result?: DeployResult; error?: unknown; events: DeployEvent[]; calls: string[] }> {
  const { api, calls } = fakeApi(script);
  const events: DeployEvent[] = [];
  const generator = deploy(api, options(over));
  try {
    let next = await generator.next();
    for (; next.done !== true; next = await generator.next()) events.push(next.value);
    return { result: next.value, events, calls };
  } catch (error) {
    return { error, events, calls };
  }
}

const kinds = (events: readonly DeployEvent[]): string[] => events.map((each) => (each.kind === 'resource' ? `${each.logicalId} ${each.status}` : each.kind));

const [begin, vpc, done] = [event('ssmlab', 'CREATE_IN_PROGRESS'), event('VPC1', 'CREATE_COMPLETE'), event('ssmlab', 'CREATE_COMPLETE')];

describe('deploy', () => {
  it('makes key pair and stack, passes the events on in time\'s order, waits for the agents', async () => {
    const { result, events, calls } = await run({ stacks: [undefined, stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_COMPLETE')], events: [[], [begin, vpc], [begin, vpc, done]], agentRounds: 2 });
    expect(result).toEqual({ outcome: 'created', stackId: STACK_ID });
    expect(kinds(events)).toEqual(['key-pair', 'started', 'ssmlab CREATE_IN_PROGRESS', 'VPC1 CREATE_COMPLETE', 'ssmlab CREATE_COMPLETE', 'agents', 'agents']);
    expect(calls).toEqual(['import ssmlab-key-#', 'create ssmlab KeyName=ssmlab-key-#']);
    expect(events.at(-1)).toEqual({ kind: 'agents', online: ['Instance2'], waiting: [] });
  });

  it('waits for an instance that EC2 does not list yet, a minute at the most', async () => {
    for (const [unlisted, pauses, online] of [[3, 3, ['Instance2']], [1000, 60, []]] as const) {
      let waited = 0;
      const { result, events } = await run({ stacks: [undefined, stackIn('CREATE_COMPLETE')], events: [[], [begin, done]], unlisted }, { pause: async () => void waited++ });
      expect([result?.outcome, waited, events.at(-1)]).toEqual(['created', pauses, { kind: 'agents', online, waiting: [] }]);
    }
  });

  it('changes nothing when the lab is there', async () => {
    const { result, events, calls } = await run({ stacks: [stackIn('CREATE_COMPLETE')] });
    expect([result?.outcome, kinds(events), calls]).toEqual(['unchanged', ['agents'], ['plan UPDATE ssmlab drift', 'discard']]);
  });

  it('does not fail a lab that was there and is broken, and does not wait long', async () => {
    let waited = 0;
    const { result, events } = await run({ stacks: [stackIn('CREATE_COMPLETE')], agentRounds: 1000 }, { agentSeconds: 9, pause: async () => void waited++ });
    expect([result?.outcome, waited]).toEqual(['unchanged', 3]);
    expect(events).toEqual([{ kind: 'agents', online: [], waiting: ['Instance2'] }]);
  });

  it('joins another process, found at once or after the attempt', async () => {
    const first = await run({ stacks: [stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_COMPLETE')], events: [[begin], [begin, done]] });
    expect([first.result?.outcome, kinds(first.events)[0], first.calls]).toEqual(['created', 'joined', []]);
    const later = await run({ stacks: [undefined, stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_COMPLETE')], created: [undefined], events: [[], [begin], [begin], [begin, done]] });
    expect([later.result?.outcome, kinds(later.events).slice(0, 2)]).toEqual(['created', ['key-pair', 'joined']]);
  });

  it('removes a rolled back attempt first', async () => {
    const { result, calls } = await run({ stacks: [stackIn('ROLLBACK_COMPLETE'), stackIn('DELETE_COMPLETE'), stackIn('CREATE_COMPLETE')] });
    expect(result?.outcome).toBe('created');
    expect(calls).toEqual(['delete', 'import ssmlab-key-#', 'create ssmlab KeyName=ssmlab-key-#']);
  });

  it('names the first cause of a failure, not its consequences', async () => {
    const events = [begin, event('Instance2', 'CREATE_FAILED', 'Resource creation cancelled'), event('VPC1', 'CREATE_FAILED', 'the CIDR is bad'), event('ssmlab', 'ROLLBACK_COMPLETE', 'The following resource(s) failed to create')];
    const { error } = await run({ stacks: [undefined, stackIn('ROLLBACK_COMPLETE')], events: [[], events] });
    expect(error).toMatchObject({ code: 'stack-failed', message: 'the stack "ssmlab" ended in ROLLBACK_COMPLETE: VPC1 (AWS::EC2::VPC): the CIDR is bad' });
  });

  it('says that another process deleted what was being made', async () => {
    const events = [begin, event('ssmlab', 'DELETE_IN_PROGRESS'), event('VPC1', 'CREATE_FAILED', 'Resource creation cancelled'), event('ssmlab', 'DELETE_COMPLETE')];
    const { error } = await run({ stacks: [undefined, stackIn('CREATE_IN_PROGRESS'), stackIn('DELETE_COMPLETE')], events: [[], [begin], events] });
    expect(error).toMatchObject({ code: 'stack-failed', message: 'the stack "ssmlab" was deleted by another process while it was made' });
  });

  it.each([
    ['ROLLBACK_FAILED', 'run `ssmlab destroy`, then deploy again'], ['CREATE_FAILED', 'run `ssmlab destroy`, then deploy again'], ['DELETE_FAILED', 'mend what the reason names, then run `ssmlab destroy` again: it goes on with what is left'],
    ['UPDATE_ROLLBACK_FAILED', 'mend what the reason names, then `aws cloudformation continue-update-rollback --stack-name ssmlab` makes it what it was; or `ssmlab destroy`, then deploy again'],
  ])('does not build on a stack in %s: it says why it is so, and what goes on from there', async (status, hint) => {
    const before = [event('Subnet', 'CREATE_FAILED', 'no such range'), event('ssmlab', 'ROLLBACK_IN_PROGRESS'), event('VPC1', 'DELETE_FAILED', 'it may not'), event('ssmlab', status)];
    const { error, calls } = await run({ stacks: [stackIn(status)], events: [before] });
    expect(error).toMatchObject({ code: 'stack-failed', exit: 3, message: `the stack "ssmlab" is in ${status}: VPC1 (AWS::EC2::VPC): it may not`, hint });
    expect(calls).toEqual([]);
  });

  it('leaves what is not ssmlab\'s alone', async () => {
    expect((await run({ stacks: [stackIn('CREATE_COMPLETE', [])] })).error).toMatchObject({ code: 'stack-foreign' });
  });

  it('touches no key pair that is there: it may be another\'s who deploys at the same time', async () => {
    const { calls } = await run({ stacks: [undefined, stackIn('CREATE_COMPLETE')], keyPair: { name: 'ssmlab-key-00000000', publicKey: 'ssh-ed25519 AAAA' } });
    expect(calls).toEqual(['import ssmlab-key-#', 'create ssmlab KeyName=ssmlab-key-#']);
  });

  it('takes its own key pair back when another process was quicker', async () => {
    const others = { ...stackIn('CREATE_IN_PROGRESS'), Parameters: [{ ParameterKey: 'KeyName', ParameterValue: 'ssmlab-key-00000000' }] };
    let dropped = 0;
    const lost = await run({ stacks: [undefined, others, others, stackIn('CREATE_COMPLETE')], created: [undefined], events: [[], [begin], [begin], [begin, done]] }, { dropFolder: async () => void dropped++ });
    expect([lost.result?.outcome, lost.calls, dropped]).toEqual(['created', ['import ssmlab-key-#', 'create ssmlab KeyName=ssmlab-key-#', 'delete key ssmlab-key-#'], 1]);
  });

  it.each(['CREATE_FAILED', 'ROLLBACK_FAILED', 'DELETE_FAILED'])('does not go on from %s', async (status) => {
    expect((await run({ stacks: [stackIn(status)] })).error).toMatchObject({ code: 'stack-failed' });
  });

  it('says which agent is not online, within the bound', async () => {
    const { error } = await run({ stacks: [undefined, stackIn('CREATE_COMPLETE')], agentRounds: 100 });
    expect(error).toMatchObject({ code: 'not-connected', message: expect.stringContaining('Instance2 is not online after 5 s') as string });
  });

  describe('by a plan', () => {
    const added: Script['changes'] = { status: 'CREATE_COMPLETE', reason: '', execution: 'AVAILABLE', changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'VPC1', ResourceType: 'AWS::EC2::VPC' } }] };
    const review = (answer: boolean | Error): { review: DeployOptions['review']; shown: unknown[] } => {
      const shown: unknown[] = [];
      return { shown, review: async ({ type, changes }) => {
        shown.push([type, changes.map(({ logicalId, action }) => `${action} ${logicalId}`)]);
        if (answer instanceof Error) throw answer;
        return answer;
      } };
    };
    const fresh: Script = { stacks: [undefined, stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_COMPLETE')], events: [[], [begin], [begin, done]], changes: added };

    it('shows it, sets the end of the lab, and then makes the stack', async () => {
      const { review: asked, shown } = review(true);
      const order: string[] = [];
      const { result, calls } = await run(fresh, { review: asked, placement: { instanceType: 't3.nano', vpc1Zone: 'a', vpc2Zone: 'b' }, expiry: { at: new Date(0), set: async (stackId) => void order.push(stackId), drop: async () => undefined } });
      expect(shown).toEqual([['CREATE', ['Add VPC1']]]);
      expect(result).toEqual({ outcome: 'created', stackId: STACK_ID, expires: new Date(0) });
      expect(order).toEqual([STACK_ID]);
      expect(calls).toEqual(['import ssmlab-key-#', 'plan CREATE ssmlab KeyName=ssmlab-key-# InstanceType=t3.nano VPC1Zone=a VPC2Zone=b', 'execute']);
    });

    const taken = { stacks: [undefined, stackIn('REVIEW_IN_PROGRESS')], changes: added };
    it('waits for it as long as AWS\'s waiter does, and takes back what does not come to an end', async () => {
      let pauses = 0;
      const { error, calls } = await run({ ...taken, changes: { ...added, status: 'CREATE_IN_PROGRESS' } }, { review: review(true).review, pollSeconds: 30, pause: async () => void pauses++ });
      expect(error).toMatchObject({ code: 'no-change-set', message: 'CloudFormation has not finished the plan for "ssmlab" in 60 minutes' });
      expect(pauses).toBe(120);
      expect(calls.slice(2)).toEqual(['discard', 'delete', 'delete key ssmlab-key-#']);
    });
    it.each<[string, boolean | Error]>([['a look', false], ['a question that is broken off', new Error('Ctrl-C')]])('leaves nothing after %s', async (_, answer) => {
      let dropped = 0;
      const { result, error, calls } = await run(taken, { review: review(answer).review, dropFolder: async () => void dropped++ });
      if (answer === false) expect(result).toEqual({ outcome: 'planned', stackId: STACK_ID });
      else expect(error).toBe(answer);
      expect(calls).toEqual(['import ssmlab-key-#', 'plan CREATE ssmlab KeyName=ssmlab-key-#', 'discard', 'delete', 'delete key ssmlab-key-#']);
      expect(dropped).toBe(1);
    });

    it('makes nothing when the end of the lab cannot be set', async () => {
      const { error, calls } = await run(taken, { review: review(true).review, expiry: { at: new Date(0), set: async () => Promise.reject(new Error('no Scheduler')), drop: async () => undefined } });
      expect(error).toMatchObject({ message: 'no Scheduler' });
      expect(calls.slice(-3)).toEqual(['discard', 'delete', 'delete key ssmlab-key-#']);
    });

    it('takes everything back when it may not be carried out, the end of the lab too', async () => {
      const dropped: string[] = [];
      const denied = new SsmlabError('access-denied', 'no ExecuteChangeSet');
      const { error, calls } = await run({ ...taken, executed: denied }, { review: review(true).review, dropFolder: async () => void dropped.push('folder'), expiry: { at: new Date(0), set: async () => undefined, drop: async () => void dropped.push('end') } });
      expect(error).toBe(denied);
      expect(calls.slice(-4)).toEqual(['execute', 'discard', 'delete', 'delete key ssmlab-key-#']);
      expect(dropped).toEqual(['folder', 'end']);
    });

    it('leaves what is under way, though the answer to its beginning did not arrive', async () => {
      const lost = new SsmlabError('endpoint-unreachable', 'nothing answers');
      const { error, calls } = await run({ ...fresh, executed: lost }, { review: review(true).review });
      expect(error).toBe(lost);
      expect(calls).not.toContain('delete');
      expect(calls).not.toContain('delete key ssmlab-key-#');
    });

    it('leaves the stack of somebody who was quicker, with the end that they set, and takes its own key pair and end back', async () => {
      const late = Object.assign(new Error('cannot be executed in its current execution status of OBSOLETE'), { name: 'InvalidChangeSetStatus' });
      const theirs = '2026-12-01T00:00:00.000Z';
      for (const [tags, wanted] of [[[], 'none'], [[{ Key: 'ssmlab:expires', Value: theirs }], theirs]] as const) {
        const ends: string[] = [];
        let dropped = 0;
        const expiry = { at: new Date(0), set: async (_: string, at: Date) => void ends.push(at.getTime() === 0 ? 'ours' : at.toISOString()), drop: async () => void ends.push('none') };
        const others = { ...stackIn('CREATE_IN_PROGRESS', [...LAB_TAGS, ...tags]), ChangeSetId: 'arn:another' };
        const { calls, error } = await run({ ...fresh, stacks: [undefined, others], executed: late }, { review: review(true).review, expiry, dropFolder: async () => void dropped++ });
        expect(error).toMatchObject({ code: 'stack-busy' });
        expect(calls).not.toContain('delete');
        expect(calls.at(-1)).toBe('delete key ssmlab-key-#');
        expect([ends, dropped]).toEqual([['ours', wanted], 1]);
      }
    });

    it('does not carry a plan out whose key another process of the same user has taken away', async () => {
      const lab = options();
      const taken = async (): Promise<boolean> => {
        rmSync(dirname(lab.keyFile), { recursive: true });
        return true;
      };
      const { error, calls } = await run({ ...fresh, stacks: [undefined, stackIn('REVIEW_IN_PROGRESS')] }, { ...lab, makeFolder: async () => void mkdirSync(dirname(dirname(lab.keyFile)), { recursive: true }), review: taken });
      expect(error).toMatchObject({ code: 'stack-busy', message: expect.stringContaining('taken the key of the stack "ssmlab" away') as string });
      expect(calls).not.toContain('execute');
    });

    it('says that somebody else works on the stack when its own change set is gone', async () => {
      const { calls, error } = await run({ ...fresh, changes: null }, { review: review(true).review });
      expect(error).toMatchObject({ code: 'stack-busy', message: 'another process has taken the stack "ssmlab" away while this one planned it' });
      expect(calls).not.toContain('execute');
    });

    it.each([['one of ssmlab\'s', 'arn:aws:cloudformation:ap-northeast-1:123456789012:changeSet/ssmlab-abc/1', undefined], ['somebody else\'s', 'arn:aws:cloudformation:ap-northeast-1:123456789012:changeSet/mine/1', 'stack-foreign']])('of a stack that is only planned, and has no tags, heeds whose plan it is: %s', async (_, changeSet, code) => {
      const { error, calls } = await run({ ...fresh, stacks: [stackIn('REVIEW_IN_PROGRESS', []), stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_COMPLETE')], changeSets: [changeSet] }, { review: review(true).review });
      expect((error as SsmlabError | undefined)?.code).toBe(code);
      expect(calls.includes('execute')).toBe(code === undefined);
    });

    it('lets a plan of others stand, and makes its own beside it', async () => {
      const { result } = await run({ ...fresh, stacks: [stackIn('REVIEW_IN_PROGRESS'), stackIn('CREATE_IN_PROGRESS'), stackIn('CREATE_COMPLETE')] }, { review: review(true).review });
      expect(result?.outcome).toBe('created');
    });
  });

  describe('again', () => {
    const there = { ...stackIn('CREATE_COMPLETE'), Parameters: [{ ParameterKey: 'KeyName', ParameterValue: 'ssmlab-key' }, { ParameterKey: 'SSHSourceCidr', ParameterValue: '192.0.2.1/32' }] };
    const drifted: Script['changes'] = { status: 'CREATE_COMPLETE', reason: '', execution: 'AVAILABLE', changes: [{ ResourceChange: { Action: 'Modify', LogicalResourceId: 'VPC1', ResourceType: 'AWS::EC2::VPC', ResourceDriftStatus: 'MODIFIED' } }] };

    it('tells what drifted, and leaves it alone', async () => {
      const { result, events, calls } = await run({ stacks: [there], changes: drifted });
      expect(result?.outcome).toBe('unchanged');
      expect(events[0]).toEqual({ kind: 'drift', drifted: [{ logicalId: 'VPC1', type: 'AWS::EC2::VPC', drift: 'MODIFIED' }], heals: false });
      expect(calls).toEqual(['plan UPDATE ssmlab KeyName kept SSHSourceCidr kept drift', 'discard']);
    });

    it('puts it back when asked to', async () => {
      const { result, calls } = await run({ stacks: [there, stackIn('UPDATE_COMPLETE')], changes: drifted }, { heal: true });
      expect(result?.outcome).toBe('updated');
      expect(calls).toEqual(['plan UPDATE ssmlab KeyName kept SSHSourceCidr kept drift', 'execute']);
    });

    it('changes who may open SSH, and nothing else with it', async () => {
      const { result, calls } = await run({ stacks: [there, stackIn('UPDATE_COMPLETE')], changes: drifted }, { sshSourceCidr: async () => '203.0.113.9/32' });
      expect(result?.outcome).toBe('updated');
      expect(calls[0]).toBe('plan UPDATE ssmlab SSHSourceCidr=203.0.113.9/32 KeyName kept');
    });

    it('refuses an end for a lab that is there', async () => {
      const { error, calls } = await run({ stacks: [there] }, { expiry: { at: new Date(0), set: async () => undefined, drop: async () => undefined } });
      expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('--ttl is for a new one') as string });
      expect(calls).toEqual([]);
    });

    // Made ten minutes ago to live for an hour.
    it.each([[60, 'unchanged'], [120, 'usage'], [10, 'usage']])('that has one, by --ttl %im: %s, for the same words again are the deployment that was broken off', async (minutes, expected) => {
      const created = Date.now() - 600_000;
      const ends = new Date(created + 3_600_000);
      const has = { ...there, CreationTime: new Date(created), Tags: [...LAB_TAGS, { Key: 'ssmlab:expires', Value: ends.toISOString() }] };
      const none = { set: async () => Promise.reject(new Error('set anew')), drop: async () => undefined };
      const { result, error, calls } = await run({ stacks: [has] }, { expiry: { at: new Date(Date.now() + minutes * 60_000), ...none } });
      expect((error as SsmlabError | undefined)?.code ?? result?.outcome).toBe(expected);
      expect(calls.length > 0).toBe(expected === 'unchanged');
      expect((await run({ stacks: [has] })).result?.expires).toEqual(ends);
    });
  });

  it('gives another template only the parameters that it has, and no template to a stack that is there', async () => {
    const sshSourceCidr = async () => '203.0.113.1/32';
    const own = await run({ stacks: [undefined, stackIn('CREATE_COMPLETE')] }, { sshSourceCidr });
    expect(own.calls.at(-1)).toBe('create ssmlab KeyName=ssmlab-key-# SSHSourceCidr=203.0.113.1/32');
    const other = await run({ stacks: [undefined, stackIn('CREATE_COMPLETE')] }, { template: '{}', sshSourceCidr });
    expect(other.calls.at(-1)).toBe('create ssmlab KeyName=ssmlab-key-#');
    expect((await run({ stacks: [stackIn('CREATE_COMPLETE')] }, { template: '{}' })).error).toMatchObject({ code: 'usage' });
  });
});

describe('localKey', () => {
  it('is one pair however many ask at once, private, and the same the next time', async () => {
    const { keyFile, makeFolder } = options();
    await makeFolder();
    const all = await Promise.all([1, 2, 3, 4].map(() => localKey(keyFile, 'x')));
    expect(all.filter((each) => each.made)).toHaveLength(1);
    expect(new Set(all.map((each) => each.publicKey.trim())).size).toBe(1);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/u);
    expect(await localKey(keyFile, 'x')).toMatchObject({ made: false });
  });
  it('refuses a key file that others may read', async () => {
    const { keyFile, makeFolder } = options();
    await makeFolder();
    await localKey(keyFile, 'x');
    writeFileSync(`${keyFile}.x`, '');
    const { chmodSync } = await import('node:fs');
    chmodSync(keyFile, 0o644);
    await expect(localKey(keyFile, 'x')).rejects.toMatchObject({ code: 'key-unsafe' });
  });
});
