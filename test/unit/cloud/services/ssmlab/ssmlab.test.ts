import { beforeEach, describe, expect, it } from 'vitest';
import type { FlowAccount, FlowRequest } from '../../../../../src/cloud/fabric/account.js';
import { type FabricNamespaces, type WanConditions, WanError } from '../../../../../src/cloud/fabric/fabric.js';
import type { Caller, Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { ssmlab } from '../../../../../src/cloud/services/ssmlab/ssmlab.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const LAB: Caller = { accountId: '123456789012', accessKeyId: 'A', arn: 'arn:aws:iam::123456789012:user/ssmlab', userId: 'U', kind: 'lab' };
const CONDITIONS: WanConditions = { lossPercent: 0.25, bitsPerSecond: 8000, delayMs: 0 };
const NAMESPACES: FabricNamespaces = { uidMode: 'multi', namespaces: [{ kind: 'internet', entrance: ['nsenter', '--'] }, { kind: 'instance', id: 'i-1', entrance: ['nsenter', '-n', '--'] }] };

let asked: FlowRequest[];
let changes: Partial<WanConditions>[];
let refusal: Error | undefined;
let context: OperationContext;

beforeEach(() => {
  asked = [];
  changes = [];
  refusal = undefined;
  const wan = { conditions: CONDITIONS, set: (change: Partial<WanConditions>) => (refusal === undefined ? (changes.push(change), Promise.resolve()) : Promise.reject(refusal)) };
  const memory = new Memory();
  const account: FlowAccount = { by: 'computed', source: '10.0.0.1', answer: 'none', steps: [] };
  context = {
    region: 'eu-west-1', accountId: LAB.accountId, caller: LAB, origin: { kind: 'loopback' }, requestId: 'r', state: memory.scope('eu-west-1'), globalState: memory.scope('aws-global'),
    runtime: { fabric: { kind: 'netns', wan, namespaces: () => NAMESPACES, trace: (request: FlowRequest) => (asked.push(request), Promise.resolve(account)) } } as unknown as OperationContext['runtime'],
    now: Date.now,
    call: () => { throw new Error('ssmlab calls nobody'); },
  };
});

async function call(operation: string, input: Input = {}, changes: Partial<OperationContext> = {}): Promise<Output> {
  const found = ssmlab.operations[operation];
  if (found === undefined) throw new Error(`no ${operation}`);
  return found(input, { ...context, ...changes });
}

const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('ssmlab\'s own service', () => {
  it('says where packets can be seen', async () => {
    await expect(call('DescribeFabric')).resolves.toEqual({
      Kind: 'netns', UidMode: 'multi', WanConditions: { LossPermyriad: 25, BitsPerSecond: 8000, DelayMilliseconds: 0 },
      Namespaces: [{ Kind: 'internet', Id: undefined, Entrance: ['nsenter', '--'] }, { Kind: 'instance', Id: 'i-1', Entrance: ['nsenter', '-n', '--'] }],
    });
  });

  it.each(['DescribeFabric', 'SetInstanceTypeOfferings', 'SetServiceQuota', 'SetWanConditions', 'TraceFlow'])('gives %s to the lab\'s own keys only, on the endpoint only', async (operation) => {
    const role: Caller = { ...LAB, kind: 'role', roleName: 'r', arn: 'arn:aws:sts::123456789012:assumed-role/r/i-1' };
    await expect(call(operation, {}, { caller: role })).rejects.toEqual(refused('AccessDeniedException'));
    await expect(call(operation, {}, { caller: { ...LAB, kind: 'user', userName: 'u' } })).rejects.toEqual(refused('AccessDeniedException'));
    await expect(call(operation, {}, { origin: { kind: 'fabric', sourceAddress: '10.0.0.1' } })).rejects.toEqual(refused('AccessDeniedException'));
  });

  it.each([
    [{ InstanceId: 'i-0123456789abcdef0', Destination: '8.8.8.8' }, 'InstanceNotFoundException'],
    [{ InstanceId: 'i-0123456789abcdef0', Destination: '8.8.8.8', Protocol: 'tcp' }, 'ValidationException'],
    [{ InstanceId: 'i-0123456789abcdef0', Destination: '8.8.8.8', Protocol: 'icmp', Port: 22 }, 'ValidationException'],
  ])('refuses %o', async (input, code) => {
    await expect(call('TraceFlow', input)).rejects.toEqual(refused(code));
    expect(asked).toEqual([]);
  });

  it('changes the conditions that are named, and no others', async () => {
    await expect(call('SetWanConditions', { LossPermyriad: 150, DelayMilliseconds: 0 })).resolves.toEqual({ WanConditions: { LossPermyriad: 25, BitsPerSecond: 8000, DelayMilliseconds: 0 } });
    expect(changes).toEqual([{ lossPercent: 1.5, delayMs: 0 }]);
    await expect(call('SetWanConditions', { BitsPerSecond: 10 })).rejects.toEqual(refused('ValidationException'));
    await expect(call('SetWanConditions', { LossPermyriad: 10_001 })).rejects.toThrow();
    expect(changes).toHaveLength(1);
  });

  it('says what the kernel cannot, and that nothing is sent where nothing is', async () => {
    refusal = new WanError('no netem');
    await expect(call('SetWanConditions', { DelayMilliseconds: 8 })).rejects.toMatchObject({ code: 'WanConditionUnavailableException', message: 'no netem' });
    const runtime = { fabric: { kind: 'computed', wan: undefined } } as unknown as OperationContext['runtime'];
    await expect(call('SetWanConditions', { DelayMilliseconds: 8 }, { runtime })).rejects.toEqual(refused('NoPacketsException'));
  });
});
