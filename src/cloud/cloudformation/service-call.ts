/** Calls of other services: all at once, because a step of a stack is one transaction with what it remembers of them. */
import type { Input, OperationContext, Output } from '../endpoint/operation.js';

/** The reply of an operation. Throws the service's AwsError, and TypeError for an operation that cannot answer at once. */
export function callNow(context: OperationContext, service: string, operation: string, input: Input): Output {
  const reply = context.call(service, operation, input);
  if (!(reply instanceof Promise)) return reply;
  reply.catch(() => undefined);
  throw new TypeError(`${service}:${operation} is asynchronous and cannot be part of a transaction`);
}
