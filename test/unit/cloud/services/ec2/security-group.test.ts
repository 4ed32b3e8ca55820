import { describe, expect, it } from 'vitest';
import { makeLab, Region } from './harness.js';

function withGroup(): { region: Region; VpcId: string; GroupId: string } {
  const region = new Region();
  const VpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
  return { region, VpcId, GroupId: region.id('CreateSecurityGroup', { VpcId, GroupName: 'web', GroupDescription: 'of tests' }, 'groupId') };
}

const HTTPS = { IpProtocol: 'tcp', FromPort: '443', ToPort: '443', IpRanges: [{ CidrIp: '100.68.0.18/18', Description: 'canon' }] };

describe('security groups', () => {
  it('begin without ingress and with all egress (S2)', () => {
    const { region, GroupId } = withGroup();
    expect(region.at('DescribeSecurityGroups', { GroupId: [GroupId] }, 'securityGroupInfo', 0)).toMatchObject({
      ipPermissions: [], ipPermissionsEgress: [{ ipProtocol: '-1', fromPort: undefined, ipRanges: [{ cidrIp: '0.0.0.0/0' }] }],
    });
  });

  it('take a rule once, in canonical form, and give it back by id', () => {
    const { region, GroupId } = withGroup();
    const reply = region.call('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [HTTPS] });
    expect(reply).toMatchObject({ return: true, securityGroupRuleSet: [{ isEgress: false, ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: '100.68.0.0/18', description: 'canon', groupId: GroupId }] });
    const ruleId = region.id('DescribeSecurityGroupRules', { Filter: [{ Name: 'group-id', Value: [GroupId] }] }, 'securityGroupRuleSet', 1, 'securityGroupRuleId');
    expect(ruleId).toMatch(/^sgr-0[0-9a-f]{16}$/);
    expect(region.code('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [HTTPS] })).toBe('InvalidPermission.Duplicate');
    expect(region.code('RevokeSecurityGroupEgress', { GroupId, SecurityGroupRuleId: [ruleId] })).toBe('InvalidSecurityGroupRuleId.NotFound');
    region.call('RevokeSecurityGroupIngress', { GroupId, SecurityGroupRuleId: [ruleId] });
    expect(region.code('RevokeSecurityGroupIngress', { GroupId, IpPermissions: [HTTPS] })).toBe('InvalidPermission.NotFound');
  });

  it('revoke by the rule itself, whatever its description, and by the old single form', () => {
    const { region, GroupId } = withGroup();
    region.call('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [HTTPS] });
    region.call('RevokeSecurityGroupIngress', { GroupId, IpProtocol: '6', FromPort: '443', ToPort: '443', CidrIp: '100.68.0.0/18' });
    expect(region.at('DescribeSecurityGroups', { GroupId: [GroupId] }, 'securityGroupInfo', 0, 'ipPermissions')).toEqual([]);
  });

  it('take a peer back as DescribeSecurityGroups gives it, with its account', () => {
    const { region, GroupId, VpcId } = withGroup();
    const peered = (pair: Record<string, string>): Record<string, unknown> => ({ GroupId, IpPermissions: [{ IpProtocol: 'tcp', FromPort: '22', ToPort: '22', Groups: [pair] }] });
    region.call('AuthorizeSecurityGroupIngress', peered({ GroupId }));
    const UserId = region.id('DescribeSecurityGroups', { GroupId: [GroupId] }, 'securityGroupInfo', 0, 'ipPermissions', 0, 'groups', 0, 'userId');
    expect(region.code('RevokeSecurityGroupIngress', peered({ GroupId, UserId: '999999999999' }))).toBe('InvalidGroup.NotFound');
    expect(region.code('RevokeSecurityGroupIngress', peered({ GroupId, VpcId: 'vpc-00000000000000000' }))).toBe('InvalidGroup.NotFound');
    region.call('RevokeSecurityGroupIngress', peered({ GroupId, UserId, VpcId }));
    expect(region.at('DescribeSecurityGroups', { GroupId: [GroupId] }, 'securityGroupInfo', 0, 'ipPermissions')).toEqual([]);
  });

  it('change a rule in place', () => {
    const { region, GroupId } = withGroup();
    const SecurityGroupRuleId = region.id('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [HTTPS] }, 'securityGroupRuleSet', 0, 'securityGroupRuleId');
    region.call('ModifySecurityGroupRules', { GroupId, SecurityGroupRule: [{ SecurityGroupRuleId, SecurityGroupRule: { IpProtocol: 'tcp', FromPort: '80', ToPort: '80', CidrIpv4: '10.0.0.0/8' } }] });
    expect(region.at('DescribeSecurityGroupRules', { SecurityGroupRuleId: [SecurityGroupRuleId] }, 'securityGroupRuleSet', 0)).toMatchObject({ fromPort: 80, cidrIpv4: '10.0.0.0/8', description: undefined });
  });

  it.each([
    ['a port out of range', { ...HTTPS, ToPort: '65536' }, 'InvalidParameterValue'],
    ['ports the wrong way round', { ...HTTPS, FromPort: '444' }, 'InvalidParameterValue'],
    ['no ports for tcp', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidParameterValue'],
    ['a range that is none', { ...HTTPS, IpRanges: [{ CidrIp: '10.0.0.0/33' }] }, 'InvalidParameterValue'],
    ['a protocol that is none', { IpProtocol: 'gopher', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidPermission.Malformed'],
    ['no peer', { IpProtocol: '-1' }, 'MissingParameter'],
    ['the same peer twice', { ...HTTPS, IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '10.9.9.9/8' }] }, 'InvalidParameterValue'],
    ['an unknown group', { IpProtocol: '-1', Groups: [{ GroupId: 'sg-00000000000000000' }] }, 'InvalidGroup.NotFound'],
    ['an unknown prefix list', { IpProtocol: '-1', PrefixListIds: [{ PrefixListId: 'pl-00000000' }] }, 'InvalidPrefixListId.NotFound'],
    ['IPv6, all ICMP and all protocols at once', { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] }, 'no error'],
    ['ICMP echo', { IpProtocol: 'icmp', FromPort: '8', ToPort: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }, 'no error'],
  ])('judge %s', (_what, permission, code) => {
    const { region, GroupId } = withGroup();
    expect(region.code('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [permission] })).toBe(code);
  });

  it('refuse a name twice in a VPC, the reserved one, and unknown VPCs', () => {
    const { region, VpcId } = withGroup();
    const create = (input: object) => region.code('CreateSecurityGroup', { VpcId, GroupName: 'x', GroupDescription: 'd', ...input });
    expect(create({ GroupName: 'web' })).toBe('InvalidGroup.Duplicate');
    expect(create({ GroupName: 'Default' })).toBe('InvalidParameterValue');
    expect(create({ VpcId: 'vpc-0' })).toBe('InvalidVpcID.NotFound');
    expect(create({ VpcId: undefined })).toBe('VPCIdNotSpecified');
    expect(create({ GroupName: 'ü' })).toBe('InvalidParameterValue');
  });

  it('stay while worn or referenced (S13), the default one for ever (V8)', () => {
    const { region, ...lab } = makeLab();
    expect(region.code('DeleteSecurityGroup', { GroupId: lab.groups[0] })).toBe('DependencyViolation');
    region.call('TerminateInstances', { InstanceId: [lab.instances[3]] });
    region.pass();
    expect(region.code('DeleteSecurityGroup', { GroupId: lab.groups[2] })).toBe('DependencyViolation');
    region.call('RevokeSecurityGroupIngress', { GroupId: lab.groups[3], IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Groups: [{ GroupId: lab.groups[2] }] }] });
    expect(region.code('DeleteSecurityGroup', { GroupId: lab.groups[2] })).toBe('no error');
    const GroupId = region.id('DescribeSecurityGroups', { Filter: [{ Name: 'group-name', Value: ['default'] }] }, 'securityGroupInfo', 0, 'groupId');
    expect(region.code('DeleteSecurityGroup', { GroupId })).toBe('CannotDelete');
  });

  it.each([
    ['ip-permission.from-port', '22', 1], ['ip-permission.cidr', '0.0.0.0/0', 1], ['egress.ip-permission.cidr', '0.0.0.0/0', 6],
    ['group-name', 't*', 2], ['group-name', 't\\*', 0], ['description', 'of the lab', 4],
  ])('filter by %s=%s', (Name, value, count) => {
    expect(makeLab().region.at('DescribeSecurityGroups', { Filter: [{ Name, Value: [value] }] }, 'securityGroupInfo')).toHaveLength(count);
  });
});

describe('network ACLs', () => {
  it('begin with deny-all, take rules once, and write ranges canonically (A6, A8)', () => {
    const { region, VpcId } = withGroup();
    const NetworkAclId = region.id('CreateNetworkAcl', { VpcId }, 'networkAcl', 'networkAclId');
    const rule = { NetworkAclId, RuleNumber: '100', Protocol: 'tcp', RuleAction: 'allow', Egress: 'false', CidrBlock: '10.1.2.3/8', PortRange: { From: '1024', To: '65535' } };
    region.call('CreateNetworkAclEntry', rule);
    expect(region.code('CreateNetworkAclEntry', rule)).toBe('NetworkAclEntryAlreadyExists');
    expect(region.code('CreateNetworkAclEntry', { ...rule, Egress: 'true' })).toBe('no error');
    region.call('ReplaceNetworkAclEntry', { ...rule, RuleAction: 'deny' });
    expect(region.at('DescribeNetworkAcls', { NetworkAclId: [NetworkAclId] }, 'networkAclSet', 0, 'entrySet', 2)).toEqual({
      ruleNumber: 100, protocol: '6', ruleAction: 'deny', egress: false, cidrBlock: '10.0.0.0/8', ipv6CidrBlock: undefined, portRange: { from: 1024, to: 65535 }, icmpTypeCode: undefined,
    });
    region.call('DeleteNetworkAclEntry', { NetworkAclId, RuleNumber: 100, Egress: false });
    expect(region.code('DeleteNetworkAclEntry', { NetworkAclId, RuleNumber: 100, Egress: false })).toBe('InvalidNetworkAclEntry.NotFound');
    expect(region.code('CreateNetworkAclEntry', { ...rule, RuleNumber: '32767' })).toBe('InvalidParameterValue');
    expect(region.code('DeleteNetworkAclEntry', { NetworkAclId, RuleNumber: 32767, Egress: false })).toBe('InvalidParameterValue');
  });

  it('are worn by one subnet each way, and stay while worn', () => {
    const { region, ...lab } = makeLab();
    const NetworkAclId = region.id('CreateNetworkAcl', { VpcId: lab.vpc1 }, 'networkAcl', 'networkAclId');
    const mine = { Filter: [{ Name: 'association.subnet-id', Value: [lab.publicSubnet] }] };
    const associations = region.at('DescribeNetworkAcls', mine, 'networkAclSet', 0, 'associationSet') as { subnetId: string; networkAclAssociationId: string }[];
    const AssociationId = associations.find((association) => association.subnetId === lab.publicSubnet)?.networkAclAssociationId;
    region.call('ReplaceNetworkAclAssociation', { AssociationId, NetworkAclId });
    expect(region.at('DescribeNetworkAcls', mine, 'networkAclSet', 0, 'networkAclId')).toBe(NetworkAclId);
    expect(region.code('DeleteNetworkAcl', { NetworkAclId })).toBe('DependencyViolation');
    const other = region.id('DescribeNetworkAcls', { Filter: [{ Name: 'vpc-id', Value: [lab.vpc2] }] }, 'networkAclSet', 0, 'networkAclId');
    expect(region.code('DeleteNetworkAcl', { NetworkAclId: other })).toBe('InvalidParameterValue');
  });
});
