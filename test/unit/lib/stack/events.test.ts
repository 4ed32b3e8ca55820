/** Watching a stack: by its events as long as they come, by its status when they stop or say that it is at rest. */
import { describe, expect, it } from 'vitest';
import type { StackApi } from '../../../../src/lib/stack/api.js';
import { watchStack } from '../../../../src/lib/stack/events.js';
import { event, STACK_ID, stackIn } from './fake-api.js';

const [begin, vpc, subnet, done] = [event('ssmlab', 'CREATE_IN_PROGRESS'), event('VPC1', 'CREATE_COMPLETE'), event('Subnet', 'CREATE_COMPLETE'), event('ssmlab', 'CREATE_COMPLETE')];

/** What has happened by each look at the events; the status is asked for when `statuses` has one for it. */
async function watched(looks: readonly (readonly typeof begin[])[], statuses: readonly (string | undefined)[]): Promise<{ readonly seen: string[]; readonly end: string | undefined }> {
  const seen: string[] = [];
  let [look, asked] = [0, 0];
  const api = {
    stackEvents: async (_stack: string, until?: string) => {
      const happened = looks[Math.min(look++, looks.length - 1)] ?? [];
      return happened.slice(happened.findIndex(({ EventId }) => EventId === until) + 1).toReversed();
    },
    findStack: async () => {
      seen.push('status?');
      const status = statuses[asked++];
      return status === undefined ? undefined : stackIn(status);
    },
  } as unknown as StackApi;
  const watch = watchStack(api, STACK_ID, { pollSeconds: 1, pause: async () => void seen.push('…') });
  for (let next = await watch.next(); ; next = await watch.next()) {
    if (next.done === true) return { seen, end: next.value };
    seen.push(`${next.value.logicalId} ${next.value.status}`);
  }
}

describe('watching a stack', () => {
  it('asks how it stands when its own event says that it is at rest', async () => {
    expect(await watched([[begin], [begin, vpc], [begin, vpc, done]], ['CREATE_COMPLETE'])).toEqual({
      seen: ['ssmlab CREATE_IN_PROGRESS', '…', 'VPC1 CREATE_COMPLETE', '…', 'ssmlab CREATE_COMPLETE', 'status?'], end: 'CREATE_COMPLETE',
    });
  });

  it('asks when nothing moves, and leaves out nothing that led to the answer', async () => {
    expect(await watched([[begin], [begin], [begin], [begin, vpc, subnet, done]], ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'])).toEqual({
      seen: ['ssmlab CREATE_IN_PROGRESS', '…', 'status?', '…', 'status?', 'VPC1 CREATE_COMPLETE', 'Subnet CREATE_COMPLETE', 'ssmlab CREATE_COMPLETE'], end: 'CREATE_COMPLETE',
    });
  });

  it('ends when the stack is gone', async () => {
    expect(await watched([[]], [undefined])).toEqual({ seen: ['status?'], end: undefined });
  });
});
