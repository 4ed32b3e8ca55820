/**
 * A disk that fills while the journal is written, for real: a small tmpfs as state folder, in a mount namespace of its own.
 * What cannot be written is refused in AWS's shape, what was written stays, and with room again everything goes on.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Home, root } from './program.js';

const home = new Home();
const state = home.environment['SSMLAB_HOME'] ?? '';
mkdirSync(state, { mode: 0o700 });
const mountable = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', state]).status === 0;

/** Fills the folder up to some KiB, tries to deploy for a while, makes room, and lets it go on. */
const script = (free: number) => `
set -u
mount -t tmpfs -o size=3m,mode=0700 none "$SSMLAB_HOME" || exit 77
ssmlab() { "$NODE" "$BIN" "$@"; }
trap 'ssmlab local stop >/dev/null 2>&1' EXIT
ssmlab local start >/dev/null || exit 76
head -c $((($(df -Pk "$SSMLAB_HOME" | tail -1 | tr -s ' ' | cut -d' ' -f4) - ${free}) * 1024)) /dev/zero > "$SSMLAB_HOME/filler"
timeout 12 "$NODE" "$BIN" deploy --yes; echo "deploy $?"
ssmlab status --json; echo "status $?"
rm "$SSMLAB_HOME/filler"
ssmlab deploy --yes >/dev/null; echo "again $?"
kill -9 "$(ssmlab status --json | grep '"pid"' | tr -dc 0-9)"
ssmlab local start >/dev/null
ssmlab verify --json >/dev/null; echo "verify $?"
ssmlab destroy --yes >/dev/null; echo "destroy $?"
ls -A "$SSMLAB_HOME" | wc -l
`;

describe.skipIf(!mountable)('a full disk', () => {
  afterAll(() => home.remove());

  it.each([
    [4, 'before anything is made'],
    [60, 'while the networks are made'],
    [130, 'while the rest is made'],
  ])('with %i KiB left: %s', { timeout: 120_000 }, (free, _when) => {
    const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script(free)], { cwd: home.folder, env: { ...home.environment, NODE: process.execPath, BIN: join(root, 'bin/run.js') }, encoding: 'utf8', timeout: 110_000 });
    const said = `${stdout}\n${stderr}`;
    // Either the call was refused, or the engine keeps trying, the command says why, and was ended by `timeout` (124).
    const status = Number(/^deploy (\d+)$/m.exec(stdout)?.[1]);
    expect([3, 124], said).toContain(status);
    expect(said).toMatch(status === 3 ? /\[(?:aws-error|state-unsafe)\]/ : /waiting: the disk that .*journal is on is full/);
    expect(stdout, said).toMatch(/^status 0$/m);
    expect(stdout, said).toMatch(/^again 0\nverify 0\ndestroy 0\n\s*0$/m);
  });
});
