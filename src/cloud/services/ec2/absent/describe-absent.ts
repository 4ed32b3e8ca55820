/**
 * Describe operations of resources that the local cloud cannot make: their lists are empty because nothing of the kind is
 * there, and whoever asks for one by id hears that it does not exist. Making one is refused, since there is no such operation.
 */
import { list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Operation } from '../../../endpoint/operation.js';
import { filtered, paged } from '../describe.js';
import { reading } from '../operation.js';
import { absentFilters } from './absent-filters.js';

export interface Absent {
  /** Request parameter with the ids, and the error for each. */
  readonly ids: string;
  readonly notFound: string;
  readonly words: string;
  /** Reply member. */
  readonly set: string;
  readonly filters: readonly string[];
  readonly pages: { readonly minimum: number; readonly maximum: number };
  readonly taggable?: boolean | undefined;
}

const ABSENT = {
  DescribeVpcPeeringConnections: {
    ids: 'VpcPeeringConnectionId', notFound: 'InvalidVpcPeeringConnectionID.NotFound', words: 'vpcPeeringConnection ID', set: 'vpcPeeringConnectionSet', pages: { minimum: 5, maximum: 1000 },
    filters: [
      'accepter-vpc-info.cidr-block', 'accepter-vpc-info.owner-id', 'accepter-vpc-info.vpc-id', 'expiration-time', 'requester-vpc-info.cidr-block',
      'requester-vpc-info.owner-id', 'requester-vpc-info.vpc-id', 'status-code', 'status-message', 'vpc-peering-connection-id',
    ],
  },
  DescribeEgressOnlyInternetGateways: {
    ids: 'EgressOnlyInternetGatewayId', notFound: 'InvalidEgressOnlyInternetGatewayId.NotFound', words: 'eigw ID', set: 'egressOnlyInternetGatewaySet', pages: { minimum: 5, maximum: 255 }, filters: [],
  },
  DescribeNetworkInterfacePermissions: {
    ids: 'NetworkInterfacePermissionId', notFound: 'InvalidPermissionID.NotFound', words: 'network interface permission ID', set: 'networkInterfacePermissions', pages: { minimum: 5, maximum: 255 }, taggable: false,
    filters: ['network-interface-permission-id', 'network-interface-id', 'aws-account-id', 'aws-service', 'permission'].map((name) => `network-interface-permission.${name}`),
  },
} satisfies { readonly [operation: string]: Absent };

function nothing(absent: Absent): Operation {
  const filters = absentFilters(absent.filters);
  return reading((input) => {
    const [id] = list(input, absent.ids);
    if (id !== undefined) throw new AwsError(absent.notFound, `The ${absent.words} '${id}' does not exist`);
    return paged(filtered<object>([], input, filters, absent.taggable ?? true), input, absent.set, () => '', absent.pages);
  });
}

export const describeVpcPeeringConnections = nothing(ABSENT.DescribeVpcPeeringConnections);
export const describeEgressOnlyInternetGateways = nothing(ABSENT.DescribeEgressOnlyInternetGateways);
export const describeNetworkInterfacePermissions = nothing(ABSENT.DescribeNetworkInterfacePermissions);
