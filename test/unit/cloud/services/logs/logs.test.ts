import { beforeEach, describe, expect, it } from 'vitest';
import type { AwsError, Input, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { logs } from '../../../../../src/cloud/services/logs/logs.js';
import { Region } from '../ec2/harness.js';

let region: Region;
beforeEach(() => {
  region = new Region();
});

async function call(operation: string, input: Input = {}): Promise<Output> {
  try {
    return (await logs.operations[operation]?.(input, region.context)) ?? {};
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}
const refused = (operation: string, input: Input): Promise<AwsError> => call(operation, input).then(() => { throw new Error('it was taken'); }, (error: unknown) => error as AwsError);
const names = async (input: Input = {}): Promise<unknown[]> => ((await call('DescribeLogGroups', input))['logGroups'] as { logGroupName: string }[]).map(({ logGroupName }) => logGroupName);

describe('log groups', () => {
  it('are listed by name, by their beginning or by a part of it, never both', async () => {
    for (const logGroupName of ['/aws/b', '/aws/A', 'lab-x', 'lab-y']) await call('CreateLogGroup', { logGroupName });
    expect(await names()).toEqual(['/aws/A', '/aws/b', 'lab-x', 'lab-y']);
    expect(await names({ logGroupNamePrefix: 'lab-' })).toEqual(['lab-x', 'lab-y']);
    expect(await names({ logGroupNamePattern: 'a' })).toEqual(['/aws/A', '/aws/b', 'lab-x', 'lab-y']);
    expect(await names({ logGroupNamePattern: 'AWS/a' })).toEqual(['/aws/A']);
    expect((await refused('DescribeLogGroups', { logGroupNamePrefix: 'a', logGroupNamePattern: 'a' })).code).toBe('InvalidParameterException');
  });

  it('come in pages of 50 at most, whose tokens are of their request', async () => {
    for (let i = 0; i < 60; i += 1) await call('CreateLogGroup', { logGroupName: `g${String(i).padStart(2, '0')}` });
    const first = await call('DescribeLogGroups');
    expect(first['logGroups']).toHaveLength(50);
    expect((await call('DescribeLogGroups', { nextToken: first['nextToken'] }))['logGroups']).toHaveLength(10);
    expect((await refused('DescribeLogGroups', { nextToken: first['nextToken'], logGroupNamePrefix: 'g' })).code).toBe('InvalidParameterException');
    expect((await refused('DescribeLogGroups', { limit: 51 })).code).toBe('InvalidParameterException');
  });

  it('have an ARN for policies and one for tags', async () => {
    await call('CreateLogGroup', { logGroupName: '/x', tags: { a: '1' } });
    const { arn, logGroupArn } = ((await call('DescribeLogGroups'))['logGroups'] as { arn: string; logGroupArn: string }[])[0] ?? { arn: '', logGroupArn: '' };
    expect([arn, logGroupArn]).toEqual([`${logGroupArn}:*`, expect.stringMatching(/^arn:aws:logs:ap-northeast-1:\d{12}:log-group:\/x$/u)]);
    expect(await call('ListTagsForResource', { resourceArn: logGroupArn })).toEqual({ tags: { a: '1' } });
    expect((await refused('ListTagsForResource', { resourceArn: `${logGroupArn}y` })).code).toBe('ResourceNotFoundException');
    expect((await refused('TagResource', { resourceArn: logGroupArn, tags: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, ''])) })).code).toBe('TooManyTagsException');
  });

  it('stay when they are protected, and there is one of a name', async () => {
    await call('CreateLogGroup', { logGroupName: 'kept', deletionProtectionEnabled: true });
    expect((await refused('CreateLogGroup', { logGroupName: 'kept' })).code).toBe('ResourceAlreadyExistsException');
    expect((await refused('DeleteLogGroup', { logGroupName: 'kept' })).code).toBe('ValidationException');
    expect((await refused('DeleteLogGroup', { logGroupName: 'other' })).code).toBe('ResourceNotFoundException');
  });

  it.each<[string, Input, RegExp]>([
    ['CreateLogGroup', { logGroupName: 'a b' }, /^InvalidParameterException: .*logGroupName/u], ['CreateLogGroup', {}, /^InvalidParameterException/u], ['CreateLogGroup', { logGroupName: 'a', tags: { 'aws:x': '1' } }, /reserved/u],
    ['CreateLogGroup', { logGroupName: 'a', logGroupClass: 'DELIVERY' }, /does not support logGroupClass DELIVERY/u], ['PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 2 }, /enum value set/u],
  ])('%s of %j is refused in the service\'s words', async (operation, input, words) => {
    const { code, message } = await refused(operation, input);
    expect(`${code}: ${message}`).toMatch(words);
    expect(await names()).toEqual([]);
  });
});
