/** Which data plane the local cloud runs on: what is asked for, what stands on it already (issue 5, "Which fabric"). Machines that have no choice: no-real-packets.test.ts. */
import { afterAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle } from './program.js';

interface Started {
  readonly started: boolean;
  readonly endpoint: string;
  readonly fabric: string;
  readonly fabricNote: string | null;
}

/** Nobody asked by the environment. */
const unasked = { SSMLAB_FABRIC: undefined };

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
