/** The look after a destroy, in a real region: log groups by id and by tag, managed nodes, session logs, the end; and what may not be looked at. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonCall } from '../../../../src/lib/aws/json-call.js';
import { logGroups } from '../../../../src/lib/aws/logs.js';
import { callerIdentity } from '../../../../src/lib/aws/sts.js';
import { textAt } from '../../../../src/lib/aws/xml.js';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { expiryApi } from '../../../../src/lib/expiry/api.js';
import { dropExpiry, expiryLeft, setExpiry } from '../../../../src/lib/expiry/expiry.js';
import { type StackApi, stackApi } from '../../../../src/lib/stack/api.js';
import { destroy, type DestroyEvent, type DestroyPlan, planDestroy } from '../../../../src/lib/stack/destroy.js';
import { lookAgain } from '../../../../src/lib/stack/look.js';
import { pauseUntil } from '../../../../src/lib/stack/pause.js';
import { ec2Call } from '../inventory/snapshot/ec2-call.js';
import { type LabRegion, REGION, startLabRegion } from '../inventory/snapshot/lab-region.js';
import { userWith } from '../inventory/snapshot/user.js';

let region: LabRegion;
beforeAll(async () => {
  region = await startLabRegion();
}, 120_000);
afterAll(() => region.close());

const logs = (name: string, input: Readonly<Record<string, unknown>>) => jsonCall(region.target, { service: 'logs', targetPrefix: 'Logs_20140328', name }, input);
const there = async (): Promise<unknown[]> => ((await logs('DescribeLogGroups', {}))['logGroups'] as { logGroupName: string }[]).map(({ logGroupName }) => logGroupName);
const nothing: DestroyPlan = { stackId: undefined, status: undefined, resources: [], keyNames: [], volumeIds: [], created: undefined };
const denied = (action: string): SsmlabError => new SsmlabError('access-denied', 'refused', { cause: new Error(`User: ada is not authorized to perform: ${action}`) });

async function run(stack: string, api: StackApi = stackApi(region.target)): Promise<{ plan: DestroyPlan; events: DestroyEvent[]; error?: unknown }> {
  const plan = await planDestroy(api, stack);
  const events: DestroyEvent[] = [];
  try {
    for await (const event of destroy(api, { stack, plan, pollSeconds: 0.01, pause: pauseUntil() })) events.push(event);
    return { plan, events };
  } catch (error) {
    return { plan, events, error };
  }
}

describe('log groups', () => {
  const template = (policy: string): string => JSON.stringify({ Resources: { Named: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: policy, Properties: { LogGroupName: '/of/the/lab', RetentionInDays: 7 } }, Own: { Type: 'AWS::Logs::LogGroup', Properties: { Tags: [{ Key: 'k', Value: 'v' }] } } } });

  it('of a stack go with it, and nothing is said', async () => {
    await region.deploy('logged', template('Delete'));
    expect(await there()).toEqual(['/of/the/lab', expect.stringMatching(/^logged-Own-/u)]);
    const { events, error } = await run('logged');
    expect([error, events.filter(({ kind }) => kind !== 'resource')]).toEqual([undefined, []]);
    expect(await there()).toEqual([]);
  }, 60_000);

  it('that are still there are found by the id that they had', async () => {
    await region.deploy('keeping', template('Retain'));
    const { error } = await run('keeping');
    expect(error).toMatchObject({ code: 'stack-failed', message: 'still there: log group /of/the/lab' });
    await logs('DeleteLogGroup', { logGroupName: '/of/the/lab' });
    expect((await run('keeping')).error).toBeUndefined();
  }, 60_000);

  it('of a stack that nobody knows any more are found by its tag, and those of others are not', async () => {
    await region.deploy('half', template('Delete'));
    // As a stack leaves it that was deleted by force: the stack is gone, its group is not.
    await logs('CreateLogGroup', { logGroupName: 'half-of-somebody-else' });
    await logs('CreateLogGroup', { logGroupName: 'halfway' });
    const api = stackApi(region.target);
    expect((await lookAgain(api, 'half', nothing, undefined)).left).toEqual([expect.stringMatching(/^stack half /u), expect.stringMatching(/^key pair half-key-/u), expect.stringMatching(/^log group half-Own-/u)]);
    expect((await run('half')).error).toBeUndefined();
    expect((await lookAgain(api, 'half', nothing, undefined)).left).toEqual([]);
    for (const logGroupName of ['half-of-somebody-else', 'halfway']) await logs('DeleteLogGroup', { logGroupName });
  }, 60_000);

  it('beyond a page are found too', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `many-${String(i).padStart(3, '0')}`);
    for (const logGroupName of names) await logs('CreateLogGroup', { logGroupName });
    expect((await logGroups(region.target, 'many-')).map(({ name }) => name)).toEqual(names);
    for (const logGroupName of names) await logs('DeleteLogGroup', { logGroupName });
  }, 60_000);
});

describe('a half-deleted stack', () => {
  const template = JSON.stringify({ Resources: { VPC: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.7.0.0/16' } }, Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'VPC' }, CidrBlock: '10.7.1.0/24' } } } });

  it('whose deletion something stands in the way of is deleted again when it has gone, by the same run', async () => {
    await region.deploy('blocked', template);
    const api = stackApi(region.target);
    const plan = await planDestroy(api, 'blocked');
    const SubnetId = plan.resources.find(({ logicalId }) => logicalId === 'Subnet')?.physicalId ?? '';
    const NetworkInterfaceId = textAt(await ec2Call(region, 'CreateNetworkInterface', { SubnetId }), 'networkInterface', 'networkInterfaceId') ?? '';
    const events: DestroyEvent[] = [];
    for await (const event of destroy(api, { stack: 'blocked', plan, pollSeconds: 0.05, pause: pauseUntil() })) {
      events.push(event);
      if (event.kind !== 'again') continue;
      expect((await api.findStack('blocked'))?.StackStatus).toBe('DELETE_FAILED');
      await ec2Call(region, 'DeleteNetworkInterface', { NetworkInterfaceId });
    }
    expect(events.filter(({ kind }) => kind === 'again')).toEqual([{ kind: 'again', reason: expect.stringMatching(/dependenc/iu) as string, strangers: [`network interface ${NetworkInterfaceId} in ${SubnetId}`] }]);
    expect(await api.findStack('blocked')).toBeUndefined();
  }, 90_000);
});

describe('the end of a lab', () => {
  it('is looked for by its name: the schedule and its role', async () => {
    const end = { region: REGION, stack: 'short' };
    const api = expiryApi(region.target);
    expect(await expiryLeft(api, end)).toEqual([]);
    const { account } = await callerIdentity(region.target);
    await setExpiry(api, { ...end, account, stackId: `arn:aws:cloudformation:${REGION}:${account}:stack/short/1`, at: new Date(Date.now() + 3_600_000) }, { pollSeconds: 0.01, pause: pauseUntil() });
    const look = await lookAgain(stackApi(region.target), 'short', nothing, () => expiryLeft(api, end));
    expect(look.left).toEqual([`schedule ssmlab-ttl-${REGION}-short`, `role ssmlab-ttl-${REGION}-short`]);
    await dropExpiry(api, end);
    expect(await expiryLeft(api, end)).toEqual([]);
  });
});

describe('what is told and fails nothing', () => {
  let api: StackApi;
  beforeEach(() => (api = stackApi(region.target)));
  const had: DestroyPlan = { ...nothing, stackId: 'arn', resources: [{ logicalId: 'Instance3', type: 'AWS::EC2::Instance', physicalId: 'i-0123456789abcdef0' }] };

  it('nodes that Systems Manager still lists', async () => {
    const asked: unknown[] = [];
    const look = await lookAgain({ ...api, managedNodes: async (ids) => (asked.push(ids), [{ instanceId: 'i-0123456789abcdef0', pingStatus: 'ConnectionLost' }]) }, 'x', had, undefined);
    expect([asked, look.left, look.stays]).toEqual([[['i-0123456789abcdef0']], [], ['Systems Manager lists i-0123456789abcdef0 (ConnectionLost) as managed node yet, and forgets it by itself']]);
    expect((await lookAgain(api, 'x', had, undefined)).stays).toEqual([]);
  });

  it('where sessions were logged', async () => {
    const look = await lookAgain({ ...api, sessionLogs: async () => ({ logGroup: '/sessions', bucket: 'keeps' }) }, 'x', had, undefined);
    expect(look.stays).toEqual(["what was shown in sessions is in the log group /sessions and the bucket keeps, by the account's session preferences"]);
  });

  it('what may not be looked at, with the action; a call that is not answered as well, and wrong credentials not', async () => {
    const user = await userWith(region, [{ Effect: 'Allow', Action: ['cloudformation:*', 'ec2:*'], Resource: '*' }]);
    const look = await lookAgain(stackApi(region.as(user)), 'x', had, () => expiryLeft(expiryApi(region.as(user)), { region: REGION, stack: 'x' }));
    expect(look.left).toEqual([]);
    expect(look.unseen.map(({ what, why }) => `${what}: ${/perform: (\S+)/u.exec(why)?.[1]}`).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'log groups: logs:DescribeLogGroups', 'managed nodes: ssm:DescribeInstanceInformation', 'schedule and role of its end: scheduler:GetSchedule', 'session logs: ssm:GetDocument',
    ]);
    const silent = new SsmlabError('endpoint-unreachable', 'nothing answers at logs');
    expect((await lookAgain({ ...api, logGroups: () => Promise.reject(silent) }, 'x', nothing, undefined)).unseen).toEqual([{ what: 'log groups', why: 'nothing answers at logs' }]);
    await expect(lookAgain({ ...api, logGroups: () => Promise.reject(new SsmlabError('credentials-wrong', 'expired')) }, 'x', nothing, undefined)).rejects.toMatchObject({ code: 'credentials-wrong' });
    await expect(lookAgain({ ...api, describeAddresses: () => Promise.reject(denied('ec2:DescribeAddresses')) }, 'x', nothing, undefined)).rejects.toMatchObject({ code: 'access-denied' });
  });
});
