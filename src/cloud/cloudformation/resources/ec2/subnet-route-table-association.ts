/** AWS::EC2::SubnetRouteTableAssociation. */
import { given, replyText, unlessMissing, type ResourceType } from '../resource-type.js';

export const subnetRouteTableAssociation: ResourceType = {
  type: 'AWS::EC2::SubnetRouteTableAssociation',
  properties: { RouteTableId: 'replacement', SubnetId: 'replacement' },
  required: ['RouteTableId', 'SubnetId'],
  attributes: ['Id'],
  create: (properties, scope) => replyText(scope.call('ec2', 'AssociateRouteTable', given(properties, ['RouteTableId', 'SubnetId'])), 'associationId'),
  attributesOf: (associationId) => ({ Id: associationId }),
  delete(associationId, scope) {
    unlessMissing(() => scope.call('ec2', 'DisassociateRouteTable', { AssociationId: associationId }));
  },
};
