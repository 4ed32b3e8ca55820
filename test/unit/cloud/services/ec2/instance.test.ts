import { describe, expect, it } from 'vitest';
import { instanceOf } from '../../../../../src/cloud/services/ec2/ec2.js';
import { imageId, makeLab, PROFILE_ARN, PUBLIC_KEY, Region, type Lab } from './harness.js';

interface Shown {
  instanceId: string; instanceState: { name: string; code: number }; privateIpAddress?: string; ipAddress?: string; dnsName: string; networkInterfaceSet: object[]; launchTime: Date;
}

function shown(lab: Lab, index: number): Shown {
  return lab.region.at('DescribeInstances', { InstanceId: [lab.instances[index]] }, 'reservationSet', 0, 'instancesSet', 0) as Shown;
}

const launch = (lab: Lab, more: object = {}) => ({ ImageId: imageId(), InstanceType: 't4g.nano', MinCount: '1', MaxCount: '1', SubnetId: lab.privateSubnet1, ...more });

describe('the lab', () => {
  it('has addresses inside its subnets, public ones on 1 and 2 only (c21, V10)', () => {
    const lab = makeLab();
    expect(lab.instances.map((_id, index) => [shown(lab, index).privateIpAddress, shown(lab, index).ipAddress])).toEqual([
      ['10.0.1.16', '198.18.0.11'], ['10.0.1.17', '198.18.0.12'], ['10.0.2.16', undefined], ['10.0.3.16', undefined],
    ]);
    expect(shown(lab, 0)).toMatchObject({ dnsName: 'ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com', privateDnsName: 'ip-10-0-1-16.ap-northeast-1.compute.internal', keyName: 'MyKeyPair', iamInstanceProfile: undefined });
    expect(shown(lab, 3)).toMatchObject({ dnsName: '', iamInstanceProfile: { arn: PROFILE_ARN, id: 'AIPAEXAMPLE' }, keyName: undefined, placement: { availabilityZone: 'ap-northeast-1c', availabilityZoneId: 'apne1-az1' } });
  });

  it('wears its groups on the instance and on the interface (c22)', () => {
    const lab = makeLab();
    const groups = [{ groupId: lab.groups[1], groupName: 'two' }];
    expect(shown(lab, 2)).toMatchObject({ groupSet: groups, networkInterfaceSet: [{ groupSet: groups, status: 'in-use', attachment: { deviceIndex: 0, deleteOnTermination: true } }] });
  });

  it('has a public name only where the VPC has both DNS attributes (L4)', () => {
    const lab = makeLab();
    lab.region.call('ModifyVpcAttribute', { VpcId: lab.vpc1, EnableDnsHostnames: { Value: 'false' } });
    expect(shown(lab, 0).dnsName).toBe('');
  });

  it('is described to the region process and its metadata service', () => {
    const lab = makeLab();
    expect(instanceOf(lab.region.state, lab.instances[0])).toMatchObject({
      state: 'running', bootCount: 1, hostName: 'ip-10-0-1-16', domainName: 'ap-northeast-1.compute.internal', region: 'ap-northeast-1', vpcCidr: '10.0.0.0/16', subnetCidr: '10.0.1.0/24',
      publicIpAddress: '198.18.0.11', publicDnsName: 'ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com', keyName: 'MyKeyPair', publicKey: PUBLIC_KEY, instanceProfile: undefined,
      securityGroupNames: ['one'], architecture: 'arm64', metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2, httpEndpoint: 'enabled' }, blockDevices: [{ deviceName: '/dev/xvda' }],
    });
    expect(instanceOf(lab.region.state, lab.instances[1])).toMatchObject({ publicKey: undefined, instanceProfile: { arn: PROFILE_ARN, id: 'AIPAEXAMPLE' } });
    expect(instanceOf(lab.region.state, 'i-00000000000000000')).toBeUndefined();
  });
});

