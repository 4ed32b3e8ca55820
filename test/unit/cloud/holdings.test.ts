import { expect, it } from 'vitest';
import { holdings } from '../../../src/cloud/holdings.js';
import { Memory } from '../../../src/cloud/state/memory.js';

it('counts what somebody would miss, by region, and no history', () => {
  const memory = new Memory();
  memory.load([
    ['eu-west-1', 'ec2/vpc', 'vpc-1', { vpcId: 'vpc-1' }],
    ['eu-west-1', 'ec2/vpc', 'vpc-2', { vpcId: 'vpc-2' }],
    ['eu-west-1', 'cloudformation/stack', 'gone', { status: 'DELETE_COMPLETE' }],
    ['eu-west-1', 'cloudformation/event', 'e', {}],
    ['ap-northeast-1', 'cloudformation/stack', 'there', { status: 'ROLLBACK_COMPLETE' }],
    ['ap-northeast-1', 'kms/key', 'aws', { manager: 'AWS' }],
    ['ap-northeast-1', 'ec2/instance', 'i-1', { state: 'terminated' }],
    ['aws-global', 's3/bucket', 'b', {}],
    ['aws-global', 'ec2/public-address-cursor', 'c', {}],
  ]);
  expect(holdings(memory)).toEqual([
    { region: 'ap-northeast-1', kind: 'stacks', count: 1 },
    { region: 'aws-global', kind: 'buckets', count: 1 },
    { region: 'eu-west-1', kind: 'VPCs', count: 2 },
  ]);
});
