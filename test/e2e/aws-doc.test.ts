/** The block of docs/aws.md that plays AWS at the local cloud, word by word: what a newcomer pastes has to work. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Home, root } from './program.js';

const present = spawnSync('npx', ['--version']).status === 0;

describe.skipIf(!present)(`docs/aws.md${present ? '' : ' (no npx on PATH)'}`, () => {
  const home = new Home('computed');
  afterAll(() => home.remove());

  it('deploys, uses and destroys a lab without an account', () => {
    const block = readFileSync(join(root, 'docs/aws.md'), 'utf8').split('## Without an account\n')[1]?.split(/^```$/mu)[1] ?? '';
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', block], { cwd: root, env: home.environment, encoding: 'utf8', timeout: 150_000 });
    expect(status, stdout + stderr).toBe(0);
    expect(stderr).toMatch(/^AWS account \d{12}, region ap-northeast-1/mu);
    expect(stderr.match(/ssh from +198\.51\.100\.7\/32 may open SSH/gu), stderr).toHaveLength(2);
    expect(stderr).toMatch(/Instance1 by its key, host key pinned[\s\S]*Deployed in/u);
    expect(stdout.match(/^ip-10-\d+-\d+-\d+\S*$/gmu), stdout + stderr).toHaveLength(2);
    expect(home.run(['status', '--json']).stdout).toMatch(/"running": false/u);
  }, 180_000);
});
