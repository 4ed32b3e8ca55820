/** CreateVpc and the default objects that come with it: main route table, default network ACL, default group (V6). */
import { oneOfOpt, str } from '../../../endpoint/input.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import type { Transaction } from '../../../state/store.js';
import { storeDefaultOptions } from '../dhcp-options/default-options.js';
import { NETWORK_ACL, ROUTE_TABLE, SECURITY_GROUP, SECURITY_GROUP_RULE, VPC, type NetworkAclEntryRecord, type VpcRecord } from '../model.js';
import { newId } from '../noun.js';
import { changing, refuse } from '../operation.js';
import { roomForVpc } from '../quota.js';
import { tagsFor } from '../tags.js';
import { cidrBlock } from './cidr-block.js';
import { vpcView } from './view.js';

const ALLOW_ALL: readonly NetworkAclEntryRecord[] = [true, false].flatMap((egress) => [
  { ruleNumber: 100, egress, protocol: '-1', ruleAction: 'allow' as const, cidrBlock: '0.0.0.0/0' },
  { ruleNumber: 32767, egress, protocol: '-1', ruleAction: 'deny' as const, cidrBlock: '0.0.0.0/0' },
]);

function createDefaults(tx: Transaction, vpc: VpcRecord): void {
  const { vpcId } = vpc;
  const routeTableId = newId('rtb');
  tx.put(ROUTE_TABLE, routeTableId, {
    routeTableId, vpcId,
    routes: [{ destination: vpc.cidrBlock, target: 'local', origin: 'CreateRouteTable' }],
    associations: [{ associationId: newId('rtbassoc'), main: true }],
    tags: [],
  });
  const networkAclId = newId('acl');
  tx.put(NETWORK_ACL, networkAclId, { networkAclId, vpcId, isDefault: true, entries: ALLOW_ALL, tags: [] });
  const groupId = newId('sg');
  tx.put(SECURITY_GROUP, groupId, { groupId, groupName: 'default', description: 'default VPC security group', vpcId, tags: [] });
  const all = { groupId, ipProtocol: '-1', fromPort: -1, toPort: -1, tags: [] };
  const ingress = newId('sgr');
  tx.put(SECURITY_GROUP_RULE, ingress, { ...all, securityGroupRuleId: ingress, isEgress: false, referencedGroupId: groupId });
  const egress = newId('sgr');
  tx.put(SECURITY_GROUP_RULE, egress, { ...all, securityGroupRuleId: egress, isEgress: true, cidrIpv4: '0.0.0.0/0' });
}

export const createVpc = changing((input, tx, _context, scope) => {
  refuse(input, ['Ipv6Pool', 'Ipv6CidrBlock', 'Ipv4IpamPoolId', 'Ipv6IpamPoolId', 'Ipv4NetmaskLength', 'Ipv6NetmaskLength', 'VpcEncryptionControl']);
  onlyDefault(input, { AmazonProvidedIpv6CidrBlock: 'false' });
  roomForVpc(tx);
  const vpc: VpcRecord = {
    vpcId: newId('vpc'),
    cidrBlock: cidrBlock(str(input, 'CidrBlock'), 'InvalidVpc.Range'),
    cidrAssociationId: newId('vpc-cidr-assoc'),
    dhcpOptionsId: storeDefaultOptions(tx, scope),
    instanceTenancy: oneOfOpt(input, 'InstanceTenancy', ['default', 'dedicated']) ?? 'default',
    enableDnsSupport: true,
    enableDnsHostnames: false,
    tags: tagsFor(input, 'vpc'),
  };
  tx.put(VPC, vpc.vpcId, vpc);
  createDefaults(tx, vpc);
  return { vpc: { ...vpcView(vpc, scope), state: 'pending' } };
});
