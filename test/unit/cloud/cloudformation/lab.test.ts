/** The lab's template on the real services: what it makes, that it survives a kill at any commit, and that nothing is left. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LAB_INSTANCES, templateBody } from '../../../../src/lib/lab/lab.js';
import { TestRegion } from './region.js';

const CREATE = { StackName: 'ssmlab', TemplateBody: templateBody(), Capabilities: ['CAPABILITY_IAM'], Parameters: [{ ParameterKey: 'KeyName', ParameterValue: 'MyKeyPair' }] };

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
  region.importKey('MyKeyPair');
});

interface Instance {
  readonly instanceId: string;
  readonly instanceState: { readonly name: string };
  readonly subnetId: string;
  readonly privateIpAddress: string;
  readonly ipAddress?: string;
  readonly keyName?: string;
  readonly iamInstanceProfile?: { readonly arn: string };
  readonly groupSet: readonly { readonly groupId: string }[];
  readonly tagSet: readonly { readonly key: string; readonly value: string }[];
}

function instances(): Instance[] {
  const { reservationSet } = region.call('ec2', 'DescribeInstances') as { reservationSet: { instancesSet: Instance[] }[] };
  return reservationSet.flatMap(({ instancesSet }) => instancesSet).filter(({ instanceState }) => instanceState.name !== 'terminated');
}

/** What is left in EC2 beside what every region has. */
function leftovers(): string[] {
  return [
    ...instances().map(({ instanceId }) => instanceId),
    ...region.ids('DescribeVpcs', 'vpcSet', 'vpcId'),
    ...region.ids('DescribeSubnets', 'subnetSet', 'subnetId'),
    ...region.ids('DescribeInternetGateways', 'internetGatewaySet', 'internetGatewayId'),
    ...region.ids('DescribeAddresses', 'addressesSet', 'allocationId'),
    ...region.ids('DescribeVpcEndpoints', 'vpcEndpointSet', 'vpcEndpointId'),
    ...region.ids('DescribeNetworkInterfaces', 'networkInterfaceSet', 'networkInterfaceId'),
    ...region.ids('DescribeSecurityGroups', 'securityGroupInfo', 'groupId'),
    ...region.ids('DescribeRouteTables', 'routeTableSet', 'routeTableId'),
    ...(region.call('ec2', 'DescribeNatGateways')['natGatewaySet'] as { natGatewayId: string; state: string }[]).filter(({ state }) => state !== 'deleted').map(({ natGatewayId }) => natGatewayId),
    ...(region.call('iam', 'ListRoles')['Roles'] as { RoleName: string }[]).map(({ RoleName }) => RoleName),
    ...(region.call('iam', 'ListInstanceProfiles')['InstanceProfiles'] as { InstanceProfileName: string }[]).map(({ InstanceProfileName }) => InstanceProfileName),
  ];
}

