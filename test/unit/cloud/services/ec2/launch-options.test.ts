import { describe, expect, it } from 'vitest';
import { instanceInitiated, instanceOf } from '../../../../../src/cloud/services/ec2/ec2.js';
import { CONSOLE_OUTPUT } from '../../../../../src/cloud/services/ec2/model.js';
import { imageId, makeLab, PROFILE_ARN, type Lab } from './harness.js';

const launch = (lab: Lab, more: object = {}) => ({ ImageId: imageId(), InstanceType: 't4g.nano', MinCount: '1', MaxCount: '1', SubnetId: lab.privateSubnet1, ...more });
const run = (lab: Lab, more: object = {}) => lab.region.id('RunInstances', launch(lab, more), 'instancesSet', 0, 'instanceId');
const shown = (lab: Lab, id: string) => lab.region.at('DescribeInstances', { InstanceId: [id] }, 'reservationSet', 0, 'instancesSet', 0);

describe('options of a launch', () => {
  it('are kept and shown', () => {
    const lab = makeLab();
    const id = run(lab, {
      CpuOptions: { CoreCount: '1', ThreadsPerCore: '1' }, CreditSpecification: { CpuCredits: 'standard' }, MaintenanceOptions: { AutoRecovery: 'disabled' },
      CapacityReservationSpecification: { CapacityReservationPreference: 'none' }, EbsOptimized: 'true', Monitoring: { Enabled: 'true' },
    });
    expect(shown(lab, id)).toMatchObject({
      cpuOptions: { coreCount: 1, threadsPerCore: 1 }, maintenanceOptions: { autoRecovery: 'disabled' }, capacityReservationSpecification: { capacityReservationPreference: 'none' },
      ebsOptimized: true, monitoring: { state: 'enabled' },
    });
    expect(lab.region.at('DescribeInstanceCreditSpecifications', { InstanceId: [id] }, 'instanceCreditSpecificationSet')).toEqual([{ instanceId: id, cpuCredits: 'standard' }]);
  });

  it('may be written out as the defaults that they are, as clients do', () => {
    const lab = makeLab();
    const id = run(lab, {
      Placement: { AvailabilityZone: '', Tenancy: 'default', GroupName: '' }, HibernationOptions: { Configured: 'false' }, EnclaveOptions: { Enabled: 'false' }, Ipv6AddressCount: '0', KeyName: '',
      PrivateDnsNameOptions: { HostnameType: 'ip-name', EnableResourceNameDnsARecord: 'false' }, NetworkPerformanceOptions: { BandwidthWeighting: 'default' }, PrivateIpAddress: '', UserData: '',
    });
    expect(shown(lab, id)).toMatchObject({ cpuOptions: { coreCount: 2, threadsPerCore: 1 }, maintenanceOptions: { autoRecovery: 'default' }, keyName: undefined });
  });

  it.each([
    ['dedicated hardware', { Placement: { Tenancy: 'dedicated' } }, 'UnsupportedOperation'],
    ['a placement group', { Placement: { GroupName: 'mine' } }, 'InvalidPlacementGroup.Unknown'],
    ['another zone than the subnet\'s', { Placement: { AvailabilityZone: 'ap-northeast-1c' } }, 'InvalidParameterValue'],
    ['another zone id than the subnet\'s', { Placement: { AvailabilityZoneId: 'apne1-az1' } }, 'InvalidParameterValue'],
    ['hibernation', { HibernationOptions: { Configured: 'true' } }, 'UnsupportedOperation'],
    ['enclaves', { EnclaveOptions: { Enabled: 'true' } }, 'UnsupportedOperation'],
    ['resource names', { PrivateDnsNameOptions: { HostnameType: 'resource-name' } }, 'UnsupportedOperation'],
    ['half of the CPU options', { CpuOptions: { CoreCount: '1' } }, 'InvalidParameterCombination'],
    ['more cores than there are', { CpuOptions: { CoreCount: '3', ThreadsPerCore: '1' } }, 'InvalidParameterValue'],
    ['more threads than a core has', { CpuOptions: { CoreCount: '1', ThreadsPerCore: '2' } }, 'InvalidParameterValue'],
    ['credits of no kind', { CreditSpecification: { CpuCredits: 'much' } }, 'InvalidParameterValue'],
    ['a reservation that nobody made', { CapacityReservationSpecification: { CapacityReservationPreference: 'capacity-reservations-only' } }, 'ReservationCapacityExceeded'],
    ['groups by name in a subnet', { SecurityGroup: ['two'] }, 'InvalidParameterCombination'],
    ['user data that is not base64', { UserData: '#!/bin/sh' }, 'InvalidUserData.Malformed'],
    ['too much user data', { UserData: Buffer.alloc(16_385).toString('base64') }, 'InvalidParameterValue'],
    ['iops without their type', { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { Iops: '500', VolumeType: 'gp2' } }] }, 'InvalidParameterCombination'],
    ['too many iops for the size', { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { Iops: '5000' } }] }, 'InvalidParameterValue'],
    ['io1 without iops', { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'io1' } }] }, 'MissingParameter'],
    ['a key of nobody', { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: 'true', KmsKeyId: 'alias/nobody' } }] }, 'InvalidKMSKeyId'],
    ['a key for what is not encrypted', { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { KmsKeyId: 'alias/aws/ebs' } }] }, 'InvalidParameterDependency'],
    ['more than the limit at least', { MinCount: '65', MaxCount: '65' }, 'InstanceLimitExceeded'],
    ['tags that the metadata service cannot show', { MetadataOptions: { InstanceMetadataTags: 'enabled' }, TagSpecification: [{ ResourceType: 'instance', Tag: [{ Key: 'a/b', Value: '' }] }] }, 'InvalidParameterValue'],
  ])('refuse %s', (_what, more, code) => {
    const lab = makeLab();
    expect(lab.region.code('RunInstances', launch(lab, more))).toBe(code);
  });

  it('encrypts under the account\'s key for EBS', () => {
    const lab = makeLab();
    const id = run(lab, { BlockDeviceMapping: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: 'true' } }] });
    expect(lab.region.at('DescribeVolumes', { Filter: [{ Name: 'attachment.instance-id', Value: [id] }] }, 'volumeSet', 0)).toMatchObject({ encrypted: true, kmsKeyId: expect.stringMatching(/^arn:aws:kms:ap-northeast-1:123456789012:key\/[0-9a-f-]{36}$/) as unknown });
  });

  it('launches as many as the subnet has addresses for, but not fewer than asked', () => {
    const lab = makeLab();
    const { region } = lab;
    const small = region.id('CreateSubnet', { VpcId: lab.vpc1, CidrBlock: '10.0.9.0/28', AvailabilityZone: 'ap-northeast-1a' }, 'subnet', 'subnetId');
    expect(region.at('RunInstances', launch(lab, { SubnetId: small, MaxCount: '20' }), 'instancesSet')).toHaveLength(11);
    expect(region.code('RunInstances', launch(lab, { SubnetId: small }))).toBe('InsufficientFreeAddressesInSubnet');
  });

  it('refuses the token of an instance that is gone', () => {
    const lab = makeLab();
    const id = run(lab, { ClientToken: 'once' });
    expect(run(lab, { ClientToken: 'once' })).toBe(id);
    lab.region.call('TerminateInstances', { InstanceId: [id] });
    lab.region.pass();
    expect(lab.region.code('RunInstances', launch(lab, { ClientToken: 'once' }))).toBe('IdempotentInstanceTerminated');
  });
});

