/** AWS::EC2::RouteTable. */
import { liveTags, renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

export const routeTable: ResourceType = {
  type: 'AWS::EC2::RouteTable',
  properties: { Tags: 'in-place', VpcId: 'replacement' },
  required: ['VpcId'],
  attributes: ['RouteTableId'],
  identifiers: ['RouteTableId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateRouteTable', { ...given(properties, ['VpcId']), TagSpecification: scope.tagSpecification('route-table', properties) });
    return replyText(reply, 'routeTable.routeTableId');
  },
  attributesOf: (routeTableId) => ({ RouteTableId: routeTableId }),
  update(routeTableId, properties, _previous, scope) {
    retag(routeTableId, properties, scope);
  },
  live(routeTableId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeRouteTables', { RouteTableId: [routeTableId] }), 'routeTableSet');
    return { ...renamed(found, { VpcId: 'vpcId' }), ...liveTags(found, scope, properties) };
  },
  adopt: tagAsStack,
  delete(routeTableId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteRouteTable', { RouteTableId: routeTableId }));
  },
};
