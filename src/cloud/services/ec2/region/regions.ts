/** DescribeRegions, DescribeAvailabilityZones, DescribeAccountAttributes. */
import { list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { filtered, type FilterTable } from '../describe.js';
import { reading, type Scope } from '../operation.js';
import { zonesOf, type Zone } from './zones.js';

/** Regions that need no opting in. Any other region name is served too, and shown when it is the one asked. */
const REGIONS = [
  'ap-south-1', 'eu-north-1', 'eu-west-3', 'eu-west-2', 'eu-west-1', 'ap-northeast-3', 'ap-northeast-2', 'ap-northeast-1', 'ca-central-1', 'sa-east-1',
  'ap-southeast-1', 'ap-southeast-2', 'eu-central-1', 'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2',
];

function regionView(regionName: string) {
  return { regionName, regionEndpoint: `ec2.${regionName}.amazonaws.com`, optInStatus: 'opt-in-not-required' };
}

const REGION_FILTERS: FilterTable<ReturnType<typeof regionView>> = {
  'endpoint': (region) => region.regionEndpoint,
  'opt-in-status': (region) => region.optInStatus,
  'region-name': (region) => region.regionName,
};

export const describeRegions = reading((input, scope) => {
  const all = [...new Set([...REGIONS, scope.region])];
  const names = list(input, 'RegionName');
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Invalid region name provided: ${unknown}`);
  const chosen = all.filter((name) => names.length === 0 || names.includes(name));
  return { regionInfo: filtered(chosen.map(regionView), input, REGION_FILTERS, false) };
});

function zoneView(zone: Zone, scope: Scope) {
  return {
    zoneName: zone.zoneName,
    zoneId: zone.zoneId,
    zoneState: 'available',
    zoneType: 'availability-zone',
    regionName: scope.region,
    groupName: `${scope.region}-zg-1`,
    networkBorderGroup: scope.region,
    optInStatus: 'opt-in-not-required',
    messageSet: [],
  };
}

const ZONE_FILTERS: FilterTable<ReturnType<typeof zoneView>> = {
  'group-name': (zone) => zone.groupName,
  'message': () => undefined,
  'opt-in-status': (zone) => zone.optInStatus,
  'region-name': (zone) => zone.regionName,
  'state': (zone) => zone.zoneState,
  'zone-id': (zone) => zone.zoneId,
  'zone-name': (zone) => zone.zoneName,
  'zone-type': (zone) => zone.zoneType,
};

export const describeAvailabilityZones = reading((input, scope) => {
  const zones = zonesOf(scope.region);
  const names = list(input, 'ZoneName');
  const ids = list(input, 'ZoneId');
  const unknown = names.find((name) => !zones.some((zone) => zone.zoneName === name));
  if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
  const unknownId = ids.find((id) => !zones.some((zone) => zone.zoneId === id));
  if (unknownId !== undefined) throw new AwsError('InvalidParameterValue', `Invalid availability zone-id: [${unknownId}]`);
  const chosen = zones.filter((zone) => (names.length === 0 || names.includes(zone.zoneName)) && (ids.length === 0 || ids.includes(zone.zoneId)));
  return { availabilityZoneInfo: filtered(chosen.map((zone) => zoneView(zone, scope)), input, ZONE_FILTERS, false) };
});

/** There is no default VPC: the lab makes its own, and nothing lands in one by oversight. */
const ACCOUNT_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'supported-platforms': ['VPC'],
  'default-vpc': ['none'],
  'max-instances': ['64'],
  'vpc-max-security-groups-per-interface': ['5'],
  'max-elastic-ips': ['5'],
  'vpc-max-elastic-ips': ['5'],
};

export const describeAccountAttributes = reading((input) => {
  const names = list(input, 'AttributeName');
  const unknown = names.find((name) => !Object.hasOwn(ACCOUNT_ATTRIBUTES, name));
  if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Value (${unknown}) for parameter attributeName is invalid.`);
  const chosen = Object.entries(ACCOUNT_ATTRIBUTES).filter(([name]) => names.length === 0 || names.includes(name));
  return { accountAttributeSet: chosen.map(([attributeName, values]) => ({ attributeName, attributeValueSet: values.map((attributeValue) => ({ attributeValue })) })) };
});
