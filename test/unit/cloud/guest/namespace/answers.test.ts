/** What the files' program says, as it is read; and how a terminal's end is told. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileError, parseCString, parseListing, parseStat } from '../../../../../src/cloud/guest/namespace/file-answers.js';
import { terminalStatus } from '../../../../../src/cloud/guest/namespace/guest-process.js';
import { missingGuestPrograms } from '../../../../../src/cloud/guest/namespace/requirements.js';
import { quoted } from '../../../../../src/cloud/guest/namespace/session-command.js';

describe('answers of the files\' program', () => {
  it.each([
    ['plain', 'plain'],
    ['a\\nb\\t\\"\\\\', 'a\nb\t"\\'],
    ['\\303\\274', 'ü'],
    ['\\377x', '\udcffx'],
    ['\\1', '\u0001'],
  ])('%s in C\'s notation', (text, meant) => {
    expect(parseCString(text)).toBe(meant);
  });

  it('are lists of names with what stat says', () => {
    const stat = { size: 5, uid: 1000, gid: 1001, modified: 1_700_000_000 };
    expect(parseListing('81a4 5 1000 1001 1700000000 "./a b"\na1ff 5 1000 1001 1700000000 "./l\\" -> \\"" -> "t\\"o"\n41ed 5 1000 1001 1700000000 "./d"\n1180 5 1000 1001 1700000000 "./pipe"\n')).toEqual([
      { name: 'a b', stat: { ...stat, kind: 'file', mode: 0o644 } },
      { name: 'l" -> "', stat: { ...stat, kind: 'symlink', mode: 0o777 } },
      { name: 'd', stat: { ...stat, kind: 'directory', mode: 0o755 } },
      { name: 'pipe', stat: { ...stat, kind: 'file', mode: 0o600 } },
    ]);
    expect(parseListing('')).toEqual([]);
  });

  it.each(['', 'x', '81a4 5 1000 1001', 'zz 1 2 3 4', '81a4 5 1000 1001 99999999999999999999'])('that are none are refused: %s', (text) => {
    expect(() => parseStat(`${text} `)).toThrow(/EIO/u);
  });

  it.each([
    ['Is a directory', 'EISDIR'],
    ['stat: cannot statx "/x": Permission denied', 'EACCES'],
    ['files: line 33: /etc/x: Permission denied\nmore', 'EACCES'],
    ['mv: cannot overwrite directory \'/d\' with non-directory', 'EISDIR'],
    ['mv: cannot overwrite non-directory \'/f\' with directory \'/d\'', 'ENOTDIR'],
    ['dd: error writing "/x": No space left on device', 'ENOSPC'],
    ['something new', 'EIO'],
  ])('name the kernel\'s error: %s', (text, code) => {
    expect(fileError(text, '/p')).toMatchObject({ code, message: expect.stringContaining('/p') });
  });
});

describe('the end of a terminal', () => {
  const killed = { code: undefined, signal: 'KILL' };
  it.each([
    ['leader 7\nexit 7\n', { code: 7, signal: undefined }, false, { code: 7, signal: undefined }],
    ['leader 7\nexit 130\n', { code: 130, signal: undefined }, false, { code: 130, signal: undefined }],
    ['leader 7\nexit 130\n', { code: 130, signal: undefined }, true, { code: undefined, signal: 'INT' }],
    ['leader 7\nbash: line 7: 12 Killed   ( exec )\nexit 137\n', { code: 137, signal: undefined }, false, killed],
    ['leader 7\nTerminated\nexit 143\n', { code: 143, signal: undefined }, false, { code: undefined, signal: 'TERM' }],
    ['leader 7\nexit 137\n', { code: 137, signal: undefined }, false, { code: 137, signal: undefined }],
    ['leader 7\n', { code: 129, signal: undefined }, false, { code: undefined, signal: 'HUP' }],
    ['', { code: 1, signal: undefined }, false, { code: 1, signal: undefined }],
    ['leader 7\n', killed, false, killed],
  ])('%j', (account, ended, line, status) => {
    expect(terminalStatus(account, ended, line)).toEqual(status);
  });
});

it('a word of a script is quoted, whatever is in it', () => {
  expect(quoted('a b')).toBe('\'a b\'');
  expect(quoted('it\'s')).toBe('\'it\'\\\'\'s\'');
});

it('what a host lacks is named with its package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-programs-'));
  for (const [program, mode] of [['bash', 0o755], ['script', 0o644], ['nsenter', 0o755]] as const) {
    writeFileSync(join(folder, program), '');
    chmodSync(join(folder, program), mode);
  }
  const missing = missingGuestPrograms([join(folder, 'nowhere'), folder]);
  rmSync(folder, { recursive: true });
  const names = missing.map(({ program }) => program);
  expect(names).not.toContain('bash');
  expect(names).not.toContain('nsenter');
  expect(missing).toContainEqual({ program: 'script', packageName: 'util-linux' });
  expect(missing).toContainEqual({ program: 'xargs', packageName: 'findutils' });
});
