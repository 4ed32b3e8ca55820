/** Every filter that EC2's API model documents for an operation is one that the operation knows. */
import { describe, expect, it } from 'vitest';
import { NO_MODEL, readModel, shapeOf, type Model } from '../../../../conformance/api-model/model.js';
import { ec2 } from '../../../../../src/cloud/services/ec2/ec2.js';
import { makeLab, type Lab } from './harness.js';

/** Names as the list in the parameter's documentation has them; `tag:<key>` stands for any key. */
function documentedFilters(model: Model, operation: string): string[] {
  const input = model.operations[operation]?.input;
  const members = input === undefined ? {} : shapeOf(model, input).members ?? {};
  const filters = members['Filters'] ?? members['Filter'];
  const names = [...(filters?.documentation ?? '').matchAll(/<li>\s*<p>\s*<code>([^<]*)<\/code>/g)].map((match) => (match[1] ?? '').trim().replace(/\s.*$/, ''));
  return names.map((name) => (name === 'tag' || name.startsWith('tag:') ? 'tag:key' : name)).filter((name) => name !== '');
}

/** What some operations have to be asked about. */
function neededBy(operation: string, lab: Lab): Record<string, string> {
  switch (operation) {
    case 'GetSubnetCidrReservations': return { SubnetId: lab.publicSubnet };
    case 'GetSecurityGroupsForVpc': case 'DescribeStaleSecurityGroups': return { VpcId: lab.vpc1 };
    case 'GetManagedPrefixListAssociations': case 'GetManagedPrefixListEntries': return { PrefixListId: lab.region.id('DescribePrefixLists', {}, 'prefixListSet', 0, 'prefixListId') };
    default: return {};
  }
}

const model = readModel('ec2', '2016-11-15');
const documented = model === undefined ? [] : Object.keys(ec2.operations).map((operation) => [operation, documentedFilters(model, operation)] as const).filter(([, names]) => names.length > 0);

describe.skipIf(model === undefined)(`the filters of the API model${model === undefined ? `: ${NO_MODEL}` : ''}`, () => {
  const lab = makeLab();
  const { region } = lab;

  it('are found in the documentation of the parameters', () => {
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.find(([operation]) => operation === 'DescribeVpcs')?.[1]).toContain('cidr-block-association.association-id');
  });

  it.each(documented)('of %s are known to it', (operation, names) => {
    const known = (name: string) => !/^The filter '.*' is invalid$/.test(region.message(operation, { ...neededBy(operation, lab), Filter: [{ Name: name, Value: ['x'] }] }));
    expect(names.filter((name) => !known(name))).toEqual([]);
    expect(known('no-such-filter')).toBe(false);
  });
});

describe.skipIf(model === undefined)(`the bounds of MaxResults${model === undefined ? `: ${NO_MODEL}` : ''}`, () => {
  const lab = makeLab();
  const { region } = lab;
  const bounded = model === undefined ? [] : Object.keys(ec2.operations).flatMap((operation) => {
    const input = model.operations[operation]?.input;
    const member = input === undefined ? undefined : shapeOf(model, input).members?.['MaxResults'];
    const { min, max } = member === undefined ? {} : shapeOf(model, member);
    return min === undefined || max === undefined ? [] : [[operation, min, max] as const];
  });

  it.each(bounded)('of %s are %i and %i', (operation, min, max) => {
    const refused = (MaxResults: number) => region.message(operation, { ...neededBy(operation, lab), MaxResults: String(MaxResults) }).includes('MaxResults');
    expect([min - 1, min, max, max + 1].map(refused)).toEqual([true, false, false, true]);
  });
});
