/**
 * The wire's member names, taken by hand from the EC2 API Reference (2016-11-15): what a client that knows the API
 * looks for has to be under exactly these names, and nothing may be under a name that the reference does not have.
 */
import { describe, expect, it } from 'vitest';
import { makeLab } from './harness.js';

const TAGS = ['tagSet'];
const NAMES: readonly (readonly [operation: string, set: string, members: readonly string[]])[] = [
  ['DescribeVpcs', 'vpcSet', ['vpcId', 'ownerId', 'state', 'cidrBlock', 'cidrBlockAssociationSet', 'ipv6CidrBlockAssociationSet', 'dhcpOptionsId', 'instanceTenancy', 'isDefault', ...TAGS]],
  ['DescribeSubnets', 'subnetSet', [
    'subnetId', 'subnetArn', 'vpcId', 'ownerId', 'state', 'cidrBlock', 'ipv6CidrBlockAssociationSet', 'availabilityZone', 'availabilityZoneId', 'availableIpAddressCount', 'defaultForAz',
    'mapPublicIpOnLaunch', 'mapCustomerOwnedIpOnLaunch', 'assignIpv6AddressOnCreation', 'enableDns64', 'ipv6Native', 'privateDnsNameOptionsOnLaunch', ...TAGS,
  ]],
  ['DescribeInternetGateways', 'internetGatewaySet', ['internetGatewayId', 'ownerId', 'attachmentSet', ...TAGS]],
  ['DescribeRouteTables', 'routeTableSet', ['routeTableId', 'vpcId', 'ownerId', 'routeSet', 'associationSet', 'propagatingVgwSet', ...TAGS]],
  ['DescribeSecurityGroups', 'securityGroupInfo', ['groupId', 'groupName', 'groupDescription', 'vpcId', 'ownerId', 'securityGroupArn', 'ipPermissions', 'ipPermissionsEgress', ...TAGS]],
  ['DescribeSecurityGroupRules', 'securityGroupRuleSet', [
    'securityGroupRuleId', 'securityGroupRuleArn', 'groupId', 'groupOwnerId', 'isEgress', 'ipProtocol', 'fromPort', 'toPort', 'cidrIpv4', 'cidrIpv6', 'prefixListId', 'referencedGroupInfo', 'description', ...TAGS,
  ]],
  ['DescribeNetworkAcls', 'networkAclSet', ['networkAclId', 'vpcId', 'ownerId', 'default', 'entrySet', 'associationSet', ...TAGS]],
  ['DescribeAddresses', 'addressesSet', [
    'publicIp', 'allocationId', 'associationId', 'domain', 'instanceId', 'networkInterfaceId', 'networkInterfaceOwnerId', 'privateIpAddress', 'publicIpv4Pool', 'networkBorderGroup', ...TAGS,
  ]],
  ['DescribeNatGateways', 'natGatewaySet', [
    'natGatewayId', 'vpcId', 'subnetId', 'state', 'connectivityType', 'availabilityMode', 'createTime', 'deleteTime', 'failureCode', 'failureMessage', 'natGatewayAddressSet', ...TAGS,
  ]],
  ['DescribeVpcEndpoints', 'vpcEndpointSet', [
    'vpcEndpointId', 'vpcEndpointType', 'vpcId', 'serviceName', 'serviceRegion', 'state', 'policyDocument', 'routeTableIdSet', 'subnetIdSet', 'groupSet', 'ipAddressType', 'dnsOptions',
    'privateDnsEnabled', 'requesterManaged', 'networkInterfaceIdSet', 'dnsEntrySet', 'creationTimestamp', 'ownerId', ...TAGS,
  ]],
  ['DescribeVpcEndpointServices', 'serviceDetailSet', [
    'serviceName', 'serviceId', 'serviceType', 'serviceRegion', 'availabilityZoneSet', 'availabilityZoneIdSet', 'owner', 'baseEndpointDnsNameSet', 'privateDnsName', 'privateDnsNameSet',
    'vpcEndpointPolicySupported', 'acceptanceRequired', 'managesVpcEndpoints', 'privateDnsNameVerificationState', 'supportedIpAddressTypeSet', ...TAGS,
  ]],
  ['DescribeNetworkInterfaces', 'networkInterfaceSet', [
    'networkInterfaceId', 'subnetId', 'vpcId', 'availabilityZone', 'availabilityZoneId', 'description', 'ownerId', 'requesterId', 'requesterManaged', 'status', 'macAddress', 'privateIpAddress',
    'privateDnsName', 'sourceDestCheck', 'interfaceType', 'groupSet', 'attachment', 'association', 'connectionTrackingConfiguration', 'privateIpAddressesSet', 'ipv6AddressesSet', ...TAGS,
  ]],
  ['DescribePrefixLists', 'prefixListSet', ['prefixListId', 'prefixListName', 'cidrSet']],
  ['DescribeManagedPrefixLists', 'prefixListSet', ['prefixListId', 'prefixListName', 'prefixListArn', 'addressFamily', 'state', 'ownerId', 'maxEntries', 'version', ...TAGS]],
  ['DescribeDhcpOptions', 'dhcpOptionsSet', ['dhcpOptionsId', 'ownerId', 'dhcpConfigurationSet', ...TAGS]],
  ['DescribeInstances', 'reservationSet', ['reservationId', 'ownerId', 'groupSet', 'instancesSet']],
  ['DescribeInstanceStatus', 'instanceStatusSet', ['instanceId', 'availabilityZone', 'availabilityZoneId', 'instanceState', 'instanceStatus', 'systemStatus', 'attachedEbsStatus']],
  ['DescribeVolumes', 'volumeSet', [
    'volumeId', 'size', 'snapshotId', 'availabilityZone', 'availabilityZoneId', 'status', 'createTime', 'attachmentSet', 'volumeType', 'iops', 'throughput', 'encrypted', 'kmsKeyId', 'multiAttachEnabled', ...TAGS,
  ]],
  ['DescribeImages', 'imagesSet', [
    'deregistrationProtection', 'freeTierEligible', 'imageAllowed', 'productCodes',
    'imageId', 'imageLocation', 'imageState', 'imageOwnerId', 'imageOwnerAlias', 'creationDate', 'deprecationTime', 'isPublic', 'architecture', 'imageType', 'name', 'description', 'platformDetails',
    'usageOperation', 'rootDeviceType', 'rootDeviceName', 'blockDeviceMapping', 'virtualizationType', 'hypervisor', 'enaSupport', 'sriovNetSupport', 'bootMode', 'imdsSupport', ...TAGS,
  ]],
  ['DescribeInstanceTypeOfferings', 'instanceTypeOfferingSet', ['instanceType', 'locationType', 'location']],
  ['DescribeIamInstanceProfileAssociations', 'iamInstanceProfileAssociationSet', ['associationId', 'instanceId', 'iamInstanceProfile', 'state', 'timestamp']],
  ['DescribeKeyPairs', 'keySet', ['keyPairId', 'keyName', 'keyType', 'keyFingerprint', 'publicKey', 'createTime', ...TAGS]],
  ['DescribeRegions', 'regionInfo', ['regionName', 'regionEndpoint', 'optInStatus']],
  ['DescribeAvailabilityZones', 'availabilityZoneInfo', ['zoneName', 'zoneId', 'zoneState', 'zoneType', 'regionName', 'groupName', 'groupLongName', 'networkBorderGroup', 'optInStatus', 'messageSet']],
  ['DescribeAccountAttributes', 'accountAttributeSet', ['attributeName', 'attributeValueSet']],
];

