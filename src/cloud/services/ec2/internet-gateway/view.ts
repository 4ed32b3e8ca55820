/** An internet gateway as the API shows it. */
import type { InternetGatewayRecord } from '../model.js';
import type { Scope } from '../operation.js';

export function internetGatewayView(record: InternetGatewayRecord, scope: Scope) {
  return {
    internetGatewayId: record.internetGatewayId,
    ownerId: scope.accountId,
    // The wire says `available` for what the model calls attached (I9).
    attachmentSet: record.vpcId === undefined ? [] : [{ vpcId: record.vpcId, state: 'available' }],
    tagSet: record.tags,
  };
}

export type InternetGatewayView = ReturnType<typeof internetGatewayView>;
