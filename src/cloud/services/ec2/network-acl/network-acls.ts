/** CreateNetworkAcl, DescribeNetworkAcls, DeleteNetworkAcl, ReplaceNetworkAclAssociation. */
import { str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { describe, type FilterTable } from '../describe.js';
import { once } from '../idempotency.js';
import { NETWORK_ACL as TABLE, SUBNET, type NetworkAclRecord } from '../model.js';
import { find, NETWORK_ACL, newId, VPC } from '../noun.js';
import { changing, dependency, DONE, reading, type Scope } from '../operation.js';
import { tagsFor } from '../tags.js';

function view(record: NetworkAclRecord, scope: Scope) {
  const entries = record.entries.toSorted((a, b) => Number(b.egress) - Number(a.egress) || a.ruleNumber - b.ruleNumber);
  return {
    networkAclId: record.networkAclId,
    vpcId: record.vpcId,
    ownerId: scope.accountId,
    default: record.isDefault,
    entrySet: entries.map((entry) => ({
      ruleNumber: entry.ruleNumber,
      protocol: entry.protocol,
      ruleAction: entry.ruleAction,
      egress: entry.egress,
      cidrBlock: entry.cidrBlock,
      ipv6CidrBlock: entry.ipv6CidrBlock,
      portRange: entry.portRange,
      icmpTypeCode: entry.icmpTypeCode,
    })),
    associationSet: scope.state.list(SUBNET).filter((subnet) => subnet.networkAclId === record.networkAclId).map((subnet) => ({
      networkAclAssociationId: subnet.networkAclAssociationId,
      networkAclId: record.networkAclId,
      subnetId: subnet.subnetId,
    })),
    tagSet: record.tags,
  };
}

type View = ReturnType<typeof view>;

export const createNetworkAcl = changing((input, tx, _context, scope) => {
  const [networkAclId = ''] = once(tx, 'CreateNetworkAcl', TABLE, input, () => {
    const { vpcId } = find(tx, VPC, str(input, 'VpcId'));
    const acl: NetworkAclRecord = {
      networkAclId: newId('acl'),
      vpcId,
      isDefault: false,
      // Denies all both ways until an entry says otherwise (A8).
      entries: [true, false].map((egress) => ({ ruleNumber: 32767, egress, protocol: '-1', ruleAction: 'deny', cidrBlock: '0.0.0.0/0' })),
      tags: tagsFor(input, 'network-acl'),
    };
    tx.put(TABLE, acl.networkAclId, acl);
    return [acl.networkAclId];
  });
  return { networkAcl: view(find(tx, NETWORK_ACL, networkAclId), scope) };
});

const FILTERS: FilterTable<View> = {
  'association.association-id': (acl) => acl.associationSet.map((association) => association.networkAclAssociationId),
  'association.network-acl-id': (acl) => acl.associationSet.map((association) => association.networkAclId),
  'association.subnet-id': (acl) => acl.associationSet.map((association) => association.subnetId),
  'default': (acl) => acl.default,
  'entry.cidr': (acl) => acl.entrySet.map((entry) => entry.cidrBlock),
  'entry.icmp.code': (acl) => acl.entrySet.map((entry) => entry.icmpTypeCode?.code),
  'entry.icmp.type': (acl) => acl.entrySet.map((entry) => entry.icmpTypeCode?.type),
  'entry.ipv6-cidr': (acl) => acl.entrySet.map((entry) => entry.ipv6CidrBlock),
  'entry.port-range.from': (acl) => acl.entrySet.map((entry) => entry.portRange?.from),
  'entry.port-range.to': (acl) => acl.entrySet.map((entry) => entry.portRange?.to),
  'entry.protocol': (acl) => acl.entrySet.map((entry) => entry.protocol),
  'entry.rule-action': (acl) => acl.entrySet.map((entry) => entry.ruleAction),
  'entry.egress': (acl) => acl.entrySet.map((entry) => entry.egress),
  'entry.rule-number': (acl) => acl.entrySet.map((entry) => entry.ruleNumber),
  'network-acl-id': (acl) => acl.networkAclId,
  'owner-id': (acl) => acl.ownerId,
  'vpc-id': (acl) => acl.vpcId,
};

export const describeNetworkAcls = reading((input, scope) => describe(input, scope, {
  noun: NETWORK_ACL, ids: 'NetworkAclId', set: 'networkAclSet', view, filters: FILTERS,
}));

export const deleteNetworkAcl = changing((input, tx) => {
  const acl = find(tx, NETWORK_ACL, str(input, 'NetworkAclId'));
  if (acl.isDefault) throw new AwsError('InvalidParameterValue', `cannot delete default network ACL ${acl.networkAclId}`);
  if (tx.list(SUBNET).some((subnet) => subnet.networkAclId === acl.networkAclId)) throw dependency('networkAcl', acl.networkAclId);
  tx.delete(TABLE, acl.networkAclId);
  return DONE;
});

export const replaceNetworkAclAssociation = changing((input, tx) => {
  const associationId = str(input, 'AssociationId');
  const subnet = tx.list(SUBNET).find((candidate) => candidate.networkAclAssociationId === associationId);
  if (subnet === undefined) throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${associationId}' does not exist`);
  const acl = find(tx, NETWORK_ACL, str(input, 'NetworkAclId'));
  if (acl.vpcId !== subnet.vpcId) throw new AwsError('InvalidParameterValue', `Network ACL ${acl.networkAclId} and subnet ${subnet.subnetId} belong to different networks`);
  const newAssociationId = newId('aclassoc');
  tx.put(SUBNET, subnet.subnetId, { ...subnet, networkAclId: acl.networkAclId, networkAclAssociationId: newAssociationId });
  return { newAssociationId };
});
