/** AWS::EC2::NetworkAcl. */
import { liveTags, renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

export const networkAcl: ResourceType = {
  type: 'AWS::EC2::NetworkAcl',
  properties: { Tags: 'in-place', VpcId: 'replacement' },
  required: ['VpcId'],
  attributes: ['Id'],
  identifiers: ['Id'],
  create(properties, scope) {
    return replyText(scope.call('ec2', 'CreateNetworkAcl', { ...given(properties, ['VpcId']), TagSpecification: scope.tagSpecification('network-acl', properties) }), 'networkAcl.networkAclId');
  },
  attributesOf: (networkAclId) => ({ Id: networkAclId }),
  update(networkAclId, properties, _previous, scope) {
    retag(networkAclId, properties, scope);
  },
  live(networkAclId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeNetworkAcls', { NetworkAclId: [networkAclId] }), 'networkAclSet');
    return { ...renamed(found, { VpcId: 'vpcId' }), ...liveTags(found, scope, properties) };
  },
  adopt: tagAsStack,
  delete(networkAclId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteNetworkAcl', { NetworkAclId: networkAclId }));
  },
};
