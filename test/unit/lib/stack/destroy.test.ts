import { describe, expect, it } from 'vitest';
import { destroy, planDestroy } from '../../../../src/lib/stack/destroy.js';
import { event, fakeApi, LAB_TAGS, type Script, stackIn } from './fake-api.js';

async function run(script: Script, change: (api: ReturnType<typeof fakeApi>['api']) => object = () => ({})) {
  const { api, calls } = fakeApi(script);
  const changed = { ...api, describeInstances: async () => [], ...change(api) };
  const plan = await planDestroy(changed, 'ssmlab');
  const events: string[] = [];
  const work = (async () => {
    for await (const each of destroy(changed, { stack: 'ssmlab', plan, pollSeconds: 0, pause: async () => undefined })) events.push(`${each.logicalId} ${each.status}`);
  })();
  return { plan, events, calls, error: await work.then(() => undefined, (error: unknown) => error) };
}

const key = { publicKey: 'ssh-ed25519 AAAA' };
const [made, gone] = [event('ssmlab', 'CREATE_COMPLETE'), event('VPC1', 'DELETE_COMPLETE')];

describe('destroy', () => {
  it('deletes stack and key pair, tells only of this deletion, and looks again', async () => {
    const { plan, events, calls, error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_IN_PROGRESS'), stackIn('DELETE_COMPLETE')], events: [[made], [made, gone]], keyPair: key });
    expect(error).toBeUndefined();
    expect(plan).toMatchObject({ status: 'CREATE_COMPLETE', keyName: 'ssmlab-key', resources: [{ logicalId: 'VPC1', physicalId: 'vpc-1' }] });
    expect(events).toEqual(['VPC1 DELETE_COMPLETE']);
    expect(calls).toEqual(['delete', 'delete key ssmlab-key']);
  });
  it('names what is left', async () => {
    const { error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_COMPLETE')] }, () => ({
      describeInstances: async () => [{ InstanceId: 'i-9', State: { Name: 'running' } }],
      describeAddresses: async () => ['198.18.0.10'],
    }));
    expect(error).toMatchObject({ code: 'stack-failed', message: 'still there: instance i-9 (running), address 198.18.0.10' });
  });
  it('fails with the first cause', async () => {
    const { error } = await run({ stacks: [stackIn('CREATE_COMPLETE'), stackIn('DELETE_FAILED')], events: [[made], [made, event('VPC1', 'DELETE_FAILED', 'it has dependencies')]] });
    expect(error).toMatchObject({ code: 'stack-failed', message: expect.stringContaining('VPC1 (AWS::EC2::VPC): it has dependencies') as string });
  });
  it('touches nothing that is not ssmlab\'s', async () => {
    await expect(run({ stacks: [stackIn('CREATE_COMPLETE', [])] })).rejects.toMatchObject({ code: 'stack-foreign' });
    const { calls } = await run({ stacks: [undefined], keyPair: { ...key, foreign: true } });
    expect(calls).toEqual([]);
    expect(LAB_TAGS).toHaveLength(1);
  });
});
