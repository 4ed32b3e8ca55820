/** AWS::EC2::InternetGateway. */
import { replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag } from './tagging.js';

export const internetGateway: ResourceType = {
  type: 'AWS::EC2::InternetGateway',
  properties: { Tags: 'in-place' },
  attributes: ['InternetGatewayId'],
  create(properties, scope) {
    return replyText(scope.call('ec2', 'CreateInternetGateway', { TagSpecification: scope.tagSpecification('internet-gateway', properties) }), 'internetGateway.internetGatewayId');
  },
  attributesOf: (internetGatewayId) => ({ InternetGatewayId: internetGatewayId }),
  update(internetGatewayId, properties, _previous, scope) {
    retag(internetGatewayId, properties, scope);
  },
  delete(internetGatewayId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteInternetGateway', { InternetGatewayId: internetGatewayId }));
  },
};
