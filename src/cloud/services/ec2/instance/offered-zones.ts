/** In which zones an instance type is offered: in all of them, unless ssmlab:SetInstanceTypeOfferings said otherwise. */
import { AwsError } from '../../../endpoint/operation.js';
import { type Reader, table } from '../../../state/store.js';
import { zonesOf } from '../region/zones.js';

export interface OfferedZonesRecord {
  readonly instanceType: string;
  /** Names; none where it is not offered in the region. */
  readonly zones: readonly string[];
}

export const OFFERED_ZONES = table<OfferedZonesRecord>('ec2/offered-zones');

export function offeredZones(state: Reader, region: string, instanceType: string): readonly string[] {
  return state.get(OFFERED_ZONES, instanceType)?.zones ?? zonesOf(region).map((zone) => zone.zoneName);
}

/** Throws Unsupported in EC2's words. */
export function requireOffered(state: Reader, region: string, instanceType: string, zone: string): void {
  const zones = offeredZones(state, region, instanceType);
  if (zones.includes(zone)) return;
  if (zones.length === 0) throw new AwsError('Unsupported', 'The requested configuration is currently not supported. Please check the documentation for supported configurations.');
  throw new AwsError('Unsupported', `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zone}). Please retry your request by not specifying an Availability Zone or choosing ${zones.join(', ')}.`);
}
