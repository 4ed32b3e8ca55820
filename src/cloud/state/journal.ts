/**
 * The journal: one line a transaction, appended before anyone sees its outcome, so that a kill at any moment leaves
 * whole transactions only. A torn last line is the one that was never answered; it is cut off at the next start.
 *
 * Format: a header line `{"ssmlab-journal":VERSION}`, then lines of `CRC32-hex SPACE JSON` where JSON is the list of
 * entries [scope, table, id, record|null]. At each start the journal is rewritten as one snapshot, atomically.
 */
import { closeSync, fsyncSync, ftruncateSync, lstatSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Memory, type Entry } from './memory.js';

/** Version of the format and of the records in it; another one is refused. */
const JOURNAL_VERSION = 1;

/** Why a journal could not be opened. */
export class JournalError extends Error {
  readonly code: 'state-version' | 'state-corrupt' | 'state-unsafe';
  constructor(code: JournalError['code'], message: string) {
    super(message);
    this.name = 'JournalError';
    this.code = code;
  }
}

const HEADER = `${JSON.stringify({ 'ssmlab-journal': JOURNAL_VERSION })}\n`;
/** Entries a snapshot line carries: keeps a line small enough to parse without a long pause. */
const ENTRIES_PER_LINE = 500;

function lineOf(entries: readonly Entry[]): string {
  const json = JSON.stringify(entries);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

function entriesOf(line: string): Entry[] | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json) !== Number.parseInt(line.slice(0, 8), 16)) return undefined;
  return JSON.parse(json) as Entry[];
}

/** Reads the lines of a journal into memory. Only the last line may be torn; anything else is corruption. */
function replay(path: string, memory: Memory): void {
  const text = readFileSync(path, 'utf8');
  const end = text.indexOf('\n');
  const header = text.slice(0, end + 1);
  if (header !== HEADER) {
    const version = /^\{"ssmlab-journal":(\d+)\}\n$/.exec(header)?.[1];
    if (version === undefined) throw new JournalError('state-corrupt', `${path} is not a journal of ssmlab`);
    throw new JournalError('state-version', `${path} has format ${version}; this ssmlab reads format ${JOURNAL_VERSION}`);
  }
  const lines = text.slice(end + 1).split('\n');
  const torn = lines.pop();
  for (const [index, line] of lines.entries()) {
    const entries = entriesOf(line);
    if (entries !== undefined) memory.load(entries);
    else if (index < lines.length - 1 || torn !== '') {
      throw new JournalError('state-corrupt', `${path} is damaged at line ${index + 2}`);
    }
  }
}

export interface Journal {
  readonly memory: Memory;
  /** Why the last transaction could not be written; undefined once one is written again. */
  readonly trouble: () => string | undefined;
  close(): void;
}

/** Writes all of `text` or throws; a short write is continued. */
function writeAll(file: number, text: string): number {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
  return bytes.length;
}

const troubleOf = ({ code, message }: NodeJS.ErrnoException, path: string): string => (code === 'ENOSPC' ? `the disk that ${path} is on is full` : `${path} cannot be written: ${message}`);

/** Opens (or begins) the journal at `path`. Throws {@link JournalError}, or the file system's error. */
export function openJournal(path: string): Journal {
  let file = -1;
  let length = 0;
  let trouble: string | undefined;
  const memory = new Memory((entries) => {
    try {
      length += writeAll(file, lineOf(entries));
      trouble = undefined;
    } catch (error) {
      trouble = troubleOf(error as NodeJS.ErrnoException, path);
      // A disk that is full may have taken half a line: cut it off, so that the next line starts clean.
      ftruncateSync(file, length);
      throw error;
    }
  });
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new JournalError('state-unsafe', `${path} is not a plain file`);
  if (found !== undefined) replay(path, memory);
  const fresh = `${path}.new`;
  file = openSync(fresh, 'w', 0o600);
  try {
    length = writeAll(file, HEADER);
    let batch: Entry[] = [];
    for (const entry of memory.entries()) {
      batch.push(entry);
      if (batch.length === ENTRIES_PER_LINE) {
        length += writeAll(file, lineOf(batch));
        batch = [];
      }
    }
    if (batch.length > 0) length += writeAll(file, lineOf(batch));
    fsyncSync(file);
    renameSync(fresh, path);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  // Reopened for appending: with 'w' a truncation would leave the file position beyond the end.
  closeSync(file);
  file = openSync(path, 'a', 0o600);
  return { memory, trouble: () => trouble, close: () => closeSync(file) };
}
