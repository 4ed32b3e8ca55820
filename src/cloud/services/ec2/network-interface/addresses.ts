/** The private addresses of an interface, the primary one first, and the public address that each is mapped to. */
import type { NetworkInterfaceRecord, WornAddress } from '../model.js';

export interface InterfaceAddress {
  readonly privateIpAddress: string;
  readonly primary: boolean;
  readonly elasticIp: WornAddress | undefined;
  /** Elastic or automatic. */
  readonly publicIp: string | undefined;
}

export function addressesOf(record: NetworkInterfaceRecord): InterfaceAddress[] {
  return [
    { privateIpAddress: record.privateIpAddress, primary: true, elasticIp: record.elasticIp, publicIp: record.elasticIp?.publicIp ?? record.autoPublicIp },
    ...(record.secondaryAddresses ?? []).map(({ privateIpAddress, elasticIp }) => ({ privateIpAddress, primary: false, elasticIp, publicIp: elasticIp?.publicIp })),
  ];
}

/** The interface with another Elastic IP (or none) on one of its private addresses; the primary's automatic address is lost by it. */
export function wearing(record: NetworkInterfaceRecord, privateIpAddress: string, elasticIp: WornAddress | undefined): NetworkInterfaceRecord {
  if (privateIpAddress === record.privateIpAddress) return { ...record, elasticIp, autoPublicIp: elasticIp === undefined ? record.autoPublicIp : undefined };
  return { ...record, secondaryAddresses: record.secondaryAddresses?.map((one) => (one.privateIpAddress === privateIpAddress ? { ...one, elasticIp } : one)) };
}
