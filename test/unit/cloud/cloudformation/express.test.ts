/** Express mode (DeploymentConfig): a resource is done when the call has succeeded (user guide, "Deploy AWS CloudFormation stacks faster with express mode"). */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

const NETWORK = `
Parameters:
  Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}
  Name: {Type: String, Default: a}
  Prefix: {Type: String, Default: 10.0.1.0/24}
  Cidr: {Type: String, Default: 10.0.0.0/16}
Resources:
  VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr, Tags: [{Key: Name, Value: !Ref Name}]}}
  Gateway: {Type: 'AWS::EC2::InternetGateway'}
  Attachment: {Type: 'AWS::EC2::VPCGatewayAttachment', Properties: {VpcId: !Ref VPC, InternetGatewayId: !Ref Gateway}}
  Subnet: {Type: 'AWS::EC2::Subnet', DependsOn: Attachment, Properties: {VpcId: !Ref VPC, CidrBlock: !Ref Prefix, MapPublicIpOnLaunch: true}}
`;
const INSTANCE = `${NETWORK}  Instance: {Type: 'AWS::EC2::Instance', DependsOn: Attachment, Properties: {ImageId: !Ref Image, InstanceType: t4g.nano, SubnetId: !Ref Subnet}}
`;
const OUTPUTS = `Outputs: {Address: {Value: !GetAtt Instance.PublicIp}}
`;
const EXPRESS = { DeploymentConfig: { Mode: 'EXPRESS' } };
const SAID = 'Resource operation completed using Express Mode. It may continue becoming available in the background.';

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

const statusOf = async (name = 's'): Promise<string> => (await region.stack(name)).StackStatus;
const states = (): string[] => (region.call('ec2', 'DescribeInstances')['reservationSet'] as { instancesSet: { instanceState: { name: string } }[] }[]).flatMap(({ instancesSet }) => instancesSet.map(({ instanceState }) => instanceState.name));

/** Timers until the stack is at rest, and not one longer: what goes on in the background has not come to rest then. */
async function untilAtRest(name = 's'): Promise<void> {
  for (let steps = 0; (await statusOf(name)).endsWith('_IN_PROGRESS') && steps < 2000; steps += 1) region.tick();
}

async function begin(template: string, options: object): Promise<string> {
  const { StackId } = await region.cfn('CreateStack', { StackName: 's', TemplateBody: template, ...options });
  await untilAtRest(StackId as string);
  return StackId as string;
}

describe('a stack that is made in express mode', () => {
  it('is complete while its instance is pending, and says so of each resource; the standard one waits', async () => {
    await begin(INSTANCE + OUTPUTS, EXPRESS);
    expect([await statusOf(), states()]).toEqual(['CREATE_COMPLETE', ['pending']]);
    expect(await region.output('Address')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    const done = (await region.events()).filter(({ id, status }) => id !== 's' && status === 'CREATE_COMPLETE');
    expect(done.map(({ reason }) => reason)).toEqual(done.map(() => SAID));
    expect(done).toHaveLength(5);
    region.settle();
    region.tick();

    const other = new TestRegion();
    await other.create(INSTANCE + OUTPUTS);
    expect((await other.events()).filter(({ reason }) => reason === SAID)).toEqual([]);
    expect((await other.stack() as { DeploymentConfig?: unknown }).DeploymentConfig).toBeUndefined();
  });

  it('shows the mode, and that nothing is rolled back unless asked', async () => {
    await begin(NETWORK, EXPRESS);
    expect(await region.stack()).toMatchObject({ DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: true }, DisableRollback: true });
  });

  it('keeps the order, and tries again what is not ready yet', async () => {
    await begin(`${INSTANCE}  Address: {Type: 'AWS::EC2::EIP', Properties: {InstanceId: !Ref Instance}}
`, EXPRESS);
    expect(await statusOf()).toBe('CREATE_COMPLETE');
    const lines = (await region.events()).map(({ line }) => line);
    expect(lines.indexOf('Instance CREATE_COMPLETE')).toBeLessThan(lines.indexOf('Address CREATE_IN_PROGRESS'));
    expect(lines.filter((line) => line.startsWith('Address CREATE_IN_PROGRESS')).length).toBeLessThan(4);
    const [{ instanceId } = { instanceId: '' }] = region.call('ec2', 'DescribeAddresses')['addressesSet'] as { instanceId: string }[];
    expect(instanceId).toMatch(/^i-/);
  });

  it('does not wait for ever for what never gets ready', async () => {
    // The subnet is outside: no state of anything will change that.
    await begin(NETWORK, { ...EXPRESS, Parameters: [{ ParameterKey: 'Prefix', ParameterValue: '192.168.0.0/24' }] });
    expect(await statusOf()).toBe('CREATE_FAILED');
  });

  it('has its children in the same mode', async () => {
    region.objects.set('b/inner', INSTANCE);
    await begin(`Resources: {Inner: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://b.s3.amazonaws.com/inner'}}}\nOutputs: {Inner: {Value: !Ref Inner}}`, EXPRESS);
    expect([await statusOf(), states()]).toEqual(['CREATE_COMPLETE', ['pending']]);
    expect(await region.stack(await region.output('Inner') ?? '')).toMatchObject({ StackStatus: 'CREATE_COMPLETE', DeploymentConfig: { Mode: 'EXPRESS' } });
  });

  it('goes on where it was after a restart', async () => {
    await region.cfn('CreateStack', { StackName: 's', TemplateBody: `${INSTANCE}  Address: {Type: 'AWS::EC2::EIP', Properties: {InstanceId: !Ref Instance}}
`, ...EXPRESS });
    for (let step = 0; step < 400 && (await statusOf()).endsWith('_IN_PROGRESS'); step += 1) {
      region.tick();
      // Time goes on between two deaths.
      if (step % 3 === 0) region.restart();
    }
    expect(await statusOf()).toBe('CREATE_COMPLETE');
    expect(region.ids('DescribeAddresses', 'addressesSet', 'allocationId')).toHaveLength(1);
  });
});