describe('RunInstances', () => {
  it('begins pending, then runs; status checks come later (E1, E4)', () => {
    const lab = makeLab();
    const { region } = lab;
    const id = region.id('RunInstances', launch(lab), 'instancesSet', 0, 'instanceId');
    const state = () => region.at('DescribeInstances', { InstanceId: [id] }, 'reservationSet', 0, 'instancesSet', 0, 'instanceState');
    expect(state()).toEqual({ code: 0, name: 'pending' });
    expect(region.at('DescribeInstanceStatus', { InstanceId: [id] }, 'instanceStatusSet')).toEqual([]);
    region.pass(400);
    expect(state()).toEqual({ code: 16, name: 'running' });
    const status = () => region.at('DescribeInstanceStatus', { InstanceId: [id] }, 'instanceStatusSet', 0, 'instanceStatus', 'status');
    expect(status()).toBe('initializing');
    region.pass(500);
    expect(status()).toBe('ok');
  });

  it('makes several in one reservation, and the same ones for the same token', () => {
    const lab = makeLab();
    const { region } = lab;
    const request = launch(lab, { MinCount: '2', MaxCount: '3', ClientToken: 'token', TagSpecification: [{ ResourceType: 'instance', Tag: [{ Key: 'Name', Value: 'three' }] }, { ResourceType: 'volume', Tag: [{ Key: 'Name', Value: 'disk' }] }] });
    const first = region.call('RunInstances', request) as unknown as { reservationId: string; instancesSet: { instanceId: string; amiLaunchIndex: number; privateIpAddress: string }[] };
    expect(first.reservationId).toMatch(/^r-0[0-9a-f]{16}$/);
    expect(first.instancesSet.map((instance) => [instance.amiLaunchIndex, instance.privateIpAddress])).toEqual([[0, '10.0.2.17'], [1, '10.0.2.18'], [2, '10.0.2.19']]);
    const second = region.call('RunInstances', request) as unknown as typeof first;
    expect(second.instancesSet.map((instance) => instance.instanceId)).toEqual(first.instancesSet.map((instance) => instance.instanceId));
    expect(region.code('RunInstances', { ...request, MaxCount: '4' })).toBe('IdempotentParameterMismatch');
    const named = (Value: string) => ({ Filter: [{ Name: 'tag:Name', Value: [Value] }] });
    expect(region.at('DescribeInstances', named('three'), 'reservationSet')).toHaveLength(1);
    expect(region.at('DescribeVolumes', named('disk'), 'volumeSet')).toHaveLength(3);
  });

  it('gives volumes as asked', () => {
    const lab = makeLab();
    const { region } = lab;
    const id = region.id('RunInstances', launch(lab, { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: 'true', VolumeSize: '20' } }, { DeviceName: '/dev/sdf', Ebs: { VolumeSize: '5', DeleteOnTermination: 'false' } }] }), 'instancesSet', 0, 'instanceId');
    const volumes = { Filter: [{ Name: 'attachment.instance-id', Value: [id] }] };
    expect(region.at('DescribeVolumes', volumes, 'volumeSet')).toMatchObject([{ size: 20, encrypted: true, volumeType: 'gp3', status: 'in-use' }, { size: 5, encrypted: false, snapshotId: '' }]);
    region.call('TerminateInstances', { InstanceId: [id] });
    region.pass();
    expect(region.at('DescribeVolumes', volumes, 'volumeSet')).toEqual([]);
    expect(region.at('DescribeVolumes', { Filter: [{ Name: 'status', Value: ['available'] }] }, 'volumeSet')).toMatchObject([{ size: 5 }]);
  });

  it.each([
    ['an unknown image', { ImageId: 'ami-00000000000000000' }, 'InvalidAMIID.NotFound'],
    ['no image id', { ImageId: 'al2023' }, 'InvalidAMIID.Malformed'],
    ['an unknown type', { InstanceType: 'q9.huge' }, 'InvalidParameterValue'],
    ['a type of another architecture', { InstanceType: 't3.nano' }, 'InvalidParameterValue'],
    ['an unknown key pair', { KeyName: 'nobody' }, 'InvalidKeyPair.NotFound'],
    ['an unknown profile', { IamInstanceProfile: { Name: 'nobody' } }, 'InvalidParameterValue'],
    ['an ARN that is another\'s', { IamInstanceProfile: { Arn: 'arn:aws:iam::999999999999:instance-profile/lab' } }, 'InvalidParameterValue'],
    ['an unknown subnet', { SubnetId: 'subnet-00000000000000000' }, 'InvalidSubnetID.NotFound'],
    ['no subnet', { SubnetId: undefined }, 'VPCIdNotSpecified'],
    ['an address outside', { PrivateIpAddress: '10.0.3.20' }, 'InvalidParameterValue'],
    ['a reserved address (V2)', { PrivateIpAddress: '10.0.2.3' }, 'InvalidParameterValue'],
    ['an address in use', { PrivateIpAddress: '10.0.2.16' }, 'InvalidIPAddress.InUse'],
    ['a free address', { PrivateIpAddress: '10.0.2.77' }, 'no error'],
    ['more at least than at most', { MinCount: '2' }, 'InvalidParameterCombination'],
    ['a small disk', { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: '1' } }] }, 'InvalidBlockDeviceMapping'],
    ['something that is not there', { LaunchTemplate: { LaunchTemplateId: 'lt-1' } }, 'UnsupportedOperation'],
    ['a tag of another kind', { TagSpecification: [{ ResourceType: 'vpc', Tag: [{ Key: 'a' }] }] }, 'InvalidParameterValue'],
    ['a dry run', { DryRun: 'true' }, 'DryRunOperation'],
    ['a dry run that would fail', { DryRun: 'true', KeyName: 'nobody' }, 'InvalidKeyPair.NotFound'],
  ])('with %s', (_what, more, code) => {
    const lab = makeLab();
    expect(lab.region.code('RunInstances', launch(lab, more))).toBe(code);
    expect((lab.region.at('DescribeInstances', {}, 'reservationSet') as unknown[]).length).toBe(code === 'no error' ? 5 : 4);
  });

  it('refuses groups of another VPC, and subnet beside interface', () => {
    const lab = makeLab();
    expect(lab.region.code('RunInstances', launch(lab, { SecurityGroupId: [lab.groups[2]] }))).toBe('InvalidGroup.NotFound');
    expect(lab.region.code('RunInstances', launch(lab, { NetworkInterface: [{ DeviceIndex: 0, SubnetId: lab.privateSubnet1 }] }))).toBe('InvalidParameterCombination');
  });

  it('ends when the subnet is full, and keeps nothing of the attempt', () => {
    const lab = makeLab();
    const { region } = lab;
    const SubnetId = region.id('CreateSubnet', { VpcId: lab.vpc1, CidrBlock: '10.0.9.0/28' }, 'subnet', 'subnetId');
    expect(region.code('RunInstances', launch(lab, { SubnetId, MinCount: 12, MaxCount: 12 }))).toBe('InsufficientFreeAddressesInSubnet');
    expect(region.at('DescribeSubnets', { SubnetId: [SubnetId] }, 'subnetSet', 0, 'availableIpAddressCount')).toBe(11);
    expect(region.code('RunInstances', launch(lab, { SubnetId, MinCount: 11, MaxCount: 11 }))).toBe('no error');
  });
});

