import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { snapshotText } from '../../../../src/lib/inventory/snapshot/parse.js';
import { runVerify, type VerifyRequest } from '../../../../src/lib/verify/run.js';
import { SAMPLE } from '../inventory/snapshot/sample.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ssmlab-run-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('verify of a snapshot that is there', () => {
  const run = (over: Partial<VerifyRequest> = {}) => runVerify({ deployed: () => Promise.reject(new Error('nobody needs an account for it')), stack: SAMPLE.stack, named: [], file: join(folder, 'before.json'), ...over });

  it('judges it by its configuration alone, and asks nobody', async () => {
    writeFileSync(join(folder, 'before.json'), snapshotText(SAMPLE));
    expect((await run({ only: 'predicted' })).claims.length).toBeGreaterThan(0);
    await expect(run()).rejects.toMatchObject({ code: 'usage', message: `${join(folder, 'before.json')} is a snapshot that was written before: instances cannot be looked at in it`, hint: expect.stringContaining('--only predicted') as string });
  });

  it.each(['predicted', undefined] as const)('says that it has no instance (--only %s)', async (only) => {
    writeFileSync(join(folder, 'before.json'), snapshotText({ ...SAMPLE, stack: 'empty', instances: [] }));
    await expect(run({ only })).rejects.toMatchObject({ code: 'no-lab', exit: 3, message: `${join(folder, 'before.json')} has no instance of the stack "empty"` });
  });
});
