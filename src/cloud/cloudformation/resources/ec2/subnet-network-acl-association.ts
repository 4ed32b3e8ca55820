/** AWS::EC2::SubnetNetworkAclAssociation: every subnet has exactly one ACL, so making one replaces, removing one gives back the default. */
import { renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import { ResourceFailure } from '../../errors.js';
import { gone, replyItem, replyList, replyText, textProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';

/** Id of the subnet's present association. */
function associationOf(subnetId: string, scope: ResourceScope): string {
  const acls = scope.call('ec2', 'DescribeNetworkAcls', { Filter: [{ Name: 'association.subnet-id', Value: [subnetId] }] });
  const found = replyList(replyItem(acls, 'networkAclSet'), 'associationSet').find((association) => association['subnetId'] === subnetId);
  if (found === undefined) throw new ResourceFailure(`The subnet ${subnetId} has no network ACL`, 'NotFound');
  return replyText(found, 'networkAclAssociationId');
}

export const subnetNetworkAclAssociation: ResourceType = {
  type: 'AWS::EC2::SubnetNetworkAclAssociation',
  properties: { NetworkAclId: 'replacement', SubnetId: 'replacement' },
  required: ['NetworkAclId', 'SubnetId'],
  attributes: ['AssociationId'],
  identifiers: ['AssociationId'],
  create(properties, scope) {
    const AssociationId = associationOf(textProperty(properties, 'SubnetId'), scope);
    return replyText(scope.call('ec2', 'ReplaceNetworkAclAssociation', { AssociationId, NetworkAclId: textProperty(properties, 'NetworkAclId') }), 'newAssociationId');
  },
  attributesOf: (associationId) => ({ AssociationId: associationId }),
  live(associationId, scope) {
    const acls = scope.call('ec2', 'DescribeNetworkAcls', { Filter: [{ Name: 'association.association-id', Value: [associationId] }] });
    const found = replyList(replyItem(acls, 'networkAclSet'), 'associationSet').find((one) => one['networkAclAssociationId'] === associationId);
    if (found === undefined) throw gone();
    return renamed(found, { NetworkAclId: 'networkAclId', SubnetId: 'subnetId' });
  },
  delete(associationId, scope, properties) {
    unlessMissing(() => {
      const acls = scope.call('ec2', 'DescribeNetworkAcls', { Filter: [{ Name: 'association.association-id', Value: [associationId] }] });
      const [acl] = replyList(acls, 'networkAclSet');
      // Another association took its place, or the subnet is gone: nothing of ours is left.
      if (acl === undefined || acl['networkAclId'] !== properties['NetworkAclId']) return;
      const defaults = scope.call('ec2', 'DescribeNetworkAcls', { Filter: [{ Name: 'vpc-id', Value: [String(valueAt(acl, 'vpcId'))] }, { Name: 'default', Value: ['true'] }] });
      scope.call('ec2', 'ReplaceNetworkAclAssociation', { AssociationId: associationId, NetworkAclId: replyText(replyItem(defaults, 'networkAclSet'), 'networkAclId') });
    });
  },
};
