/** Which data plane the local cloud runs on: what is asked for, what this machine can do, what stands on it already (issue 5, "Which fabric"). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle, root } from './program.js';

interface Started {
  readonly started: boolean;
  readonly endpoint: string;
  readonly fabric: string;
  readonly fabricNote: string | null;
}

/** Nobody asked by the environment. */
const unasked = { SSMLAB_FABRIC: undefined };
const nft = spawnSync('sh', ['-c', 'command -v nft'], { encoding: 'utf8', env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` } }).stdout.trim();
/** A machine like this one without nft: something that is no program in its place. */
const WITHOUT_NFT = ['unshare', '-r', '-m', 'sh', '-c', `mount --bind /dev/null '${nft}' && exec "$@"`, 'sh'];
const canHide = nft !== '' && spawnSync(WITHOUT_NFT[0] ?? '', [...WITHOUT_NFT.slice(1), 'true']).status === 0;

describe.skipIf(netnsObstacle !== undefined)(`the fabric of the local cloud${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, () => {
  const home = new Home();
  afterAll(() => home.remove());
  const start = (environment: NodeJS.ProcessEnv, ...args: string[]): Started => JSON.parse(home.run(['local', 'start', '--json', ...args], { environment }).stdout) as Started;
  const fabricNow = () => home.json<{ localCloud: { fabric: string; running: boolean } }>('status').localCloud.fabric;

  it('is real packets where nobody asks; with nothing on it, it changes as asked, at the same address', () => {
    const first = start(unasked);
    expect(first).toMatchObject({ started: true, fabric: 'netns', fabricNote: null });
    expect(start(unasked, '--fabric', 'netns')).toMatchObject({ started: false, fabric: 'netns' });
    expect(start(unasked, '--fabric', 'computed')).toMatchObject({ started: true, fabric: 'computed', fabricNote: null, endpoint: first.endpoint });
    expect(start(unasked)).toMatchObject({ started: false, fabric: 'computed' });
    expect(start({ SSMLAB_FABRIC: 'netns' })).toMatchObject({ started: true, fabric: 'netns', endpoint: first.endpoint });
    expect(start({ SSMLAB_FABRIC: 'computed' })).toMatchObject({ started: true, fabric: 'computed' });
    const run = home.run(['local', 'start', '--fabric', 'docker']);
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('to be one of: auto, netns, computed')]);
  });

  it('stays with the stacks that stand on it, asked otherwise or not, running or not', () => {
    const deployed = home.run(['deploy', '--yes', '--fabric', 'netns']);
    expect(deployed.status, deployed.stderr).toBe(0);
    expect(deployed.stderr).toContain('netns fabric: real packets');
    for (const command of [['local', 'start', '--fabric', 'computed'], ['deploy', '--yes', '--fabric', 'computed'], ['deploy', '--yes']]) {
      const refused = home.run(command);
      expect([refused.status, refused.stderr.replaceAll(/\s+/gu, ' ')], command.join(' ')).toEqual([3, expect.stringMatching(/on the netns fabric and holds 1 stack in ap-northeast-1, 2 VPCs in ap-northeast-1; the computed fabric was asked for \[fabric-in-use\] hint: run `ssmlab destroy` first/u)]);
    }
    expect(home.run(['local', 'stop']).status).toBe(0);
    const refused = home.run(['local', 'start']);
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringMatching(/stacks stand on the netns fabric [^\n]*\[fabric-in-use\]/u)]);
    expect(start(unasked)).toMatchObject({ started: true, fabric: 'netns' });
    expect(fabricNow()).toBe('netns');
    expect(home.run(['status']).stdout).toContain('netns fabric');
    // Commands that have no such choice bring it back as it was, whatever the environment says.
    home.run(['local', 'stop']);
    expect(home.run(['destroy', '--yes'])).toMatchObject({ status: 0, stderr: expect.stringContaining('Destroyed') as string });
    expect(start(unasked, '--fabric', 'computed')).toMatchObject({ started: true, fabric: 'computed' });
  });
});

describe.skipIf(!canHide)(`a machine without nft${canHide ? '' : ' (no nft here, or none that can be hidden)'}`, () => {
  const home = new Home();
  const run = (...args: string[]) => spawnSync(WITHOUT_NFT[0] ?? '', [...WITHOUT_NFT.slice(1), process.execPath, join(root, 'bin/run.js'), ...args], { cwd: home.folder, env: { ...home.environment, ...unasked }, encoding: 'utf8', timeout: 60_000, input: '' });
  beforeAll(() => {
    expect(run('local', 'doctor')).toMatchObject({ status: 3, stdout: expect.stringContaining('what packets would do is computed instead') as string });
  });
  afterAll(() => home.remove());

  it('refuses real packets, and says what is missing', () => {
    const refused = run('local', 'start', '--fabric', 'netns');
    expect([refused.status, refused.stderr.replaceAll(/\s+/gu, ' ')]).toEqual([3, expect.stringMatching(/cannot carry the netns fabric: nft is missing: sudo apt-get install nftables \[fabric-unavailable\] hint: run `ssmlab local doctor`/u)]);
    expect(JSON.parse(run('local', 'doctor', '--json').stdout)).toMatchObject({ usable: false, reason: 'nft is missing: sudo apt-get install nftables' });
  });

  it('computes them unasked, and every report says why', () => {
    const why = 'nft is missing: sudo apt-get install nftables';
    const deployed = run('deploy', '--yes');
    expect([deployed.status, deployed.stderr]).toEqual([0, expect.stringContaining(`computed fabric; no AWS account is used\n  no real packets: ${why}\n`)]);
    expect(run('local', 'start').stderr).toContain(`No real packets: ${why}\n`);
    expect(run('status').stdout).toContain(`computed fabric`);
    expect(run('status').stdout).toContain(`no real packets: ${why}\n`);
    expect(JSON.parse(run('verify', '--json').stdout)).toMatchObject({ verdict: 'pass', fabric: 'computed' });
    // With nft back the stack stays where it stands.
    run('local', 'stop');
    expect(JSON.parse(home.run(['local', 'start', '--json'], { environment: unasked }).stdout)).toMatchObject({ started: true, fabric: 'computed', fabricNote: null });
  });
});
