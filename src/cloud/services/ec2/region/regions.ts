/** DescribeRegions, DescribeAvailabilityZones, DescribeAccountAttributes. */
import { boolOpt, list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { absentFilters } from '../absent/absent-filters.js';
import { filtered, type FilterTable } from '../describe.js';
import { reading, type Scope } from '../operation.js';
import { elasticIpLimit } from '../quota.js';
import { DEFAULT_REGIONS, isEnabled, isOptIn, OPT_IN_REGIONS } from '../../account/regions.js';
import { zonesOf, type Zone } from './zones.js';

function regionView(regionName: string, globalState: Reader) {
  const optInStatus = !isOptIn(regionName) ? 'opt-in-not-required' : isEnabled(globalState, regionName) ? 'opted-in' : 'not-opted-in';
  return { regionName, regionEndpoint: `ec2.${regionName}.amazonaws.com`, optInStatus };
}

const REGION_FILTERS: FilterTable<ReturnType<typeof regionView>> = {
  'endpoint': (region) => region.regionEndpoint,
  'opt-in-status': (region) => region.optInStatus,
  'region-name': (region) => region.regionName,
};

export const describeRegions = reading((input, scope) => {
  const names = list(input, 'RegionName');
  // Asked for by name, a region is shown whether it is enabled or not.
  const everyOne = boolOpt(input, 'AllRegions') === true || names.length > 0;
  const all = [...new Set([...Object.keys(DEFAULT_REGIONS), ...OPT_IN_REGIONS.filter((name) => everyOne || isEnabled(scope.globalState, name)), scope.region])];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidParameterValue', `Invalid region name provided: ${unknown}`);
  const chosen = all.filter((name) => names.length === 0 || names.includes(name));
  return { regionInfo: filtered(chosen.map((name) => regionView(name, scope.globalState)), input, REGION_FILTERS, false) };
});

function zoneView(zone: Zone, scope: Scope) {
  return {
    zoneName: zone.zoneName,
    zoneId: zone.zoneId,
    zoneState: 'available',
    zoneType: 'availability-zone',
    regionName: scope.region,
    groupName: `${scope.region}-zg-1`,
    groupLongName: `${DEFAULT_REGIONS[scope.region] ?? scope.region} 1`,
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
