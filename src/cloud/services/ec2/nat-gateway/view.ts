/** A NAT gateway as the API shows it. */
import type { NatGatewayRecord } from '../model.js';
import type { Scope } from '../operation.js';

export function natGatewayView(record: NatGatewayRecord, _scope: Scope) {
  const failed = record.state === 'failed';
  return {
    natGatewayId: record.natGatewayId,
    vpcId: record.vpcId,
    subnetId: record.subnetId,
    state: record.state,
    connectivityType: record.connectivityType,
    availabilityMode: 'zonal',
    createTime: new Date(record.createTime),
    deleteTime: record.deleteTime === undefined ? undefined : new Date(record.deleteTime),
    failureCode: failed ? record.failureCode : undefined,
    failureMessage: failed ? record.failureMessage : undefined,
    natGatewayAddressSet: [{
      allocationId: record.allocationId,
      associationId: record.associationId,
      networkInterfaceId: record.networkInterfaceId,
      privateIp: record.privateIp,
      publicIp: record.publicIp,
      isPrimary: true,
      status: failed ? 'failed' : record.state === 'pending' ? 'associating' : 'succeeded',
    }],
    tagSet: record.tags,
  };
}

export type NatGatewayView = ReturnType<typeof natGatewayView>;
