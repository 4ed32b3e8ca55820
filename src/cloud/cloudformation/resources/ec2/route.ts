/** AWS::EC2::Route; its id is `rtb-…|DESTINATION`. */
import { given, unlessMissing, type ResourceType } from '../resource-type.js';
import { textOf, type Structure } from '../../template/value.js';

const DESTINATIONS = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];
const TARGETS = ['GatewayId', 'InstanceId', 'NatGatewayId', 'NetworkInterfaceId', 'VpcEndpointId'];

function destination(properties: Structure): string {
  return textOf(Object.values(given(properties, DESTINATIONS))[0]);
}

export const route: ResourceType = {
  type: 'AWS::EC2::Route',
  properties: {
    RouteTableId: 'replacement', DestinationCidrBlock: 'replacement', DestinationIpv6CidrBlock: 'replacement', DestinationPrefixListId: 'replacement',
    GatewayId: 'in-place', InstanceId: 'in-place', NatGatewayId: 'in-place', NetworkInterfaceId: 'in-place', VpcEndpointId: 'in-place',
    CarrierGatewayId: 'unsupported', CoreNetworkArn: 'unsupported', EgressOnlyInternetGatewayId: 'unsupported', LocalGatewayId: 'unsupported',
    TransitGatewayId: 'unsupported', VpcPeeringConnectionId: 'unsupported',
  },
  required: ['RouteTableId'],
  attributes: ['CidrBlock'],
  create(properties, scope) {
    scope.call('ec2', 'CreateRoute', given(properties, ['RouteTableId', ...DESTINATIONS, ...TARGETS]));
    return `${textOf(properties['RouteTableId'])}|${destination(properties)}`;
  },
  attributesOf: (_id, _scope, properties) => ({ CidrBlock: destination(properties) }),
  update(_id, properties, _previous, scope) {
    scope.call('ec2', 'ReplaceRoute', given(properties, ['RouteTableId', ...DESTINATIONS, ...TARGETS]));
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('ec2', 'DeleteRoute', given(properties, ['RouteTableId', ...DESTINATIONS])));
  },
};
