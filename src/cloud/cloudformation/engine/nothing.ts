/** Whether an update would do nothing at all. */
import type { ChangeRecord, Deployment, StackRecord } from '../records.js';
import { parseTemplate } from '../template/template.js';
import { sameValue, type Value } from '../template/value.js';

export const NO_CHANGES = 'The submitted information didn\'t contain changes. Submit different information to create a change set.';

/** No resource changes, and the outputs are declared as they were. */
export function changesNothing(stack: StackRecord, deployment: Deployment, changes: readonly ChangeRecord[]): boolean {
  if (changes.length > 0 || stack.status.endsWith('_FAILED')) return false;
  const outputs = ({ template }: Deployment) => [...parseTemplate(template).outputs.values()] as unknown as Value;
  const inputs = ({ parameters, tags }: Deployment) => ({ parameters, tags }) as unknown as Value;
  return sameValue(outputs(stack), outputs(deployment)) && sameValue(inputs(stack), inputs(deployment));
}
