/** DescribeInstanceTypeOfferings. */
import { oneOfOpt } from '../../../endpoint/input.js';
import { filtered, paged } from '../describe.js';
import { reading } from '../operation.js';
import { zonesOf } from '../region/zones.js';
import { offeredZones } from './offered-zones.js';
import { INSTANCE_TYPES } from './types.js';

interface Offering {
  readonly instanceType: string;
  readonly locationType: string;
  readonly location: string;
}

export const describeInstanceTypeOfferings = reading((input, scope) => {
  const locationType = oneOfOpt(input, 'LocationType', ['region', 'availability-zone', 'availability-zone-id']) ?? 'region';
  const locationsOf = (instanceType: string): readonly string[] => {
    const names = offeredZones(scope.state, scope.region, instanceType);
    const zones = zonesOf(scope.region).filter(({ zoneName }) => names.includes(zoneName));
    if (locationType === 'region') return zones.length === 0 ? [] : [scope.region];
    return zones.map(({ zoneName, zoneId }) => (locationType === 'availability-zone' ? zoneName : zoneId));
  };
  const offerings = INSTANCE_TYPES.flatMap(({ name }) => locationsOf(name).map((location): Offering => ({ instanceType: name, locationType, location })));
  const found = filtered(offerings, input, { 'instance-type': (offering) => offering.instanceType, 'location': (offering) => offering.location }, false);
  return paged(found, input, 'instanceTypeOfferingSet', (offering) => `${offering.instanceType}/${offering.location}`);
});