describe('defaults of the account for IMDS', () => {
  it('are taken by launches that say nothing, and taken back', () => {
    const lab = makeLab();
    const { region } = lab;
    region.call('ModifyInstanceMetadataDefaults', { HttpTokens: 'optional', HttpPutResponseHopLimit: '1', InstanceMetadataTags: 'enabled' });
    region.call('ModifyInstanceMetadataDefaults', { InstanceMetadataTags: 'no-preference' });
    expect(region.at('GetInstanceMetadataDefaults', {}, 'accountLevel')).toEqual({ httpTokens: 'optional', httpPutResponseHopLimit: 1, managedBy: 'account' });
    expect(instanceOf(region.state, run(lab))?.metadataOptions).toMatchObject({ httpTokens: 'optional', httpPutResponseHopLimit: 1, instanceMetadataTags: 'disabled' });
    expect(instanceOf(region.state, run(lab, { MetadataOptions: { HttpTokens: 'required' } }))?.metadataOptions).toMatchObject({ httpTokens: 'required', httpPutResponseHopLimit: 1 });
    region.call('ModifyInstanceMetadataDefaults', { HttpTokens: 'no-preference', HttpPutResponseHopLimit: '-1' });
    expect(instanceOf(region.state, run(lab))?.metadataOptions).toMatchObject({ httpTokens: 'required', httpPutResponseHopLimit: 2 });
    expect(region.code('ModifyInstanceMetadataDefaults', { HttpPutResponseHopLimit: '0' })).toBe('InvalidParameterValue');
  });
});

