/** DescribeNatGateways and DeleteNatGateway; a deleted one stays visible for an hour (N2). */
import { str } from '../../../endpoint/input.js';
import { describe, type FilterTable } from '../describe.js';
import { NAT_GATEWAY as TABLE } from '../model.js';
import { find, NAT_GATEWAY, notFound } from '../noun.js';
import { changing, reading } from '../operation.js';
import { dueAfter, WAIT } from '../waits.js';
import { natGatewayView, type NatGatewayView } from './view.js';

const FILTERS: FilterTable<NatGatewayView> = {
  'nat-gateway-id': (view) => view.natGatewayId,
  'state': (view) => view.state,
  'subnet-id': (view) => view.subnetId,
  'vpc-id': (view) => view.vpcId,
  'connectivity-type': (view) => view.connectivityType,
};

export const describeNatGateways = reading((input, scope) => describe(input, scope, {
  noun: NAT_GATEWAY, ids: 'NatGatewayId', set: 'natGatewaySet', view: natGatewayView, filters: FILTERS,
}));

export const deleteNatGateway = changing((input, tx, context) => {
  const gateway = find(tx, NAT_GATEWAY, str(input, 'NatGatewayId'));
  const { natGatewayId } = gateway;
  if (gateway.state === 'deleted') throw notFound(NAT_GATEWAY, [natGatewayId]);
  if (gateway.state !== 'deleting') {
    tx.put(TABLE, natGatewayId, { ...gateway, state: 'deleting', dueAt: dueAfter(context, WAIT.natGatewayDelete) });
  }
  return { natGatewayId };
});
