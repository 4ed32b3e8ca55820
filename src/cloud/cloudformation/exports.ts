/** Outputs that stacks of a region share by name, and who uses them (user guide, "Exporting stack output values"). */
import type { Reader } from '../state/store.js';
import { STACKS, type Deployment, type OutputRecord, type StackRecord } from './records.js';

export interface ExportRecord extends OutputRecord {
  readonly exportName: string;
  readonly stackId: string;
  readonly stackName: string;
}

/** Of every living stack. */
export function exportsOf(state: Reader): ExportRecord[] {
  return state.list(STACKS).flatMap(({ status, stackId, stackName, outputs }) =>
    status === 'DELETE_COMPLETE' ? [] : outputs.flatMap((output) => (output.exportName === undefined ? [] : [{ ...output, exportName: output.exportName, stackId, stackName }])));
}

export function exportOf(state: Reader, name: string): ExportRecord | undefined {
  return exportsOf(state).find(({ exportName }) => exportName === name);
}

/** A stack without resources uses nothing. */
const UNUSED = new Set(['DELETE_COMPLETE', 'REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE']);

/** Names of the stacks that use an export, also those whose running update still may go back to it. */
export function importersOf(state: Reader, name: string): string[] {
  const uses = (deployment: Deployment | undefined) => deployment?.imports?.includes(name) === true;
  return state.list(STACKS).filter((stack) => !UNUSED.has(stack.status) && (uses(stack) || uses(stack.previous))).map(({ stackName }) => stackName);
}

/** Why the stack cannot go; undefined when nobody uses what it exports. */
export function exportInUse(state: Reader, { stackName, outputs }: StackRecord): string | undefined {
  for (const { exportName } of outputs) {
    const importers = exportName === undefined ? [] : importersOf(state, exportName).filter((name) => name !== stackName);
    if (importers.length > 0) return `Export ${exportName ?? ''} cannot be deleted as it is in use by ${importers.join(', ')}`;
  }
  return undefined;
}
