/** DescribeRegions, DescribeAvailabilityZones, DescribeAccountAttributes. */
import { boolOpt, list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { absentFilters } from '../absent/absent-filters.js';
import { filtered, type FilterTable } from '../describe.js';
import { reading, type Scope } from '../operation.js';
import { elasticIpLimit } from '../quota.js';
import { zonesOf, type Zone } from './zones.js';

/** Regions that need no opting in, with their long names. Any other region name is served too, and shown when it is the one asked. */
const REGIONS: Readonly<Record<string, string>> = {
  'ap-south-1': 'Asia Pacific (Mumbai)', 'eu-north-1': 'Europe (Stockholm)', 'eu-west-3': 'Europe (Paris)', 'eu-west-2': 'Europe (London)', 'eu-west-1': 'Europe (Ireland)',
  'ap-northeast-3': 'Asia Pacific (Osaka)', 'ap-northeast-2': 'Asia Pacific (Seoul)', 'ap-northeast-1': 'Asia Pacific (Tokyo)', 'ca-central-1': 'Canada (Central)', 'sa-east-1': 'South America (Sao Paulo)',
  'ap-southeast-1': 'Asia Pacific (Singapore)', 'ap-southeast-2': 'Asia Pacific (Sydney)', 'eu-central-1': 'Europe (Frankfurt)',
  'us-east-1': 'US East (N. Virginia)', 'us-east-2': 'US East (Ohio)', 'us-west-1': 'US West (N. California)', 'us-west-2': 'US West (Oregon)',
};

/** Those that an account has to opt in to, which this one did not. */
const OPT_IN_REGIONS = [
  'af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-1', 'eu-south-2',
  'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1',
];

function regionView(regionName: string, here: string) {
  const isOptIn = OPT_IN_REGIONS.includes(regionName);
  return { regionName, regionEndpoint: `ec2.${regionName}.amazonaws.com`, optInStatus: !isOptIn ? 'opt-in-not-required' : regionName === here ? 'opted-in' : 'not-opted-in' };
}

const REGION_FILTERS: FilterTable<ReturnType<typeof regionView>> = {
  'endpoint': (region) => region.regionEndpoint,
  'opt-in-status': (region) => region.optInStatus,
  'region-name': (region) => region.regionName,
};

export const describeRegions = reading((input, scope) => {
  const names = list(input, 'RegionName');
  // Asked for by name, a region is shown whether it is enabled or not.
  const others = boolOpt(input, 'AllRegions') === true || names.length > 0 ? OPT_IN_REGIONS : [];
  const all = [...new Set([...Object.keys(REGIONS), ...others, scope.region])];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Invalid region name provided: ${unknown}`);
  const chosen = all.filter((name) => names.length === 0 || names.includes(name));
  return { regionInfo: filtered(chosen.map((name) => regionView(name, scope.region)), input, REGION_FILTERS, false) };
});

function zoneView(zone: Zone, scope: Scope) {
  return {
    zoneName: zone.zoneName,
    zoneId: zone.zoneId,
    zoneState: 'available',
    zoneType: 'availability-zone',
    regionName: scope.region,
    groupName: `${scope.region}-zg-1`,
    groupLongName: `${REGIONS[scope.region] ?? scope.region} 1`,
    networkBorderGroup: scope.region,
    optInStatus: 'opt-in-not-required',
    messageSet: [],
  };
}

const ZONE_FILTERS: FilterTable<ReturnType<typeof zoneView>> = {
  'group-long-name': (zone) => zone.groupLongName,
  'group-name': (zone) => zone.groupName,
  ...absentFilters(['message', 'parent-zone-id', 'parent-zone-name']),
  'opt-in-status': (zone) => zone.optInStatus,
  'region-name': (zone) => zone.regionName,
  'state': (zone) => zone.zoneState,
  'zone-id': (zone) => zone.zoneId,
  'zone-name': (zone) => zone.zoneName,
  'zone-type': (zone) => zone.zoneType,
};

export const describeAvailabilityZones = reading((input, scope) => {
  // There are no Local Zones and no Wavelength Zones to add.
  boolOpt(input, 'AllAvailabilityZones');
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
const accountAttributes = (state: Reader): Readonly<Record<string, readonly string[]>> => ({
  'supported-platforms': ['VPC'],
  'default-vpc': ['none'],
  'max-instances': ['64'],
  'vpc-max-security-groups-per-interface': ['5'],
  'max-elastic-ips': [String(elasticIpLimit(state))],
  'vpc-max-elastic-ips': [String(elasticIpLimit(state))],
});

export const describeAccountAttributes = reading((input, { state }) => {
  const names = list(input, 'AttributeName');
  const attributes = accountAttributes(state);
  const unknown = names.find((name) => !Object.hasOwn(attributes, name));
  if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Value (${unknown}) for parameter attributeName is invalid.`);
  const chosen = Object.entries(attributes).filter(([name]) => names.length === 0 || names.includes(name));
  return { accountAttributeSet: chosen.map(([attributeName, values]) => ({ attributeName, attributeValueSet: values.map((attributeValue) => ({ attributeValue })) })) };
});
