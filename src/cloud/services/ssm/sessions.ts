/** Session records: ids, the end of a session, and how long its history is kept. */
import { randomBytes } from 'node:crypto';
import type { Caller } from '../../endpoint/operation.js';
import type { Store, Transaction } from '../../state/store.js';
import { SESSIONS, type SessionRecord } from './records.js';

/** AWS keeps the history for 30 days. */
const HISTORY_MS = 30 * 86_400_000;
/** Beyond AWS's rule: more ended sessions than this are not kept, so that a loop of `exec` does not grow the journal. */
const HISTORY_LIMIT = 500;
/** Length limit of a session id in the API. */
const ID_LIMIT = 96;

/** `CALLER-0123456789abcdef0`: the name that the caller's ARN ends with, and 17 hex digits. */
export function newSessionId(caller: Caller): string {
  const suffix = `-${randomBytes(9).toString('hex').slice(0, 17)}`;
  const name = caller.arn.split(/[/:]/).at(-1) ?? 'session';
  return `${name.replaceAll(/[^a-zA-Z0-9_=,.@-]/g, '_').slice(0, ID_LIMIT - suffix.length)}${suffix}`;
}

/** Drops what is too old to be history. */
export function pruneSessions(tx: Transaction, now: number): void {
  const ended = tx.list(SESSIONS).filter((record) => record.ended !== undefined);
  const surplus = ended.length - HISTORY_LIMIT;
  for (const [index, record] of ended.entries()) {
    if (index < surplus || now - (record.ended ?? now) > HISTORY_MS) tx.delete(SESSIONS, record.sessionId);
  }
}

/** Notes that a session has ended; the message service's `onSessionEnd` leads here. Unknown and ended ones are left alone. */
export function endSession(state: Store, sessionId: string, at: number): void {
  state.transact((tx) => {
    const record = tx.get(SESSIONS, sessionId);
    if (record === undefined || record.ended !== undefined) return;
    const ended: SessionRecord = { ...record, ended: at };
    tx.put(SESSIONS, sessionId, ended);
  });
}

/** Notes that sessions of an earlier run have ended: they lived in it. */
export function endSessionsOfBefore(state: Store, at: number): void {
  for (const { sessionId, ended } of state.list(SESSIONS)) if (ended === undefined) endSession(state, sessionId, at);
}
