/** A stack's outputs, evaluated when its resources are complete. */
import { validationError } from '../errors.js';
import { evaluate } from '../intrinsics/evaluate.js';
import { exportOf, importersOf } from '../exports.js';
import type { OutputRecord } from '../records.js';
import type { Value } from '../template/value.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';

function text(value: Value | undefined, name: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw validationError(`Template format error: The Value field of every Outputs member must evaluate to a String, ${name} does not.`);
}

/** Throws ValidationError for a value that is no text, an export that another stack has, and a change of one that is in use. */
export function outputsOf(run: Run, plan: Plan): OutputRecord[] {
  const scope = plan.scope((logicalId) => run.resource(logicalId));
  const outputs: OutputRecord[] = [];
  for (const { name, value, description, exportName, condition } of plan.template.outputs.values()) {
    if (condition !== undefined && !plan.condition(condition)) continue;
    const exported = exportName === undefined ? undefined : text(evaluate(exportName, scope), name);
    const owner = exported === undefined ? undefined : exportOf(run.context.state, exported);
    if (owner !== undefined && owner.stackId !== run.stackId) throw validationError(`Export with name ${owner.exportName} is already exported by stack ${owner.stackName}. Rollback requested by user.`);
    if (exported !== undefined && outputs.some(({ exportName: other }) => other === exported)) throw validationError(`Duplicate Export names in Outputs: [${exported}]`);
    outputs.push({ key: name, value: text(evaluate(value, scope), name), description, exportName: exported });
  }
  if (run.stack.status === 'UPDATE_IN_PROGRESS') refuseChanges(run, outputs);
  return outputs;
}

/** An export that is in use stays as it is. */
function refuseChanges(run: Run, outputs: readonly OutputRecord[]): void {
  for (const { exportName, value } of run.stack.outputs) {
    if (exportName === undefined) continue;
    const now = outputs.find((output) => output.exportName === exportName);
    if (now?.value === value) continue;
    const importers = importersOf(run.context.state, exportName);
    if (importers.length > 0) throw validationError(`Export ${exportName} cannot be ${now === undefined ? 'deleted' : 'updated'} as it is in use by ${importers.join(', ')}`);
  }
}
