import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { type AgentJob, channelLost, deliveryRound, instanceBooted, jobAcknowledged, jobReplied, readJobReply, ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { INSTANCES } from '../../../../../src/cloud/services/ssm/records.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const ACCOUNT = '123456789012';
const SCRIPT = 'AWS-RunShellScript';
const id = (index: number): string => `i-${String(index).padStart(17, '0')}`;

let context: OperationContext;
let now: number;
let connected: Set<string>;

beforeEach(() => {
  const memory = new Memory();
  now = Date.UTC(2026, 10, 25);
  connected = new Set([id(1), id(2), id(3)]);
  context = {
    region: 'ap-northeast-1', accountId: ACCOUNT, caller: { accountId: ACCOUNT, accessKeyId: 'A', arn: `arn:aws:iam::${ACCOUNT}:user/ssmlab`, userId: 'U', kind: 'lab' }, origin: { kind: 'loopback' }, requestId: 'r',
    state: memory.scope('ap-northeast-1'), globalState: memory.scope('aws-global'), runtime: undefined as never, now: () => now,
    call: (service, operation, input) => {
      expect([service, operation, input]).toEqual(['ec2', 'DescribeInstances', { Filter: [{ Name: 'tag:lab', Value: ['one'] }] }]);
      return { reservationSet: [{ instancesSet: [{ instanceId: id(2) }, { instanceId: id(3) }, { instanceId: id(9) }] }] };
    },
  };
  context.state.transact((tx) => {
    for (const index of [1, 2, 3]) tx.put(INSTANCES, id(index), { instanceId: id(index), agentName: 'amazon-ssm-agent', agentVersion: '3.3.4624.0', platformType: 'Linux', computerName: `host-${index}`, registered: now, lastPing: now });
  });
});

async function call(operation: string, input: Input = {}): Promise<Output> {
  const found = ssm.operations[operation];
  if (found === undefined) throw new Error(`no ${operation}`);
  try {
    return await found(input, context);
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

const send = async (input: Input = {}): Promise<string> => ((await call('SendCommand', { DocumentName: SCRIPT, InstanceIds: [id(1)], Parameters: { commands: ['true'] }, ...input }))['Command'] as { CommandId: string }).CommandId;
const round = (): readonly AgentJob[] => deliveryRound(context.state, now, (instanceId) => connected.has(instanceId)).jobs;
const acknowledge = (job: AgentJob, statusCode = '200'): void => jobAcknowledged(context.state, job.instanceId, { jobId: job.jobId, statusCode, errorMessage: '' });
const reply = (job: AgentJob, documentStatus: string, code = 0): void => jobReplied(context.state, job.instanceId, readJobReply({
  jobId: job.jobId, topic: job.topic,
  content: { documentStatus, runtimeStatus: { 'aws:runShellScript': { name: 'aws:runShellScript', status: documentStatus, code, standardOutput: 'out', standardError: 'err', output: 'both', startDateTime: '2026-11-25T00:00:00.000Z', endDateTime: '2026-11-25T00:00:01.250Z' } } },
}));
const states = async (commandId: string): Promise<string[]> => ((await call('ListCommandInvocations', { CommandId: commandId }))['CommandInvocations'] as { Status: string; StatusDetails: string }[]).map(({ Status, StatusDetails }) => (Status === StatusDetails ? Status : `${Status}/${StatusDetails}`));
const commandState = async (commandId: string): Promise<Output> => ((await call('ListCommands', { CommandId: commandId }))['Commands'] as Output[])[0] ?? {};

describe('SendCommand', () => {
  it('sends what the agent needs: the document, strings bare and lists as lists, defaults put in', async () => {
    const commandId = await send({ Parameters: { commands: ['echo a', 'echo b'], workingDirectory: ['/tmp'] } });
    const [job] = round();
    expect(job).toMatchObject({
      instanceId: id(1), jobId: `aws.ssm.${commandId}.${id(1)}`, topic: 'aws.ssm.sendCommand',
      content: { CommandId: commandId, DocumentName: SCRIPT, Parameters: { commands: ['echo a', 'echo b'], workingDirectory: '/tmp', executionTimeout: '3600' }, DocumentContent: { schemaVersion: '1.2' } },
    });
    expect(round()).toEqual([]);
  });

  it('goes from Pending over InProgress to its end, with the plugin\'s account', async () => {
    const commandId = await send({ Comment: 'why' });
    expect(await states(commandId)).toEqual(['Pending']);
    const [job] = round();
    if (job === undefined) throw new Error('no job');
    acknowledge(job);
    expect(await states(commandId)).toEqual(['InProgress']);
    expect(await call('GetCommandInvocation', { CommandId: commandId, InstanceId: id(1) })).toMatchObject({ Status: 'InProgress', ResponseCode: -1, StandardOutputContent: '', PluginName: 'aws:runShellScript' });
    reply(job, 'Failed', 7);
    expect(await call('GetCommandInvocation', { CommandId: commandId, InstanceId: id(1), PluginName: 'aws:runShellScript' })).toMatchObject({
      Status: 'Failed', StatusDetails: 'Failed', ResponseCode: 7, StandardOutputContent: 'out', StandardErrorContent: 'err', ExecutionElapsedTime: 'PT1.25S', ExecutionStartDateTime: '2026-11-25T00:00:00.000Z', Comment: 'why',
    });
    expect(await call('ListCommandInvocations', { CommandId: commandId, Details: true })).toMatchObject({ CommandInvocations: [{ InstanceName: 'host-1', CommandPlugins: [{ Name: 'aws:runShellScript', ResponseCode: 7, Output: 'both', Status: 'Failed' }] }] });
    expect(await commandState(commandId)).toMatchObject({ Status: 'Failed', TargetCount: 1, CompletedCount: 1, ErrorCount: 1 });
    // What comes after the end changes nothing.
    reply(job, 'Success');
    expect(await states(commandId)).toEqual(['Failed']);
  });

  it('finds its instances by tag, passing over those that are not managed', async () => {
    const commandId = await send({ InstanceIds: undefined, Targets: [{ Key: 'tag:lab', Values: ['one'] }] });
    expect(round().map((job) => job.instanceId)).toEqual([id(2), id(3)]);
    expect(await commandState(commandId)).toMatchObject({ TargetCount: 2, Targets: [{ Key: 'tag:lab', Values: ['one'] }], InstanceIds: [] });
  });

  it.each([
    [{ InstanceIds: [id(9)] }, 'InvalidInstanceId'],
    [{ InstanceIds: ['nope'] }, 'InvalidInstanceId'],
    [{ InstanceIds: [id(1), id(1)] }, 'DuplicateInstanceId'],
    [{ InstanceIds: undefined }, 'InvalidInstanceId'],
    [{ DocumentName: 'AWS-RunPatchBaseline' }, 'InvalidDocument'],
    [{ DocumentVersion: '7' }, 'InvalidDocumentVersion'],
    [{ Parameters: {} }, 'InvalidParameters'],
    [{ Parameters: { commands: ['a'], executionTimeout: ['0'] } }, 'InvalidParameters'],
    [{ Parameters: { commands: ['a'], nope: ['b'] } }, 'InvalidParameters'],
    [{ TimeoutSeconds: 29 }, 'ValidationException'],
    [{ MaxErrors: 'many' }, 'ValidationException'],
  ])('refuses %o', async (input, code) => {
    await expect(send(input)).rejects.toMatchObject({ code });
    expect(await call('ListCommands')).toMatchObject({ Commands: [] });
  });
});

describe('delivery', () => {
  it('waits for an agent that is away, and sends again what it did not acknowledge', async () => {
    connected.clear();
    const commandId = await send();
    expect(round()).toEqual([]);
    expect(await states(commandId)).toEqual(['Delayed']);
    connected.add(id(1));
    expect(round()).toHaveLength(1);
    channelLost(context.state, id(1));
    const [again] = round();
    if (again === undefined) throw new Error('no job');
    // It had come through after all: the agent knows it.
    acknowledge(again, '51405');
    expect(await states(commandId)).toEqual(['InProgress']);
    channelLost(context.state, id(1));
    expect(round()).toEqual([]);
  });

  it('times out what is not delivered, and what is not over', async () => {
    connected.delete(id(2));
    const commandId = await send({ InstanceIds: [id(1), id(2)], TimeoutSeconds: 30, Parameters: { commands: ['sleep 1h'], executionTimeout: ['60'] } });
    const [job] = round();
    if (job === undefined) throw new Error('no job');
    acknowledge(job);
    const { next } = deliveryRound(context.state, now, () => false);
    expect(next).toBe(now + 30_000);
    now += 30_000;
    round();
    expect(await states(commandId)).toEqual(['InProgress', 'TimedOut/DeliveryTimedOut']);
    now += 60_000;
    round();
    expect(await states(commandId)).toEqual(['TimedOut/ExecutionTimedOut', 'TimedOut/DeliveryTimedOut']);
    expect(deliveryRound(context.state, now, () => false).next).toBeUndefined();
  });

  it('says why an agent refused', async () => {
    const commandId = await send();
    const [job] = round();
    if (job === undefined) throw new Error('no job');
    jobAcknowledged(context.state, id(1), { jobId: job.jobId, statusCode: '51406', errorMessage: 'no such plugin' });
    expect(await states(commandId)).toEqual(['Failed/Undeliverable']);
    expect(await call('GetCommandInvocation', { CommandId: commandId, InstanceId: id(1) })).toMatchObject({ StandardErrorContent: 'no such plugin' });
  });

  it('keeps to MaxConcurrency, and stops after MaxErrors', async () => {
    const commandId = await send({ InstanceIds: [id(1), id(2), id(3)], MaxConcurrency: '1', MaxErrors: '0' });
    const [first, ...others] = round();
    if (first === undefined) throw new Error('no job');
    expect(others).toEqual([]);
    acknowledge(first);
    expect(round()).toEqual([]);
    reply(first, 'Success');
    const [second] = round();
    if (second === undefined) throw new Error('no job');
    acknowledge(second);
    reply(second, 'Failed', 1);
    expect(round()).toEqual([]);
    expect(await states(commandId)).toEqual(['Success', 'Failed', 'Cancelled/Terminated']);
    expect(await commandState(commandId)).toMatchObject({ Status: 'Failed', StatusDetails: 'Failed' });
  });

  it('calls a command incomplete when fewer failed than it may', async () => {
    const commandId = await send({ InstanceIds: [id(1), id(2)], MaxErrors: '50%' });
    for (const job of round()) {
      acknowledge(job);
      reply(job, job.instanceId === id(1) ? 'Failed' : 'Success', 1);
    }
    expect(await commandState(commandId)).toMatchObject({ Status: 'Failed', StatusDetails: 'Incomplete', ErrorCount: 1 });
  });

  it('believes an agent about its own jobs only', async () => {
    const commandId = await send();
    const [job] = round();
    if (job === undefined) throw new Error('no job');
    acknowledge({ ...job, instanceId: id(2) });
    reply({ ...job, instanceId: id(2) }, 'Success');
    expect(await states(commandId)).toEqual(['Pending']);
  });

  it('fails what ran on an instance that begins anew, and sends anew what it never took', async () => {
    const running = await send();
    const [job] = round();
    if (job === undefined) throw new Error('no job');
    acknowledge(job);
    const waiting = await send();
    round();
    instanceBooted(context.state, id(1));
    expect([await states(running), await states(waiting)]).toEqual([['Failed'], ['Pending']]);
    expect(round().map(({ jobId }) => jobId)).toEqual([`aws.ssm.${waiting}.${id(1)}`]);
  });
});

describe('CancelCommand', () => {
  it('cancels at once what was not sent, and asks the agent for the rest', async () => {
    connected.delete(id(2));
    const commandId = await send({ InstanceIds: [id(1), id(2)] });
    const [job] = round();
    if (job === undefined) throw new Error('no job');
    acknowledge(job);
    await call('CancelCommand', { CommandId: commandId });
    expect(await states(commandId)).toEqual(['Cancelling', 'Cancelled']);
    expect(await commandState(commandId)).toMatchObject({ Status: 'Cancelling' });
    expect(round()).toMatchObject([{ instanceId: id(1), topic: 'aws.ssm.cancelCommand', content: { CancelMessageId: job.jobId } }]);
    expect(round()).toEqual([]);
    reply(job, 'Cancelled', 137);
    expect(await states(commandId)).toEqual(['Cancelled', 'Cancelled']);
    expect(await commandState(commandId)).toMatchObject({ Status: 'Cancelled' });
  });

  it('of some instances leaves the others', async () => {
    connected.clear();
    const commandId = await send({ InstanceIds: [id(1), id(2)] });
    await call('CancelCommand', { CommandId: commandId, InstanceIds: [id(2)] });
    expect(await states(commandId)).toEqual(['Pending', 'Cancelled']);
    await expect(call('CancelCommand', { CommandId: commandId, InstanceIds: [id(3)] })).rejects.toMatchObject({ code: 'InvalidInstanceId' });
    await expect(call('CancelCommand', { CommandId: 'x'.repeat(36) })).rejects.toMatchObject({ code: 'InvalidCommandId' });
  });
});

describe('ListCommands and ListCommandInvocations', () => {
  it('filter, page, newest first; after thirty days a command is forgotten', async () => {
    const first = await send();
    now += 1000;
    const second = await send({ InstanceIds: [id(2)] });
    const ids = async (input: Input) => ((await call('ListCommands', input))['Commands'] as { CommandId: string }[]).map(({ CommandId }) => CommandId);
    expect(await ids({})).toEqual([second, first]);
    expect(await ids({ InstanceId: id(2) })).toEqual([second]);
    expect(await ids({ Filters: [{ key: 'InvokedBefore', value: new Date(now - 1).toISOString() }] })).toEqual([first]);
    expect(await ids({ Filters: [{ key: 'ExecutionStage', value: 'Complete' }] })).toEqual([]);
    expect(await ids({ Filters: [{ key: 'Status', value: 'Pending' }, { key: 'DocumentName', value: SCRIPT }] })).toEqual([second, first]);
    const page = await call('ListCommandInvocations', { MaxResults: 1 });
    expect(page).toMatchObject({ CommandInvocations: [{ CommandId: second }] });
    expect(await call('ListCommandInvocations', { MaxResults: 1, NextToken: page['NextToken'] })).toMatchObject({ CommandInvocations: [{ CommandId: first }], NextToken: undefined });
    await expect(call('GetCommandInvocation', { CommandId: first, InstanceId: id(2) })).rejects.toMatchObject({ code: 'InvocationDoesNotExist' });
    await expect(call('GetCommandInvocation', { CommandId: first, InstanceId: id(1), PluginName: 'aws:nope' })).rejects.toMatchObject({ code: 'InvalidPluginName' });
    now += 30 * 86_400_000;
    expect(await ids({})).toEqual([]);
  });
});
