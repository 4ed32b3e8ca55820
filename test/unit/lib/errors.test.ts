import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, SsmlabError } from '../../../src/lib/errors.js';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (.+?) \|/gm)].map(([, code, exit, text]) => ({ code, exit: Number(exit), text }));

describe('errors', () => {
  it('stand in docs/errors.md, all of them and no others, with their exit status', () => {
    const table = Object.entries(ERRORS).map(([code, entry]) => `${code} ${entry.exit}`);
    expect(documented.map(({ code, exit }) => `${code} ${exit}`).toSorted()).toEqual(table.toSorted());
  });

  it('each tell a next step', () => {
    for (const [code, entry] of Object.entries(ERRORS)) expect(entry.hint, code).not.toBe('');
  });

  it('carry their own hint where there is a better one, and their cause', () => {
    const cause = new Error('underneath');
    const error = new SsmlabError('no-lab', 'no lab "x"', { hint: 'try y', cause });
    expect([error.hint, error.exit, error.cause]).toEqual(['try y', 3, cause]);
    expect(new SsmlabError('no-lab', 'no lab').hint).toBe(ERRORS['no-lab'].hint);
  });
});
