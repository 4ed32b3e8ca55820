import { describe, expect, it } from 'vitest';
import { instanceOf, networkModel } from '../../../../../src/cloud/services/ec2/ec2.js';
import { makeLab, Region } from './harness.js';

const create = (configurations: Record<string, string[]>) => ({ DhcpConfiguration: Object.entries(configurations).map(([Key, Value]) => ({ Key, Value })) });

describe('DHCP options', () => {
  it('are made, associated, and gone only when no VPC uses them', () => {
    const region = new Region();
    const DhcpOptionsId = region.id('CreateDhcpOptions', create({ 'domain-name': ['lab.internal'], 'domain-name-servers': ['10.0.0.53,AmazonProvidedDNS'], 'ntp-servers': ['169.254.169.123'] }), 'dhcpOptions', 'dhcpOptionsId');
    expect(region.at('DescribeDhcpOptions', { DhcpOptionsId: [DhcpOptionsId] }, 'dhcpOptionsSet', 0, 'dhcpConfigurationSet', 1)).toEqual({ key: 'domain-name-servers', valueSet: [{ value: '10.0.0.53' }, { value: 'AmazonProvidedDNS' }] });
    const VpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
    const own = region.id('DescribeVpcs', {}, 'vpcSet', 0, 'dhcpOptionsId');
    region.call('AssociateDhcpOptions', { VpcId, DhcpOptionsId });
    expect(region.at('DescribeVpcs', { Filter: [{ Name: 'dhcp-options-id', Value: [DhcpOptionsId] }] }, 'vpcSet', 0, 'vpcId')).toBe(VpcId);
    expect(region.code('DeleteDhcpOptions', { DhcpOptionsId })).toBe('DependencyViolation');
    region.call('AssociateDhcpOptions', { VpcId, DhcpOptionsId: 'default' });
    expect(region.at('DescribeVpcs', {}, 'vpcSet', 0, 'dhcpOptionsId')).toBe('default');
    region.call('DeleteDhcpOptions', { DhcpOptionsId });
    expect(region.code('DescribeDhcpOptions', { DhcpOptionsId: [DhcpOptionsId] })).toBe('InvalidDhcpOptionID.NotFound');
    expect(region.code('AssociateDhcpOptions', { VpcId, DhcpOptionsId })).toBe('InvalidDhcpOptionID.NotFound');
    region.call('AssociateDhcpOptions', { VpcId, DhcpOptionsId: own });
    expect(region.at('DescribeVpcs', {}, 'vpcSet', 0, 'dhcpOptionsId')).toBe(own);
  });

  it('take what each option takes', () => {
    const region = new Region();
    const code = (configurations: Record<string, string[]>) => region.code('CreateDhcpOptions', create(configurations));
    expect(region.code('CreateDhcpOptions', {})).toBe('MissingParameter');
    expect(code({ 'no-such-option': ['1'] })).toBe('InvalidParameterValue');
    expect(code({ 'domain-name-servers': ['10.0.0.300'] })).toBe('InvalidParameterValue');
    expect(code({ 'domain-name-servers': ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5'] })).toBe('InvalidParameterValue');
    expect(code({ 'ntp-servers': ['AmazonProvidedDNS'] })).toBe('InvalidParameterValue');
    expect(code({ 'netbios-node-type': ['3'] })).toBe('InvalidParameterValue');
    expect(code({ 'ipv6-address-preferred-lease-time': ['139'] })).toBe('InvalidParameterValue');
    expect(code({ 'netbios-node-type': ['2'], 'netbios-name-servers': ['10.0.0.5'], 'ipv6-address-preferred-lease-time': ['140'], 'ntp-servers': ['fd00:ec2::123', '10.0.0.9'] })).toBe('no error');
    expect(region.code('CreateDhcpOptions', { DhcpConfiguration: [{ Key: 'domain-name', Value: ['a'] }, { Key: 'domain-name', Value: ['b'] }] })).toBe('InvalidParameterValue');
    expect(region.code('CreateDhcpOptions', { ...create({ 'domain-name': ['a'] }), DryRun: 'true' })).toBe('DryRunOperation');
  });

  it('reach the network and the guests of the VPC', () => {
    const { region, vpc1, instances } = makeLab();
    const servers = () => networkModel(region.state, region.region).vpcs.map((vpc) => vpc.domainNameServers);
    const guest = () => instanceOf(region.state, instances[0]);
    expect(guest()).toMatchObject({ domainName: 'ap-northeast-1.compute.internal', nameServers: ['10.0.0.2'] });
    const DhcpOptionsId = region.id('CreateDhcpOptions', create({ 'domain-name': ['lab.internal'], 'domain-name-servers': ['8.8.8.8', 'AmazonProvidedDNS'] }), 'dhcpOptions', 'dhcpOptionsId');
    region.call('AssociateDhcpOptions', { VpcId: vpc1, DhcpOptionsId });
    expect(servers()).toEqual([['8.8.8.8', 'AmazonProvidedDNS'], ['AmazonProvidedDNS']]);
    expect(guest()).toMatchObject({ domainName: 'lab.internal', nameServers: ['8.8.8.8', '10.0.0.2'] });
    region.call('AssociateDhcpOptions', { VpcId: vpc1, DhcpOptionsId: 'default' });
    expect(servers()[0]).toEqual([]);
    expect(guest()).toMatchObject({ domainName: '', nameServers: [] });
  });

  it('of the region come back when they were deleted', () => {
    const region = new Region();
    const own = region.id('DescribeDhcpOptions', {}, 'dhcpOptionsSet', 0, 'dhcpOptionsId');
    const VpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
    region.call('AssociateDhcpOptions', { VpcId, DhcpOptionsId: 'default' });
    region.call('DeleteDhcpOptions', { DhcpOptionsId: own });
    region.call('AssociateDhcpOptions', { VpcId, DhcpOptionsId: own });
    expect(networkModel(region.state, region.region).vpcs[0]?.domainNameServers).toEqual(['AmazonProvidedDNS']);
  });
});
