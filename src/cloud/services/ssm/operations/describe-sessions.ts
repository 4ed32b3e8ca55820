/** ssm:DescribeSessions: those that the message service carries now, or those that are over. */
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { requiredString, structures } from '../../../endpoint/typed-input.js';
import { page } from '../../../endpoint/page.js';
import { SESSIONS, type SessionRecord } from '../records.js';

type Test = (record: SessionRecord, status: string) => boolean;

const KEYS = ['InvokedAfter', 'InvokedBefore', 'Target', 'Owner', 'Status', 'SessionId', 'AccessType'];

function filterTest(filter: Input): Test {
  const key = requiredString(filter, 'key', { oneOf: KEYS });
  const value = requiredString(filter, 'value', { min: 1, max: 400 });
  switch (key) {
    case 'InvokedAfter':
    case 'InvokedBefore': {
      const at = Date.parse(value);
      if (Number.isNaN(at)) throw new AwsError('InvalidFilterValue', `The filter value ${value} is not a date.`);
      return (record) => (key === 'InvokedAfter' ? record.started >= at : record.started <= at);
    }
    case 'Target':
      return (record) => record.target === value;
    case 'Owner':
      return (record) => record.owner === value;
    case 'SessionId':
      return (record) => record.sessionId === value;
    case 'Status':
      return (_record, status) => status === value;
    default:
      return () => value === 'Standard';
  }
}

export const describeSessions: Operation = (input, context) => {
  const state = requiredString(input, 'State', { oneOf: ['Active', 'History'] });
  const tests = structures(input, 'Filters').map(filterTest);
  const live = new Map(context.runtime.messages.listSessions(context.region).map((session) => [session.sessionId, session.status]));
  const statusOf = ({ sessionId }: SessionRecord): string => live.get(sessionId) ?? 'Terminated';
  const all = context.state.list(SESSIONS)
    .filter((record) => live.has(record.sessionId) === (state === 'Active') && tests.every((test) => test(record, statusOf(record))))
    .toReversed();
  const { items, nextToken } = page(all, input, { typed: true, default: 50, minimum: 1, maximum: 200, key: (record) => record.sessionId });
  return {
    Sessions: items.map((record) => ({
      SessionId: record.sessionId,
      Target: record.target,
      Status: statusOf(record),
      StartDate: new Date(record.started),
      EndDate: state === 'History' && record.ended !== undefined ? new Date(record.ended) : undefined,
      DocumentName: record.documentName,
      Owner: record.owner,
      Reason: record.reason,
      MaxSessionDuration: record.maxDurationMs === undefined ? undefined : String(record.maxDurationMs / 60_000),
      AccessType: 'Standard',
    })),
    NextToken: nextToken,
  };
};
