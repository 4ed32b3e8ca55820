/** Sessions that could not be ended at the service: told of, noted in the lab's folder, and ended by the next command of the lab. */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endSession } from '../lib/aws/ssm.js';
import { printable } from '../lib/report/printable.js';
import type { LabFolder } from '../lib/target/lab-folder.js';
import type { Target } from '../lib/target/target.js';

/** Idle time after which Session Manager ends a session, unless the account's preferences have another (`aws-facts.md` §5). */
const IDLE_MINUTES = 20;

const line = (sessionId: string, { message }: Error): string =>
  `note: session ${printable(sessionId)} could not be ended: ${printable(message)}. The next command of this lab tries again; else it ends when it has been idle for ${IDLE_MINUTES} minutes`;

export interface HeedsSessions {
  /** The same target, which tells of sessions that it cannot end. */
  readonly target: Target;
  /** Resolves when those that an earlier command left have been ended, or cannot be yet. */
  readonly ended: Promise<void>;
}

/** `say` takes a line. A lab without a folder has nothing noted. */
export function heedSessions(target: Target, { folder }: Pick<LabFolder, 'folder'>, say: (line: string) => void): HeedsSessions {
  const file = join(folder, 'sessions-left');
  const note = (sessionId: string): void => {
    try {
      appendFileSync(file, `${sessionId}\n`, { mode: 0o600 });
    } catch {
      // Nobody needs it: it ends by itself.
    }
  };
  const heeding: Target = {
    ...target,
    onSessionLeft: (sessionId, why) => {
      note(sessionId);
      say(line(sessionId, why));
    },
  };
  return { target: heeding, ended: endNoted({ ...target, onSessionLeft: note }, file) };
}

/** What cannot be ended now either is noted again, without a word. */
async function endNoted(target: Target, file: string): Promise<void> {
  let noted: string[];
  try {
    noted = readFileSync(file, 'utf8').split('\n').filter((id) => id !== '');
    rmSync(file);
  } catch {
    return;
  }
  await Promise.all(noted.map((sessionId) => endSession(target, sessionId)));
}
