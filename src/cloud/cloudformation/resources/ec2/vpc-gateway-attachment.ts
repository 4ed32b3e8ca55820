/** AWS::EC2::VPCGatewayAttachment; its id is `IGW|vpc-…`. */
import { renamed } from '../live.js';
import { replyItem, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';

export const vpcGatewayAttachment: ResourceType = {
  type: 'AWS::EC2::VPCGatewayAttachment',
  properties: { InternetGatewayId: 'in-place', VpcId: 'replacement', VpnGatewayId: 'unsupported' },
  required: ['VpcId', 'InternetGatewayId'],
  attributes: ['AttachmentType'],
  identifiers: ['AttachmentType', 'VpcId'],
  create(properties, scope) {
    const VpcId = textProperty(properties, 'VpcId');
    scope.call('ec2', 'AttachInternetGateway', { VpcId, InternetGatewayId: textProperty(properties, 'InternetGatewayId') });
    return `IGW|${VpcId}`;
  },
  attributesOf: () => ({ AttachmentType: 'IGW' }),
  update(_id, properties, previous, scope) {
    const VpcId = textProperty(properties, 'VpcId');
    unlessMissing(() => scope.call('ec2', 'DetachInternetGateway', { VpcId, InternetGatewayId: textProperty(previous, 'InternetGatewayId') }));
    scope.call('ec2', 'AttachInternetGateway', { VpcId, InternetGatewayId: textProperty(properties, 'InternetGatewayId') });
  },
  live(_id, scope, properties) {
    const gateway = replyItem(scope.call('ec2', 'DescribeInternetGateways', { InternetGatewayId: [textProperty(properties, 'InternetGatewayId')] }), 'internetGatewaySet');
    const found = replyItem(gateway, 'attachmentSet');
    return { ...renamed(gateway, { InternetGatewayId: 'internetGatewayId' }), ...renamed(found, { VpcId: 'vpcId' }) };
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('ec2', 'DetachInternetGateway', { VpcId: textProperty(properties, 'VpcId'), InternetGatewayId: textProperty(properties, 'InternetGatewayId') }));
  },
};
