/** DescribeSubnets. */
import { absentFilters } from '../absent/absent-filters.js';
import { describe } from '../describe.js';
import { SUBNET } from '../noun.js';
import { reading } from '../operation.js';
import { subnetView, type SubnetView } from './view.js';

const FILTERS = {
  'availability-zone': (view: SubnetView) => view.availabilityZone,
  'availabilityZone': (view: SubnetView) => view.availabilityZone,
  'availability-zone-id': (view: SubnetView) => view.availabilityZoneId,
  'availabilityZoneId': (view: SubnetView) => view.availabilityZoneId,
  'available-ip-address-count': (view: SubnetView) => view.availableIpAddressCount,
  'cidr': (view: SubnetView) => view.cidrBlock,
  'cidr-block': (view: SubnetView) => view.cidrBlock,
  'cidrBlock': (view: SubnetView) => view.cidrBlock,
  'default-for-az': (view: SubnetView) => view.defaultForAz,
  'defaultForAz': (view: SubnetView) => view.defaultForAz,
  'enable-dns64': (view: SubnetView) => view.enableDns64,
  'ipv6-native': (view: SubnetView) => view.ipv6Native,
  'map-customer-owned-ip-on-launch': (view: SubnetView) => view.mapCustomerOwnedIpOnLaunch,
  'map-public-ip-on-launch': (view: SubnetView) => view.mapPublicIpOnLaunch,
  'owner-id': (view: SubnetView) => view.ownerId,
  'private-dns-name-options-on-launch.hostname-type': (view: SubnetView) => view.privateDnsNameOptionsOnLaunch.hostnameType,
  'private-dns-name-options-on-launch.enable-resource-name-dns-a-record': (view: SubnetView) => view.privateDnsNameOptionsOnLaunch.enableResourceNameDnsARecord,
  'private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record': (view: SubnetView) => view.privateDnsNameOptionsOnLaunch.enableResourceNameDnsAAAARecord,
  'state': (view: SubnetView) => view.state,
  'subnet-arn': (view: SubnetView) => view.subnetArn,
  'subnet-id': (view: SubnetView) => view.subnetId,
  'vpc-id': (view: SubnetView) => view.vpcId,
  ...absentFilters([
    'customer-owned-ipv4-pool', 'enable-lni-at-device-index', 'outpost-arn', 'ipv6-cidr-block-association.ipv6-cidr-block', 'ipv6-cidr-block-association.association-id', 'ipv6-cidr-block-association.state',
  ]),
};

export const describeSubnets = reading((input, scope) => describe(input, scope, {
  noun: SUBNET, ids: 'SubnetId', set: 'subnetSet', view: subnetView, filters: FILTERS,
}));
