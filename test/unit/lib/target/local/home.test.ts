import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSafeFolder, stateHome } from '../../../../../src/lib/target/local/home.js';

describe('state folder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ssmlab-home-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    [{ SSMLAB_HOME: '/a/b' }, '/a/b'],
    [{ XDG_STATE_HOME: '/x' }, '/x/ssmlab'],
    [{ SSMLAB_HOME: '/a', XDG_STATE_HOME: '/x' }, '/a'],
    [{ SSMLAB_HOME: '', XDG_STATE_HOME: '/x' }, '/x/ssmlab'],
  ])('of %j is %s', (environment, expected) => expect(stateHome(environment)).toBe(expected));

  it('is not relative', () => {
    expect(() => stateHome({ SSMLAB_HOME: 'here' })).toThrow(expect.objectContaining({ code: 'state-unsafe', message: expect.stringContaining('"here"') as string }) as Error);
  });

  it('is made for its owner alone', async () => {
    await ensureSafeFolder(join(folder, 'a/b'));
    expect(statSync(join(folder, 'a/b')).mode & 0o777).toBe(0o700);
  });

  it.skipIf(!existsSync('/proc/self'))('is refused where no folder can be made, at once', async () => {
    // Nobody can make a folder in /proc; it answers ENOENT, as if a folder above were missing.
    for (const path of ['/proc/ssmlab', '/proc/ssmlab/cloud']) await expect(ensureSafeFolder(path)).rejects.toMatchObject({ code: 'state-unsafe', message: expect.stringContaining('/proc/ssmlab') as string });
  });

  it('is refused below a file, with the reason', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(ensureSafeFolder(join(folder, 'file/below'))).rejects.toMatchObject({ code: 'state-unsafe', message: expect.stringContaining('ENOTDIR') as string });
  });

  it('is made by several at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => ensureSafeFolder(join(folder, 'several/at/once'))));
    expect(statSync(join(folder, 'several/at/once')).mode & 0o777).toBe(0o700);
  });

  it('is refused when others may look in, when it is a link, and when it is a file', async () => {
    mkdirSync(join(folder, 'open'));
    chmodSync(join(folder, 'open'), 0o755);
    await expect(ensureSafeFolder(join(folder, 'open'))).rejects.toMatchObject({ code: 'state-unsafe', message: expect.stringContaining('0755') as string, hint: `run \`chmod 700 ${join(folder, 'open')}\`` });
    symlinkSync(folder, join(folder, 'link'));
    await expect(ensureSafeFolder(join(folder, 'link'))).rejects.toMatchObject({ code: 'state-unsafe', message: expect.stringContaining('symbolic link') as string });
    writeFileSync(join(folder, 'file'), '');
    await expect(ensureSafeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'state-unsafe' });
  });
});
