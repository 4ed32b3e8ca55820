/** cloudformation:ListStacks; deleted ones too. */
import { list } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { STACKS } from '../records.js';
import { stackDriftView } from './views.js';

export const listStacks: Operation = (input, context) => {
  const wanted = list(input, 'StackStatusFilter');
  const stacks = context.state.list(STACKS).filter((stack) => wanted.length === 0 || wanted.includes(stack.status)).toReversed();
  const { items, nextToken } = page(stacks, input, { default: 100, key: (stack) => stack.stackId });
  return {
    StackSummaries: items.map((stack) => ({
      StackId: stack.stackId,
      StackName: stack.stackName,
      TemplateDescription: stack.description,
      CreationTime: new Date(stack.createdAt),
      LastUpdatedTime: stack.updatedAt === undefined ? undefined : new Date(stack.updatedAt),
      DeletionTime: stack.deletedAt === undefined ? undefined : new Date(stack.deletedAt),
      StackStatus: stack.status,
      StackStatusReason: stack.statusReason,
      ParentId: stack.parentId,
      RootId: stack.rootId,
      DriftInformation: stackDriftView(stack),
    })),
    NextToken: nextToken,
  };
};
