/** AWS::EC2::NetworkAclEntry; its id is made by CloudFormation, EC2 knows entries by ACL, number and direction. */
import { renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import type { Input } from '../../../endpoint/operation.js';
import { textOf, type Structure } from '../../template/value.js';
import { given, gone, replyItem, replyList, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';

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
  live(_id, scope, properties) {
    const acl = replyItem(scope.call('ec2', 'DescribeNetworkAcls', { NetworkAclId: [textProperty(properties, 'NetworkAclId')] }), 'networkAclSet');
    const egress = textOf(properties['Egress']) === 'true';
    const found = replyList(acl, 'entrySet').find((one) => String(one['ruleNumber']) === textOf(properties['RuleNumber']) && one['egress'] === egress);
    if (found === undefined) throw gone();
    const names = { RuleNumber: 'ruleNumber', Egress: 'egress', Protocol: 'protocol', RuleAction: 'ruleAction', CidrBlock: 'cidrBlock', Ipv6CidrBlock: 'ipv6CidrBlock' };
    const part = (path: string, members: { readonly [name: string]: string }) => (valueAt(found, path) === undefined ? undefined : renamed(found, members));
    const [Icmp, PortRange] = [part('icmpTypeCode', { Code: 'icmpTypeCode.code', Type: 'icmpTypeCode.type' }), part('portRange', { From: 'portRange.from', To: 'portRange.to' })];
    return { ...renamed(acl, { NetworkAclId: 'networkAclId' }), ...renamed(found, names), ...(Icmp === undefined ? {} : { Icmp }), ...(PortRange === undefined ? {} : { PortRange }) };
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('ec2', 'DeleteNetworkAclEntry', { Egress: false, ...given(properties, ['NetworkAclId', 'RuleNumber', 'Egress']) }));
  },
};
