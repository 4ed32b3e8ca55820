/** AWS::EC2::VPCCidrBlock: a further IPv4 block of a VPC. */
import { renamed } from '../live.js';
import { given, gone, replyItem, replyList, replyText, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';

export const vpcCidrBlock: ResourceType = {
  type: 'AWS::EC2::VPCCidrBlock',
  properties: {
    CidrBlock: 'replacement', VpcId: 'replacement',
    AmazonProvidedIpv6CidrBlock: 'unsupported', Ipv4IpamPoolId: 'unsupported', Ipv4NetmaskLength: 'unsupported', Ipv6CidrBlock: 'unsupported', Ipv6CidrBlockNetworkBorderGroup: 'unsupported',
    Ipv6IpamPoolId: 'unsupported', Ipv6NetmaskLength: 'unsupported', Ipv6Pool: 'unsupported',
  },
  required: ['VpcId', 'CidrBlock'],
  attributes: ['Id'],
  identifiers: ['Id', 'VpcId'],
  physicalIdentifier: 'Id',
  create: (properties, scope) => replyText(scope.call('ec2', 'AssociateVpcCidrBlock', given(properties, ['CidrBlock', 'VpcId'])), 'cidrBlockAssociation.associationId'),
  attributesOf: (associationId) => ({ Id: associationId }),
  live(associationId, scope, properties) {
    const vpc = replyItem(scope.call('ec2', 'DescribeVpcs', { VpcId: [textProperty(properties, 'VpcId')] }), 'vpcSet');
    const found = replyList(vpc, 'cidrBlockAssociationSet').find((association) => association['associationId'] === associationId);
    if (found === undefined) throw gone();
    return { ...renamed(vpc, { VpcId: 'vpcId' }), ...renamed(found, { CidrBlock: 'cidrBlock' }) };
  },
  delete(associationId, scope) {
    unlessMissing(() => scope.call('ec2', 'DisassociateVpcCidrBlock', { AssociationId: associationId }));
  },
};
