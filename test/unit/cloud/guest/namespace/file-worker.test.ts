/** What the region takes from the files' program, whose place a guest's root can have something else take. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FileWorker } from '../../../../../src/cloud/guest/namespace/file-worker.js';

describe('the files\' program', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    vi.useRealTimers();
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const workerOf = (script: string): FileWorker => new FileWorker({
    uidMode: 'single', user: 'root',
    entrance: {
      spawn: ({ stdio }) => {
        const child = spawn('bash', ['--norc', '-c', `answer() { printf '\\0000\\0%s\\0' "$1" >&3; }\n${script}`], { stdio });
        children.push(child);
        return child;
      },
    },
  });

  it('answers with its value', async () => {
    const worker = workerOf('read -r -d "" operation; read -r -d "" path; answer "/real$path"; sleep 60');
    expect(await worker.call('realPath', ['/x'])).toBe('/real/x');
  });

  it('is ended when its answer comes to no end', async () => {
    const worker = workerOf('exec tr "\\0" x < /dev/zero >&3');
    await expect(worker.call('realPath', ['/x'])).rejects.toMatchObject({ code: 'EIO' });
    const [child] = children;
    expect(child?.signalCode ?? (child === undefined ? 'none' : (await once(child, 'exit'))[1])).toBe('SIGKILL');
  });

  it('is ended when it speaks unasked', async () => {
    // Else it is ended for having had nothing to do.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const worker = workerOf('read -r -d "" operation; answer /x; sleep 0.1; exec tr "\\0" x < /dev/zero >&3');
    expect(await worker.call('realPath', ['/x'])).toBe('/x');
    const [child] = children;
    expect(child?.signalCode ?? (child === undefined ? 'none' : (await once(child, 'exit'))[1])).toBe('SIGKILL');
  });

  it('is ended when it reads more than it was asked for', async () => {
    const worker = workerOf('exec tr "\\0" x < /dev/zero');
    await expect(worker.call('read', ['/x', 0, 10])).rejects.toMatchObject({ code: 'EIO' });
  });
});
