/** Options of a launch beside network and volumes. What the local cloud has nothing behind is taken only as its default, which clients write out. */
import { has, intOpt, oneOfOpt, str, strOpt, structOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { onlyDefault, unsupported } from '../../../endpoint/unsupported.js';
import type { InstanceOptions, SubnetRecord } from '../model.js';
import { zoneIdOf } from '../region/zones.js';
import type { Scope } from '../operation.js';
import type { InstanceType } from './types.js';

const DEFAULTS = {
  'HibernationOptions.Configured': 'false',
  'EnclaveOptions.Enabled': 'false',
  'NetworkPerformanceOptions.BandwidthWeighting': 'default',
  'PrivateDnsNameOptions.HostnameType': 'ip-name',
  'PrivateDnsNameOptions.EnableResourceNameDnsARecord': 'false',
  'PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord': 'false',
  'Placement.Affinity': 'default',
  'Placement.HostId': '',
  'Ipv6AddressCount': '0',
  'EnablePrimaryIpv6': 'false',
  'KernelId': '',
  'RamdiskId': '',
} as const;

/** Placement: the subnet says where. There are no placement groups and no hardware of one's own. */
export function checkPlacement(input: Input, subnet: SubnetRecord, scope: Scope): void {
  const zone = strOpt(input, 'Placement.AvailabilityZone') ?? '';
  if (zone !== '' && zone !== subnet.availabilityZone) throw new AwsError('InvalidParameterValue', `The subnet '${subnet.subnetId}' is not in the availability zone '${zone}'.`);
  const zoneId = strOpt(input, 'Placement.AvailabilityZoneId') ?? '';
  if (zoneId !== '' && zoneId !== zoneIdOf(scope.region, subnet.availabilityZone)) throw new AwsError('InvalidParameterValue', `The subnet '${subnet.subnetId}' is not in the availability zone '${zoneId}'.`);
  for (const name of ['GroupName', 'GroupId']) {
    const group = strOpt(input, `Placement.${name}`) ?? '';
    if (group !== '') throw new AwsError('InvalidPlacementGroup.Unknown', `The Placement Group '${group}' is unknown.`);
  }
  const tenancy = oneOfOpt(input, 'Placement.Tenancy', ['default', 'dedicated', 'host']) ?? 'default';
  if (tenancy !== 'default') unsupported(input, ['Placement.Tenancy']);
}

function cpuOptions(input: Input, type: InstanceType): InstanceOptions['cpuOptions'] {
  if (structOpt(input, 'CpuOptions') === undefined) return undefined;
  onlyDefault(input, { 'CpuOptions.AmdSevSnp': 'disabled', 'CpuOptions.NestedVirtualization': 'disabled' });
  const coreCount = intOpt(input, 'CpuOptions.CoreCount');
  const threadsPerCore = intOpt(input, 'CpuOptions.ThreadsPerCore');
  if (coreCount === undefined && threadsPerCore === undefined) return undefined;
  if (coreCount === undefined || threadsPerCore === undefined) throw new AwsError('InvalidParameterCombination', 'You must specify both CoreCount and ThreadsPerCore in CpuOptions.');
  if (!type.validCores.includes(coreCount)) throw new AwsError('InvalidParameterValue', `Invalid value (${coreCount}) for CoreCount; valid values for ${type.name}: ${type.validCores.join(', ')}.`);
  if (!type.validThreadsPerCore.includes(threadsPerCore)) throw new AwsError('InvalidParameterValue', `Invalid value (${threadsPerCore}) for ThreadsPerCore; valid values for ${type.name}: ${type.validThreadsPerCore.join(', ')}.`);
  return { coreCount, threadsPerCore };
}

function capacityReservation(input: Input): InstanceOptions['capacityReservationPreference'] {
  if (has(input, 'CapacityReservationSpecification.CapacityReservationTarget')) unsupported(input, ['CapacityReservationSpecification.CapacityReservationTarget']);
  const preference = oneOfOpt(input, 'CapacityReservationSpecification.CapacityReservationPreference', ['open', 'none', 'capacity-reservations-only']);
  // No reservation can be made here, so there is never capacity in one.
  if (preference === 'capacity-reservations-only') throw new AwsError('ReservationCapacityExceeded', 'The requested reservation does not have sufficient compatible and available capacity for this request.');
  return preference;
}

/** All types here are burstable. */
function cpuCredits(input: Input): InstanceOptions['cpuCredits'] {
  if (structOpt(input, 'CreditSpecification') === undefined) return undefined;
  const credits = str(input, 'CreditSpecification.CpuCredits');
  if (credits !== 'standard' && credits !== 'unlimited') throw new AwsError('InvalidParameterValue', `Invalid value '${credits}' for CpuCredits. Valid values: standard, unlimited.`);
  return credits;
}

/** Reads them all. Throws in EC2's own words. */
export function launchOptions(input: Input, type: InstanceType): InstanceOptions {
  onlyDefault(input, DEFAULTS);
  unsupported(input, ['LaunchTemplate', 'InstanceMarketOptions', 'LicenseSpecification']);
  return {
    cpuOptions: cpuOptions(input, type),
    cpuCredits: cpuCredits(input),
    autoRecovery: oneOfOpt(input, 'MaintenanceOptions.AutoRecovery', ['default', 'disabled']),
    capacityReservationPreference: capacityReservation(input),
  };
}
