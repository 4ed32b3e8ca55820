/** A route table as the API shows it, states and instances of its routes derived. */
import { NETWORK_INTERFACE, type RouteRecord, type RouteTableRecord } from '../model.js';
import type { Scope } from '../operation.js';
import { routeState } from './route.js';

function routeView(route: RouteRecord, vpcId: string, scope: Scope) {
  const eni = route.target.startsWith('eni-') ? scope.state.get(NETWORK_INTERFACE, route.target) : undefined;
  const instanceId = eni?.attachment?.instanceId;
  return {
    destinationCidrBlock: route.destination.startsWith('pl-') ? undefined : route.destination,
    destinationPrefixListId: route.destination.startsWith('pl-') ? route.destination : undefined,
    gatewayId: /^(?:local$|igw-|vpce-)/.test(route.target) ? route.target : undefined,
    natGatewayId: route.target.startsWith('nat-') ? route.target : undefined,
    networkInterfaceId: route.target.startsWith('eni-') ? route.target : undefined,
    instanceId,
    instanceOwnerId: instanceId === undefined ? undefined : scope.accountId,
    origin: route.origin,
    state: routeState(scope.state, vpcId, route),
  };
}

export function routeTableView(record: RouteTableRecord, scope: Scope) {
  return {
    routeTableId: record.routeTableId,
    vpcId: record.vpcId,
    ownerId: scope.accountId,
    routeSet: record.routes.map((route) => routeView(route, record.vpcId, scope)),
    associationSet: record.associations.map((association) => ({
      routeTableAssociationId: association.associationId,
      routeTableId: record.routeTableId,
      subnetId: association.subnetId,
      main: association.main,
      associationState: { state: 'associated' },
    })),
    propagatingVgwSet: [],
    tagSet: record.tags,
  };
}

export type RouteTableView = ReturnType<typeof routeTableView>;
