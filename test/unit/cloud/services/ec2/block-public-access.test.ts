import { beforeEach, describe, expect, it } from 'vitest';
import { networkModel } from '../../../../../src/cloud/services/ec2/ec2.js';
import { ACCOUNT, Region } from './harness.js';

let region: Region;
let vpcId: string;
let subnetId: string;
beforeEach(() => {
  region = new Region();
  vpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
  subnetId = region.id('CreateSubnet', { VpcId: vpcId, CidrBlock: '10.0.1.0/24' }, 'subnet', 'subnetId');
});

const inForce = () => networkModel(region.state, region.region).blockPublicAccess;
const exclude = (input: object, mode = 'allow-bidirectional') => region.id('CreateVpcBlockPublicAccessExclusion', { ...input, InternetGatewayExclusionMode: mode }, 'vpcBlockPublicAccessExclusion', 'exclusionId');
const stateOf = (exclusionId: string) => region.at('DescribeVpcBlockPublicAccessExclusions', { ExclusionId: [exclusionId] }, 'vpcBlockPublicAccessExclusionSet', 0, 'state');

describe('VPC Block Public Access', () => {
  it('is off by default', () => {
    expect(region.at('DescribeVpcBlockPublicAccessOptions', {}, 'vpcBlockPublicAccessOptions')).toEqual({
      awsAccountId: ACCOUNT, awsRegion: region.region, state: 'default-state', internetGatewayBlockMode: 'off', lastUpdateTimestamp: undefined, managedBy: 'account', exclusionsAllowed: 'allowed',
    });
    expect(inForce()).toEqual({ mode: 'off', exclusions: [] });
  });

  it('holds from the call on, and is complete a while later', () => {
    const state = () => region.at('DescribeVpcBlockPublicAccessOptions', {}, 'vpcBlockPublicAccessOptions', 'state');
    region.call('ModifyVpcBlockPublicAccessOptions', { InternetGatewayBlockMode: 'block-ingress' });
    expect([state(), inForce()?.mode]).toEqual(['update-in-progress', 'block-ingress']);
    region.pass();
    expect([state(), inForce()?.mode]).toEqual(['update-complete', 'block-ingress']);
  });

  it('an exclusion holds when it is made, and until it is gone', () => {
    const made = exclude({ SubnetId: subnetId }, 'allow-egress');
    expect(made).toMatch(/^vpcbpa-exclude-[0-9a-f]{17}$/);
    expect([stateOf(made), inForce()?.exclusions]).toEqual(['create-in-progress', []]);
    region.pass();
    const exclusion = { exclusionId: made, resourceId: subnetId, mode: 'allow-egress' };
    expect([stateOf(made), inForce()?.exclusions]).toEqual(['create-complete', [exclusion]]);
    region.call('ModifyVpcBlockPublicAccessExclusion', { ExclusionId: made, InternetGatewayExclusionMode: 'allow-bidirectional' });
    expect([stateOf(made), inForce()?.exclusions]).toEqual(['update-in-progress', [{ ...exclusion, mode: 'allow-bidirectional' }]]);
    region.pass();
    region.call('DeleteVpcBlockPublicAccessExclusion', { ExclusionId: made });
    expect([stateOf(made), inForce()?.exclusions]).toEqual(['delete-in-progress', [{ ...exclusion, mode: 'allow-bidirectional' }]]);
    region.pass();
    expect([stateOf(made), inForce()?.exclusions]).toEqual(['delete-complete', []]);
    region.pass(3_700_000);
    expect(region.at('DescribeVpcBlockPublicAccessExclusions', {}, 'vpcBlockPublicAccessExclusionSet')).toEqual([]);
  });

  it('names what is excluded by its ARN, and is found by filters', () => {
    const [first, second] = [exclude({ VpcId: vpcId }), exclude({ SubnetId: subnetId }, 'allow-egress')];
    const found = (name: string, value: string) => (region.at('DescribeVpcBlockPublicAccessExclusions', { Filter: [{ Name: name, Value: [value] }] }, 'vpcBlockPublicAccessExclusionSet') as { exclusionId: string }[]).map((each) => each.exclusionId);
    expect(found('resource-arn', `arn:aws:ec2:${region.region}:${ACCOUNT}:vpc/${vpcId}`)).toEqual([first]);
    expect(found('resource-arn', `arn:aws:ec2:${region.region}:${ACCOUNT}:subnet/*`)).toEqual([second]);
    expect(found('internet-gateway-exclusion-mode', 'allow-egress')).toEqual([second]);
    expect(found('state', 'create-complete')).toEqual([]);
  });

  it('refuses what it cannot do', () => {
    const code = (operation: string, input: object) => region.code(operation, { InternetGatewayExclusionMode: 'allow-egress', ...input });
    expect(code('CreateVpcBlockPublicAccessExclusion', {})).toBe('MissingParameter');
    expect(code('CreateVpcBlockPublicAccessExclusion', { VpcId: vpcId, SubnetId: subnetId })).toBe('InvalidParameterCombination');
    expect(code('CreateVpcBlockPublicAccessExclusion', { VpcId: 'vpc-00000000000000000' })).toBe('InvalidVpcID.NotFound');
    expect(code('CreateVpcBlockPublicAccessExclusion', { VpcId: vpcId, InternetGatewayExclusionMode: 'allow' })).toBe('InvalidParameterValue');
    expect(code('ModifyVpcBlockPublicAccessExclusion', { ExclusionId: 'vpcbpa-exclude-00000000000000000' })).toBe('InvalidVpcBlockPublicAccessExclusionId.NotFound');
    expect(region.code('ModifyVpcBlockPublicAccessOptions', { InternetGatewayBlockMode: 'block' })).toBe('InvalidParameterValue');
    const made = exclude({ VpcId: vpcId });
    expect(code('CreateVpcBlockPublicAccessExclusion', { VpcId: vpcId })).toBe('InvalidParameterValue');
    region.call('DeleteVpcBlockPublicAccessExclusion', { ExclusionId: made });
    expect(region.code('DeleteVpcBlockPublicAccessExclusion', { ExclusionId: made })).toBe('IncorrectState');
    region.pass();
    expect(region.code('CreateVpcBlockPublicAccessExclusion', { VpcId: vpcId, InternetGatewayExclusionMode: 'allow-egress', DryRun: 'true' })).toBe('DryRunOperation');
    expect(exclude({ VpcId: vpcId })).not.toBe(made);
  });

  it('has room for fifty', () => {
    const third = (index: number): string => `10.0.${index + 2}.0/24`;
    for (let index = 0; index < 50; index += 1) exclude({ SubnetId: region.id('CreateSubnet', { VpcId: vpcId, CidrBlock: third(index) }, 'subnet', 'subnetId') });
    expect(region.code('CreateVpcBlockPublicAccessExclusion', { VpcId: vpcId, InternetGatewayExclusionMode: 'allow-egress' })).toBe('VpcBlockPublicAccessExclusionLimitExceeded');
  });
});
