import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'ssmlab-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = join(folder, 'waits.mjs');
buildSync({
  stdin: { contents: "import { inputWaits } from './src/cli/unsent-input.ts'; console.log(inputWaits());", resolveDir: join(import.meta.dirname, '../../..') },
  outfile: program, bundle: true, platform: 'node', format: 'esm',
});
const waits = `${process.execPath} ${program}`;
const answer = (line: string): string => execFileSync('bash', ['-c', line], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
writeFileSync(join(folder, 'one'), 'a line\n');
writeFileSync(join(folder, 'none'), '');

describe('inputWaits', () => {
  it.each([
    ['a pipe with something in it', `(echo hi; sleep 1) | ${waits}`, 'true\n'],
    ['a pipe that was closed empty', `true | ${waits}`, 'false\n'],
    ['a pipe that is still empty', `sleep 1 | ${waits}`, 'false\n'],
    ['a file', `${waits} < ${folder}/one`, 'true\n'],
    ['an empty file', `${waits} < ${folder}/none`, 'false\n'],
    ['a file that was read', `{ cat > /dev/null; ${waits}; } < ${folder}/one`, 'false\n'],
    ['/dev/null', `${waits} < /dev/null`, 'false\n'],
    ['no stdin at all', `${waits} <&-`, 'false\n'],
  ])('of %s', (_, line, want) => expect(answer(line)).toBe(want));

  it('takes nothing', () => {
    expect(answer(`{ ${waits}; cat; } < ${folder}/one`)).toBe('true\na line\n');
    expect(answer(`echo hi | { ${waits}; cat; }`)).toBe('true\nhi\n');
  });

  it('of a socket', () => {
    expect(spawnSync(process.execPath, [program], { input: 'hi', encoding: 'utf8' }).stdout).toBe('true\n');
  });
});
