/** What DescribeChangeSet says, as what it does to each resource. */
import { describe, expect, it } from 'vitest';
import type { DescribedChangeSet } from '../../../../src/lib/aws/change-sets.js';
import { pendingChanges } from '../../../../src/lib/stack/change-set.js';

const set = (over: Partial<DescribedChangeSet> = {}): DescribedChangeSet => ({ status: 'CREATE_COMPLETE', reason: '', execution: 'AVAILABLE', changes: [], ...over });
const from = (sets: Readonly<Record<string, DescribedChangeSet>>) => (name: string): Promise<DescribedChangeSet | undefined> => Promise.resolve(sets[name]);

describe('pendingChanges', () => {
  it('has property values before and after, and what is retained', async () => {
    const changes: DescribedChangeSet['changes'] = [
      { ResourceChange: { Action: 'Modify', LogicalResourceId: 'A', PhysicalResourceId: 'sg-1', ResourceType: 'AWS::EC2::SecurityGroup', Replacement: 'False', Scope: ['Properties', 'Tags'], BeforeContext: '{"Properties":{"a":1}}', AfterContext: '{"Properties":{"a":2},"Metadata":{}}' } },
      { ResourceChange: { Action: 'Remove', LogicalResourceId: 'B', PhysicalResourceId: 'rtb-1', ResourceType: 'AWS::EC2::RouteTable', PolicyAction: 'Retain', Scope: [], BeforeContext: '{"Properties":{}}' } },
      { ResourceChange: { Action: 'Add', LogicalResourceId: 'C', ResourceType: 'AWS::EC2::Route', AfterContext: 'not JSON' } },
      { ResourceChange: { Action: 'SyncWithActual' as never, LogicalResourceId: 'D', PhysicalResourceId: 'vpc-1', ResourceType: 'AWS::EC2::VPC' } },
    ];
    const { changes: found } = await pendingChanges(from({ c: set({ changes }) }), 'web', 'c');
    expect(found).toEqual([
      { logicalId: 'A', physicalId: 'sg-1', type: 'AWS::EC2::SecurityGroup', action: 'Modify', replacement: 'False', retained: false, properties: true, before: { a: 1 }, after: { a: 2 } },
      { logicalId: 'B', physicalId: 'rtb-1', type: 'AWS::EC2::RouteTable', action: 'Remove', replacement: undefined, retained: true, properties: false, before: {}, after: undefined },
      { logicalId: 'C', physicalId: undefined, type: 'AWS::EC2::Route', action: 'Add', replacement: undefined, retained: false, properties: false, before: undefined, after: undefined },
      { logicalId: 'D', physicalId: 'vpc-1', type: 'AWS::EC2::VPC', action: 'Dynamic', replacement: undefined, retained: false, properties: false, before: undefined, after: undefined },
    ]);
  });

  it('looks into nested stacks by the ids of their change sets', async () => {
    const nested = (id?: string) => ({ ResourceChange: { Action: 'Modify' as const, LogicalResourceId: 'Inner', ResourceType: 'AWS::CloudFormation::Stack', ChangeSetId: id, Scope: ['Properties' as const] } });
    const inner = set({ changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'X', ResourceType: 'AWS::EC2::Route' } }] });
    const read = from({ c: set({ changes: [nested('arn:inner'), nested()] }), 'arn:inner': inner });
    expect((await pendingChanges(read, 'web', 'c')).changes.map(({ logicalId }) => logicalId)).toEqual(['X', 'Inner']);
  });

  it('has nothing to say of one that contains no changes', async () => {
    const reason = 'The submitted information didn\'t contain changes. Submit different information to create a change set.';
    expect((await pendingChanges(from({ c: set({ status: 'FAILED', execution: 'UNAVAILABLE', reason }) }), 'web', 'c')).changes).toEqual([]);
  });

  it.each<readonly [Partial<DescribedChangeSet> | undefined, string]>([
    [undefined, 'the stack "web" has no change set "c"'],
    [{ status: 'CREATE_IN_PROGRESS', execution: 'UNAVAILABLE' }, 'the change set "c" is CREATE_IN_PROGRESS, and not ready'],
    [{ status: 'FAILED', execution: 'UNAVAILABLE', reason: 'Template error' }, 'the change set "c" has failed: Template error'],
    [{ execution: 'EXECUTE_COMPLETE' }, 'the change set "c" cannot be executed any more: EXECUTE_COMPLETE'],
  ])('refuses %o', async (over, message) => {
    await expect(pendingChanges(from(over === undefined ? {} : { c: set(over) }), 'web', 'c')).rejects.toMatchObject({ code: 'no-change-set', message });
  });
});
