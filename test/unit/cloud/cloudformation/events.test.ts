/** Events by operation, pages, and what is told of the account. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input } from '../../../../src/cloud/endpoint/operation.js';
import { TestRegion } from './region.js';

const V = `
Parameters: {Prefix: {Type: String, Default: 10.0.1.0/24}}
Resources:
  VPC: {Type: 'AWS::EC2::VPC', Metadata: {why: because}, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: 'AWS::EC2::Subnet', Description: the only one, Properties: {VpcId: !Ref VPC, CidrBlock: !Ref Prefix}}
`;

interface OperationEvent {
  readonly EventId: string;
  readonly OperationId: string;
  readonly OperationType: string;
  readonly OperationStatus?: string;
  readonly EventType: string;
  readonly LogicalResourceId: string;
  readonly ResourceStatus: string;
}

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

async function events(input: Input): Promise<OperationEvent[]> {
  return (await region.cfn('DescribeEvents', input))['OperationEvents'] as OperationEvent[];
}

describe('LastOperations', () => {
  const last = async (name = 's') => (await region.stack(name) as unknown as { LastOperations: Input[] }).LastOperations;
  it('tell what was asked for last, with its id, and the way back from it', async () => {
    const { OperationId } = await region.cfn('CreateStack', { StackName: 's', TemplateBody: V });
    region.settle();
    expect(await last()).toEqual([{ OperationType: 'CREATE_STACK', OperationId }]);
    const { Id } = await region.cfn('CreateChangeSet', { StackName: 's', ChangeSetName: 'c', TemplateBody: V.replace('/16', '/17') });
    expect(await last()).toEqual([{ OperationType: 'CREATE_CHANGESET', OperationId: (await events({ ChangeSetName: Id }))[0]?.OperationId }]);
    const update = await region.cfn('UpdateStack', { StackName: 's', TemplateBody: V, Parameters: [{ ParameterKey: 'Prefix', ParameterValue: '10.9.0.0/24' }] });
    region.settle();
    const [back, failed] = await last();
    expect([back, failed]).toEqual([{ OperationType: 'ROLLBACK', OperationId: expect.any(String) as string }, { OperationType: 'UPDATE_STACK', OperationId: update['OperationId'] }]);
    expect(await events({ OperationId: back?.['OperationId'] })).toMatchObject(expect.arrayContaining([expect.objectContaining({ OperationType: 'ROLLBACK', ResourceStatus: 'UPDATE_ROLLBACK_COMPLETE' })]) as object);
    const { StackId } = await region.stack();
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(await last(StackId)).toEqual([{ OperationType: 'DELETE_STACK', OperationId: expect.any(String) as string }]);
  });
});

describe('DescribeEvents', () => {
  it('groups events by the operation that the request was answered with', async () => {
    const { OperationId, StackId } = await region.cfn('CreateStack', { StackName: 's', TemplateBody: V });
    region.settle();
    const made = await events({ OperationId });
    expect(made.map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`)).toEqual([
      's CREATE_COMPLETE', 'Subnet CREATE_COMPLETE', 'Subnet CREATE_IN_PROGRESS', 'Subnet CREATE_IN_PROGRESS', 'VPC CREATE_COMPLETE', 'VPC CREATE_IN_PROGRESS', 'VPC CREATE_IN_PROGRESS', 's CREATE_IN_PROGRESS',
    ]);
    expect(made[0]).toMatchObject({ StackId, OperationType: 'CREATE_STACK', OperationStatus: 'SUCCEEDED', EventType: 'STACK_EVENT', StartTime: expect.any(Date) as Date, EndTime: expect.any(Date) as Date });
    expect(made[1]).toMatchObject({ OperationType: 'CREATE_STACK', EventType: 'PROGRESS_EVENT' });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(new Set((await events({ StackName: StackId })).map((event) => event.OperationType))).toEqual(new Set(['CREATE_STACK', 'DELETE_STACK']));
  });

  it('tells a failed operation, its rollback, and the errors alone', async () => {
    await region.create(V, { Parameters: [{ ParameterKey: 'Prefix', ParameterValue: '10.9.0.0/24' }] });
    const all = await events({ StackName: 's' });
    expect(all.filter((event) => event.EventType === 'STACK_EVENT').map((event) => [event.OperationType, event.OperationStatus, event.ResourceStatus])).toEqual([
      ['ROLLBACK', 'SUCCEEDED', 'ROLLBACK_COMPLETE'], ['ROLLBACK', 'SUCCEEDED', 'ROLLBACK_IN_PROGRESS'], ['CREATE_STACK', 'FAILED', 'CREATE_IN_PROGRESS'],
    ]);
    const failed = await events({ StackName: 's', Filters: { FailedEvents: true } });
    expect(failed.map((event) => [event.EventType, event.LogicalResourceId, event.ResourceStatus])).toEqual([['PROVISIONING_ERROR', 'Subnet', 'CREATE_FAILED'], ['STACK_EVENT', 's', 'CREATE_IN_PROGRESS']]);
  });

  it('tells the making of a change set', async () => {
    await region.cfn('CreateChangeSet', { StackName: 's', ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: V });
    expect(await events({ StackName: 's', ChangeSetName: 'c' })).toMatchObject([{ OperationType: 'CREATE_CHANGESET', OperationStatus: 'SUCCEEDED' }]);
  });

  it('needs one of its three names', async () => {
    expect((await region.refused('DescribeEvents', {})).message).toBe('One of ChangeSetName, OperationId or StackName must be specified.');
    expect((await region.refused('DescribeEvents', { OperationId: 'nope' })).message).toBe('Operation [nope] does not exist');
    expect((await region.refused('DescribeEvents', { StackName: 'nope' })).message).toBe('Stack [nope] does not exist');
  });
});

it('DescribeStackEvents and ListStackResources come in pages without gaps', async () => {
  const many = `Resources:\n${Array.from({ length: 120 }, (_, n) => `  P${n}: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: a}}`).join('\n')}`;
  await region.create(many);
  const first = await region.cfn('ListStackResources', { StackName: 's' }) as { StackResourceSummaries: unknown[]; NextToken: string };
  expect(first.StackResourceSummaries).toHaveLength(100);
  const rest = await region.cfn('ListStackResources', { StackName: 's', NextToken: first.NextToken }) as { StackResourceSummaries: unknown[]; NextToken?: string };
  expect([rest.StackResourceSummaries.length, rest.NextToken]).toEqual([20, undefined]);
  expect(await region.events()).toHaveLength(2 + 3 * 120);
  expect((await region.refused('ListStackResources', { StackName: 's', NextToken: 'x' })).code).toBe('ValidationError');
});

it('a resource tells its description and metadata', async () => {
  await region.create(V);
  expect(await region.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId: 'VPC' })).toMatchObject({ StackResourceDetail: { Metadata: '{"why":"because"}' } });
  expect(await region.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId: 'Subnet' })).toMatchObject({ StackResourceDetail: { Description: 'the only one', Metadata: undefined } });
});

it('the account has limits, and a stack no policy', async () => {
  expect(await region.cfn('DescribeAccountLimits', {})).toMatchObject({ AccountLimits: [{ Name: 'StackLimit', Value: 2000 }, { Name: 'StackOutputsLimit', Value: 200 }] });
  await region.create(V);
  expect(await region.cfn('GetStackPolicy', { StackName: 's' })).toEqual({});
  expect((await region.refused('GetStackPolicy', { StackName: 'nope' })).message).toBe('Stack [nope] does not exist');
});
