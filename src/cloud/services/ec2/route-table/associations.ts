/** AssociateRouteTable, DisassociateRouteTable, ReplaceRouteTableAssociation: which table a subnet has (R3 to R5). */
import { str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { ROUTE_TABLE as TABLE, type RouteTableAssociation, type RouteTableRecord } from '../model.js';
import { find, newId, ROUTE_TABLE, SUBNET } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';

const ASSOCIATED = { state: 'associated' };

function holderOf(state: Reader, associationId: string): { table: RouteTableRecord; association: RouteTableAssociation } {
  for (const table of state.list(TABLE)) {
    const association = table.associations.find((candidate) => candidate.associationId === associationId);
    if (association !== undefined) return { table, association };
  }
  throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${associationId}' does not exist`);
}

function remove(tx: Transaction, associationId: string): void {
  const { table } = holderOf(tx, associationId);
  tx.put(TABLE, table.routeTableId, { ...table, associations: table.associations.filter((association) => association.associationId !== associationId) });
}

function add(tx: Transaction, table: RouteTableRecord, association: RouteTableAssociation): void {
  tx.put(TABLE, table.routeTableId, { ...table, associations: [...table.associations, association] });
}

export const associateRouteTable = changing((input, tx) => {
  refuse(input, ['GatewayId', 'PublicIpv4Pool']);
  const table = find(tx, ROUTE_TABLE, str(input, 'RouteTableId'));
  const subnet = find(tx, SUBNET, str(input, 'SubnetId'));
  if (subnet.vpcId !== table.vpcId) throw new AwsError('InvalidParameterValue', `Route table ${table.routeTableId} and subnet ${subnet.subnetId} belong to different networks`);
  for (const other of tx.list(TABLE)) {
    const known = other.associations.find((association) => association.subnetId === subnet.subnetId);
    if (known === undefined) continue;
    if (other.routeTableId === table.routeTableId) return { associationId: known.associationId, associationState: ASSOCIATED };
    throw new AwsError('Resource.AlreadyAssociated', `the specified association for route table ${table.routeTableId} conflicts with an existing association`);
  }
  const association = { associationId: newId('rtbassoc'), main: false, subnetId: subnet.subnetId };
  add(tx, table, association);
  return { associationId: association.associationId, associationState: ASSOCIATED };
});

export const disassociateRouteTable = changing((input, tx) => {
  const associationId = str(input, 'AssociationId');
  const { table, association } = holderOf(tx, associationId);
  if (association.main) throw new AwsError('InvalidParameterValue', `cannot disassociate the main route table association ${table.routeTableId}`);
  remove(tx, associationId);
  return DONE;
});

export const replaceRouteTableAssociation = changing((input, tx) => {
  const associationId = str(input, 'AssociationId');
  const { table: old, association } = holderOf(tx, associationId);
  const wanted = find(tx, ROUTE_TABLE, str(input, 'RouteTableId'));
  if (wanted.vpcId !== old.vpcId) throw new AwsError('InvalidParameterValue', `Route table ${wanted.routeTableId} and association ${associationId} belong to different networks`);
  remove(tx, associationId);
  const fresh = { ...association, associationId: newId('rtbassoc') };
  add(tx, find(tx, ROUTE_TABLE, wanted.routeTableId), fresh);
  return { newAssociationId: fresh.associationId, associationState: ASSOCIATED };
});
