/** GetPolicy: AWS's managed policies that the region has. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity } from '../entities.js';
import { managedPolicy } from '../managed-policies.js';
import { shownPolicy } from './list-policies.js';

export const getPolicy: Operation = (input, context) => {
  const arn = str(input, 'PolicyArn');
  const policy = managedPolicy(arn);
  if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  return { Policy: { ...shownPolicy(policy, context.globalState), Description: policy.description, Tags: [] } };
};
