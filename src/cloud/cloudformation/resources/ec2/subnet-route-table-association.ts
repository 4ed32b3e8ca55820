/** AWS::EC2::SubnetRouteTableAssociation. */
import { renamed } from '../live.js';
import { given, gone, replyItem, replyList, replyText, unlessMissing, type ResourceType } from '../resource-type.js';

export const subnetRouteTableAssociation: ResourceType = {
  type: 'AWS::EC2::SubnetRouteTableAssociation',
  properties: { RouteTableId: 'replacement', SubnetId: 'replacement' },
  required: ['RouteTableId', 'SubnetId'],
  attributes: ['Id'],
  identifiers: ['Id'],
  create: (properties, scope) => replyText(scope.call('ec2', 'AssociateRouteTable', given(properties, ['RouteTableId', 'SubnetId'])), 'associationId'),
  attributesOf: (associationId) => ({ Id: associationId }),
  live(associationId, scope) {
    const tables = scope.call('ec2', 'DescribeRouteTables', { Filter: [{ Name: 'association.route-table-association-id', Value: [associationId] }] });
    const found = replyList(replyItem(tables, 'routeTableSet'), 'associationSet').find((one) => one['routeTableAssociationId'] === associationId);
    if (found === undefined) throw gone();
    return renamed(found, { RouteTableId: 'routeTableId', SubnetId: 'subnetId' });
  },
  delete(associationId, scope) {
    unlessMissing(() => scope.call('ec2', 'DisassociateRouteTable', { AssociationId: associationId }));
  },
};
