/** What is said of a local cloud that runs and is not the one that was asked for. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../../../src/cloud/lock.js';
import { startLocalCloud } from '../../../../../src/lib/target/local/cloud.js';
import { cloudFolder } from '../../../../../src/lib/target/local/home.js';
import { lockAddress } from '../../../../../src/lib/target/local/lock.js';
import { VERSION } from '../../../../../src/version.js';

describe('a local cloud that runs already', () => {
  let home: string;
  let release: (() => void) | undefined;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ssmlab-home-'));
    mkdirSync(cloudFolder(home), { mode: 0o700 });
  });
  afterEach(() => {
    release?.();
    rmSync(home, { recursive: true, force: true });
  });

  async function running(version: string): Promise<void> {
    const lock = await takeLock(lockAddress(cloudFolder(home)));
    release = () => lock?.release();
    const holdings = [{ region: 'ap-northeast-1', kind: 'stacks', count: 1 }];
    lock?.announce(() => ({ version, pid: 1, endpoint: 'http://127.0.0.1:1', beside: null, uplinkPort: 2, fabric: 'computed', fabricNote: null, holdings, trouble: null }));
  }

  it('and carries a stack on another fabric stays as it is', async () => {
    await running(VERSION);
    await expect(startLocalCloud({ home, fabric: 'netns' })).rejects.toMatchObject({ code: 'fabric-in-use', message: expect.stringContaining('1 stack in ap-northeast-1') as string });
  });

  it('is told by its version first: what helps against that comes before all else', async () => {
    await running('0.0.0');
    await expect(startLocalCloud({ home, fabric: 'netns' })).rejects.toMatchObject({ code: 'cloud-version-mismatch' });
  });
});
