/** CloudFormation's change sets: what is pending, with property values before and after. */
import { randomUUID } from 'node:crypto';
import {
  type Change, CloudFormationClient, CreateChangeSetCommand, DeleteChangeSetCommand, DescribeChangeSetCommand, ExecuteChangeSetCommand, ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';
import { asPairs, CAPABILITIES, invalidTemplate, type NewStack } from './cloudformation.js';
import { awsCode, awsMessage } from './errors.js';
import { everyPage, everyPageBy } from './pages.js';

const cloudformation = clientPerTarget('cloudformation', (options) => new CloudFormationClient(options));

/** As the service says it, and as the SDK does. */
const NOT_FOUND = new Set(['ChangeSetNotFound', 'ChangeSetNotFoundException']);

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
  const said = { status: '', reason: '', execution: '' };
  try {
    const changes = await everyPageBy<Change>(async (NextToken, all) => {
      const page = await cloudformation(target).send(new DescribeChangeSetCommand({
        ChangeSetName: changeSet, ...(changeSet.startsWith('arn:') ? {} : { StackName: stack }), IncludePropertyValues: true, NextToken,
      }));
      all.push(...(page.Changes ?? []));
      Object.assign(said, { status: page.Status ?? '', reason: page.StatusReason ?? '', execution: page.ExecutionStatus ?? '' });
      return page.NextToken;
    });
    return { ...said, changes };
  } catch (error) {
    if (NOT_FOUND.has(awsCode(error) ?? '') || (awsCode(error) === 'ValidationError' && /does not exist/u.test(awsMessage(error)))) return undefined;
    throw error;
  }
}

export interface NewChangeSet extends Omit<NewStack, 'template'> {
  readonly changeSet: string;
  readonly type: 'CREATE' | 'UPDATE';
  /** Absent: the one that the stack has. */
  readonly template?: string | undefined;
  /** Parameters that stay as they are. */
  readonly kept?: readonly string[] | undefined;
  /** Compare with what is really there, and put that back too (`aws-facts.md` §9). */
  readonly revertDrift?: boolean | undefined;
}

/** Who was quicker has made the stack, is changing it, or took back the key pair that both were to have (one of the user's own was looked at before). */
const BUSY = /already exists and cannot be created again|is in \w+_IN_PROGRESS state and can ?not be updated|for parameter name KeyName does not exist/u;

/** Asks for it and returns its ARN and the stack's; of a new stack the name is there then, in REVIEW_IN_PROGRESS. `template-invalid` with the service's words, `stack-busy` when somebody else was quicker. */
export async function createChangeSet(target: Target, wanted: NewChangeSet): Promise<{ readonly changeSetId: string; readonly stackId: string }> {
  try {
    const { Id, StackId } = await cloudformation(target).send(new CreateChangeSetCommand({
      StackName: wanted.name,
      ChangeSetName: wanted.changeSet,
      // A request that is sent again, because its reply did not arrive, finds what the first one made.
      ClientToken: wanted.changeSet,
      ChangeSetType: wanted.type,
      ...(wanted.template === undefined ? { UsePreviousTemplate: true } : { TemplateBody: wanted.template }),
      Parameters: [
        ...Object.entries(wanted.parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
        ...(wanted.kept ?? []).map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      ],
      Tags: asPairs(wanted.tags),
      RoleARN: wanted.roleArn,
      Capabilities: [...CAPABILITIES],
      ...(wanted.express === true ? { DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: wanted.keepFailed === true } } : { OnStackFailure: wanted.keepFailed === true ? 'DO_NOTHING' : 'ROLLBACK' }),
      ...(wanted.revertDrift === true ? { DeploymentMode: 'REVERT_DRIFT' } : {}),
    }));
    return { changeSetId: Id ?? wanted.changeSet, stackId: StackId ?? wanted.name };
  } catch (error) {
    if (awsCode(error) !== 'ValidationError') throw error;
    throw BUSY.test(awsMessage(error)) ? new SsmlabError('stack-busy', `another process works on the stack "${wanted.name}": ${awsMessage(error)}`, { cause: error, hint: 'run `ssmlab deploy` again: it goes on from there' }) : invalidTemplate(error);
  }
}

/** Begins to carry it out. */
export async function executeChangeSet(target: Target, changeSetId: string): Promise<void> {
  // Sent again, because its reply did not arrive, it is known as the first one.
  await cloudformation(target).send(new ExecuteChangeSetCommand({ ChangeSetName: changeSetId, ClientRequestToken: randomUUID() }));
}

/** Takes it away; one that is not there is no error: it may have been taken away by this very call, whose reply did not arrive. */
export async function deleteChangeSet(target: Target, changeSetId: string): Promise<void> {
  await cloudformation(target).send(new DeleteChangeSetCommand({ ChangeSetName: changeSetId })).catch((error: unknown) => {
    if (!NOT_FOUND.has(awsCode(error) ?? '')) throw error;
  });
}

/** ARNs of the stack's change sets. */
export function listChangeSets(target: Target, stack: string): Promise<string[]> {
  return everyPage((NextToken) => cloudformation(target).send(new ListChangeSetsCommand({ StackName: stack, NextToken })), (page) => page.Summaries?.flatMap(({ ChangeSetId }) => ChangeSetId ?? []));
}
