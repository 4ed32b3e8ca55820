/**
 * The region's memory: typed tables of JSON records, changed only in transactions that are journalled before they are
 * seen. Everything that a client was answered is in the journal; what was not answered is there wholly or not at all.
 */

/** A named collection of records. The name is part of the journal's format: do not rename one lightly. */
export interface Table<R extends object> {
  readonly name: string;
  /** Never set; carries the record's type. */
  readonly record?: R;
}

/** Declares a table, `service/noun` by custom: `table<VpcRecord>('ec2/vpc')`. */
export function table<R extends object>(name: string): Table<R> {
  return { name };
}

/** Read access. Records are shared and must be treated as immutable: to change one, `put` a new object. */
export interface Reader {
  get<R extends object>(table: Table<R>, id: string): R | undefined;
  /** All records in the order in which their ids were first put. */
  list<R extends object>(table: Table<R>): R[];
}

/** A transaction: reads see its own writes. */
export interface Transaction extends Reader {
  put<R extends object>(table: Table<R>, id: string, record: R): void;
  delete<R extends object>(table: Table<R>, id: string): void;
}

/** One record that a commit put (or, when `record` is undefined, deleted). */
export interface Change {
  readonly table: string;
  readonly id: string;
  readonly record: object | undefined;
}

export interface Store extends Reader {
  /**
   * Runs `body` as one transaction: synchronous, all or nothing. A transaction inside a transaction of the same
   * journal joins it. Throws what `body` throws (nothing is kept then), or the journal's write error (nothing is kept
   * either).
   */
  transact<T>(body: (tx: Transaction) => T): T;
  /** Calls `listener` after each commit, synchronously, with this store's changes. Returns the unsubscriber. */
  onCommit(listener: (changes: readonly Change[]) => void): () => void;
}
