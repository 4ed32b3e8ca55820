/** What the region takes from the files' program, whose place a guest's root can have something else take. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { FileWorker } from '../../../../../src/cloud/guest/namespace/file-worker.js';
import { FILES_SCRIPT } from '../../../../../src/cloud/guest/namespace/files-script.js';

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
        // File 4 is the test's.
        const child = spawn('bash', ['--norc', '-c', `answer() { printf '\\0000\\0%s\\0' "$1" >&3; }\n${script}`], { stdio: [...(stdio as 'pipe'[]), 'pipe'] });
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

  const FIELDS = 'for field in 1 2 3 4; do read -r -d ""; done';

  it('has the time that it takes while it gets on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const worker = workerOf(`${FIELDS}; for piece in 1 2 3 4; do read -r -u 4; head -c 262144 > /dev/null; echo >&4; done; answer`);
    const written = worker.call('write', ['/x', 0, Buffer.alloc(1024 * 1024)]);
    const control = children[0]?.stdio[4] as Duplex;
    for (const _ of [1, 2, 3, 4]) {
      vi.advanceTimersByTime(50_000);
      await turn();
      control.write('\n');
      await once(control, 'data');
      await turn();
      await turn();
    }
    expect(await written).toBe('');
  });

  it('is given up when it does not get on for a minute, and says so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const worker = workerOf(`${FIELDS}; exec sleep 60`);
    const written = worker.call('write', ['/x', 0, Buffer.alloc(1024 * 1024)]);
    await turn();
    vi.advanceTimersByTime(60_000);
    await expect(written).rejects.toThrow('did not get on within 60 s');
  });

  it('is ended when it answers before it has been told all', async () => {
    const worker = workerOf(`${FIELDS}; answer; exec sleep 60`);
    await expect(worker.call('write', ['/x', 0, Buffer.alloc(1024 * 1024)])).rejects.toMatchObject({ code: 'EIO' });
  });
});

describe('a file whose dd is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-dd-'));
  const file = join(folder, 'file');
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  /** The real program, with a dd that puts out some bytes and is killed where its arguments match. */
  const workerWithout = (killed: string): FileWorker => {
    writeFileSync(join(folder, 'dd'), `#!/bin/bash
if [[ "$*" == ${killed} ]]; then printf %01000d 7; kill -KILL $$; fi
PATH=/usr/bin:/bin exec dd "$@"
`);
    chmodSync(join(folder, 'dd'), 0o755);
    return new FileWorker({
      uidMode: 'single', user: 'root',
      entrance: {
        spawn: ({ stdio }) => {
          const child = spawn('bash', ['--norc', '-c', FILES_SCRIPT], { stdio, env: { PATH: `${folder}:/usr/bin:/bin` } });
          children.push(child);
          return child;
        },
      },
    });
  };
  const bytes = Buffer.alloc(600_000, 'data');

  it('is written whole when none is', async () => {
    const worker = workerWithout('none');
    await worker.call('create', [file, 0o644]);
    await Promise.all([0, 300_000].map((at) => worker.call('write', [file, at, bytes.subarray(at, at + 300_000)])));
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect((await worker.call('read', [file, 0, 700_000]) as Buffer).equals(bytes)).toBe(true);
  });

  it.each([
    ['that writes', '*of=*', 'write', bytes],
    ['that hands over', '*count=600000*status=none*', 'write', bytes],
    ['that reads', '*if=*', 'read', 600_000],
  ] as const)('%s: the operation fails', async (_, killed, operation, last) => {
    writeFileSync(file, bytes);
    const worker = workerWithout(killed);
    await expect(worker.call(operation, [file, 0, last])).rejects.toMatchObject({ code: 'EIO' });
    // And nothing of it is taken for what comes next.
    expect(await worker.call('stat', [file, true])).toMatchObject({ kind: 'file' });
  });

  it('and what is no file takes no writes', async () => {
    const worker = workerWithout('none');
    await expect(worker.call('write', ['/proc/self/fd/0', 0, bytes])).rejects.toMatchObject({ code: 'ENOTSUP' });
    expect(await worker.call('write', ['/dev/null', 0, bytes])).toBe('');
  });
});
