/** ssmlab:SetInstanceTypeOfferings: in which zones an instance type is offered here, from now on: not every zone of AWS's has every type. */
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { requiredString, strings } from '../../endpoint/typed-input.js';
import { OFFERED_ZONES, offeredZones } from '../ec2/instance/offered-zones.js';
import { instanceType } from '../ec2/instance/types.js';
import { zonesOf } from '../ec2/region/zones.js';

/** `InstanceType`, `AvailabilityZones` (an empty list: in none); without zones it is in all again. Answers those in force. */
export const setInstanceTypeOfferings: Operation = async (input, { state, region }) => {
  const { name } = instanceType(requiredString(input, 'InstanceType'));
  const zones = Object.hasOwn(input, 'AvailabilityZones') ? strings(input, 'AvailabilityZones') : undefined;
  const all = zonesOf(region).map((zone) => zone.zoneName);
  const odd = zones?.find((zone) => !all.includes(zone));
  if (odd !== undefined) throw new AwsError('ValidationException', `${region} has no zone ${odd}: it has ${all.join(', ')}`);
  return state.transact((tx) => {
    if (zones === undefined) tx.delete(OFFERED_ZONES, name);
    else tx.put(OFFERED_ZONES, name, { instanceType: name, zones });
    return { InstanceType: name, AvailabilityZones: offeredZones(tx, region, name) };
  });
};