describe('states', () => {
  it('stop and start: another public address, the same private one (V11)', () => {
    const lab = makeLab();
    const { region } = lab;
    const InstanceId = [lab.instances[0]];
    expect(region.call('StopInstances', { InstanceId })).toEqual({ instancesSet: [{ instanceId: InstanceId[0], currentState: { code: 64, name: 'stopping' }, previousState: { code: 16, name: 'running' } }] });
    region.pass();
    expect(shown(lab, 0)).toMatchObject({ instanceState: { name: 'stopped' }, ipAddress: undefined, privateIpAddress: '10.0.1.16', stateReason: { code: 'Client.UserInitiatedShutdown' } });
    region.call('StartInstances', { InstanceId });
    region.pass();
    expect(shown(lab, 0)).toMatchObject({ instanceState: { name: 'running' }, ipAddress: '198.18.0.13', privateIpAddress: '10.0.1.16', stateReason: undefined });
    expect(instanceOf(region.state, lab.instances[0])?.bootCount).toBe(2);
    region.call('RebootInstances', { InstanceId });
    expect(instanceOf(region.state, lab.instances[0])?.bootCount).toBe(3);
  });

  it('terminate: seen for an hour, the interface gone', () => {
    const lab = makeLab();
    const { region } = lab;
    region.call('TerminateInstances', { InstanceId: [lab.instances[2]] });
    expect(region.code('DeleteSubnet', { SubnetId: lab.privateSubnet1 })).toBe('DependencyViolation');
    region.pass();
    expect(shown(lab, 2)).toMatchObject({ instanceState: { code: 48, name: 'terminated' }, privateIpAddress: undefined, networkInterfaceSet: [], iamInstanceProfile: undefined });
    expect(region.code('StartInstances', { InstanceId: [lab.instances[2]] })).toBe('IncorrectInstanceState');
    expect(region.code('DeleteSubnet', { SubnetId: lab.privateSubnet1 })).toBe('no error');
    region.pass(3_600_000);
    expect(region.code('DescribeInstances', { InstanceId: [lab.instances[2]] })).toBe('InvalidInstanceID.NotFound');
  });

  it('protect from termination, all or none', () => {
    const lab = makeLab();
    const { region } = lab;
    region.call('ModifyInstanceAttribute', { InstanceId: lab.instances[0], DisableApiTermination: { Value: 'true' } });
    expect(region.code('TerminateInstances', { InstanceId: [lab.instances[1], lab.instances[0]] })).toBe('OperationNotPermitted');
    expect(shown(lab, 1).instanceState.name).toBe('running');
    region.call('ModifyInstanceAttribute', { InstanceId: lab.instances[0], Attribute: 'disableApiTermination', Value: 'false' });
    expect(region.code('TerminateInstances', { InstanceId: [lab.instances[1], lab.instances[0]] })).toBe('no error');
  });
});

