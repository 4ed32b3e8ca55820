/** Readings that may be refused: what could not be read is noted with its action, and the rest goes on. */
import { awsCode, awsMessage } from '../../aws/errors.js';
import { SsmlabError } from '../../errors.js';
import type { SnapshotPart, Unread } from './snapshot.js';

/** The endpoint does not have the action: an older region, or another maker's. */
const ABSENT = new Set(['InvalidAction', 'UnknownOperationException', 'UnsupportedOperation', 'UnsupportedOperationException', 'NotImplemented']);

const isRefused = (error: unknown): error is SsmlabError => error instanceof SsmlabError && (error.code === 'access-denied' || ABSENT.has(awsCode(error) ?? ''));

/** What the call gives, or `otherwise` when it is refused: for what nothing depends on. */
export async function unlessRefused<T>(call: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isRefused(error)) return otherwise;
    throw error;
  }
}

export interface Attempts {
  /** What was refused so far, each once. */
  readonly unread: () => Unread[];
  /** What the call gives, or `otherwise` when it is refused. Other errors go on. */
  readonly attempt: <T>(part: SnapshotPart, action: string, call: () => Promise<T>, otherwise: T) => Promise<T>;
}

export function attempts(): Attempts {
  const refused = new Map<string, Unread>();
  return {
    unread: () => [...refused.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    attempt: async (part, action, call, otherwise) => {
      try {
        return await call();
      } catch (error) {
        if (!isRefused(error)) throw error;
        const code = awsCode(error) ?? '';
        const key = `${part} ${action} ${code}`;
        if (!refused.has(key)) refused.set(key, { part, action, code, message: awsMessage(error) });
        return otherwise;
      }
    },
  };
}
