/** A subnet as the API shows it. */
import type { SubnetRecord } from '../model.js';
import { availableAddresses } from '../network-interface/private-address.js';
import type { Scope } from '../operation.js';
import { zoneIdOf } from '../region/zones.js';

export function subnetView(record: SubnetRecord, scope: Scope) {
  return {
    subnetId: record.subnetId,
    subnetArn: `arn:aws:ec2:${scope.region}:${scope.accountId}:subnet/${record.subnetId}`,
    vpcId: record.vpcId,
    ownerId: scope.accountId,
    state: 'available',
    cidrBlock: record.cidrBlock,
    ipv6CidrBlockAssociationSet: [],
    availabilityZone: record.availabilityZone,
    availabilityZoneId: zoneIdOf(scope.region, record.availabilityZone),
    availableIpAddressCount: availableAddresses(scope.state, record),
    defaultForAz: false,
    mapPublicIpOnLaunch: record.mapPublicIpOnLaunch,
    mapCustomerOwnedIpOnLaunch: false,
    assignIpv6AddressOnCreation: false,
    enableDns64: false,
    ipv6Native: false,
    privateDnsNameOptionsOnLaunch: { hostnameType: 'ip-name', enableResourceNameDnsARecord: false, enableResourceNameDnsAAAARecord: false },
    tagSet: record.tags,
  };
}

export type SubnetView = ReturnType<typeof subnetView>;
