import { describe, expect, it, vi } from 'vitest';
import { deployProgress, inProgress, resourcesOf, stopwatch } from '../../../src/cli/deploy-progress.js';
import { destroyProgress } from '../../../src/cli/destroy-progress.js';
import { templateBody } from '../../../src/lib/lab/lab.js';
import { plainStyle } from '../../../src/lib/report/style.js';
import type { ResourceEvent } from '../../../src/lib/stack/events.js';
import { stackFailure } from '../../../src/lib/stack/follow.js';

const template = resourcesOf(templateBody());
const plan = [...template].map(([logicalId, type]) => ({ logicalId, type, physicalId: `${logicalId}-id` }));
const event = (logicalId: string, status: string, more: Partial<ResourceEvent> = {}): ResourceEvent =>
  ({ kind: 'resource', eventId: 'e', logicalId, type: template.get(logicalId) ?? 'AWS::S3::Bucket', status, physicalId: 'p', reason: null, isStack: false, ...more });
const style = plainStyle();
const allOf = (progress: (event: ResourceEvent) => string[], status: string): string[] => [...template.keys()].flatMap((id) => progress(event(id, status)));

describe('what is made and what is deleted', () => {
  it('is a line for each group, the same groups both times', () => {
    const made = allOf(deployProgress(style, template), 'CREATE_COMPLETE');
    const gone = allOf(destroyProgress(style, plan.toReversed()), 'DELETE_COMPLETE');
    const labels = (lines: string[]) => lines.map((line) => line.slice(0, 30).trim());
    expect(labels(gone)).toEqual(labels(made));
    expect(template.size).toBeGreaterThan(25);
    expect(gone.length).toBeLessThan(11);
    expect(gone).toContain('  ✔ Instance1 … Instance4       terminated');
    expect(made).toContain('  ✔ Instance1 … Instance4       running');
  });

  it('in express mode does not say of instances that they run', () => {
    const progress = deployProgress(style, template);
    const reason = 'Resource operation completed using Express Mode. It may continue becoming available in the background.';
    const made = [...template.keys()].flatMap((id) => progress(event(id, 'CREATE_COMPLETE', { reason })));
    expect(made).toContain('  ✔ Instance1 … Instance4       launched; whether they run is seen below');
    expect(made.filter((line) => line.includes('running'))).toEqual([]);
  });

  it('is told only when the last of the group is done', () => {
    const progress = destroyProgress(style, plan);
    expect(['Instance1', 'Instance2', 'Instance3'].flatMap((id) => progress(event(id, 'DELETE_COMPLETE')))).toEqual([]);
    expect(progress(event('Instance4', 'DELETE_IN_PROGRESS'))).toEqual([]);
    expect(progress(event('Instance4', 'DELETE_COMPLETE'))).toHaveLength(1);
  });

  it('waits for nothing that was never made', () => {
    const progress = destroyProgress(style, plan.map((each) => (each.logicalId === 'Instance4' ? { ...each, physicalId: null } : each)));
    expect(['Instance1', 'Instance2', 'Instance3'].flatMap((id) => progress(event(id, 'DELETE_COMPLETE')))).toEqual(['  ✔ Instance1 … Instance3       terminated']);
  });

  it('shows a failure at once, with its reason on one line', () => {
    const failure = event('VPC1', 'DELETE_FAILED', { reason: 'has dependencies\n  and cannot be deleted' });
    expect(destroyProgress(style, plan)(failure)).toEqual(['  ✘ VPC1 (AWS::EC2::VPC)  DELETE_FAILED: has dependencies and cannot be deleted']);
    expect(destroyProgress(style, plan)({ ...failure, isStack: true })).toHaveLength(1);
  });

  it('shows of a handler\'s message the service\'s words: the error at the end has the whole', () => {
    const reason = 'Resource handler returned message: "The CIDR \'192.168.0.0/24\' is invalid (of VPC 1). (Service: Ec2, Status Code: 400, Request ID: 9a1c) (SDK Attempt Count: 1)" (RequestToken: 1f-2, HandlerErrorCode: GeneralServiceException)';
    expect(deployProgress(style, template)(event('Bad', 'CREATE_FAILED', { reason }))).toEqual(['  ✘ Bad (AWS::S3::Bucket)  CREATE_FAILED: The CIDR \'192.168.0.0/24\' is invalid (of VPC 1).']);
    expect(stackFailure('lab', 'ROLLBACK_COMPLETE', [event('Bad', 'CREATE_FAILED', { reason })]).message).toContain(reason);
  });

  it('has a mark of its own for what takes time: it is no question', () => {
    const progress = deployProgress(style, template);
    expect([
      ...progress({ kind: 'agents', online: [], waiting: ['Instance3'] }), ...progress({ kind: 'joined', status: 'CREATE_IN_PROGRESS' }), ...progress({ kind: 'clearing', status: 'ROLLBACK_COMPLETE' }),
      ...progress(event('lab', 'ROLLBACK_IN_PROGRESS', { isStack: true })), ...destroyProgress(style, plan)({ kind: 'again', reason: 'x', strangers: [] }),
    ].map((line) => line.slice(0, 4))).toEqual(Array(5).fill('  … '));
    expect(plainStyle(false).waiting).toBe('..');
  });

  it('names what is not the lab\'s and in the way', () => {
    expect(destroyProgress(style, plan)({ kind: 'again', reason: 'x', strangers: ['instance i-9 in subnet-9', 'subnet subnet-8'] })).toEqual(['  … what is not the lab\'s is in the way: instance i-9 in subnet-9, subnet subnet-8; it is tried again']);
  });

  it('names what is kept, and does not wait for it', () => {
    const progress = destroyProgress(style, plan);
    expect(progress(event('VPC1', 'DELETE_SKIPPED'))).toEqual(['  ! VPC1 (AWS::EC2::VPC)  kept, as its DeletionPolicy says']);
    expect(progress(event('VPC2', 'DELETE_COMPLETE'))).toEqual(['  ✔ VPC2']);
  });

  it('says of what is waited for how long it takes as a rule, and no more when it is there', async () => {
    const going = inProgress();
    expect(await going.text()).toBeUndefined();
    going.note(event('NATGateway', 'CREATE_IN_PROGRESS', { type: 'AWS::EC2::NatGateway' }));
    going.note(event('Other', 'CREATE_IN_PROGRESS', { type: 'AWS::EC2::RouteTable' }));
    going.note(event('ssmlab', 'CREATE_IN_PROGRESS', { isStack: true }));
    expect(await going.text()).toBe('NATGateway (about 100 s as a rule), Other');
    going.note(event('NATGateway', 'CREATE_COMPLETE', { type: 'AWS::EC2::NatGateway' }));
    expect(await going.text()).toBe('Other');
  });

  it('counts the time while agents are waited for, and no more when they are there', async () => {
    let now = 0;
    const going = inProgress(() => now);
    going.note({ kind: 'agents', online: [], waiting: ['Instance2', 'Instance3'] });
    now = 15_000;
    expect(await going.text()).toBe('the agent of Instance2, Instance3 is not online after 15 s');
    going.note({ kind: 'agents', online: ['Instance2'], waiting: ['Instance3'] });
    now = 30_000;
    expect(await going.text()).toBe('the agent of Instance3 is not online after 30 s');
    going.note({ kind: 'agents', online: ['Instance2', 'Instance3'], waiting: [] });
    expect(await going.text()).toBeUndefined();
  });

  it('says what stays after a destroy, and what could not be looked at', () => {
    const progress = destroyProgress(style, plan);
    expect([progress({ kind: 'stays', text: 'Systems Manager lists i-1' }), progress({ kind: 'unseen', what: 'log groups', why: 'not authorized to perform: logs:DescribeLogGroups' })].flat()).toEqual(['  ! Systems Manager lists i-1', '  ? not looked at: log groups (not authorized to perform: logs:DescribeLogGroups)']);
  });

  it('takes no time while its question stands open', async () => {
    vi.useFakeTimers();
    try {
      const { review, seconds } = stopwatch(async () => {
        await vi.advanceTimersByTimeAsync(60_000);
        return true;
      });
      await vi.advanceTimersByTimeAsync(2000);
      expect(await review?.({ type: 'CREATE', changeSetId: 'c', stackId: 's', changes: [] })).toBe(true);
      await vi.advanceTimersByTimeAsync(3000);
      expect(seconds()).toBe(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says why nothing happens', () => {
    const stalled = { kind: 'stalled', why: 'the disk is full' } as const;
    expect([deployProgress(style, template)(stalled), destroyProgress(style, plan)(stalled)]).toEqual([['  … waiting: the disk is full'], ['  … waiting: the disk is full']]);
  });
});
