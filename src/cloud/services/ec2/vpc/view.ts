/** A VPC as the API shows it. */
import type { VpcRecord } from '../model.js';
import type { Scope } from '../operation.js';

export function vpcView(record: VpcRecord, scope: Scope) {
  return {
    vpcId: record.vpcId,
    ownerId: scope.accountId,
    state: 'available',
    cidrBlock: record.cidrBlock,
    cidrBlockAssociationSet: [{ associationId: record.cidrAssociationId, cidrBlock: record.cidrBlock }, ...(record.secondaryCidrs ?? [])].map(({ associationId, cidrBlock }) => ({
      associationId, cidrBlock, cidrBlockState: { state: 'associated' },
    })),
    ipv6CidrBlockAssociationSet: [],
    dhcpOptionsId: record.dhcpOptionsId,
    instanceTenancy: record.instanceTenancy,
    isDefault: false,
    tagSet: record.tags,
  };
}

export type VpcView = ReturnType<typeof vpcView>;
