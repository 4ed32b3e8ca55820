/** A stack's outputs, evaluated when its resources are complete. */
import { validationError } from '../errors.js';
import { evaluate } from '../intrinsics/evaluate.js';
import { STACKS, type OutputRecord } from '../records.js';
import type { Value } from '../template/value.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';

function text(value: Value | undefined, name: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw validationError(`Template format error: The Value field of every Outputs member must evaluate to a String, ${name} does not.`);
}

/** Throws ValidationError for a value that is no text and for an export that another stack has. */
export function outputsOf(run: Run, plan: Plan): OutputRecord[] {
  const scope = plan.scope((logicalId) => run.resource(logicalId));
  const outputs: OutputRecord[] = [];
  for (const { name, value, description, exportName, condition } of plan.template.outputs.values()) {
    if (condition !== undefined && !plan.condition(condition)) continue;
    const exported = exportName === undefined ? undefined : text(evaluate(exportName, scope), name);
    const owner = exported === undefined ? undefined : exporterOf(run, exported);
    if (owner !== undefined) throw validationError(`Export with name ${exported ?? ''} is already exported by stack ${owner}. Rollback requested by user.`);
    outputs.push({ key: name, value: text(evaluate(value, scope), name), description, exportName: exported });
  }
  return outputs;
}

/** Name of another living stack that exports this name. */
function exporterOf(run: Run, name: string): string | undefined {
  return run.context.state.list(STACKS).find((stack) => stack.stackId !== run.stackId && stack.status !== 'DELETE_COMPLETE' && stack.outputs.some(({ exportName }) => exportName === name))?.stackName;
}