describe('attributes', () => {
  it('change groups, source check, type and metadata options', () => {
    const lab = makeLab();
    const { region } = lab;
    const [InstanceId] = lab.instances;
    region.call('ModifyInstanceAttribute', { InstanceId, GroupId: [lab.groups[1]] });
    region.call('ModifyInstanceAttribute', { InstanceId, SourceDestCheck: { Value: 'false' } });
    expect(shown(lab, 0)).toMatchObject({ groupSet: [{ groupId: lab.groups[1] }], sourceDestCheck: false });
    expect(region.code('ModifyInstanceAttribute', { InstanceId, InstanceType: { Value: 't4g.micro' } })).toBe('IncorrectInstanceState');
    region.call('ModifyInstanceMetadataOptions', { InstanceId, HttpTokens: 'optional', HttpEndpoint: 'disabled' });
    expect(shown(lab, 0)).toMatchObject({ metadataOptions: { state: 'applied', httpTokens: 'optional', httpEndpoint: 'disabled', httpPutResponseHopLimit: 2 } });
    expect(region.code('ModifyInstanceAttribute', { InstanceId })).toBe('InvalidParameterCombination');
  });

  it('swap the instance profile', () => {
    const lab = makeLab();
    const { region } = lab;
    const associations = (id: string) => region.at('DescribeIamInstanceProfileAssociations', { Filter: [{ Name: 'instance-id', Value: [id] }] }, 'iamInstanceProfileAssociationSet') as { associationId: string }[];
    expect(region.code('AssociateIamInstanceProfile', { InstanceId: lab.instances[1], IamInstanceProfile: { Name: 'lab' } })).toBe('IncorrectState');
    region.call('DisassociateIamInstanceProfile', { AssociationId: associations(lab.instances[1])[0]?.associationId });
    expect(associations(lab.instances[1])).toEqual([]);
    region.call('AssociateIamInstanceProfile', { InstanceId: lab.instances[0], IamInstanceProfile: { Arn: PROFILE_ARN } });
    expect(shown(lab, 0)).toMatchObject({ iamInstanceProfile: { arn: PROFILE_ARN } });
  });
});

describe('other regions', () => {
  it('have names and zones of their own', () => {
    const lab = makeLabIn('us-east-1');
    expect(shown(lab, 0)).toMatchObject({ dnsName: 'ec2-198-18-0-11.compute-1.amazonaws.com', privateDnsName: 'ip-10-0-1-16.ec2.internal', placement: { availabilityZone: 'us-east-1a' } });
  });
});

function makeLabIn(name: string): Lab {
  return makeLab(new Region(name));
}
