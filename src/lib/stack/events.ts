/** The events of a stack as a stream, and the first cause of a failure. */
import type { StackApi } from './api.js';
import type { Pause } from './pause.js';

/** One step of one resource, or of the stack itself. */
export interface ResourceEvent {
  readonly kind: 'resource';
  readonly eventId: string;
  readonly logicalId: string;
  /** `AWS::EC2::VPC` … */
  readonly type: string;
  /** AWS's word: `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `DELETE_FAILED` … */
  readonly status: string;
  readonly physicalId: string | null;
  readonly reason: string | null;
  /** The stack's own event. */
  readonly isStack: boolean;
}

type ApiEvent = Awaited<ReturnType<StackApi['stackEvents']>>[number];

/** An API event as ours. */
export function eventOf(event: ApiEvent): ResourceEvent {
  return {
    kind: 'resource',
    eventId: event.EventId ?? '',
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    physicalId: event.PhysicalResourceId === undefined || event.PhysicalResourceId === '' ? null : event.PhysicalResourceId,
    reason: event.ResourceStatusReason ?? null,
    isStack: event.PhysicalResourceId !== undefined && event.PhysicalResourceId === event.StackId,
  };
}

/** What AWS says of resources that only stopped because another failed. */
const CANCELLED = /cancelled|The following resource\(s\) failed/u;

/** The first failure of the operation that is a cause and not a consequence. Events in the order of time. */
export function rootCause(events: readonly ResourceEvent[]): ResourceEvent | undefined {
  const failed = events.filter((event) => event.status.endsWith('_FAILED'));
  return failed.find((event) => !event.isStack && !CANCELLED.test(event.reason ?? '')) ?? failed[0];
}

/** Of all events, newest first: those since the stack's last operation began, in the order of time. */
export function lastOperation(events: readonly ApiEvent[]): ResourceEvent[] {
  const all = events.map(eventOf);
  const begun = all.findIndex((event) => event.isStack && isInProgress(event.status));
  return all.slice(0, begun < 0 ? undefined : begun).toReversed();
}

export const isInProgress = (status: string): boolean => status.endsWith('_IN_PROGRESS');

/** Yields events in the order of time, those after `after` only, until the stack is at rest; returns its status then, undefined when it is gone. */
export async function* watchStack(api: StackApi, stackId: string, options: { readonly after?: string | undefined; readonly pollSeconds: number; readonly pause: Pause }): AsyncGenerator<ResourceEvent, string | undefined> {
  let last = options.after;
  const fresh = async (): Promise<ResourceEvent[]> => {
    const events = (await api.stackEvents(stackId, last)).toReversed();
    last = events.at(-1)?.EventId ?? last;
    return events.map(eventOf);
  };
  for (;;) {
    const events = await fresh();
    yield* events;
    // As long as its resources move, there is no need to ask how the stack stands: a region may take its time to say so.
    if (events.length === 0 || events.some((event) => event.isStack && !isInProgress(event.status))) {
      const status = (await api.findStack(stackId))?.StackStatus;
      if (status === undefined || !isInProgress(status)) {
        // Whatever led to it is there by now.
        yield* await fresh();
        return status;
      }
    }
    await options.pause(options.pollSeconds);
  }
}
