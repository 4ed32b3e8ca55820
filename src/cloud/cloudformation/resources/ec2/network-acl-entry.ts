/** AWS::EC2::NetworkAclEntry; its id is made by CloudFormation, EC2 knows entries by ACL, number and direction. */
import type { Input } from '../../../endpoint/operation.js';
import type { Structure } from '../../template/value.js';
import { given, unlessMissing, type ResourceType } from '../resource-type.js';

function entry(properties: Structure): Input {
  return { Egress: false, ...given(properties, ['NetworkAclId', 'RuleNumber', 'Protocol', 'RuleAction', 'Egress', 'CidrBlock', 'Ipv6CidrBlock', 'Icmp', 'PortRange']) };
}

export const networkAclEntry: ResourceType = {
  type: 'AWS::EC2::NetworkAclEntry',
  properties: {
    CidrBlock: 'in-place', Egress: 'replacement', Icmp: 'in-place', Ipv6CidrBlock: 'in-place', NetworkAclId: 'replacement', PortRange: 'in-place',
    Protocol: 'in-place', RuleAction: 'in-place', RuleNumber: 'replacement',
  },
  required: ['NetworkAclId', 'Protocol', 'RuleAction', 'RuleNumber'],
  attributes: ['Id'],
  create(properties, scope) {
    scope.call('ec2', 'CreateNetworkAclEntry', entry(properties));
    return scope.uniqueName(255);
  },
  attributesOf: (id) => ({ Id: id }),
  update(_id, properties, _previous, scope) {
    scope.call('ec2', 'ReplaceNetworkAclEntry', entry(properties));
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('ec2', 'DeleteNetworkAclEntry', { Egress: false, ...given(properties, ['NetworkAclId', 'RuleNumber', 'Egress']) }));
  },
};
