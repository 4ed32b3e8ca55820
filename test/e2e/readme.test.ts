/** README's "Break it, see it, heal it", word by word: what a newcomer pastes has to work. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle, root } from './program.js';

const present = spawnSync('aws', ['--version']).status === 0 && spawnSync('npx', ['--version']).status === 0;

/** The first block of shell lines under a heading. */
function blockUnder(heading: string): string {
  const section = readFileSync(join(root, 'README.md'), 'utf8').split(/^## /mu).find((text) => text.startsWith(`${heading}\n`));
  const block = section?.split(/^```$/mu)[1];
  if (block === undefined) throw new Error(`README.md has no block under "${heading}"`);
  return block;
}

describe.skipIf(!present)(`README${present ? '' : ' (no aws or no npx on PATH)'}`, () => {
  // As a newcomer has it.
  const home = new Home(netnsObstacle === undefined ? 'netns' : 'computed');
  beforeAll(() => {
    const run = home.run(['deploy', '--yes']);
    expect(run.status, run.stderr).toBe(0);
  }, 120_000);
  afterAll(() => home.remove());

  it('breaks the lab, shows it and heals it', () => {
    const { stdout, stderr } = spawnSync('sh', ['-c', blockUnder('Break it, see it, heal it')], { cwd: root, env: { ...home.environment, AWS_PAGER: '' }, encoding: 'utf8', timeout: 150_000 });
    expect(stdout.match(/^i-[0-9a-f]{17}\tOnline$/gmu), stdout + stderr).toHaveLength(3);
    // What `echo $?` printed after each verify, in their order.
    expect(stdout.match(/^\d$/gmu), stdout + stderr).toEqual(['1', '0']);
    expect(stdout.match(/^52 claims hold\. The lab is as it should be\./gmu), stdout + stderr).toHaveLength(1);
    expect(stdout).toMatch(/^ {2}4 cannot ping 8\.8\.8\.8, as it should be/mu);
    expect(stderr).not.toMatch(/not found|usage:|An error occurred/iu);
  }, 180_000);
});
