/** What invocations make of their command. Source: Systems Manager user guide, "Understanding command statuses". */
import type { CommandRecord, InvocationRecord, InvocationStatus } from './records.js';

const FINAL: readonly InvocationStatus[] = ['Success', 'Failed', 'Cancelled', 'TimedOut'];
/** These count against MaxErrors; what was never delivered does not. */
const ERRORS = ['Failed', 'ExecutionTimedOut'];

export function isFinal({ status }: Pick<InvocationRecord, 'status'>): boolean {
  return FINAL.includes(status);
}

export function isError({ details }: Pick<InvocationRecord, 'details'>): boolean {
  return ERRORS.includes(details);
}

/** `50` or `10%` of the targets; a percentage is rounded down, MaxConcurrency to one at least. */
export function countOf(text: string, targets: number): number {
  return text.endsWith('%') ? Math.floor((Number(text.slice(0, -1)) * targets) / 100) : Number(text);
}

export interface CommandState {
  readonly status: 'Pending' | 'InProgress' | 'Success' | 'Cancelled' | 'Failed' | 'TimedOut' | 'Cancelling';
  readonly details: string;
  readonly completed: number;
  readonly errors: number;
  readonly deliveryTimedOut: number;
}

export function stateOf(command: CommandRecord, invocations: readonly InvocationRecord[]): CommandState {
  const counts = {
    completed: invocations.filter(isFinal).length,
    errors: invocations.filter(isError).length,
    deliveryTimedOut: invocations.filter((invocation) => invocation.details === 'DeliveryTimedOut').length,
  };
  return { ...judged(command, invocations, counts.errors), ...counts };
}

function judged(command: CommandRecord, invocations: readonly InvocationRecord[], errors: number): Pick<CommandState, 'status' | 'details'> {
  const as = (status: CommandState['status'], details: string = status): Pick<CommandState, 'status' | 'details'> => ({ status, details });
  const having = (status: InvocationStatus): boolean => invocations.some((invocation) => invocation.status === status);
  if (invocations.length === 0) return as('Success', 'NoInstancesInTag');
  if (having('Cancelling')) return as('Cancelling');
  if (!invocations.every(isFinal)) return invocations.every(({ status }) => status === 'Pending' || status === 'Delayed') ? as('Pending') : as('InProgress');
  if (invocations.every(({ status }) => status === 'Success')) return as('Success');
  if (errors > countOf(command.maxErrors, invocations.length)) return invocations.every(({ details }) => details === 'ExecutionTimedOut') ? as('TimedOut', 'ExecutionTimedOut') : as('Failed');
  if (invocations.every(({ status }) => status === 'Cancelled')) return as('Cancelled');
  if (invocations.every(({ details }) => details === 'DeliveryTimedOut')) return as('TimedOut', 'DeliveryTimedOut');
  // Not every one did well, and not enough failed to call the command failed.
  return as('Failed', 'Incomplete');
}
