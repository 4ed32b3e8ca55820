/** DescribeVpcEndpoints. */
import { describe, type FilterTable } from '../describe.js';
import { VPC_ENDPOINT } from '../noun.js';
import { reading } from '../operation.js';
import { vpcEndpointView, type VpcEndpointView } from './view.js';

const FILTERS: FilterTable<VpcEndpointView> = {
  'ip-address-type': (view) => view.ipAddressType,
  'service-name': (view) => view.serviceName,
  'service-region': (view) => view.serviceRegion,
  'vpc-endpoint-id': (view) => view.vpcEndpointId,
  'vpc-endpoint-state': (view) => view.state,
  'vpc-endpoint-type': (view) => view.vpcEndpointType,
  'vpc-id': (view) => view.vpcId,
};

export const describeVpcEndpoints = reading((input, scope) => describe(input, scope, {
  noun: VPC_ENDPOINT, ids: 'VpcEndpointId', set: 'vpcEndpointSet', view: vpcEndpointView, filters: FILTERS, pages: { minimum: 1, maximum: 1000 },
}));
