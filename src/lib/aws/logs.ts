/** CloudWatch Logs: which log groups are there, and whose. */
import type { ApiTarget } from './client.js';
import { awsCode } from './errors.js';
import { jsonCall } from './json-call.js';
import { everyPageBy } from './pages.js';

type Structure = Readonly<Record<string, unknown>>;

export interface LogGroup {
  readonly name: string;
  /** Without `:*`, as operations on tags take it. */
  readonly arn: string;
}

const isStructure = (value: unknown): value is Structure => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Log groups whose names begin so. Throws as the SDK's clients here do. */
export function logGroups(target: ApiTarget, logGroupNamePrefix: string): Promise<LogGroup[]> {
  return everyPageBy<LogGroup>(async (nextToken, all) => {
    const page = await jsonCall(target, { service: 'logs', targetPrefix: 'Logs_20140328', name: 'DescribeLogGroups' }, { logGroupNamePrefix, ...(nextToken === undefined ? {} : { nextToken }) });
    const groups: readonly unknown[] = Array.isArray(page['logGroups']) ? page['logGroups'] : [];
    for (const group of groups.filter(isStructure)) {
      const name = text(group['logGroupName']);
      if (name !== undefined) all.push({ name, arn: text(group['logGroupArn']) ?? (text(group['arn']) ?? '').replace(/:\*$/u, '') });
    }
    return page['nextToken'];
  });
}

/** Its tags; none of one that has gone meanwhile. */
export async function logGroupTags(target: ApiTarget, resourceArn: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { tags } = await jsonCall(target, { service: 'logs', targetPrefix: 'Logs_20140328', name: 'ListTagsForResource' }, { resourceArn });
    return isStructure(tags) ? Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])) : {};
  } catch (error) {
    if (awsCode(error) !== 'ResourceNotFoundException') throw error;
    return {};
  }
}
