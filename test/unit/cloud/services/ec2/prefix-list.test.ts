import { describe, expect, it } from 'vitest';
import { networkModel } from '../../../../../src/cloud/services/ec2/ec2.js';
import { makeLab, Region } from './harness.js';

const entry = (Cidr: string, Description?: string) => ({ Cidr, Description });

function make(region: Region, entries = [entry('203.0.113.0/24', 'office')], more: Record<string, unknown> = {}): string {
  const id = region.id('CreateManagedPrefixList', { PrefixListName: 'offices', AddressFamily: 'IPv4', MaxEntries: '3', Entry: entries, ...more }, 'prefixList', 'prefixListId');
  region.pass();
  return id;
}

const cidrs = (region: Region, PrefixListId: string, more: Record<string, string> = {}) => (region.at('GetManagedPrefixListEntries', { PrefixListId, ...more }, 'entrySet') as { cidr: string }[]).map((one) => one.cidr);

describe('managed prefix lists', () => {
  it('go from create-in-progress to create-complete, with tags and an ARN of the account', () => {
    const region = new Region();
    const made = region.call('CreateManagedPrefixList', {
      PrefixListName: 'offices', AddressFamily: 'IPv4', MaxEntries: '2', Entry: [entry('203.0.113.77/24')], TagSpecification: [{ ResourceType: 'prefix-list', Tag: [{ Key: 'a', Value: 'b' }] }],
    });
    expect(made).toMatchObject({ prefixList: { state: 'create-in-progress', version: 1, maxEntries: 2, addressFamily: 'IPv4', tagSet: [{ key: 'a', value: 'b' }] } });
    const { prefixListId, prefixListArn } = (made as { readonly [name: string]: unknown })['prefixList'] as Record<string, string>;
    expect(prefixListArn).toMatch(new RegExp(`^arn:aws:ec2:ap-northeast-1:\\d{12}:prefix-list/${prefixListId}$`));
    expect(region.code('ModifyManagedPrefixList', { PrefixListId: prefixListId, PrefixListName: 'x' })).toBe('IncorrectState');
    region.pass();
    expect(region.at('DescribeManagedPrefixLists', { PrefixListId: [prefixListId] }, 'prefixListSet', 0, 'state')).toBe('create-complete');
    expect(cidrs(region, prefixListId ?? '')).toEqual(['203.0.113.0/24']);
  });

  it('keep every version, and restore one as a new one', () => {
    const region = new Region();
    const PrefixListId = make(region);
    region.call('ModifyManagedPrefixList', { PrefixListId, CurrentVersion: '1', AddEntry: [entry('198.51.100.0/24')], RemoveEntry: [{ Cidr: '203.0.113.0/24' }] });
    region.pass();
    expect(region.at('DescribeManagedPrefixLists', { PrefixListId: [PrefixListId] }, 'prefixListSet', 0)).toMatchObject({ version: 2, state: 'modify-complete' });
    expect(cidrs(region, PrefixListId)).toEqual(['198.51.100.0/24']);
    expect(cidrs(region, PrefixListId, { TargetVersion: '1' })).toEqual(['203.0.113.0/24']);
    expect(region.code('ModifyManagedPrefixList', { PrefixListId, CurrentVersion: '1', AddEntry: [entry('192.0.2.0/24')] })).toBe('PrefixListVersionMismatch');
    region.call('RestoreManagedPrefixListVersion', { PrefixListId, CurrentVersion: '2', PreviousVersion: '1' });
    region.pass();
    expect(region.at('DescribeManagedPrefixLists', { PrefixListId: [PrefixListId] }, 'prefixListSet', 0)).toMatchObject({ version: 3, state: 'restore-complete' });
    expect(cidrs(region, PrefixListId)).toEqual(['203.0.113.0/24']);
    region.call('ModifyManagedPrefixList', { PrefixListId, PrefixListName: 'renamed' });
    expect(region.at('DescribeManagedPrefixLists', { Filter: [{ Name: 'prefix-list-name', Value: ['renamed'] }] }, 'prefixListSet', 0, 'version')).toBe(3);
  });

  it('refuse what does not fit', () => {
    const region = new Region();
    const PrefixListId = make(region);
    const create = (more: Record<string, unknown>) => region.code('CreateManagedPrefixList', { PrefixListName: 'x', AddressFamily: 'IPv4', MaxEntries: '1', ...more });
    expect(create({ PrefixListName: 'com.amazonaws.mine' })).toBe('InvalidParameterValue');
    expect(create({ AddressFamily: 'ipv4' })).toBe('InvalidParameterValue');
    expect(create({ MaxEntries: '1001' })).toBe('InvalidParameterValue');
    expect(create({ Entry: [entry('10.0.0.0/8'), entry('192.0.2.0/24')] })).toBe('PrefixListMaxEntriesExceeded');
    expect(create({ Entry: [entry('2001:db8::/32')] })).toBe('InvalidParameterValue');
    expect(create({ AddressFamily: 'IPv6', Entry: [entry('2001:db8::/32')], TagSpecification: [{ ResourceType: 'vpc', Tag: [] }] })).toBe('InvalidParameterValue');
    const modify = (more: Record<string, unknown>) => region.code('ModifyManagedPrefixList', { PrefixListId, ...more });
    expect(modify({})).toBe('MissingParameter');
    expect(modify({ AddEntry: [entry('203.0.113.0/24')], RemoveEntry: [{ Cidr: '203.0.113.0/24' }] })).toBe('InvalidParameterValue');
    expect(() => region.call('ModifyManagedPrefixList', { PrefixListId, AddEntry: [entry('203.0.113.0/24', 'office')] })).toThrow(expect.objectContaining({
      code: 'InvalidPrefixListModification', message: 'An entry with the CIDR (203.0.113.0/24) and description (office) already exists.',
    }));
    expect(() => region.call('ModifyManagedPrefixList', { PrefixListId, AddEntry: [entry('203.0.113.0/24', 'another')] })).toThrow(expect.objectContaining({ code: 'InvalidRequest', message: 'The request received was invalid.' }));
    expect(modify({ RemoveEntry: [{ Cidr: '192.0.2.0/24' }] })).toBe('InvalidParameterValue');
    expect(modify({ MaxEntries: '4', AddEntry: [entry('192.0.2.0/24')] })).toBe('InvalidParameterCombination');
    expect(modify({ AddEntry: ['1', '2', '3'].map((one) => entry(`192.0.${one}.0/24`)) })).toBe('PrefixListMaxEntriesExceeded');
    expect(modify({ IpamPrefixListResolverSyncEnabled: 'true' })).toBe('UnsupportedOperation');
    const ofAws = region.id('DescribeManagedPrefixLists', { Filter: [{ Name: 'owner-id', Value: ['AWS'] }] }, 'prefixListSet', 0, 'prefixListId');
    expect(region.code('DeleteManagedPrefixList', { PrefixListId: ofAws })).toBe('OperationNotPermitted');
    expect(region.code('GetManagedPrefixListEntries', { PrefixListId: 'pl-0123456789abcdef0' })).toBe('InvalidPrefixListID.NotFound');
    expect(region.code('DescribeManagedPrefixLists', { PrefixListId: ['pl-0123456789abcdef0'] })).toBe('InvalidPrefixListID.NotFound');
  });

  it('find the same list by its client token, and another request under it is refused', () => {
    const region = new Region();
    const id = make(region, [], { ClientToken: 't' });
    expect(make(region, [], { ClientToken: 't' })).toBe(id);
    expect(region.code('CreateManagedPrefixList', { PrefixListName: 'other', AddressFamily: 'IPv4', MaxEntries: '3', ClientToken: 't' })).toBe('IdempotentParameterMismatch');
  });

  it('stay while a rule or a route refers to them, and count for their size there', () => {
    const lab = makeLab();
    const { region } = lab;
    const PrefixListId = make(region);
    region.call('AuthorizeSecurityGroupIngress', { GroupId: lab.groups[0], IpPermissions: [{ IpProtocol: 'tcp', FromPort: '80', ToPort: '80', PrefixListIds: [{ PrefixListId }] }] });
    region.call('CreateRoute', { RouteTableId: lab.publicTable, DestinationPrefixListId: PrefixListId, GatewayId: lab.igw });
    expect(region.at('GetManagedPrefixListAssociations', { PrefixListId }, 'prefixListAssociationSet')).toEqual([
      { resourceId: lab.publicTable, resourceOwner: '123456789012' }, { resourceId: lab.groups[0], resourceOwner: '123456789012' },
    ]);
    expect(region.code('DeleteManagedPrefixList', { PrefixListId })).toBe('DependencyViolation');
    expect(region.code('ModifyManagedPrefixList', { PrefixListId, MaxEntries: '50' })).toBe('RouteLimitExceeded');
    region.call('DeleteRoute', { RouteTableId: lab.publicTable, DestinationPrefixListId: PrefixListId });
    expect(region.code('ModifyManagedPrefixList', { PrefixListId, MaxEntries: '60' })).toBe('RulesPerSecurityGroupLimitExceeded');
    region.call('RevokeSecurityGroupIngress', { GroupId: lab.groups[0], IpPermissions: [{ IpProtocol: 'tcp', FromPort: '80', ToPort: '80', PrefixListIds: [{ PrefixListId }] }] });
    region.call('DeleteManagedPrefixList', { PrefixListId });
    expect(region.at('DescribeManagedPrefixLists', { PrefixListId: [PrefixListId] }, 'prefixListSet', 0, 'state')).toBe('delete-in-progress');
    region.pass();
    expect(region.code('DescribeManagedPrefixLists', { PrefixListId: [PrefixListId] })).toBe('InvalidPrefixListID.NotFound');
  });

  it('reach the network with the entries in force', () => {
    const region = new Region();
    const PrefixListId = make(region);
    const inModel = () => networkModel(region.state, region.region).prefixLists.find((one) => one.prefixListId === PrefixListId)?.cidrs;
    expect(inModel()).toEqual(['203.0.113.0/24']);
    region.call('ModifyManagedPrefixList', { PrefixListId, AddEntry: [entry('192.0.2.0/24')] });
    expect(inModel()).toEqual(['203.0.113.0/24', '192.0.2.0/24']);
  });
});
