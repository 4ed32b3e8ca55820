/** CloudFormation calls of the tool. */
import {
  CloudFormationClient, CreateStackCommand, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, ListStackResourcesCommand, type Stack, type StackEvent,
  type StackResourceSummary, ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';
import { awsCode, awsMessage } from './errors.js';
import { everyPage, everyPageBy } from './pages.js';

const cloudformation = clientPerTarget('cloudformation', (options) => new CloudFormationClient(options));

/** The stack of this name or id, or undefined. A deleted one is found by its id only. */
export async function findStack(target: Target, stack: string): Promise<Stack | undefined> {
  try {
    return (await cloudformation(target).send(new DescribeStacksCommand({ StackName: stack }))).Stacks?.[0];
  } catch (error) {
    if (awsCode(error) === 'ValidationError' && /does not exist/u.test(awsMessage(error))) return undefined;
    throw error;
  }
}

/** The parameters of the stack with the values that it has, by name; none when there is no such stack. */
export async function stackParameters(target: Target, stack: string): Promise<Record<string, string>> {
  const found = await findStack(target, stack);
  return Object.fromEntries((found?.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]));
}

/** Names of all stacks that are there. */
export async function stackNames(target: Target): Promise<string[]> {
  const stacks = await everyPage((NextToken) => cloudformation(target).send(new DescribeStacksCommand({ NextToken })), (page) => page.Stacks);
  return stacks.flatMap((stack) => (stack.StackStatus === 'DELETE_COMPLETE' ? [] : (stack.StackName ?? [])));
}

/** Stacks with this tag, those in DELETE_COMPLETE not. */
export async function stacksWithTag(target: Target, key: string, value: string): Promise<Stack[]> {
  const stacks = await everyPage((NextToken) => cloudformation(target).send(new DescribeStacksCommand({ NextToken })), (page) => page.Stacks);
  return stacks.filter(({ StackStatus, Tags }) => StackStatus !== 'DELETE_COMPLETE' && Tags?.some((tag) => tag.Key === key && tag.Value === value) === true);
}

export interface NewStack {
  readonly name: string;
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Service role that CloudFormation makes it with, and deletes it with later. */
  readonly roleArn?: string | undefined;
  /** What fails stays as it is, to be looked at; otherwise it is rolled back. */
  readonly keepFailed?: boolean | undefined;
  /** Done when the configuration is applied; what becomes ready later is not waited for (`aws-facts.md` §9). It says by itself whether what fails is rolled back: AWS refuses OnFailure beside it. */
  readonly express?: boolean | undefined;
}

/** Those that templates of networks and roles need. */
export const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] as const;

export const asPairs = (values: Readonly<Record<string, string>>): { Key: string; Value: string }[] => Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

export const invalidTemplate = (error: unknown): SsmlabError => {
  const message = awsMessage(error);
  return new SsmlabError('template-invalid', `the template is refused: ${message}`, { cause: error, hint: /\bline \d/u.test(message) ? undefined : '`ssmlab template` prints one that works' });
};

/** Creates it and returns its id, or undefined when a stack of this name is there. `template-invalid` with the service's words. */
export async function createStack(target: Target, stack: NewStack): Promise<string | undefined> {
  try {
    const { StackId } = await cloudformation(target).send(
      new CreateStackCommand({
        StackName: stack.name,
        TemplateBody: stack.template,
        Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
        Tags: asPairs(stack.tags),
        Capabilities: [...CAPABILITIES],
        ...(stack.express === true ? { DeploymentConfig: { Mode: 'EXPRESS', DisableRollback: stack.keepFailed === true } } : { OnFailure: stack.keepFailed === true ? 'DO_NOTHING' : 'ROLLBACK' }),
        RoleARN: stack.roleArn,
      }),
    );
    return StackId ?? stack.name;
  } catch (error) {
    if (awsCode(error) === 'AlreadyExistsException') return undefined;
    if (awsCode(error) === 'ValidationError') throw invalidTemplate(error);
    throw error;
  }
}

/** Names of the template's parameters. `template-invalid` with the service's words. */
export async function templateParameters(target: Target, template: string): Promise<string[]> {
  try {
    const { Parameters } = await cloudformation(target).send(new ValidateTemplateCommand({ TemplateBody: template }));
    return (Parameters ?? []).flatMap((parameter) => parameter.ParameterKey ?? []);
  } catch (error) {
    if (awsCode(error) === 'ValidationError') throw invalidTemplate(error);
    throw error;
  }
}

/** Events newest first, back to (without) the one whose id is `until`. */
export function stackEvents(target: Target, stack: string, until?: string): Promise<StackEvent[]> {
  return everyPageBy<StackEvent>(async (NextToken, all) => {
    const page = await cloudformation(target).send(new DescribeStackEventsCommand({ StackName: stack, NextToken }));
    for (const event of page.StackEvents ?? []) {
      if (event.EventId === until && until !== undefined) return undefined;
      all.push(event);
    }
    return page.NextToken;
  });
}

/** What the stack is made of. */
export function stackResources(target: Target, stack: string): Promise<StackResourceSummary[]> {
  return everyPage((NextToken) => cloudformation(target).send(new ListStackResourcesCommand({ StackName: stack, NextToken })), (page) => page.StackResourceSummaries);
}

/** Names of the stack and of all that are nested in it, at any depth; none when there is no such stack. */
export async function stackTree(target: Target, stack: string): Promise<string[]> {
  const resources = await stackResources(target, stack).catch((error: unknown) => {
    if (awsCode(error) === 'ValidationError' && /does not exist/u.test(awsMessage(error))) return undefined;
    throw error;
  });
  if (resources === undefined) return [];
  // `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`
  const nested = resources.flatMap(({ ResourceType, PhysicalResourceId }) => (ResourceType === 'AWS::CloudFormation::Stack' ? (PhysicalResourceId?.split('/')[1] ?? []) : []));
  return [stack, ...(await Promise.all(nested.map((name) => stackTree(target, name)))).flat()];
}

/** Starts the deletion; an unknown name is no error (as the API has it). */
export async function deleteStack(target: Target, stack: string): Promise<void> {
  await cloudformation(target).send(new DeleteStackCommand({ StackName: stack }));
}
