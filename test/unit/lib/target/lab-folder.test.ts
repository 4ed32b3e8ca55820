import { mkdirSync, mkdtempSync, writeFileSync, existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labFolder, makeLabFolder, recordedLabs, removeLabFolder, removeLocalFolders } from '../../../../src/lib/target/lab-folder.js';

const target = { kind: 'local', region: 'ap-northeast-1' } as const;

describe('lab folder', () => {
  it('is made private, found again and removed without a trace', async () => {
    const home = join(mkdtempSync(join(tmpdir(), 'ssmlab-')), 'home');
    const lab = labFolder(home, target, 'ssmlab');
    await makeLabFolder(home, lab);
    expect(statSync(lab.folder).mode & 0o777).toBe(0o700);
    writeFileSync(lab.knownHosts, '');
    // Host keys alone are those of a stack that ssmlab did not make.
    expect(recordedLabs(home, 'local')).toEqual([]);
    mkdirSync(dirname(lab.keyFile));
    expect(recordedLabs(home, 'local')).toEqual(['ap-northeast-1-ssmlab']);
    expect(recordedLabs(home, 'aws')).toEqual([]);
    await removeLabFolder(home, lab);
    expect(existsSync(home)).toBe(false);
  });
  it('goes with the local cloud, whose stacks are gone, and leaves what belongs to AWS', async () => {
    const home = join(mkdtempSync(join(tmpdir(), 'ssmlab-')), 'home');
    const foreign = labFolder(home, target, 'other');
    const aws = labFolder(home, { kind: 'aws', region: 'eu-west-1' }, 'other');
    await makeLabFolder(home, foreign);
    await removeLocalFolders(home);
    expect(existsSync(home)).toBe(false);
    await makeLabFolder(home, foreign);
    await makeLabFolder(home, aws);
    await removeLocalFolders(home);
    expect([existsSync(foreign.folder), existsSync(aws.folder)]).toEqual([false, true]);
  });
  it.each(['../x', '', '1a', 'a/b', 'a'.repeat(129)])('takes no stack called "%s"', (stack) => expect(() => labFolder('/h', target, stack)).toThrow(/is not a stack's name/u));
  it('takes no region that is a path', () => expect(() => labFolder('/h', { kind: 'aws', region: '../..' }, 'a')).toThrow(/region/u));
});
