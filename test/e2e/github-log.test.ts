/** What the log of GitHub Actions gets of an instance's words, and what a pipe of the user's own gets. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, root } from './program.js';

const SAYS = String.raw`printf '::error::owned\n  ::stop-commands::t\nplain ::x\n##[error]old\n'; printf '\r::add-mask::y\n::warning::no end' 1>&2`;
const obeyed = (text: string): string[] => text.split(/\r\n|\r|\n/u).filter((line) => line.trimStart().startsWith('::') || line.includes('##['));

describe('in GitHub Actions', () => {
  const home = new Home('computed');
  const ci = { GITHUB_ACTIONS: 'true', CI: 'true' };
  beforeAll(() => {
    const run = home.run(['deploy', '--yes']);
    expect(run.status, run.stderr).toBe(0);
  }, 120_000);
  afterAll(() => home.remove());

  it.each(['1', '3'])('exec on instance %s writes no line that the runner would obey, and keeps its status', (instance) => {
    const run = home.run(['exec', instance, '--', `${SAYS}; exit 7`], { environment: ci });
    expect(run.status, run.stderr).toBe(7);
    expect(run.stdout).toBe('\\::error::owned\n  \\::stop-commands::t\nplain ::x\n##\\[error]old\n');
    expect(run.stderr).toContain('\r\\::add-mask::y\n\\::warning::no end');
    expect(obeyed(run.stdout + run.stderr)).toEqual([]);
  });

  it.each(['1', '3'])('a pipe of the user\'s own gets every byte that instance %s wrote', (instance) => {
    const line = `'${process.execPath}' '${join(root, 'bin/run.js')}' exec ${instance} -- "$SAYS" | od -An -c`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', line], { cwd: home.folder, env: { ...home.environment, ...ci, SAYS }, encoding: 'utf8', timeout: 60_000 });
    expect(status, stderr).toBe(0);
    expect(stdout.replaceAll(/\s+/gu, '')).toBe(String.raw`::error::owned\n::stop-commands::t\nplain::x\n##[error]old\n`);
    // What was not piped is the log.
    expect(obeyed(stderr)).toEqual([]);
    expect(stderr).toContain('\\::add-mask::y');
  });

  it('without a runner everybody gets what was written', () => {
    const run = home.run(['exec', '3', '--', SAYS]);
    expect(run.stdout).toBe('::error::owned\n  ::stop-commands::t\nplain ::x\n##[error]old\n');
    expect(run.stderr).toContain('\r::add-mask::y\n::warning::no end');
  });
});
