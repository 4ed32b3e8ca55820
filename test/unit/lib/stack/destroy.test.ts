import { describe, expect, it } from 'vitest';
import { destroy, planDestroy } from '../../../../src/lib/stack/destroy.js';
import { event, fakeApi, LAB_TAGS, type Script, stackIn } from './fake-api.js';

async function run(script: Script, change: (api: ReturnType<typeof fakeApi>['api']) => object = () => ({})) {
  const { api, calls } = fakeApi(script);
  const changed = { ...api, describeInstances: async () => [], ...change(api) };
  const plan = await planDestroy(changed, 'ssmlab');
  const events: string[] = [];
  const work = (async () => {
    for await (const each of destroy(changed, { stack: 'ssmlab', plan, pollSeconds: 0, pause: async () => undefined })) events.push(each.kind === 'again' ? `again: ${each.reason}` : each.kind === 'resource' ? `${each.logicalId} ${each.status}` : each.kind);
  })();
  return { plan, events, calls, error: await work.then(() => undefined, (error: unknown) => error) };
}

const key = { name: 'ssmlab-key-0123abcd', publicKey: 'ssh-ed25519 AAAA' };
const [made, gone] = [event('ssmlab', 'CREATE_COMPLETE'), event('VPC1', 'DELETE_COMPLETE')];

describe('destroy', () => {
  it('deletes stack and key pair, tells only of this deletion, and looks again', async () => {
    const { plan, events, calls, error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_IN_PROGRESS'), stackIn('DELETE_COMPLETE')], events: [[made], [made, gone]], keyPair: key });
    expect(error).toBeUndefined();
    expect(plan).toMatchObject({ status: 'CREATE_COMPLETE', keyNames: ['ssmlab-key-0123abcd'], resources: [{ logicalId: 'VPC1', physicalId: 'vpc-1' }] });
    expect(events).toEqual(['VPC1 DELETE_COMPLETE']);
    expect(calls).toEqual(['delete', 'delete key ssmlab-key-#']);
  });
  it.each(['ROLLBACK_FAILED', 'DELETE_FAILED', 'UPDATE_ROLLBACK_FAILED', 'CREATE_FAILED', 'REVIEW_IN_PROGRESS'])('takes a stack away that is in %s', async (status) => {
    const { error, calls } = await run({ stacks: [stackIn(status), stackIn('DELETE_IN_PROGRESS'), stackIn('DELETE_COMPLETE')], events: [[made], [made, gone]], keyPair: key });
    expect(error).toBeUndefined();
    expect(calls).toEqual(['delete', 'delete key ssmlab-key-#']);
  });
  it('names what is left', async () => {
    const { error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_COMPLETE')] }, () => ({
      describeInstances: async () => [{ InstanceId: 'i-9', State: { Name: 'running' } }],
      describeAddresses: async () => ['198.18.0.10'],
    }));
    expect(error).toMatchObject({ code: 'stack-failed', message: 'still there: instance i-9 (running), address 198.18.0.10' });
  });
  it('looks for what was part of it, by tag and by id', async () => {
    const { plan, error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_COMPLETE')] }, () => ({ natGateways: async () => ['nat-1'], vpcEndpoints: async () => ['vpce-1'], volumesThere: async (ids: readonly string[]) => ids }));
    expect(plan.volumeIds).toEqual(['vol-1']);
    expect(error).toMatchObject({ message: 'still there: NAT gateway nat-1, endpoint vpce-1, volume vol-1' });
  });
  it('has patience with what goes a little later', async () => {
    let looks = 0;
    const { error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_COMPLETE')] }, () => ({ vpcEndpoints: async () => (++looks < 3 ? ['vpce-1'] : []) }));
    expect([error, looks]).toEqual([undefined, 3]);
  });
  it('tries again what AWS makes wait for, and nothing else', async () => {
    const failed = event('VPC1', 'DELETE_FAILED', 'resource sg-1 has a dependent object (DependencyViolation)');
    const { events, calls, error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_FAILED'), stackIn('DELETE_COMPLETE')], events: [[made], [made, failed], [made, failed, gone]], keyPair: key });
    expect(error).toBeUndefined();
    expect(events).toEqual(['VPC1 DELETE_FAILED', 'again: resource sg-1 has a dependent object (DependencyViolation)', 'VPC1 DELETE_COMPLETE']);
    expect(calls).toEqual(['delete', 'delete', 'delete key ssmlab-key-#']);
  });
  it('names what is not the lab\'s and in the way, and what to do, when that does not go', async () => {
    const failed = Array.from({ length: 5 }, () => event('VPC1', 'DELETE_FAILED', 'vpc-1 has dependencies and cannot be deleted'));
    const asked: unknown[] = [];
    const { events, calls, error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), ...failed.map(() => stackIn('DELETE_FAILED'))], events: [[made], ...failed.map((_, round) => [made, ...failed.slice(0, round + 1)])], keyPair: key }, () => ({ strangersIn: async (...args: unknown[]) => (asked.push(args), ['instance i-9 in subnet-9', 'security group sg-9']) }));
    expect(events.filter((each) => each.startsWith('again'))).toHaveLength(4);
    expect([calls, asked[0]]).toEqual([Array<string>(5).fill('delete'), [['vpc-1'], new Set(['vpc-1'])]]);
    expect(error).toMatchObject({ code: 'stack-failed', hint: 'what is not the lab\'s is in the way: instance i-9 in subnet-9, security group sg-9; remove it, then run `ssmlab destroy` again: it goes on with what is left' });
  });
  it('fails with the first cause', async () => {
    const { error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_FAILED')], events: [[made], [made, event('VPC1', 'DELETE_FAILED', 'it is protected')]] });
    expect(error).toMatchObject({ code: 'stack-failed', message: expect.stringContaining('VPC1 (AWS::EC2::VPC): it is protected') as string, hint: 'mend what the reason names, then run `ssmlab destroy` again: it goes on with what is left' });
  });
  it.each(['ssmlab-key', 'ssmlab-key-0123abcd'])('takes a key pair that an attempt or a lab of before has left: %s', async (name) => {
    expect((await run({ stacks: [undefined], keyPair: { ...key, name } })).calls).toEqual([`delete key ${name.replace('0123abcd', '#')}`]);
  });
  it('touches nothing that is not ssmlab\'s', async () => {
    await expect(run({ stacks: [stackIn('CREATE_COMPLETE', [])] })).rejects.toMatchObject({ code: 'stack-foreign' });
    for (const other of [{ ...key, foreign: true }, { ...key, name: 'ssmlab-key-mine' }, { ...key, name: 'ssmlab-key-key-0123abcd' }]) expect((await run({ stacks: [undefined], keyPair: other })).calls).toEqual([]);
    expect(LAB_TAGS).toHaveLength(1);
  });
});
