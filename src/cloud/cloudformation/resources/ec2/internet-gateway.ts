/** AWS::EC2::InternetGateway. */
import { liveTags } from '../live.js';
import { replyItem, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

export const internetGateway: ResourceType = {
  type: 'AWS::EC2::InternetGateway',
  properties: { Tags: 'in-place' },
  attributes: ['InternetGatewayId'],
  identifiers: ['InternetGatewayId'],
  create(properties, scope) {
    return replyText(scope.call('ec2', 'CreateInternetGateway', { TagSpecification: scope.tagSpecification('internet-gateway', properties) }), 'internetGateway.internetGatewayId');
  },
  attributesOf: (internetGatewayId) => ({ InternetGatewayId: internetGatewayId }),
  update(internetGatewayId, properties, _previous, scope) {
    retag(internetGatewayId, properties, scope);
  },
  live: (internetGatewayId, scope, properties) =>
    liveTags(replyItem(scope.call('ec2', 'DescribeInternetGateways', { InternetGatewayId: [internetGatewayId] }), 'internetGatewaySet'), scope, properties),
  adopt: tagAsStack,
  delete(internetGatewayId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteInternetGateway', { InternetGatewayId: internetGatewayId }));
  },
};
