/** DescribeInstanceTypeOfferings: every type in every zone. */
import { oneOfOpt } from '../../../endpoint/input.js';
import { filtered, paged } from '../describe.js';
import { reading } from '../operation.js';
import { zonesOf } from '../region/zones.js';
import { INSTANCE_TYPES } from './types.js';

interface Offering {
  readonly instanceType: string;
  readonly locationType: string;
  readonly location: string;
}

export const describeInstanceTypeOfferings = reading((input, scope) => {
  const locationType = oneOfOpt(input, 'LocationType', ['region', 'availability-zone', 'availability-zone-id']) ?? 'region';
  const zones = zonesOf(scope.region);
  const locations = locationType === 'region' ? [scope.region] : zones.map((zone) => (locationType === 'availability-zone' ? zone.zoneName : zone.zoneId));
  const offerings = INSTANCE_TYPES.flatMap((type) => locations.map((location): Offering => ({ instanceType: type.name, locationType, location })));
  const found = filtered(offerings, input, { 'instance-type': (offering) => offering.instanceType, 'location': (offering) => offering.location }, false);
  return paged(found, input, 'instanceTypeOfferingSet', (offering) => `${offering.instanceType}/${offering.location}`);
});