const INSTANCE = [
  'amiLaunchIndex', 'architecture', 'blockDeviceMapping', 'bootMode', 'capacityReservationSpecification', 'clientToken', 'cpuOptions', 'currentInstanceBootMode', 'dnsName', 'ebsOptimized', 'enaSupport',
  'enclaveOptions', 'groupSet', 'hibernationOptions', 'hypervisor', 'iamInstanceProfile', 'imageId', 'instanceId', 'instanceState', 'instanceType', 'ipAddress', 'keyName', 'launchTime', 'maintenanceOptions',
  'metadataOptions', 'monitoring', 'networkInterfaceSet', 'placement', 'platformDetails', 'privateDnsName', 'privateDnsNameOptions', 'privateIpAddress', 'productCodes', 'reason', 'rootDeviceName',
  'rootDeviceType', 'sourceDestCheck', 'stateReason', 'subnetId', 'tagSet', 'usageOperation', 'usageOperationUpdateTime', 'virtualizationType', 'vpcId',
];

describe('member names on the wire', () => {
  const lab = makeLab();

  it.each(NAMES)('%s: %s', (operation, set, members) => {
    const items = lab.region.at(operation, {}, set) as object[];
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) expect(Object.keys(item).toSorted()).toEqual([...members].toSorted());
  });

  it('of an instance and its parts', () => {
    const instance = lab.region.at('DescribeInstances', {}, 'reservationSet', 0, 'instancesSet', 0) as Record<string, object>;
    expect(Object.keys(instance).toSorted()).toEqual(INSTANCE);
    const keys = (...path: (string | number)[]) => Object.keys(path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], instance) as object).toSorted();
    expect(keys('instanceState')).toEqual(['code', 'name']);
    expect(keys('placement')).toEqual(['availabilityZone', 'availabilityZoneId', 'groupName', 'tenancy']);
    expect(keys('blockDeviceMapping', 0, 'ebs')).toEqual(['attachTime', 'deleteOnTermination', 'status', 'volumeId']);
    expect(keys('metadataOptions')).toEqual(['httpEndpoint', 'httpProtocolIpv6', 'httpPutResponseHopLimit', 'httpTokens', 'instanceMetadataTags', 'state']);
    expect(keys('networkInterfaceSet', 0, 'association')).toEqual(['ipOwnerId', 'publicDnsName', 'publicIp']);
    expect(keys('networkInterfaceSet', 0, 'attachment')).toEqual(['attachTime', 'attachmentId', 'deleteOnTermination', 'deviceIndex', 'networkCardIndex', 'status']);
  });

  it('of routes, permissions and ACL entries', () => {
    const keys = (operation: string, ...path: (string | number)[]) => Object.keys(lab.region.at(operation, {}, ...path) as object).toSorted();
    expect(keys('DescribeRouteTables', 'routeTableSet', 0, 'routeSet', 0)).toEqual(['destinationCidrBlock', 'destinationPrefixListId', 'gatewayId', 'instanceId', 'instanceOwnerId', 'natGatewayId', 'networkInterfaceId', 'origin', 'state']);
    expect(keys('DescribeRouteTables', 'routeTableSet', 0, 'associationSet', 0)).toEqual(['associationState', 'main', 'routeTableAssociationId', 'routeTableId', 'subnetId']);
    expect(keys('DescribeSecurityGroups', 'securityGroupInfo', 0, 'ipPermissions', 0)).toEqual(['fromPort', 'groups', 'ipProtocol', 'ipRanges', 'ipv6Ranges', 'prefixListIds', 'toPort']);
    expect(keys('DescribeNetworkAcls', 'networkAclSet', 0, 'entrySet', 0)).toEqual(['cidrBlock', 'egress', 'icmpTypeCode', 'ipv6CidrBlock', 'portRange', 'protocol', 'ruleAction', 'ruleNumber']);
    expect(keys('DescribeNatGateways', 'natGatewaySet', 0, 'natGatewayAddressSet', 0)).toEqual(['allocationId', 'associationId', 'isPrimary', 'networkInterfaceId', 'privateIp', 'publicIp', 'status']);
  });
});