describe('the lab', () => {
  it('is complete, each instance in its subnet with its groups, key and profile', async () => {
    const before = leftovers();
    await region.cfn('CreateStack', CREATE);
    region.settle();
    expect(region.log).toEqual([]);
    const stack = await region.stack('ssmlab');
    expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    const output = (key: string) => stack.Outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    expect(instances()).toHaveLength(4);
    for (const lab of LAB_INSTANCES) {
      const instance = instances().find(({ instanceId }) => instanceId === output(`${lab.logicalId}Id`));
      expect(instance).toMatchObject({
        instanceState: { name: 'running' },
        subnetId: output(`${lab.subnet}Id`),
        privateIpAddress: output(`${lab.logicalId}PrivateIp`),
        groupSet: [{ groupId: output(`${lab.securityGroup}Id`) }],
      });
      expect(instance?.ipAddress).toBe(output(`${lab.logicalId}PublicIp`));
      expect(instance?.ipAddress !== undefined).toBe(lab.shows.publicIpv4);
      expect(instance?.keyName).toBe(lab.keyPair ? 'MyKeyPair' : undefined);
      expect(instance?.iamInstanceProfile !== undefined).toBe(lab.instanceProfile);
      expect(instance?.tagSet).toEqual(expect.arrayContaining([
        { key: 'Name', value: lab.logicalId },
        { key: 'ssmlab', value: 'true' },
        { key: 'aws:cloudformation:stack-name', value: 'ssmlab' },
        { key: 'aws:cloudformation:logical-id', value: lab.logicalId },
      ]));
    }
    const zones = (region.call('ec2', 'DescribeSubnets')['subnetSet'] as { subnetId: string; availabilityZone: string }[]).map(({ subnetId, availabilityZone }) => [subnetId, availabilityZone]);
    expect(Object.fromEntries(zones)).toMatchObject({ [output('PublicSubnetId') ?? '']: 'ap-northeast-1a', [output('PrivateSubnet2Id') ?? '']: 'ap-northeast-1c' });

    await region.cfn('DeleteStack', { StackName: 'ssmlab' });
    region.settle();
    expect(region.log).toEqual([]);
    expect((await region.stack(stack.StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(leftovers()).toEqual(before);
  });

  it('has an event a step, newest first, and each resource from CREATE_IN_PROGRESS to CREATE_COMPLETE (c07)', async () => {
    await region.cfn('CreateStack', CREATE);
    region.settle();
    const { StackEvents } = await region.cfn('DescribeStackEvents', { StackName: 'ssmlab' });
    expect((StackEvents as object[])[0]).toMatchObject({ ResourceType: 'AWS::CloudFormation::Stack', ResourceStatus: 'CREATE_COMPLETE' });
    const events = await region.events('ssmlab');
    const { StackResourceSummaries } = await region.cfn('ListStackResources', { StackName: 'ssmlab' });
    for (const { LogicalResourceId } of StackResourceSummaries as { LogicalResourceId: string }[]) {
      expect(events.filter(({ id }) => id === LogicalResourceId).map(({ status, reason }) => [status, reason])).toEqual([
        ['CREATE_IN_PROGRESS', undefined], ['CREATE_IN_PROGRESS', 'Resource creation Initiated'], ['CREATE_COMPLETE', undefined],
      ]);
    }
    const at = (line: string) => events.findIndex((event) => event.line === line);
    expect(at('IGWAttachment CREATE_COMPLETE')).toBeLessThan(at('NATGateway CREATE_IN_PROGRESS'));
    expect(at('RouteToNATGateway CREATE_COMPLETE')).toBeLessThan(at('Instance3 CREATE_IN_PROGRESS'));
    expect(at('SSMMessagesEndpoint CREATE_COMPLETE')).toBeLessThan(at('Instance4 CREATE_IN_PROGRESS'));
    // Side by side: both worlds begin before either is complete.
    expect(at('VPC2 CREATE_IN_PROGRESS')).toBeLessThan(at('PublicSubnet CREATE_IN_PROGRESS'));
  });

  it('refuses a key pair that does not exist before anything is made (c09)', async () => {
    const before = leftovers();
    const error = await region.refused('CreateStack', { ...CREATE, Parameters: [{ ParameterKey: 'KeyName', ParameterValue: 'no-such-key' }] });
    expect(error).toMatchObject({ code: 'ValidationError', message: expect.stringContaining('no-such-key') as string });
    expect(await region.refused('DescribeStacks', { StackName: 'ssmlab' })).toMatchObject({ message: 'Stack with id ssmlab does not exist' });
    expect(leftovers()).toEqual(before);
  });

  it('goes on after a kill at any commit of deploy and destroy: nothing twice, nothing lost', { timeout: 120_000 }, async () => {
    const count = async (killAt: readonly number[]) => {
      region = new TestRegion();
      region.importKey('MyKeyPair');
      const before = leftovers();
      let commits = 0;
      let dead = false;
      region.onWrite = () => {
        if (killAt.includes(commits++)) {
          dead = true;
          throw new Error('killed');
        }
      };
      const live = () => {
        for (let step = 0; step < 20_000; step++) {
          let ran = true;
          try {
            ran = region.tick();
          } catch (error) {
            if (!dead) throw error;
          }
          if (dead) {
            dead = false;
            region.restart();
          } else if (!ran) return;
        }
        throw new Error('it does not come to rest');
      };
      const insist = async (operation: string, input: object) => {
        try {
          await region.cfn(operation, input as never);
        } catch (error) {
          if (!dead) throw error;
          dead = false;
          region.restart();
          await region.cfn(operation, input as never);
        }
      };
      await insist('CreateStack', CREATE);
      live();
      expect((await region.stack('ssmlab')).StackStatus).toBe('CREATE_COMPLETE');
      expect(instances()).toHaveLength(4);
      expect(leftovers().length - before.length).toBe(35);
      await insist('DeleteStack', { StackName: 'ssmlab' });
      live();
      expect(leftovers()).toEqual(before);
      return commits;
    };
    const whole = await count([]);
    expect(whole).toBeGreaterThan(100);
    for (let at = 0; at < whole; at += 7) await count([at, at + 3]);
  });
});
