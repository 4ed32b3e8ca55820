/** CloudFormation's change sets: what is pending, with property values before and after. */
import { type Change, CloudFormationClient, DescribeChangeSetCommand } from '@aws-sdk/client-cloudformation';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';
import { awsCode, awsMessage } from './errors.js';

const cloudformation = clientPerTarget('cloudformation', (options) => new CloudFormationClient(options));

export interface DescribedChangeSet {
  readonly status: string;
  /** Empty when the service gives none. */
  readonly reason: string;
  /** ExecutionStatus: `AVAILABLE` when it can be executed. */
  readonly execution: string;
  readonly changes: readonly Change[];
}

/** Every page of it, by name with its stack, or by ARN. Undefined when there is none. */
export async function describeChangeSet(target: Target, stack: string, changeSet: string): Promise<DescribedChangeSet | undefined> {
  const changes: Change[] = [];
  let NextToken: string | undefined;
  try {
    for (;;) {
      const page = await cloudformation(target).send(new DescribeChangeSetCommand({
        ChangeSetName: changeSet, ...(changeSet.startsWith('arn:') ? {} : { StackName: stack }), IncludePropertyValues: true, NextToken,
      }));
      changes.push(...(page.Changes ?? []));
      NextToken = page.NextToken === '' ? undefined : page.NextToken;
      if (NextToken === undefined) return { status: page.Status ?? '', reason: page.StatusReason ?? '', execution: page.ExecutionStatus ?? '', changes };
    }
  } catch (error) {
    if (awsCode(error) === 'ChangeSetNotFound' || awsCode(error) === 'ChangeSetNotFoundException' || (awsCode(error) === 'ValidationError' && /does not exist/u.test(awsMessage(error)))) return undefined;
    throw error;
  }
}
