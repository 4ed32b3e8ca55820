/** A session that could not be ended at the service is told of on stderr, with what ends it. */
import { printable } from '../lib/report/printable.js';

/** Idle time after which Session Manager ends a session, unless the account's preferences have another (`aws-facts.md` §5). */
const IDLE_MINUTES = 20;

/** The line. */
export const sessionLeftLine = (sessionId: string, region: string, { message }: Error): string =>
  `note: session ${printable(sessionId)} could not be ended: ${printable(message)}. It ends after ${IDLE_MINUTES} idle minutes, with its instance, or by \`aws ssm terminate-session --region ${region} --session-id ${printable(sessionId)}\``;
