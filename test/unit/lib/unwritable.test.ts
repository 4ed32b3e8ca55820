import { describe, expect, it } from 'vitest';
import { unwritable } from '../../../src/lib/unwritable.js';

const because = (code: string): Error => Object.assign(new Error(`${code}: in the system's words`), { code });

describe('a file that cannot be written', () => {
  it.each([
    ['ENOENT', '/no such/x.json', 'its folder /no such is not there', 'make it first: `mkdir -p \'/no such\'`'],
    ['ENOENT', '/tmp/x.json', 'its folder /tmp takes no new file', 'name a file somewhere else'],
    ['ENOENT', 'x.json', 'its folder . takes no new file', 'name a file somewhere else'],
    ['ENOTDIR', 'a/x.json', 'a is no folder', 'name a file in a folder that is there'],
    ['EISDIR', 'a', 'it is a folder', 'name a file in it'],
    ['EACCES', '/root/x', 'it is not permitted', 'name a file where you may write; `ls -ld /root` says who may there'],
    ['EPERM', '/root/x', 'it is not permitted', 'name a file where you may write; `ls -ld /root` says who may there'],
    ['EROFS', '/ro/x', 'what it lies on can only be read', 'name a file somewhere else'],
    ['ENOSPC', '/full/x', 'no space is left on the device', 'make room there, or name a file somewhere else'],
    ['EDQUOT', '/full/x', 'the quota of the disk is used up', 'make room there, or name a file somewhere else'],
    ['ENAMETOOLONG', 'x', 'its name is too long', 'choose a shorter one'],
    ['EIO', 'x', 'EIO: in the system\'s words', 'name a file somewhere else'],
  ])('%s, %s: what, which, why and the next step', (code, file, why, hint) => {
    const cause = because(code);
    expect(unwritable('snapshot-unusable', 'the snapshot', file, cause)).toMatchObject({ code: 'snapshot-unusable', message: `the snapshot ${file} cannot be written: ${why}`, hint, cause });
  });

  it('may have a next step of its own', () => expect(unwritable('usage', 'it', 'x', because('EISDIR'), 'do that')).toMatchObject({ hint: 'do that' }));
});
