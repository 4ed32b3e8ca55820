/** The shell against GNU bash 5.2.15: every script of the corpus was run there, and has to give the same here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { bootGuest, bundleWorker, run } from './bundled-worker.js';

interface Measured {
  readonly script: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const corpus = JSON.parse(readFileSync(join(import.meta.dirname, 'bash-5.2-corpus.json'), 'utf8')) as readonly Measured[];

let guest: Guest;
beforeAll(async () => {
  guest = await bootGuest(await bundleWorker());
});
afterAll(() => guest.stop());

describe('scripts that bash 5.2 ran', () => {
  it.each(corpus.map((measured) => [measured.script, measured] as const))('%s', async (_, { script, code, stdout, stderr }) => {
    const got = await run(guest, script, { user: 'root', directory: '/tmp', stdin: '' });
    const said = got.stderr.replaceAll(/^\((?:the sandbox|not in the sandbox).*\n/gmu, '').replaceAll(/^bash: /gmu, 'sh: ');
    expect({ code: got.code, stdout: got.stdout, stderr: said }).toEqual({ code, stdout, stderr });
  });
});

describe('what is ours', () => {
  it('says that a command is unknown, and how many there are', async () => {
    const got = await run(guest, 'frobnicate');
    expect(got.code).toBe(127);
    expect(got.stderr).toMatch(/^sh: line 1: frobnicate: command not found\n\(the sandbox has \d+ commands: `help` lists them\)\n$/u);
  });

  it('says what to take instead of awk', async () => {
    expect((await run(guest, 'awk 1')).stderr).toContain('not in the sandbox: grep, sed, cut');
  });

  it('keeps bytes that are no UTF-8', async () => {
    const got = await run(guest, `printf '\\xff\\x00\\xe9a\\n' > f; x=$(printf '\\xff\\xe9'); printf "$x" | od -An -tx1; sort f | od -An -tx1; rm f`);
    expect(got.stdout).toBe(' ff e9\n ff 00 e9 61 0a\n');
  });

  it('ends a writer as soon as its reader is gone', async () => {
    expect(await run(guest, 'yes | head -1; echo ${PIPESTATUS[0]}')).toMatchObject({ code: 0, stdout: 'y\n141\n' });
  });

  it('is ended by a signal as the process it was sent to', async () => {
    expect(await run(guest, 'kill -9 $$')).toMatchObject({ code: undefined, signal: 'KILL' });
  });

  it('streams: the first line is out before the last is made', async () => {
    const process = await guest.spawn({ user: 'ssm-user', run: { kind: 'line', line: 'echo first; read line; echo "last $line"' } });
    const chunks: string[] = [];
    for await (const chunk of process.stdout) {
      chunks.push(String(chunk));
      if (chunks.join('') === 'first\n') process.stdin.end('typed\n');
    }
    expect(chunks.join('')).toBe('first\nlast typed\n');
    expect(await process.status).toEqual({ code: 0, signal: undefined });
  });

  it('stalls a process whose output nobody reads', async () => {
    const process = await guest.spawn({ user: 'ssm-user', run: { kind: 'line', line: 'yes' } });
    const other = await run(guest, 'sleep 0.3; ps -ef | grep -c " [y]es$"');
    // The shell and its child.
    expect(other.stdout).toBe('2\n');
    expect(process.stdout.readableLength).toBeLessThanOrEqual(1_000_000);
    process.signal('KILL');
    process.stdout.resume();
    expect(await process.status).toEqual({ code: undefined, signal: 'KILL' });
  });

  it('passes 10 MB through a pipe unchanged', async () => {
    const data = Buffer.alloc(10_000_000, 'abcdefghij');
    const got = await run(guest, 'cat | tee >(wc -c >&2) | md5sum', { stdin: data });
    const { createHash } = await import('node:crypto');
    expect(got.stdout).toBe(`${createHash('md5').update(data).digest('hex')}  -\n`);
  });
});
