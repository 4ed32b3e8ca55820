import { describe, expect, it } from 'vitest';
import { makeLab } from './harness.js';

describe('descriptions of rules', () => {
  it('change by id and by the rule, and nothing else of it does', () => {
    const { region, groups } = makeLab();
    const [GroupId] = groups;
    const SecurityGroupRuleId = region.id('DescribeSecurityGroupRules', { Filter: [{ Name: 'group-id', Value: [GroupId] }] }, 'securityGroupRuleSet', 1, 'securityGroupRuleId');
    const rule = () => region.at('DescribeSecurityGroupRules', { SecurityGroupRuleId: [SecurityGroupRuleId] }, 'securityGroupRuleSet', 0) as Record<string, unknown>;
    const before = rule();
    expect(before).toMatchObject({ isEgress: false, description: 'ssh' });
    region.call('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, SecurityGroupRuleDescription: [{ SecurityGroupRuleId, Description: 'other' }] });
    expect(rule()).toEqual({ ...before, description: 'other' });
    region.call('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, IpPermissions: [{ IpProtocol: 'tcp', FromPort: '22', ToPort: '22', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] });
    expect(rule()).toEqual({ ...before, description: undefined });
    expect(region.code('UpdateSecurityGroupRuleDescriptionsEgress', { GroupId, SecurityGroupRuleDescription: [{ SecurityGroupRuleId, Description: 'x' }] })).toBe('InvalidSecurityGroupRuleId.NotFound');
    expect(region.code('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, IpPermissions: [{ IpProtocol: 'tcp', FromPort: '23', ToPort: '23', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] })).toBe('InvalidPermission.NotFound');
    expect(region.code('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId })).toBe('MissingParameter');
    expect(region.code('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, SecurityGroupRuleDescription: [{ SecurityGroupRuleId, Description: 'ü' }] })).toBe('InvalidParameterValue');
  });
});

describe('groups across VPCs', () => {
  it('are those of the VPC itself', () => {
    const { region, vpc2, groups } = makeLab();
    expect((region.at('GetSecurityGroupsForVpc', { VpcId: vpc2 }, 'securityGroupForVpcSet') as { groupName: string }[]).map((group) => group.groupName).toSorted()).toEqual(['default', 'endpoints', 'three']);
    expect(region.at('GetSecurityGroupsForVpc', { VpcId: vpc2, Filter: [{ Name: 'group-name', Value: ['three'] }] }, 'securityGroupForVpcSet', 0, 'groupId')).toBe(groups[2]);
    expect(region.code('DescribeSecurityGroupReferences', {})).toBe('MissingParameter');
    expect(region.code('DescribeSecurityGroupReferences', { GroupId: ['sg-0123456789abcdef0'] })).toBe('InvalidGroup.NotFound');
    expect(region.code('DescribeStaleSecurityGroups', { VpcId: 'vpc-0123456789abcdef0' })).toBe('InvalidVpcID.NotFound');
  });

  it('are found by the name of a group that they refer to', () => {
    const { region, groups } = makeLab();
    expect(region.at('DescribeSecurityGroups', { Filter: [{ Name: 'ip-permission.group-name', Value: ['three'] }] }, 'securityGroupInfo', 0, 'groupId')).toBe(groups[3]);
  });
});
