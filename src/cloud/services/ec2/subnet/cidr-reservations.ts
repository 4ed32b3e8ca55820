/** CreateSubnetCidrReservation, GetSubnetCidrReservations, DeleteSubnetCidrReservation: parts of a subnet that EC2 gives nobody by itself. */
import { canonicalCidr, prefixCovers, prefixesOverlap, prefixOf } from '../../../../lib/net/cidr.js';
import { oneOf, str, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { SUBNET_CIDR_RESERVATION as TABLE, type SubnetCidrReservationRecord } from '../model.js';
import { find, newId, SUBNET, SUBNET_CIDR_RESERVATION } from '../noun.js';
import { changing, invalidValue, reading, type Scope } from '../operation.js';
import { tagsFor } from '../tags.js';

function view(record: SubnetCidrReservationRecord, scope: Scope) {
  const { subnetCidrReservationId, subnetId, cidr, reservationType, description } = record;
  return { subnetCidrReservationId, subnetId, cidr, reservationType, ownerId: scope.accountId, description, tagSet: record.tags };
}

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'reservationType': (reservation) => reservation.reservationType,
  'subnet-id': (reservation) => reservation.subnetId,
};

export const createSubnetCidrReservation = changing((input, tx, _context, scope) => {
  const subnet = find(tx, SUBNET, str(input, 'SubnetId'));
  const text = str(input, 'Cidr');
  const cidr = canonicalCidr(text);
  if (cidr === undefined) throw invalidValue(text, 'cidr', 'This is not a valid IPv4 CIDR block.');
  if (!prefixCovers(prefixOf(subnet.cidrBlock), prefixOf(cidr))) throw new AwsError('InvalidParameterValue', `The CIDR '${cidr}' is not within the CIDR of subnet '${subnet.subnetId}'.`);
  const rival = tx.list(TABLE).find((other) => other.subnetId === subnet.subnetId && prefixesOverlap(prefixOf(other.cidr), prefixOf(cidr)));
  if (rival !== undefined) throw new AwsError('InvalidParameterValue', `The CIDR '${cidr}' overlaps with the reservation '${rival.subnetCidrReservationId}'.`);
  const record: SubnetCidrReservationRecord = {
    subnetCidrReservationId: newId('scr'),
    subnetId: subnet.subnetId,
    cidr,
    reservationType: oneOf(input, 'ReservationType', ['prefix', 'explicit']),
    description: strOpt(input, 'Description'),
    tags: tagsFor(input, 'subnet-cidr-reservation'),
  };
  tx.put(TABLE, record.subnetCidrReservationId, record);
  return { subnetCidrReservation: view(record, scope) };
});

export const getSubnetCidrReservations = reading((input, scope) => {
  const { subnetId } = find(scope.state, SUBNET, str(input, 'SubnetId'));
  const views = scope.state.list(TABLE).filter((reservation) => reservation.subnetId === subnetId).map((reservation) => view(reservation, scope));
  return { ...paged(filtered(views, input, FILTERS), input, 'subnetIpv4CidrReservationSet', (one) => one.subnetCidrReservationId), subnetIpv6CidrReservationSet: [] };
});

export const deleteSubnetCidrReservation = changing((input, tx, _context, scope) => {
  const record = find(tx, SUBNET_CIDR_RESERVATION, str(input, 'SubnetCidrReservationId'));
  tx.delete(TABLE, record.subnetCidrReservationId);
  return { deletedSubnetCidrReservation: view(record, scope) };
});
