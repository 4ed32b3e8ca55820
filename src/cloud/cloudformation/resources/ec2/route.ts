/** AWS::EC2::Route; its id is `rtb-…|DESTINATION`. */
import { renamed } from '../live.js';
import { given, gone, replyItem, replyList, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';
import { textOf, type Structure, type Value } from '../../template/value.js';

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
  identifiers: ['RouteTableId', 'CidrBlock'],
  create(properties, scope) {
    scope.call('ec2', 'CreateRoute', given(properties, ['RouteTableId', ...DESTINATIONS, ...TARGETS]));
    return `${textOf(properties['RouteTableId'])}|${destination(properties)}`;
  },
  attributesOf: (_id, _scope, properties) => ({ CidrBlock: destination(properties) }),
  update(_id, properties, _previous, scope) {
    scope.call('ec2', 'ReplaceRoute', given(properties, ['RouteTableId', ...DESTINATIONS, ...TARGETS]));
  },
  live(_id, scope, properties) {
    const table = replyItem(scope.call('ec2', 'DescribeRouteTables', { RouteTableId: [textProperty(properties, 'RouteTableId')] }), 'routeTableSet');
    const wanted = destination(properties);
    const found = replyList(table, 'routeSet').find((one) => [one['destinationCidrBlock'], one['destinationIpv6CidrBlock'], one['destinationPrefixListId']].includes(wanted));
    if (found === undefined) throw gone();
    const names = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId', 'GatewayId', 'InstanceId', 'NatGatewayId', 'NetworkInterfaceId'];
    return {
      RouteTableId: textProperty(properties, 'RouteTableId'),
      ...renamed(found, Object.fromEntries(names.map((name) => [name, `${name.charAt(0).toLowerCase()}${name.slice(1)}`]))),
      ...(textOf(found['gatewayId'] as Value | undefined).startsWith('vpce-') ? renamed(found, { VpcEndpointId: 'gatewayId' }) : {}),
    };
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('ec2', 'DeleteRoute', given(properties, ['RouteTableId', ...DESTINATIONS])));
  },
};
