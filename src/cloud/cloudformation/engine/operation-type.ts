/** What an operation on a stack is called (OperationType), and the latest ones that a stack tells of (LastOperations). */
import type { OperationRecord, StackRecord } from '../records.js';

/** By the status that it began with, and the one before. */
export function operationType(status: string, before: string | undefined): OperationRecord['type'] {
  if (status.startsWith('CREATE')) return 'CREATE_STACK';
  if (status.startsWith('DELETE')) return 'DELETE_STACK';
  if (status.startsWith('REVIEW')) return 'CREATE_CHANGESET';
  if (!status.includes('ROLLBACK')) return 'UPDATE_STACK';
  return before === 'UPDATE_ROLLBACK_FAILED' ? 'CONTINUE_ROLLBACK' : 'ROLLBACK';
}

/** Newest first: what the user asked for last, and the ways back from it. */
export function withOperation(last: StackRecord['lastOperations'], operation: OperationRecord): readonly OperationRecord[] {
  const isBack = operation.type === 'ROLLBACK' || operation.type === 'CONTINUE_ROLLBACK';
  return [operation, ...(isBack ? (last ?? []) : [])];
}
