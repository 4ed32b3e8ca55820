/** AWS::EC2::VPCDHCPOptionsAssociation; its id is `dopt-…|vpc-…`. Every VPC has one set, so removal gives it none (`default`). */
import { renamed } from '../live.js';
import { given, replyItem, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';

export const vpcDhcpOptionsAssociation: ResourceType = {
  type: 'AWS::EC2::VPCDHCPOptionsAssociation',
  properties: { DhcpOptionsId: 'replacement', VpcId: 'replacement' },
  required: ['DhcpOptionsId', 'VpcId'],
  attributes: [],
  identifiers: ['DhcpOptionsId', 'VpcId'],
  create(properties, scope) {
    scope.call('ec2', 'AssociateDhcpOptions', given(properties, ['DhcpOptionsId', 'VpcId']));
    return `${textProperty(properties, 'DhcpOptionsId')}|${textProperty(properties, 'VpcId')}`;
  },
  attributesOf: () => ({}),
  live: (_id, scope, properties) => renamed(replyItem(scope.call('ec2', 'DescribeVpcs', { VpcId: [textProperty(properties, 'VpcId')] }), 'vpcSet'), { DhcpOptionsId: 'dhcpOptionsId', VpcId: 'vpcId' }),
  delete(_id, scope, properties) {
    unlessMissing(() => {
      const VpcId = textProperty(properties, 'VpcId');
      const found = replyItem(scope.call('ec2', 'DescribeVpcs', { VpcId: [VpcId] }), 'vpcSet');
      // Another set took its place, by an update or behind the stack's back: that one is not ours to remove.
      if (found['dhcpOptionsId'] === properties['DhcpOptionsId']) scope.call('ec2', 'AssociateDhcpOptions', { VpcId, DhcpOptionsId: 'default' });
    });
  },
};
