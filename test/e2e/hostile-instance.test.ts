/** Instances that take all they can get, users and roots at once: the others, the local cloud and the host stay usable, and the lab goes at a word. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle } from './program.js';
import { asEachUser } from './users.js';

/** Ends by itself, should all else fail. */
const SECONDS = 45;
/** In the command line of every process of the bombs. */
const MARK = `bomb-${randomUUID()}`;
const BOMB = `: ${MARK}; bomb() { bomb | bomb & }; bomb > /dev/null 2>&1; sleep ${SECONDS}`;
const FILL = 'for file in /tmp/x ~/x /dev/shm/x; do cat /dev/zero > $file; done; sudo bash -c "cat /dev/zero > /run/x; cat /dev/zero > /x"; echo filled';
const SOCKETS = `i=0; while [ $i -lt 100000 ] && eval "exec {socket}<> /dev/udp/8.8.8.8/53" && echo x >&$socket; do i=$((i + 1)); done; sleep ${SECONDS}`;

/** Of the bombs, without the clients that started them. */
const bombs = (): number => readdirSync('/proc').filter((name) => {
  try {
    const line = /^\d+$/u.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'latin1') : '';
    return line.includes(MARK) && !line.includes('run.js');
  } catch {
    return false;
  }
}).length;

describe.skipIf(netnsObstacle !== undefined)(`instances that take all they can get${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, { timeout: 120_000 }, () => {
  asEachUser((user) => {
    const home = new Home('netns', user);
    const hostile: ChildProcess[] = [];
    const start = (instance: string, command: string): void => void hostile.push(home.start('exec', instance, '--', 'bash', '-c', command));

    beforeAll(() => {
      expect(home.run(['deploy', '--yes']).status).toBe(0);
    });
    afterAll(() => {
      for (const child of hostile) child.kill('SIGKILL');
      home.remove();
    });

    it('a full disk is its own instance\'s, which stays usable', () => {
      expect(home.run(['exec', '4', '--', 'bash', '-c', FILL])).toMatchObject({ status: 0, stdout: 'filled\n', stderr: expect.stringContaining('No space left on device') as string });
      expect(home.run(['exec', '4', '--', 'bash', '-c', 'rm -f /tmp/x ~/x && hostname']).stdout).toMatch(/^ip-10-0-3-/u);
    });

    it('the others are served while it goes on', async () => {
      start('3', BOMB);
      start('2', `sudo bash -c '${BOMB}'`);
      start('2', `sudo ping -f -q -w ${SECONDS} 8.8.8.8`);
      start('4', SOCKETS);
      start('4', 'head -c 20G /dev/zero | tail -n 1');
      await expect.poll(bombs, { timeout: 30_000 }).toBeGreaterThan(300);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      // A user of one instance and root of another, 512 each.
      expect(bombs()).toBeLessThanOrEqual(2 * 512);
      expect(home.run(['status'])).toMatchObject({ status: 0, stdout: expect.stringContaining('3 agents online') as string });
      expect(home.run(['exec', '1', '--', 'hostname']).stdout).toMatch(/^ip-10-0-1-/u);
      expect(home.run(['exec', '1', '--', 'ping', '-c', '1', '-W', '5', '8.8.8.8']).stdout).toContain('1 received');
      expect(home.run(['exec', '4', '--', 'hostname']).stdout).toMatch(/^ip-10-0-3-/u);
    });

    it('the lab is destroyed at a word, and nothing of theirs is left', () => {
      const { status, stdout, stderr } = home.run(['destroy', '--yes']);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stdout + stderr).toContain('No process, file or key is left.');
      expect(bombs()).toBe(0);
    });
  });
});
