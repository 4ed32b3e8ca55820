/** The program on machines that cannot carry the netns fabric: it computes, says why in one line, and fails only where real packets were asked for by name. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle, root, type Run } from './program.js';

/** Runs the program on a machine that a script has made of this one, in user and mount namespaces. */
function runOn(machine: string, home: Home, args: readonly string[]): Omit<Run, 'took'> {
  return spawnSync('unshare', ['-U', '-r', '-m', 'sh', '-ec', `${machine}; exec "$@"`, 'sh', process.execPath, join(root, 'bin/run.js'), ...args], {
    cwd: home.folder, env: { ...home.environment, SSMLAB_FABRIC: 'auto' }, encoding: 'utf8', timeout: 60_000,
  });
}

const WITHOUT_NAMESPACES = 'echo 0 > /proc/sys/user/max_user_namespaces';
const WITHOUT_NFT = 'for folder in /usr/sbin /usr/bin /sbin /bin; do if [ -e $folder/nft ]; then mount --bind /dev/null $folder/nft; fi; done';
/** What no probe tries. */
const WITHOUT_HOLDER = `mount --bind /dev/null '${join(root, 'dist/cloud/holder.js')}'`;

describe.skipIf(netnsObstacle !== undefined)(`without real packets${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, () => {
  describe.each([
    ['without user namespaces', WITHOUT_NAMESPACES, /user namespaces: unshare: .*No space left on device; sudo sysctl user\.max_user_namespaces=15000/u],
    ['without nft', WITHOUT_NFT, /nft is missing: sudo apt-get install nftables/u],
  ])('%s', (_, machine, reason) => {
    const home = new Home();
    afterAll(() => home.remove());

    it('the doctor says what to do', () => {
      const { status, stdout } = runOn(machine, home, ['local', 'doctor']);
      expect(stdout).toMatch(new RegExp(`^This machine cannot carry the netns fabric; what packets would do is computed instead\\. ${reason.source}\n`, 'u'));
      expect(status).toBe(3);
    });

    it('the netns fabric is refused by its name', () => {
      const { status, stderr } = runOn(machine, home, ['local', 'start', '--fabric', 'netns']);
      expect(stderr).toContain('fabric-unavailable');
      expect(stderr.replaceAll(/\s+/gu, ' ')).toMatch(reason);
      expect(status).not.toBe(0);
    });

    it('a deploy computes, and says why', () => {
      const { status, stdout, stderr } = runOn(machine, home, ['deploy', '--yes']);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect((stdout + stderr).replaceAll(/\s+/gu, ' ')).toMatch(reason);
      expect(home.run(['exec', '3', '--', 'ping', '-c', '1', '8.8.8.8']).stdout).toContain('64 bytes from 8.8.8.8');
      expect(home.json('status')).toMatchObject({ localCloud: { fabric: 'computed', fabricNote: expect.stringMatching(reason) as string } });
    });
  });

  describe('whose probe found nothing, but where it does not start', () => {
    const home = new Home();
    beforeAll(() => {
      expect(runOn(WITHOUT_HOLDER, home, ['local', 'doctor']).status).toBe(0);
    });
    afterAll(() => home.remove());

    it('the netns fabric is refused by its name', () => {
      const { status, stderr } = runOn(WITHOUT_HOLDER, home, ['local', 'start', '--fabric', 'netns']);
      expect(stderr).toContain('fabric-unavailable');
      expect(stderr.replaceAll(/\s+/gu, ' ')).toContain('the netns fabric did not start');
      expect(status).not.toBe(0);
    });

    it('the local cloud computes, and says why', () => {
      const { status, stderr } = runOn(WITHOUT_HOLDER, home, ['local', 'start']);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(home.json('status')).toMatchObject({ localCloud: { fabric: 'computed', fabricNote: expect.stringMatching(/^the netns fabric did not start: the network's holder did not start/u) as string } });
    });
  });
});
