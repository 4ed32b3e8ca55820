/** Who runs the tests: this user, and where that is root an ordinary one too, to whom the kernel gives one uid and no rights. */
import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';
import { root, type User } from './program.js';

const NOBODY: User = { uid: 65_534, gid: 65_534 };
/** A copy in root's own folder cannot be read by anybody else. */
const readable = spawnSync(process.execPath, ['--version'], { cwd: '/', ...NOBODY }).status === 0 && spawnSync('test', ['-r', `${root}/bin/run.js`], { cwd: '/', ...NOBODY }).status === 0;

/** The suite for each of them; skipped by name where the ordinary one cannot read this copy of ssmlab. */
export function asEachUser(suite: (user: User | undefined) => void): void {
  describe('as this user', () => suite(undefined));
  if (process.getuid?.() === 0) describe.skipIf(!readable)(`as an ordinary user${readable ? '' : ' (which cannot read this folder)'}`, () => suite(NOBODY));
}
