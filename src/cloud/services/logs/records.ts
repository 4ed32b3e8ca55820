/** Log groups as the journal keeps them. */
import { table } from '../../state/store.js';

export interface LogGroupRecord {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly logGroupClass: 'STANDARD' | 'INFREQUENT_ACCESS';
  /** Absent: what is written stays for ever. */
  readonly retentionInDays?: number | undefined;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export const LOG_GROUPS = table<LogGroupRecord>('logs/group');