describe('changes of running instances', () => {
  it('switches monitoring', () => {
    const lab = makeLab();
    const InstanceId = [lab.instances[0]];
    expect(lab.region.at('MonitorInstances', { InstanceId }, 'instancesSet', 0, 'monitoring', 'state')).toBe('pending');
    expect(lab.region.at('MonitorInstances', { InstanceId }, 'instancesSet', 0, 'monitoring', 'state')).toBe('enabled');
    expect(shown(lab, lab.instances[0])).toMatchObject({ monitoring: { state: 'enabled' } });
    expect(lab.region.at('UnmonitorInstances', { InstanceId }, 'instancesSet', 0, 'monitoring', 'state')).toBe('disabling');
    expect(lab.region.code('MonitorInstances', {})).toBe('MissingParameter');
  });

  it('changes credits one by one', () => {
    const lab = makeLab();
    const { region } = lab;
    expect(region.call('ModifyInstanceCreditSpecification', { InstanceCreditSpecification: [{ InstanceId: lab.instances[0], CpuCredits: 'standard' }, { InstanceId: 'i-00000000000000000', CpuCredits: 'standard' }] })).toMatchObject({
      successfulInstanceCreditSpecificationSet: [{ instanceId: lab.instances[0] }], unsuccessfulInstanceCreditSpecificationSet: [{ instanceId: 'i-00000000000000000', error: { code: 'InvalidInstanceID.NotFound' } }],
    });
    // Without ids only those with unlimited credits.
    const all = region.at('DescribeInstanceCreditSpecifications', {}, 'instanceCreditSpecificationSet') as { instanceId: string }[];
    expect(all.map(({ instanceId }) => instanceId)).toEqual(lab.instances.slice(1));
    expect(region.code('DescribeInstanceCreditSpecifications', { Filter: [{ Name: 'tag:a', Value: ['b'] }] })).toBe('InvalidParameterValue');
  });

  it('replaces a profile association under a new id', () => {
    const lab = makeLab();
    const { region } = lab;
    const old = region.id('DescribeIamInstanceProfileAssociations', { Filter: [{ Name: 'instance-id', Value: [lab.instances[1]] }] }, 'iamInstanceProfileAssociationSet', 0, 'associationId');
    const fresh = region.id('ReplaceIamInstanceProfileAssociation', { AssociationId: old, IamInstanceProfile: { Name: 'lab' } }, 'iamInstanceProfileAssociation', 'associationId');
    expect(fresh).not.toBe(old);
    expect(region.at('DescribeIamInstanceProfileAssociations', { AssociationId: [fresh] }, 'iamInstanceProfileAssociationSet', 0)).toMatchObject({ instanceId: lab.instances[1], iamInstanceProfile: { arn: PROFILE_ARN } });
    expect(region.code('ReplaceIamInstanceProfileAssociation', { AssociationId: old, IamInstanceProfile: { Name: 'lab' } })).toBe('NoSuchAssociation');
    expect(region.code('ReplaceIamInstanceProfileAssociation', { AssociationId: fresh })).toBe('MissingParameter');
  });

  it('keeps a protected instance and its zone, and terminates the others', () => {
    const lab = makeLab();
    const { region } = lab;
    region.call('ModifyInstanceAttribute', { InstanceId: lab.instances[0], DisableApiTermination: { Value: 'true' } });
    expect(region.code('TerminateInstances', { InstanceId: lab.instances, DryRun: 'true' })).toBe('OperationNotPermitted');
    expect(region.code('TerminateInstances', { InstanceId: lab.instances })).toBe('OperationNotPermitted');
    const state = (index: number) => instanceOf(region.state, lab.instances[index] ?? '')?.state;
    expect([state(0), state(1), state(3)]).toEqual(['running', 'running', 'shutting-down']);
  });
});

describe('a guest that turns itself off', () => {
  const state = (lab: Lab, id: string) => shown(lab, id) as { instanceState: { name: string }; stateReason?: { code: string }; ipAddress?: string };

  it('stops its instance, which gives its address back', () => {
    const lab = makeLab();
    const [id] = lab.instances;
    lab.region.call('ModifyInstanceAttribute', { InstanceId: id, DisableApiStop: { Value: 'true' } });
    instanceInitiated(lab.region.context, id, 'off');
    expect(state(lab, id)).toMatchObject({ instanceState: { name: 'stopping' }, stateReason: { code: 'Client.InstanceInitiatedShutdown' }, ipAddress: undefined });
    instanceInitiated(lab.region.context, id, 'off');
    lab.region.pass();
    expect(state(lab, id).instanceState.name).toBe('stopped');
  });

  it('terminates it when that is what its attribute says', () => {
    const lab = makeLab();
    const [id] = lab.instances;
    lab.region.call('ModifyInstanceAttribute', { InstanceId: id, InstanceInitiatedShutdownBehavior: { Value: 'terminate' } });
    lab.region.call('ModifyInstanceAttribute', { InstanceId: id, DisableApiTermination: { Value: 'true' } });
    instanceInitiated(lab.region.context, id, 'off');
    lab.region.pass();
    expect(state(lab, id).instanceState.name).toBe('terminated');
  });

  it('boots it anew', () => {
    const lab = makeLab();
    instanceInitiated(lab.region.context, lab.instances[0], 'reboot');
    expect(instanceOf(lab.region.state, lab.instances[0])).toMatchObject({ state: 'running', bootCount: 2 });
  });
});

