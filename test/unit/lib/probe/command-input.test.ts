import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { withInput } from '../../../../src/lib/probe/command-input.js';

const run = (line: string): Buffer => execFileSync('sh', ['-c', line]);

describe('withInput', () => {
  it('gives the command every byte', async () => {
    const input = Buffer.concat([Buffer.from('a\'b\n\0'), randomBytes(40_000)]);
    expect(run(await withInput('cat', Readable.from([input.subarray(0, 7), input.subarray(7)]))).equals(input)).toBe(true);
  });

  it.each([
    ['no input', 'cat; echo end', '', 'end\n'],
    ['a line that ends in a comment', 'cat # all', 'x', 'x'],
    ['several commands', 'read a; echo "<$a>"; cat', '1\n2\n', '<1>\n2\n'],
  ])('holds with %s', async (_, line, input, want) => {
    expect(run(await withInput(line, Readable.from([input]))).toString()).toBe(want);
  });

  it('leaves the status the command\'s own', async () => {
    const line = await withInput('read a; exit "$a"', Readable.from(['7\n']));
    expect(run(`${line}; echo $?`).toString()).toBe('7\n');
  });

  it('refuses what StartSession would not take, as soon as it is known, and takes what it would', async () => {
    let read = 0;
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(1000, (read += 1));
    };
    await expect(withInput('cat', endless())).rejects.toMatchObject({ code: 'usage' });
    expect(read).toBe(50);
    const most = /more than (\d+) bytes/u.exec(await withInput('cat', endless()).catch((error: Error) => error.message))?.[1];
    expect((await withInput('cat', Readable.from([Buffer.alloc(Number(most))]))).length).toBeLessThanOrEqual(65_535);
  });
});
