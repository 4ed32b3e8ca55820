/** DescribeStacks of a stack in progress: one look of a waiter is enough for most. */
import { describe, expect, it } from 'vitest';
import { advance } from '../../../../src/cloud/services/ec2/ec2.js';
import { NAT_GATEWAY } from '../../../../src/cloud/services/ec2/model.js';
import { TestRegion } from './region.js';

const NAT = `
Resources:
  V: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  S: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24}}
  N: {Type: 'AWS::EC2::NatGateway', Properties: {SubnetId: !Ref S, ConnectivityType: private}}
`;

const status = async (region: TestRegion, StackName = 's') => ((await region.cfn('DescribeStacks', { StackName }))['Stacks'] as { StackStatus: string }[])[0]?.StackStatus;

async function started(patience: number | undefined): Promise<{ readonly region: TestRegion; readonly stackId: string }> {
  const region = new TestRegion(undefined, patience);
  const { StackId } = await region.cfn('CreateStack', { StackName: 's', TemplateBody: NAT });
  return { region, stackId: String(StackId) };
}

describe('DescribeStacks', () => {
  it('answers when the stack has come to rest', async () => {
    const { region } = await started(800);
    const asked = [status(region), status(region)];
    region.settle();
    expect(await Promise.all(asked)).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
    expect(await status(region)).toBe('CREATE_COMPLETE');
  });

  it('answers as soon as what the stack waited for is there, whenever its engine would look next', async () => {
    const { region } = await started(800);
    while (region.context.state.list(NAT_GATEWAY).length === 0) region.tick();
    const begun = region.clock.now;
    while (region.clock.now === begun) region.tick();
    const [asked, looked] = [status(region), region.clock.now];
    advance(region.context.state, region.context.state.list(NAT_GATEWAY)[0]?.dueAt ?? 0);
    while (await Promise.race([asked.then(() => false), new Promise<true>((resolve) => setImmediate(() => resolve(true)))])) expect(region.tick()).toBe(true);
    expect(await asked).toBe('CREATE_COMPLETE');
    expect(region.clock.now).toBe(looked);
  });

  it('answers how it stands after its patience', async () => {
    const { region } = await started(20);
    const [begun, asked] = [region.clock.now, status(region)];
    while (region.clock.now < begun + 20) expect(region.tick()).toBe(true);
    expect(await asked).toBe('CREATE_IN_PROGRESS');
    region.settle();
    expect(await status(region)).toBe('CREATE_COMPLETE');
  });

  it('knows a stack that was deleted meanwhile by its id only', async () => {
    const { region, stackId } = await started(800);
    region.settle();
    await region.cfn('DeleteStack', { StackName: 's' });
    const [byName, byId] = [region.refused('DescribeStacks', { StackName: 's' }), status(region, stackId)];
    region.settle();
    expect(await byName).toMatchObject({ code: 'ValidationError', message: 'Stack with id s does not exist' });
    expect(await byId).toBe('DELETE_COMPLETE');
  });

  it('does not outlive the engine, and does not wait unless told', async () => {
    const { region } = await started(800);
    const asked = status(region);
    region.cloudFormation.stop();
    expect(await asked).toBe('CREATE_IN_PROGRESS');
    expect(await status((await started(undefined)).region)).toBe('CREATE_IN_PROGRESS');
  });
});