describe('the console', () => {
  it('is empty until the guest wrote to it, then holds its last 64 KiB, and goes with the instance', () => {
    const lab = makeLab();
    const { region } = lab;
    const [InstanceId] = lab.instances;
    expect(region.call('GetConsoleOutput', { InstanceId })).toMatchObject({ instanceId: InstanceId, output: undefined });
    region.state.transact((tx) => tx.put(CONSOLE_OUTPUT, InstanceId, { text: `${'x'.repeat(70_000)}end`, timestamp: region.now }));
    const output = Buffer.from(region.id('GetConsoleOutput', { InstanceId, Latest: 'true' }, 'output'), 'base64').toString();
    expect([output.length, output.slice(-3)]).toEqual([65_536, 'end']);
    expect(region.call('GetPasswordData', { InstanceId })).toMatchObject({ passwordData: '' });
    region.call('TerminateInstances', { InstanceId: [InstanceId] });
    region.pass(4_000_000);
    expect(region.state.list(CONSOLE_OUTPUT)).toEqual([]);
  });
});

describe('pages', () => {
  it('look at no more instances than they show, and miss none that a filter wants', () => {
    const lab = makeLab();
    const { region } = lab;
    for (let round = 0; round < 3; round++) region.call('RunInstances', launch(lab, { MinCount: '10', MaxCount: '10', TagSpecification: [{ ResourceType: 'instance', Tag: [{ Key: 'round', Value: String(round) }] }] }));
    const pages: string[][] = [];
    let token: string | undefined;
    do {
      const reply = region.call('DescribeInstances', { MaxResults: '7', Filter: [{ Name: 'tag:round', Value: ['0', '2'] }], ...(token === undefined ? {} : { NextToken: token }) }) as unknown as { reservationSet: { instancesSet: { instanceId: string }[] }[]; nextToken?: string };
      pages.push(reply.reservationSet.flatMap((reservation) => reservation.instancesSet.map((instance) => instance.instanceId)));
      token = reply.nextToken;
    } while (token !== undefined);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 6]);
    expect(new Set(pages.flat()).size).toBe(20);
    expect(region.code('DescribeInstances', { InstanceId: [lab.instances[0]], MaxResults: '5' })).toBe('InvalidParameterCombination');
    expect(region.code('DescribeInstances', { MaxResults: '4' })).toBe('InvalidParameterValue');
  });
});

describe('attributes', () => {
  it('say which volumes go with the instance', () => {
    const lab = makeLab();
    const { region } = lab;
    const [InstanceId] = lab.instances;
    const keep = (DeviceName: string) => ({ InstanceId, BlockDeviceMapping: [{ DeviceName, Ebs: { DeleteOnTermination: 'false' } }] });
    expect(region.code('ModifyInstanceAttribute', keep('/dev/sdz'))).toBe('InvalidInstanceAttributeValue');
    region.call('ModifyInstanceAttribute', keep('/dev/xvda'));
    const volume = region.id('DescribeVolumes', { Filter: [{ Name: 'attachment.instance-id', Value: [InstanceId] }] }, 'volumeSet', 0, 'volumeId');
    expect(region.at('DescribeVolumeStatus', { VolumeId: [volume] }, 'volumeStatusSet', 0, 'volumeStatus', 'status')).toBe('ok');
    region.call('TerminateInstances', { InstanceId: [InstanceId] });
    region.pass();
    expect(region.at('DescribeVolumes', { VolumeId: [volume] }, 'volumeSet', 0)).toMatchObject({ status: 'available', attachmentSet: [] });
  });

  it('can be reset: the source and destination check', () => {
    const lab = makeLab();
    const { region } = lab;
    const [InstanceId] = lab.instances;
    region.call('ModifyInstanceAttribute', { InstanceId, SourceDestCheck: { Value: 'false' } });
    region.call('ResetInstanceAttribute', { InstanceId, Attribute: 'sourceDestCheck' });
    expect(region.at('DescribeInstanceAttribute', { InstanceId, Attribute: 'sourceDestCheck' }, 'sourceDestCheck', 'value')).toBe(true);
    expect(region.code('ResetInstanceAttribute', { InstanceId, Attribute: 'userData' })).toBe('InvalidParameterValue');
  });
});
