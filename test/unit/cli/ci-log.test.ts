import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { forLog, isLog, jsonForLog, LogFilter } from '../../../src/cli/ci-log.js';

const CI = { GITHUB_ACTIONS: 'true' };

/** How the runner reads a line: a command at its beginning, white space apart, or the older form anywhere. */
const obeyed = (text: string): string[] => text.split(/\r\n|\r|\n/u).filter((line) => /^[\s\u0085\ufeff]*::/u.test(line) || line.includes('##['));

async function filtered(chunks: readonly Buffer[]): Promise<Buffer> {
  const target = new PassThrough();
  const out: Buffer[] = [];
  target.on('data', (chunk: Buffer) => out.push(chunk));
  const filter = new LogFilter(target);
  for (const chunk of chunks) filter.write(chunk);
  await filter.flush();
  expect(target.writableEnded).toBe(false);
  return Buffer.concat(out);
}

/** The text cut into pieces at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

const WORDS = ['::', ':', '##[', '#', '[', '\n', '\r', '\r\n', ' ', '\t', '\u00a0', '\u2003', '\u3000', '\ufeff', '\u0085', 'error', '::error::x', 'é', '日', '😀', 'a'];
const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(''));

describe('lines for the log of GitHub Actions', () => {
  it('are no commands of others', () => {
    expect(forLog('::error::x', CI)).toBe(String.raw`\::error::x`);
    expect(forLog('a ::error::x\n \u3000::stop-commands::t\r::add-mask::y', CI)).toBe('a ::error::x\n \u3000\\::stop-commands::t\r\\::add-mask::y');
    expect(forLog('name ##[error]x', CI)).toBe(String.raw`name ##\[error]x`);
    expect(forLog('fine: 10.0.0.0/16 ✔', CI)).toBe('fine: 10.0.0.0/16 ✔');
  });

  it('stay what they are where no runner reads', () => {
    expect(forLog('::error::x', {})).toBe('::error::x');
    expect(jsonForLog('{"a":"##[b]"}', {})).toBe('{"a":"##[b]"}');
  });

  it('of JSON keep their value', () => {
    const value = { name: '##[error]::x', more: ['##[##[', '::'] };
    const json = jsonForLog(JSON.stringify(value, null, 2), CI);
    expect(JSON.parse(json)).toEqual(value);
    expect(obeyed(json)).toEqual([]);
  });
});

describe('the filter of a command\'s output', () => {
  it('lets no command through, however it is cut into pieces, and changes nothing else', async () => {
    await fc.assert(fc.asyncProperty(text, fc.array(fc.nat(400), { maxLength: 12 }), async (written, cuts) => {
      const bytes = Buffer.from(written);
      const got = (await filtered(pieces(bytes, cuts))).toString();
      expect(obeyed(got)).toEqual([]);
      expect(got.replaceAll('\\', '')).toBe(written);
      expect(got).toBe(forLog(written, CI));
      if (obeyed(written).length === 0) expect(got).toBe(written);
    }), { numRuns: 2_000 });
  });

  it('passes every byte of what is no text', async () => {
    const bytes = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919) & 0xff)).filter((byte) => byte !== 0x3a && byte !== 0x23);
    expect(await filtered(pieces(Buffer.from(bytes), [1, 100, 101, 1000]))).toEqual(Buffer.from(bytes));
  });

  it('holds back no prompt', async () => {
    const target = new PassThrough();
    const filter = new LogFilter(target);
    filter.write('   password: ');
    await new Promise((resolve) => setImmediate(resolve));
    expect((target.read() as Buffer).toString()).toBe('   password: ');
    await filter.flush();
  });

  it('ends when nobody takes it any more', async () => {
    const target = new PassThrough();
    target.on('error', () => undefined);
    const filter = new LogFilter(target);
    filter.on('error', () => undefined);
    target.destroy(new Error('EPIPE'));
    filter.write('x');
    await filter.flush();
    await filter.flush();
    expect(filter.destroyed).toBe(true);
  });
});

describe.skipIf(process.platform !== 'linux')('which stream is the log (where there is /proc)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-ci-log-'));
  const program = join(folder, 'asks.mjs');
  buildSync({ entryPoints: [join(import.meta.dirname, '../../../src/cli/ci-log.ts')], bundle: true, platform: 'node', format: 'esm', outfile: join(folder, 'ci-log.mjs') });
  writeFileSync(program, 'import { writeFileSync } from \'node:fs\'; import { isLog } from \'./ci-log.mjs\'; writeFileSync(process.env.ANSWER, `${isLog(1)} ${isLog(2)}`);');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What it says of its two streams in a step that runs this line. */
  function asked(line: string, environment: NodeJS.ProcessEnv = CI, stdout: 'pipe' | number = 'pipe'): string {
    const answer = join(folder, 'answer');
    const ended = spawnSync('sh', ['-ec', line], { env: { PATH: process.env['PATH'], NODE: process.execPath, PROGRAM: program, ANSWER: answer, FILE: join(folder, 'file'), ...environment }, stdio: ['ignore', stdout, 'pipe'] });
    expect(ended.status, ended.stderr.toString()).toBe(0);
    return readFileSync(answer, 'utf8');
  }

  it('is the one that the step was given, and no pipe and no file of the step\'s own', () => {
    expect(asked('"$NODE" "$PROGRAM"')).toBe('true true');
    expect(asked('sh -c \'"$NODE" "$PROGRAM"; true\'')).toBe('true true');
    expect(asked('"$NODE" "$PROGRAM" | cat')).toBe('false true');
    expect(asked('x=$("$NODE" "$PROGRAM"); echo "$x"')).toBe('false true');
    expect(asked('x=$(true; "$NODE" "$PROGRAM"; true)')).toBe('false true');
    expect(asked('"$NODE" "$PROGRAM" > "$FILE"')).toBe('false true');
    expect(asked('"$NODE" "$PROGRAM" 2> "$FILE"')).toBe('true false');
    expect(asked('"$NODE" "$PROGRAM" 2>&1')).toBe('true true');
    expect(asked('"$NODE" "$PROGRAM" 2>&1 | cat')).toBe('false false');
    expect(asked('"$NODE" "$PROGRAM" >&2')).toBe('true true');
  });

  it('is a pipe that this very process was given, and no file', () => {
    expect(asked('exec "$NODE" "$PROGRAM"')).toBe('true true');
    const file = openSync(join(folder, 'out'), 'w');
    expect(asked('"$NODE" "$PROGRAM"', CI, file)).toBe('false true');
    closeSync(file);
  });

  it('is none without a runner', () => {
    expect(asked('"$NODE" "$PROGRAM"', {})).toBe('false false');
    expect(isLog(1, {})).toBe(false);
  });
});