describe('what fails in express mode', () => {
  const BROKEN = [{ ParameterKey: 'Prefix', ParameterValue: '192.168.0.0/24' }];

  it('stays as it is, and only express mode goes on with it', async () => {
    await begin(NETWORK, { ...EXPRESS, Parameters: BROKEN });
    expect(await statusOf()).toBe('CREATE_FAILED');
    const mended = { StackName: 's', UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Prefix', ParameterValue: '10.0.2.0/24' }] };
    expect((await region.refused('UpdateStack', mended)).message).toContain('Follow-up operations must use the same DeploymentConfig (mode=EXPRESS)');
    expect((await region.refused('CreateChangeSet', { ...mended, ChangeSetName: 'c' })).message).toContain('EXPRESS deployment mode');
    expect((await region.refused('RollbackStack', { StackName: 's' })).message).toContain('RollbackStack is not supported for stacks that were last updated using EXPRESS');
    await region.cfn('UpdateStack', { ...mended, ...EXPRESS });
    await untilAtRest();
    expect(await statusOf()).toBe('UPDATE_COMPLETE');
    // Once whole, it is like any other.
    await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Prefix', UsePreviousValue: true }, { ParameterKey: 'Name', ParameterValue: 'b' }] });
    region.settle();
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', DisableRollback: false });
  });

  it('is rolled back where that was asked for', async () => {
    await begin(NETWORK, { DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: false }, Parameters: BROKEN });
    expect(await statusOf()).toBe('ROLLBACK_COMPLETE');
    expect(region.ids('DescribeInternetGateways', 'internetGatewaySet', 'internetGatewayId')).toEqual([]);
  });

  it('replaces nothing while nothing is rolled back; with rollback it does', async () => {
    await begin(NETWORK, EXPRESS);
    const other = { StackName: 's', UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Cidr', ParameterValue: '10.0.0.0/20' }] };
    await region.cfn('UpdateStack', { ...other, ...EXPRESS });
    await untilAtRest();
    expect(await statusOf()).toBe('UPDATE_FAILED');
    expect((await region.events()).find(({ line }) => line === 'VPC UPDATE_FAILED')?.reason).toBe('Replacement type updates not supported on stack with disable-rollback.');
  });
});

describe('change sets and deletions in express mode', () => {
  it('a change set carries the mode to its execution', async () => {
    await region.cfn('CreateChangeSet', { StackName: 's', ChangeSetName: 'c', ChangeSetType: 'CREATE', TemplateBody: INSTANCE, DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: false } });
    expect(await region.cfn('DescribeChangeSet', { StackName: 's', ChangeSetName: 'c' })).toMatchObject({ DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: false } });
    await region.cfn('ExecuteChangeSet', { StackName: 's', ChangeSetName: 'c' });
    await untilAtRest();
    expect([await statusOf(), states()]).toEqual(['CREATE_COMPLETE', ['pending']]);
  });

  it('a deletion is through while what it removes is on its way out', async () => {
    const id = await region.create(INSTANCE);
    await region.cfn('DeleteStack', { StackName: 's', ...EXPRESS });
    await untilAtRest(id);
    expect(await statusOf(id)).toBe('DELETE_COMPLETE');
    expect((await region.events(id)).findLast(({ id: resource, status }) => resource === 'Instance' && status === 'DELETE_COMPLETE')?.reason).toBe(SAID);
  });

  it.each([
    ['CreateStack', { OnFailure: 'DO_NOTHING' }, 'OnFailure'], ['CreateStack', { DisableRollback: true }, 'DisableRollback'], ['CreateChangeSet', { ChangeSetName: 'c', ChangeSetType: 'CREATE', OnStackFailure: 'ROLLBACK' }, 'OnStackFailure'],
  ])('%s takes no %j beside it', async (operation, more, member) => {
    expect((await region.refused(operation, { StackName: 's', TemplateBody: NETWORK, ...EXPRESS, ...more })).message).toBe(`You cannot specify both DeploymentConfig and ${member}.`);
  });

  it('a mode that there is not is refused', async () => {
    expect((await region.refused('CreateStack', { StackName: 's', TemplateBody: NETWORK, DeploymentConfig: { Mode: 'FAST' } })).message).toMatch(/enum value set: \[.*EXPRESS.*\]/);
  });
});
