import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../../../src/cloud/lock.js';
import { askLock, lockAddress, lockEndpoint } from '../../../../../src/lib/target/local/lock.js';

const greeting = { version: '1', pid: 1, endpoint: 'http://127.0.0.1:1', uplinkPort: 2, fabric: 'computed' as const, holdings: [], trouble: null };

describe('lock of the local cloud', () => {
  let folder: string;
  let address: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssmlab-lock-'));
    address = lockAddress(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is held by one at a time and free again after its release', async () => {
    const first = await takeLock(address);
    expect(first).toBeDefined();
    expect(await takeLock(address)).toBeUndefined();
    first?.release();
    const second = await takeLock(address);
    expect(second).toBeDefined();
    second?.release();
  });

  it('tells whoever asks, and those who asked too early as soon as there is something to tell', async () => {
    const lock = await takeLock(address);
    const early = askLock(address);
    lock?.announce(() => greeting);
    expect(await early).toEqual(greeting);
    expect(await askLock(address)).toEqual(greeting);
    lock?.release();
    expect(await askLock(address)).toBeUndefined();
  });

  it('is free when its holder ends without a word', async () => {
    const lock = await takeLock(address);
    const asked = askLock(address);
    await new Promise((resolve) => setTimeout(resolve, 20));
    lock?.release();
    expect(await asked).toBeUndefined();
  });

  it('names a foreign program that sits on it, and one that never answers', async () => {
    const foreign = createServer((socket) => socket.end('SSH-2.0-x\r\n'));
    await new Promise<void>((resolve) => foreign.listen(lockEndpoint(address), resolve));
    await expect(askLock(address)).rejects.toMatchObject({ code: 'cloud-start-failed', message: expect.stringContaining('another program') as string });
    foreign.close();
    const lock = await takeLock(address);
    await expect(askLock(address, 50)).rejects.toMatchObject({ code: 'cloud-start-failed' });
    lock?.release();
  });

  it('differs by folder, and has a form on every platform', () => {
    const other = mkdtempSync(join(tmpdir(), 'ssmlab-lock-'));
    expect(lockAddress(other)).not.toBe(address);
    rmSync(other, { recursive: true });
    expect(lockAddress(folder, 'win32')).toMatch(/^\\\\\.\\pipe\\ssmlab-/);
    expect(lockEndpoint(lockAddress(folder, 'darwin'))).toMatchObject({ host: '127.0.0.1', port: expect.any(Number) as number });
  });
});
