/** AWS::EC2::NetworkAcl. */
import { given, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { retag } from './tagging.js';

export const networkAcl: ResourceType = {
  type: 'AWS::EC2::NetworkAcl',
  properties: { Tags: 'in-place', VpcId: 'replacement' },
  required: ['VpcId'],
  attributes: ['Id'],
  create(properties, scope) {
    return replyText(scope.call('ec2', 'CreateNetworkAcl', { ...given(properties, ['VpcId']), TagSpecification: scope.tagSpecification('network-acl', properties) }), 'networkAcl.networkAclId');
  },
  attributesOf: (networkAclId) => ({ Id: networkAclId }),
  update(networkAclId, properties, _previous, scope) {
    retag(networkAclId, properties, scope);
  },
  delete(networkAclId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteNetworkAcl', { NetworkAclId: networkAclId }));
  },
};
