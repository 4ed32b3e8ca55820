/** A VPC endpoint as the API shows it. */
import { createHash } from 'node:crypto';
import { SUBNET, type VpcEndpointRecord } from '../model.js';
import { groupSetOf } from '../network-interface/interface.js';
import type { Scope } from '../operation.js';
import { baseDnsName, endpointServices } from './services.js';

function hostedZoneOf(name: string): string {
  return `Z${createHash('sha256').update(name).digest('hex').slice(0, 20).toUpperCase()}`;
}

/** The endpoint's own names, regional and zonal, then the private one (P5, P6). */
function dnsEntriesOf(record: VpcEndpointRecord, scope: Scope): { dnsName: string; hostedZoneId: string }[] {
  if (record.vpcEndpointType === 'Gateway') return [];
  const base = baseDnsName(record.serviceName, scope.region);
  const label = `${record.vpcEndpointId}-${record.dnsLabel}`;
  const zones = record.subnetIds.flatMap((subnetId) => scope.state.get(SUBNET, subnetId)?.availabilityZone ?? []);
  const entries = [`${label}.${base}`, ...zones.map((zone) => `${label}-${zone}.${base}`)].map((dnsName) => ({ dnsName, hostedZoneId: hostedZoneOf(base) }));
  const privateName = endpointServices(scope.region).find((service) => service.serviceName === record.serviceName)?.privateDnsName;
  if (record.privateDnsEnabled && privateName !== undefined) entries.push({ dnsName: privateName, hostedZoneId: hostedZoneOf(record.vpcEndpointId) });
  return entries;
}

export function vpcEndpointView(record: VpcEndpointRecord, scope: Scope) {
  return {
    vpcEndpointId: record.vpcEndpointId,
    vpcEndpointType: record.vpcEndpointType,
    vpcId: record.vpcId,
    serviceName: record.serviceName,
    serviceRegion: scope.region,
    state: record.state,
    policyDocument: record.policyDocument,
    routeTableIdSet: record.routeTableIds,
    subnetIdSet: record.subnetIds,
    groupSet: groupSetOf(scope.state, record.groupIds),
    ipAddressType: record.vpcEndpointType === 'Interface' ? 'ipv4' : undefined,
    dnsOptions: record.vpcEndpointType === 'Interface' ? { dnsRecordIpType: 'ipv4' } : undefined,
    privateDnsEnabled: record.privateDnsEnabled,
    requesterManaged: false,
    networkInterfaceIdSet: record.networkInterfaceIds,
    dnsEntrySet: dnsEntriesOf(record, scope),
    creationTimestamp: new Date(record.creationTimestamp),
    ownerId: scope.accountId,
    tagSet: record.tags,
  };
}

export type VpcEndpointView = ReturnType<typeof vpcEndpointView>;
