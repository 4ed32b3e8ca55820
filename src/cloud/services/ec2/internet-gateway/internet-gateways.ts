/** CreateInternetGateway, DescribeInternetGateways, DeleteInternetGateway. */
import { str } from '../../../endpoint/input.js';
import { describe } from '../describe.js';
import { INTERNET_GATEWAY as TABLE, type InternetGatewayRecord } from '../model.js';
import { find, INTERNET_GATEWAY, newId } from '../noun.js';
import { changing, dependency, DONE, reading } from '../operation.js';
import { roomForInternetGateway } from '../quota.js';
import { tagsFor } from '../tags.js';
import { internetGatewayView, type InternetGatewayView } from './view.js';

export const createInternetGateway = changing((input, tx, _context, scope) => {
  roomForInternetGateway(tx);
  const gateway: InternetGatewayRecord = { internetGatewayId: newId('igw'), tags: tagsFor(input, 'internet-gateway') };
  tx.put(TABLE, gateway.internetGatewayId, gateway);
  return { internetGateway: internetGatewayView(gateway, scope) };
});

const FILTERS = {
  'attachment.state': (view: InternetGatewayView) => view.attachmentSet.map((attachment) => attachment.state),
  'attachment.vpc-id': (view: InternetGatewayView) => view.attachmentSet.map((attachment) => attachment.vpcId),
  'internet-gateway-id': (view: InternetGatewayView) => view.internetGatewayId,
  'owner-id': (view: InternetGatewayView) => view.ownerId,
};

export const describeInternetGateways = reading((input, scope) => describe(input, scope, {
  noun: INTERNET_GATEWAY, ids: 'InternetGatewayId', set: 'internetGatewaySet', view: internetGatewayView, filters: FILTERS,
}));

export const deleteInternetGateway = changing((input, tx) => {
  const gateway = find(tx, INTERNET_GATEWAY, str(input, 'InternetGatewayId'));
  if (gateway.vpcId !== undefined) throw dependency('internetGateway', gateway.internetGatewayId);
  tx.delete(TABLE, gateway.internetGatewayId);
  return DONE;
});
