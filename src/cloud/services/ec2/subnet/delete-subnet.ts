/** DeleteSubnet: refused while an interface is in it; its route table and ACL associations go with it. */
import { str } from '../../../endpoint/input.js';
import { NETWORK_INTERFACE, ROUTE_TABLE, SUBNET as TABLE, SUBNET_CIDR_RESERVATION } from '../model.js';
import { find, SUBNET } from '../noun.js';
import { changing, dependency, DONE } from '../operation.js';

export const deleteSubnet = changing((input, tx) => {
  const { subnetId } = find(tx, SUBNET, str(input, 'SubnetId'));
  if (tx.list(NETWORK_INTERFACE).some((eni) => eni.subnetId === subnetId)) throw dependency('subnet', subnetId);
  for (const table of tx.list(ROUTE_TABLE)) {
    const associations = table.associations.filter((association) => association.subnetId !== subnetId);
    if (associations.length < table.associations.length) tx.put(ROUTE_TABLE, table.routeTableId, { ...table, associations });
  }
  for (const reservation of tx.list(SUBNET_CIDR_RESERVATION)) if (reservation.subnetId === subnetId) tx.delete(SUBNET_CIDR_RESERVATION, reservation.subnetCidrReservationId);
  tx.delete(TABLE, subnetId);
  return DONE;
});
