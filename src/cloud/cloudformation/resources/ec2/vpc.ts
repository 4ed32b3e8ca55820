/** AWS::EC2::VPC. */
import { liveTags, renamed } from '../live.js';
import { replyItem, replyList, replyText, unlessMissing, given, type ResourceType } from '../resource-type.js';
import { valueAt } from '../../../endpoint/input.js';
import { retag, tagAsStack } from './tagging.js';
import { textOf, type Structure } from '../../template/value.js';
import type { ResourceScope } from '../resource-type.js';

/** DNS host names need DNS support: support goes on first and off last. */
function setDns(vpcId: string, properties: Structure, scope: ResourceScope): void {
  const { EnableDnsSupport, EnableDnsHostnames } = given(properties, ['EnableDnsSupport', 'EnableDnsHostnames']);
  const set = (name: string, Value: unknown) => void (Value !== undefined && scope.call('ec2', 'ModifyVpcAttribute', { VpcId: vpcId, [name]: { Value } }));
  if (textOf(EnableDnsSupport) !== 'false') set('EnableDnsSupport', EnableDnsSupport);
  set('EnableDnsHostnames', EnableDnsHostnames);
  if (textOf(EnableDnsSupport) === 'false') set('EnableDnsSupport', EnableDnsSupport);
}

export const vpc: ResourceType = {
  type: 'AWS::EC2::VPC',
  properties: {
    CidrBlock: 'replacement', EnableDnsHostnames: 'in-place', EnableDnsSupport: 'in-place', InstanceTenancy: 'replacement', Tags: 'in-place',
    Ipv4IpamPoolId: 'unsupported', Ipv4NetmaskLength: 'unsupported',
  },
  required: ['CidrBlock'],
  attributes: ['CidrBlock', 'CidrBlockAssociations', 'DefaultNetworkAcl', 'DefaultSecurityGroup', 'Ipv6CidrBlocks', 'VpcId'],
  identifiers: ['VpcId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateVpc', { ...given(properties, ['CidrBlock', 'InstanceTenancy']), TagSpecification: scope.tagSpecification('vpc', properties) });
    const vpcId = replyText(reply, 'vpc.vpcId');
    setDns(vpcId, properties, scope);
    return vpcId;
  },
  attributesOf(vpcId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeVpcs', { VpcId: [vpcId] }), 'vpcSet');
    const defaultOf = (operation: string, set: string, id: string, filter: string, value: string) => {
      const [item] = replyList(scope.call('ec2', operation, { Filter: [{ Name: 'vpc-id', Value: [vpcId] }, { Name: filter, Value: [value] }] }), set);
      return item === undefined ? undefined : replyText(item, id);
    };
    return {
      VpcId: vpcId,
      CidrBlock: replyText(found, 'cidrBlock'),
      CidrBlockAssociations: replyList(found, 'cidrBlockAssociationSet').map((association) => String(valueAt(association, 'associationId'))),
      DefaultNetworkAcl: defaultOf('DescribeNetworkAcls', 'networkAclSet', 'networkAclId', 'default', 'true'),
      DefaultSecurityGroup: defaultOf('DescribeSecurityGroups', 'securityGroupInfo', 'groupId', 'group-name', 'default'),
      Ipv6CidrBlocks: [],
    };
  },
  update(vpcId, properties, _previous, scope) {
    setDns(vpcId, { EnableDnsSupport: true, EnableDnsHostnames: false, ...properties }, scope);
    retag(vpcId, properties, scope);
  },
  live(vpcId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeVpcs', { VpcId: [vpcId] }), 'vpcSet');
    const attribute = (name: string) => renamed(scope.call('ec2', 'DescribeVpcAttribute', { VpcId: vpcId, Attribute: name }), { [`${name.charAt(0).toUpperCase()}${name.slice(1)}`]: `${name}.value` });
    return { ...renamed(found, { CidrBlock: 'cidrBlock', InstanceTenancy: 'instanceTenancy' }), ...attribute('enableDnsSupport'), ...attribute('enableDnsHostnames'), ...liveTags(found, scope, properties) };
  },
  adopt: tagAsStack,
  delete(vpcId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteVpc', { VpcId: vpcId }));
  },
};
