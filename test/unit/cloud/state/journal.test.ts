import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../../src/cloud/state/journal.js';
import { Memory } from '../../../../src/cloud/state/memory.js';
import { table } from '../../../../src/cloud/state/store.js';

interface Note {
  readonly text: string;
}
const notes = table<Note>('test/notes');

describe('journal', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssmlab-journal-'));
    path = join(folder, 'journal');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const reopen = () => openJournal(path);

  it('brings back what was committed, in the order of the ids, by scope', () => {
    const first = reopen();
    const here = first.memory.scope('here');
    here.transact((tx) => {
      tx.put(notes, 'b', { text: '1' });
      tx.put(notes, 'a', { text: 'ünïcode\n' });
    });
    first.memory.scope('there').transact((tx) => tx.put(notes, 'a', { text: 'other' }));
    here.transact((tx) => tx.delete(notes, 'b'));
    first.close();
    const second = reopen();
    expect(second.memory.scope('here').list(notes)).toEqual([{ text: 'ünïcode\n' }]);
    expect(second.memory.scope('there').get(notes, 'a')).toEqual({ text: 'other' });
    expect(second.memory.scopes().toSorted()).toEqual(['here', 'there']);
    second.close();
  });

  it('keeps whole transactions only, wherever the file ends', () => {
    const journal = reopen();
    const store = journal.memory.scope('s');
    for (let round = 0; round < 5; round++) {
      store.transact((tx) => {
        tx.put(notes, 'x', { text: `${round}` });
        tx.put(notes, 'y', { text: `${round}` });
      });
    }
    journal.close();
    const whole = readFileSync(path);
    const header = whole.indexOf('\n') + 1;
    for (let length = header; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const again = reopen();
      const view = again.memory.scope('s');
      expect(view.get(notes, 'x')).toEqual(view.get(notes, 'y'));
      again.close();
    }
  });

  it('goes on after a torn line: what follows is readable', () => {
    const journal = reopen();
    journal.memory.scope('s').transact((tx) => tx.put(notes, 'x', { text: 'kept' }));
    journal.close();
    appendFileSync(path, '00000000 [["s","test/no');
    const second = reopen();
    second.memory.scope('s').transact((tx) => tx.put(notes, 'y', { text: 'new' }));
    second.close();
    const third = reopen();
    expect(third.memory.scope('s').list(notes)).toEqual([{ text: 'kept' }, { text: 'new' }]);
    third.close();
  });

  it('refuses a damaged line in the middle, a foreign file and another version', () => {
    const journal = reopen();
    const store = journal.memory.scope('s');
    store.transact((tx) => tx.put(notes, 'x', { text: 'one' }));
    store.transact((tx) => tx.put(notes, 'x', { text: 'two' }));
    store.transact((tx) => tx.put(notes, 'x', { text: 'three' }));
    journal.close();
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('one', 'uno'));
    expect(reopen).toThrow(expect.objectContaining({ code: 'state-corrupt', message: expect.stringContaining('line 2') as string }) as Error);
    writeFileSync(path, 'hello\n');
    expect(reopen).toThrow(expect.objectContaining({ code: 'state-corrupt' }) as Error);
    writeFileSync(path, '{"ssmlab-journal":99}\n');
    expect(reopen).toThrow(expect.objectContaining({ code: 'state-version', message: expect.stringContaining('99') as string }) as Error);
    truncateSync(path, 0);
    expect(reopen).toThrow(expect.objectContaining({ code: 'state-corrupt' }) as Error);
  });
});

describe('transactions', () => {
  it('see their own writes, and leave nothing when the body throws', () => {
    const store = new Memory().scope('s');
    store.transact((tx) => tx.put(notes, 'a', { text: 'before' }));
    expect(() =>
      store.transact((tx) => {
        tx.put(notes, 'a', { text: 'after' });
        tx.put(notes, 'b', { text: 'new' });
        tx.delete(notes, 'a');
        expect(tx.get(notes, 'a')).toBeUndefined();
        expect(tx.list(notes)).toEqual([{ text: 'new' }]);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(store.list(notes)).toEqual([{ text: 'before' }]);
  });

  it('join the open one across scopes: an outer failure undoes the inner', () => {
    const memory = new Memory();
    const [one, two] = [memory.scope('one'), memory.scope('two')];
    expect(() =>
      one.transact(() => {
        two.transact((tx) => tx.put(notes, 'a', { text: 'inner' }));
        expect(two.get(notes, 'a')).toEqual({ text: 'inner' });
        throw new Error('outer');
      }),
    ).toThrow('outer');
    expect(two.list(notes)).toEqual([]);
  });

  it('leave nothing when the journal cannot be written', () => {
    const memory = new Memory(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    const store = memory.scope('s');
    expect(() => store.transact((tx) => tx.put(notes, 'a', { text: 'x' }))).toThrow('no space');
    expect(store.list(notes)).toEqual([]);
  });

  it('announce a commit once, after it holds, to its scope only', () => {
    const memory = new Memory();
    const seen: unknown[] = [];
    const store = memory.scope('s');
    store.onCommit((changes) => seen.push([changes, store.get(notes, 'a')]));
    memory.scope('other').transact((tx) => tx.put(notes, 'a', { text: 'x' }));
    store.transact((tx) => {
      tx.put(notes, 'a', { text: '1' });
      tx.put(notes, 'a', { text: '2' });
    });
    expect(seen).toEqual([[[{ table: 'test/notes', id: 'a', record: { text: '2' } }], { text: '2' }]]);
  });

  it('behave like a plain map for any sequence of puts, deletes and aborts', () => {
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), text: fc.option(fc.string(), { nil: undefined }) });
    const transaction = fc.record({ steps: fc.array(step), abort: fc.boolean() });
    fc.assert(
      fc.property(fc.array(transaction), (transactions) => {
        const store = new Memory().scope('s');
        let model = new Map<string, string>();
        for (const { steps, abort } of transactions) {
          const next = new Map(model);
          try {
            store.transact((tx) => {
              for (const { id, text } of steps) {
                if (text === undefined) {
                  tx.delete(notes, id);
                  next.delete(id);
                } else {
                  tx.put(notes, id, { text });
                  next.set(id, text);
                }
                expect(tx.get(notes, id)?.text).toBe(next.get(id));
              }
              if (abort) throw new Error('abort');
            });
            model = next;
          } catch (error) {
            if (!(error instanceof Error && error.message === 'abort')) throw error;
          }
          expect(store.list(notes).map((note) => note.text).toSorted()).toEqual([...model.values()].toSorted());
        }
      }),
    );
  });
});
