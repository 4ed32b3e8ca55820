/** DescribeVpcs. */
import { absentFilters } from '../absent/absent-filters.js';
import { describe } from '../describe.js';
import { VPC } from '../noun.js';
import { reading } from '../operation.js';
import { vpcView, type VpcView } from './view.js';

const FILTERS = {
  'cidr': (view: VpcView) => view.cidrBlock,
  'cidr-block': (view: VpcView) => view.cidrBlock,
  'cidr-block-association.association-id': (view: VpcView) => view.cidrBlockAssociationSet.map((association) => association.associationId),
  'cidr-block-association.cidr-block': (view: VpcView) => view.cidrBlockAssociationSet.map((association) => association.cidrBlock),
  'cidr-block-association.state': (view: VpcView) => view.cidrBlockAssociationSet.map((association) => association.cidrBlockState.state),
  'dhcp-options-id': (view: VpcView) => view.dhcpOptionsId,
  'is-default': (view: VpcView) => view.isDefault,
  'isDefault': (view: VpcView) => view.isDefault,
  'owner-id': (view: VpcView) => view.ownerId,
  'state': (view: VpcView) => view.state,
  'vpc-id': (view: VpcView) => view.vpcId,
  ...absentFilters(['ipv6-cidr-block', 'ipv6-pool', 'association-id', 'state'].map((name) => `ipv6-cidr-block-association.${name}`)),
};

export const describeVpcs = reading((input, scope) => describe(input, scope, {
  noun: VPC, ids: 'VpcId', set: 'vpcSet', view: vpcView, filters: FILTERS,
}));
