import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSnapshotFile, snapshotFor, writeSnapshotFile } from '../../../../../src/lib/inventory/snapshot/file.js';
import { snapshotText } from '../../../../../src/lib/inventory/snapshot/parse.js';
import { SAMPLE } from './sample.js';

const folder = mkdtempSync(join(tmpdir(), 'ssmlab-snapshot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'lab.json');

describe('--snapshot FILE', () => {
  it('is not there, then written whole, then read', async () => {
    expect(await readSnapshotFile(file)).toBeUndefined();
    await writeSnapshotFile(file, SAMPLE);
    expect(readFileSync(file, 'utf8')).toBe(snapshotText(SAMPLE));
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
    expect(await readSnapshotFile(file)).toEqual(SAMPLE);
    // No draft is left.
    expect(readdirSync(folder)).toEqual(['lab.json']);
  });

  it('asks nobody when it is there', async () => {
    const asked = () => Promise.reject(new Error('the target was asked'));
    const taken = await snapshotFor(asked, 'other', file);
    expect(taken).toEqual({ snapshot: SAMPLE, origin: 'read', said: `Read ${file}: the stack ssmlab in eu-west-1 as it was at 2026-11-29T01:02:03.000Z` });
    await expect(snapshotFor(asked, 'other', join(folder, 'new.json'))).rejects.toThrow('the target was asked');
    await expect(snapshotFor(asked, 'other')).rejects.toThrow('the target was asked');
  });

  it('says what is wrong with a file', async () => {
    await expect(snapshotFor(undefined, 's', join(folder, 'gone.json'))).rejects.toMatchObject({ code: 'snapshot-unusable', message: `${join(folder, 'gone.json')} is not there` });
    await expect(readSnapshotFile(folder)).rejects.toMatchObject({ code: 'snapshot-unusable', message: `the snapshot ${folder} cannot be read: it is a folder` });
    await expect(writeSnapshotFile(join(folder, 'no', 'such.json'), SAMPLE)).rejects.toMatchObject({ code: 'snapshot-unusable', message: `the snapshot ${join(folder, 'no', 'such.json')} cannot be written: its folder ${join(folder, 'no')} is not there`, hint: `make it first: \`mkdir -p ${join(folder, 'no')}\`` });
    writeFileSync(join(folder, 'bad.json'), '{');
    await expect(readSnapshotFile(join(folder, 'bad.json'))).rejects.toMatchObject({ code: 'snapshot-invalid' });
  });
});
