/** The tables in memory and the transactions over them; what a commit does beyond memory is the caller's to say. */
import type { Change, Reader, Store, Table, Transaction } from './store.js';

/** One record of a commit as the journal has it: scope, table, id, record (null when deleted). */
export type Entry = readonly [scope: string, table: string, id: string, record: object | null];

type Rows = Map<string, object>;

/** Every scope's tables; one transaction may span scopes. */
export class Memory {
  readonly #rows = new Map<string, Rows>();
  readonly #listeners = new Map<string, Set<(changes: readonly Change[]) => void>>();
  readonly #write: (entries: readonly Entry[]) => void;
  #open: Overlay | undefined;

  /** @param write makes a commit durable, or throws, in which case nothing of it is kept. */
  constructor(write: (entries: readonly Entry[]) => void = () => undefined) {
    this.#write = write;
  }

  /** The store of one scope (a region's name, or `aws-global`). */
  scope(scope: string): Store {
    const reader = (): Reader => (this.#open === undefined ? this.#committed(scope) : this.#open.reader(scope));
    return {
      get: (table, id) => reader().get(table, id),
      list: (table) => reader().list(table),
      transact: (body) => this.#transact(scope, body),
      onCommit: (listener) => {
        const listeners = this.#listeners.get(scope) ?? new Set();
        this.#listeners.set(scope, listeners.add(listener));
        return () => listeners.delete(listener);
      },
    };
  }

  /** Scopes that hold at least one record. */
  scopes(): string[] {
    const names = new Set<string>();
    for (const [key, rows] of this.#rows) if (rows.size > 0) names.add(key.slice(0, key.indexOf('\n')));
    return [...names];
  }

  /** Puts entries in place without writing or announcing them: reading a journal back. */
  load(entries: readonly Entry[]): void {
    for (const [scope, table, id, record] of entries) {
      if (record === null) this.#table(scope, table).delete(id);
      else this.#table(scope, table).set(id, record);
    }
  }

  /** Everything, for a snapshot. */
  *entries(): Generator<Entry> {
    for (const [key, rows] of this.#rows) {
      const border = key.indexOf('\n');
      for (const [id, record] of rows) yield [key.slice(0, border), key.slice(border + 1), id, record];
    }
  }

  #table(scope: string, table: string): Rows {
    const key = `${scope}\n${table}`;
    let rows = this.#rows.get(key);
    if (rows === undefined) this.#rows.set(key, (rows = new Map()));
    return rows;
  }

  #committed(scope: string): Reader {
    return {
      get: <R extends object>(table: Table<R>, id: string) => this.#table(scope, table.name).get(id) as R | undefined,
      list: <R extends object>(table: Table<R>) => [...this.#table(scope, table.name).values()] as R[],
    };
  }

  #transact<T>(scope: string, body: (tx: Transaction) => T): T {
    if (this.#open !== undefined) return body(this.#open.transaction(scope));
    const overlay = new Overlay((name, table) => this.#table(name, table));
    this.#open = overlay;
    let entries: Entry[];
    let result: T;
    try {
      result = body(overlay.transaction(scope));
      if (result instanceof Promise) throw new TypeError('a transaction has to be synchronous');
      entries = overlay.entries();
      if (entries.length > 0) this.#write(entries);
    } finally {
      this.#open = undefined;
    }
    this.load(entries);
    this.#announce(entries);
    return result;
  }

  #announce(entries: readonly Entry[]): void {
    const byScope = new Map<string, Change[]>();
    for (const [scope, table, id, record] of entries) {
      const changes = byScope.get(scope) ?? [];
      byScope.set(scope, changes);
      changes.push({ table, id, record: record ?? undefined });
    }
    for (const [scope, changes] of byScope) {
      for (const listener of this.#listeners.get(scope) ?? []) listener(changes);
    }
  }
}

/** The writes of the open transaction, laid over what is committed. */
class Overlay {
  readonly #below: (scope: string, table: string) => Rows;
  readonly #writes = new Map<string, Map<string, object | null>>();

  constructor(below: (scope: string, table: string) => Rows) {
    this.#below = below;
  }

  #written(scope: string, table: string): Map<string, object | null> {
    const key = `${scope}\n${table}`;
    let writes = this.#writes.get(key);
    if (writes === undefined) this.#writes.set(key, (writes = new Map()));
    return writes;
  }

  reader(scope: string): Reader {
    return {
      get: <R extends object>(table: Table<R>, id: string) => {
        const written = this.#written(scope, table.name).get(id);
        return (written === undefined ? this.#below(scope, table.name).get(id) : (written ?? undefined)) as R | undefined;
      },
      list: <R extends object>(table: Table<R>) => {
        const writes = this.#written(scope, table.name);
        const below = this.#below(scope, table.name);
        if (writes.size === 0) return [...below.values()] as R[];
        const records: object[] = [];
        for (const [id, record] of below) {
          const written = writes.get(id);
          if (written !== null) records.push(written ?? record);
        }
        for (const [id, record] of writes) if (record !== null && !below.has(id)) records.push(record);
        return records as R[];
      },
    };
  }

  transaction(scope: string): Transaction {
    return {
      ...this.reader(scope),
      put: (table, id, record) => void this.#written(scope, table.name).set(id, record),
      delete: (table, id) => void this.#written(scope, table.name).set(id, null),
    };
  }

  entries(): Entry[] {
    const entries: Entry[] = [];
    for (const [key, writes] of this.#writes) {
      const border = key.indexOf('\n');
      const below = this.#below(key.slice(0, border), key.slice(border + 1));
      for (const [id, record] of writes) {
        if (record === null && !below.has(id)) continue;
        entries.push([key.slice(0, border), key.slice(border + 1), id, record]);
      }
    }
    return entries;
  }
}
