/** How an EC2 operation is written: reads as a function of the state, changes as one transaction; both know DryRun. */
import { boolOpt } from '../../endpoint/input.js';
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../endpoint/operation.js';
import type { Reader, Transaction } from '../../state/store.js';

/** What a view of a record may need beside the record. */
export interface Scope {
  readonly state: Reader;
  /** Of the account. */
  readonly globalState: Reader;
  readonly region: string;
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

function scopeOf(state: Reader, context: OperationContext): Scope {
  return { state, globalState: context.globalState, region: context.region, accountId: context.accountId, now: context.now() };
}

function endDryRun(input: Input): void {
  if (boolOpt(input, 'DryRun') === true) {
    throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { status: 412 });
  }
}

/** An operation that only reads. */
export function reading(body: (input: Input, scope: Scope, context: OperationContext) => Output): Operation {
  return (input, context) => {
    const output = body(input, scopeOf(context.state, context), context);
    endDryRun(input);
    return output;
  };
}

/** Runs `body` as one transaction. A dry run does everything and keeps nothing, so its refusals are the real ones. */
export function change(input: Input, context: OperationContext, body: (tx: Transaction, scope: Scope) => Output): Output {
  return context.state.transact((tx) => {
    const output = body(tx, scopeOf(tx, context));
    endDryRun(input);
    return output;
  });
}

/** An operation that changes state. */
export function changing(body: (input: Input, tx: Transaction, context: OperationContext, scope: Scope) => Output): Operation {
  return (input, context) => change(input, context, (tx, scope) => body(input, tx, context, scope));
}

/** `{return: true}`: what most of EC2's operations without a result answer. */
export const DONE: Output = { return: true };

/** Refuses parameters that the local cloud has nothing behind; for those that the operation never looks at the dispatcher does it. */
export { unsupported as refuse } from '../../endpoint/unsupported.js';

export function invalidValue(value: string | number, parameter: string, why = ''): AwsError {
  return new AwsError('InvalidParameterValue', `Value (${value}) for parameter ${parameter} is invalid.${why === '' ? '' : ` ${why}`}`);
}

export function dependency(what: string, id: string): AwsError {
  return new AwsError('DependencyViolation', `The ${what} '${id}' has dependencies and cannot be deleted.`);
}
