/** AWS::EC2::Instance; waits until it runs, and on removal until it is terminated. */
import { liveTags, renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import type { Input } from '../../../endpoint/operation.js';
import { ResourceFailure } from '../../errors.js';
import { sameValue, textOf, type Structure, type Value } from '../../template/value.js';
import { given, gone, replyItem, replyList, replyText, structuresProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

const INTERFACE_MEMBERS = ['AssociatePublicIpAddress', 'DeleteOnTermination', 'Description', 'DeviceIndex', 'NetworkInterfaceId', 'PrivateIpAddress', 'SubnetId'];

/** A network interface in RunInstances' wire form; `GroupSet` is the template's name for its groups. */
function networkInterface(declared: Structure): Input {
  const unknown = Object.keys(declared).find((name) => name !== 'GroupSet' && !INTERFACE_MEMBERS.includes(name));
  if (unknown !== undefined) throw new ResourceFailure(`#/NetworkInterfaces/0: the local cloud does not support the key [${unknown}]`, 'InvalidRequest');
  return { ...given(declared, INTERFACE_MEMBERS), ...(declared['GroupSet'] === undefined ? {} : { SecurityGroupId: declared['GroupSet'] }) };
}

/** The template writes CPUCredits, EC2 CpuCredits. */
function credits(properties: Structure): unknown {
  return valueAt(properties, 'CreditSpecification.CPUCredits') ?? valueAt(properties, 'CreditSpecification.CpuCredits');
}

function launch(properties: Structure, scope: ResourceScope): Input {
  const text = (name: string, member: string): Input => (properties[name] === undefined ? {} : { [name]: { [member]: properties[name] } });
  const renamed = (name: string, wire: string): Input => (properties[name] === undefined ? {} : { [wire]: properties[name] });
  const interfaces = structuresProperty(properties, 'NetworkInterfaces').map(networkInterface);
  const placement = { ...given(properties, ['AvailabilityZone', 'Tenancy']), ...renamed('PlacementGroupName', 'GroupName') };
  const volumeTags = textOf(properties['PropagateTagsToVolumeOnCreation']) === 'true' ? scope.tagSpecification('volume', properties) : [];
  return {
    MinCount: 1,
    MaxCount: 1,
    ...given(properties, ['ImageId', 'InstanceType', 'KeyName', 'SubnetId', 'PrivateIpAddress', 'UserData', 'EbsOptimized', 'DisableApiTermination', 'InstanceInitiatedShutdownBehavior', 'MetadataOptions']),
    ...text('IamInstanceProfile', 'Name'),
    ...text('Monitoring', 'Enabled'),
    ...renamed('SecurityGroupIds', 'SecurityGroupId'),
    ...renamed('SecurityGroups', 'SecurityGroup'),
    ...renamed('BlockDeviceMappings', 'BlockDeviceMapping'),
    ...(properties['CreditSpecification'] === undefined ? {} : { CreditSpecification: { CpuCredits: credits(properties) } }),
    ...(Object.keys(placement).length === 0 ? {} : { Placement: placement }),
    ...(interfaces.length === 0 ? {} : { NetworkInterface: interfaces }),
    TagSpecification: [...scope.tagSpecification('instance', properties), ...volumeTags],
  };
}

function describe(instanceId: string, scope: ResourceScope) {
  return replyItem(replyItem(scope.call('ec2', 'DescribeInstances', { InstanceId: [instanceId] }), 'reservationSet'), 'instancesSet');
}

function stateOf(instanceId: string, scope: ResourceScope): string {
  return replyText(describe(instanceId, scope), 'instanceState.name');
}

/** One attribute at a time, which is all that ModifyInstanceAttribute takes. */
function modify(InstanceId: string, attribute: Input, scope: ResourceScope): void {
  scope.call('ec2', 'ModifyInstanceAttribute', { InstanceId, ...attribute });
}

export const instance: ResourceType = {
  type: 'AWS::EC2::Instance',
  properties: {
    AvailabilityZone: 'replacement', BlockDeviceMappings: 'replacement', CreditSpecification: 'in-place', DisableApiTermination: 'in-place', EbsOptimized: 'interruption',
    IamInstanceProfile: 'in-place', ImageId: 'replacement', InstanceInitiatedShutdownBehavior: 'in-place', InstanceType: 'interruption', KeyName: 'replacement',
    MetadataOptions: 'in-place', Monitoring: 'in-place', NetworkInterfaces: 'replacement', PlacementGroupName: 'replacement', PrivateIpAddress: 'replacement',
    PropagateTagsToVolumeOnCreation: 'in-place', SecurityGroupIds: 'in-place', SecurityGroups: 'replacement', SourceDestCheck: 'in-place', SubnetId: 'replacement',
    Tags: 'in-place', Tenancy: 'replacement', UserData: 'interruption',
    AdditionalInfo: 'unsupported', Affinity: 'unsupported', CpuOptions: 'unsupported', ElasticGpuSpecifications: 'unsupported', ElasticInferenceAccelerators: 'unsupported',
    EnclaveOptions: 'unsupported', HibernationOptions: 'unsupported', HostId: 'unsupported', HostResourceGroupArn: 'unsupported', Ipv6AddressCount: 'unsupported',
    Ipv6Addresses: 'unsupported', KernelId: 'unsupported', LaunchTemplate: 'unsupported', LicenseSpecifications: 'unsupported', PrivateDnsNameOptions: 'unsupported',
    RamdiskId: 'unsupported', SsmAssociations: 'unsupported', Volumes: 'unsupported',
  },
  attributes: ['AvailabilityZone', 'InstanceId', 'PrivateDnsName', 'PrivateIp', 'PublicDnsName', 'PublicIp', 'State.Code', 'State.Name', 'VpcId'],
  identifiers: ['InstanceId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'RunInstances', launch(properties, scope));
    const instanceId = replyText(replyItem(reply, 'instancesSet'), 'instanceId');
    const check = properties['SourceDestCheck'];
    if (check !== undefined) modify(instanceId, { SourceDestCheck: { Value: check } }, scope);
    return instanceId;
  },
  settled(instanceId, scope) {
    const state = stateOf(instanceId, scope);
    if (state === 'terminated' || state === 'shutting-down') throw new ResourceFailure(`Instance ${instanceId} is in state ${state} and hence failed to stabilize`, 'NotStabilized');
    // A user may have stopped it before a change of tags: that is at rest too.
    return state === 'running' || state === 'stopped';
  },
  attributesOf(instanceId, scope) {
    const found = describe(instanceId, scope);
    const text = (path: string): Value => {
      const value = valueAt(found, path);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    return {
      InstanceId: instanceId,
      AvailabilityZone: text('placement.availabilityZone'),
      PrivateDnsName: text('privateDnsName'),
      PrivateIp: text('privateIpAddress'),
      PublicDnsName: text('dnsName'),
      PublicIp: text('ipAddress'),
      'State.Code': text('instanceState.code'),
      'State.Name': text('instanceState.name'),
      VpcId: text('vpcId'),
    };
  },
  update(instanceId, properties, previous, scope) {
    const changed = (name: string) => !sameValue(properties[name], previous[name]);
    if (changed('InstanceType')) modify(instanceId, { InstanceType: { Value: properties['InstanceType'] ?? 'm1.small' } }, scope);
    if (changed('UserData')) modify(instanceId, { UserData: { Value: properties['UserData'] ?? '' } }, scope);
    if (changed('EbsOptimized')) modify(instanceId, { EbsOptimized: { Value: properties['EbsOptimized'] ?? false } }, scope);
    if (changed('SecurityGroupIds')) modify(instanceId, { GroupId: properties['SecurityGroupIds'] ?? [] }, scope);
    if (changed('SourceDestCheck')) modify(instanceId, { SourceDestCheck: { Value: properties['SourceDestCheck'] ?? true } }, scope);
    if (changed('DisableApiTermination')) modify(instanceId, { DisableApiTermination: { Value: properties['DisableApiTermination'] ?? false } }, scope);
    if (changed('InstanceInitiatedShutdownBehavior')) modify(instanceId, { InstanceInitiatedShutdownBehavior: { Value: properties['InstanceInitiatedShutdownBehavior'] ?? 'stop' } }, scope);
    if (changed('Monitoring')) scope.call('ec2', textOf(properties['Monitoring']) === 'true' ? 'MonitorInstances' : 'UnmonitorInstances', { InstanceId: [instanceId] });
    if (changed('CreditSpecification')) setCredits(instanceId, properties, scope);
    if (changed('MetadataOptions')) scope.call('ec2', 'ModifyInstanceMetadataOptions', { InstanceId: instanceId, ...(properties['MetadataOptions'] as Structure | undefined) });
    if (changed('IamInstanceProfile')) setProfile(instanceId, properties['IamInstanceProfile'], scope);
    retag(instanceId, properties, scope);
  },
  halt: {
    begin(instanceId, scope) {
      const atWork = /^(?:pending|running)$/.test(stateOf(instanceId, scope));
      scope.call('ec2', 'StopInstances', { InstanceId: [instanceId] });
      return atWork;
    },
    done(instanceId, scope) {
      const state = stateOf(instanceId, scope);
      if (state === 'terminated' || state === 'shutting-down') throw gone();
      return state === 'stopped';
    },
    end(instanceId, scope) {
      scope.call('ec2', 'StartInstances', { InstanceId: [instanceId] });
    },
  },
  unread: ['BlockDeviceMappings', 'CreditSpecification', 'NetworkInterfaces', 'PlacementGroupName', 'PropagateTagsToVolumeOnCreation', 'SecurityGroups'],
  live(instanceId, scope, properties) {
    const found = describe(instanceId, scope);
    if (/^(?:terminated|shutting-down)$/.test(replyText(found, 'instanceState.name'))) throw gone();
    const attribute = (name: string, property: string) => renamed(scope.call('ec2', 'DescribeInstanceAttribute', { InstanceId: instanceId, Attribute: name }), { [property]: `${name}.value` });
    const profile = valueAt(found, 'iamInstanceProfile.arn');
    return {
      ...renamed(found, {
        AvailabilityZone: 'placement.availabilityZone', EbsOptimized: 'ebsOptimized', ImageId: 'imageId', InstanceType: 'instanceType', KeyName: 'keyName', PrivateIpAddress: 'privateIpAddress',
        SourceDestCheck: 'sourceDestCheck', SubnetId: 'subnetId', Tenancy: 'placement.tenancy',
      }),
      Monitoring: valueAt(found, 'monitoring.state') === 'enabled',
      SecurityGroupIds: replyList(found, 'groupSet').map((group) => replyText(group, 'groupId')),
      ...(typeof profile === 'string' ? { IamInstanceProfile: profile.slice(profile.lastIndexOf('/') + 1) } : {}),
      MetadataOptions: renamed(found, {
        HttpEndpoint: 'metadataOptions.httpEndpoint', HttpPutResponseHopLimit: 'metadataOptions.httpPutResponseHopLimit', HttpTokens: 'metadataOptions.httpTokens', InstanceMetadataTags: 'metadataOptions.instanceMetadataTags',
      }),
      ...attribute('disableApiTermination', 'DisableApiTermination'),
      ...attribute('instanceInitiatedShutdownBehavior', 'InstanceInitiatedShutdownBehavior'),
      ...attribute('userData', 'UserData'),
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(instanceId, scope) {
    unlessMissing(() => scope.call('ec2', 'TerminateInstances', { InstanceId: [instanceId] }));
  },
  deleted(instanceId, scope) {
    const reply = unlessMissing(() => scope.call('ec2', 'DescribeInstances', { InstanceId: [instanceId] }));
    const [reservation] = reply === undefined ? [] : replyList(reply, 'reservationSet');
    return reservation === undefined || replyText(replyItem(reservation, 'instancesSet'), 'instanceState.name') === 'terminated';
  },
};

/** An instance that cannot be changed is told in the reply, not by an error. */
function setCredits(instanceId: string, properties: Structure, scope: ResourceScope): void {
  const reply = scope.call('ec2', 'ModifyInstanceCreditSpecification', { InstanceCreditSpecification: [{ InstanceId: instanceId, CpuCredits: credits(properties) ?? 'unlimited' }] });
  const [refused] = replyList(reply, 'unsuccessfulInstanceCreditSpecificationSet');
  if (refused !== undefined) throw new ResourceFailure(replyText(refused, 'error.message'), 'InvalidRequest');
}

function setProfile(instanceId: string, name: Value | undefined, scope: ResourceScope): void {
  const reply = scope.call('ec2', 'DescribeIamInstanceProfileAssociations', { Filter: [{ Name: 'instance-id', Value: [instanceId] }] });
  for (const association of replyList(reply, 'iamInstanceProfileAssociationSet')) {
    scope.call('ec2', 'DisassociateIamInstanceProfile', { AssociationId: replyText(association, 'associationId') });
  }
  if (name !== undefined) scope.call('ec2', 'AssociateIamInstanceProfile', { InstanceId: instanceId, IamInstanceProfile: { Name: name } });
}
