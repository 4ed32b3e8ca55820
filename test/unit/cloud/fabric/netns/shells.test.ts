/** The holder's shells, which are of no namespace here. */
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Shells } from '../../../../../src/cloud/fabric/netns/holder/shells.js';

describe('the holder\'s shells', () => {
  const shells = new Shells();
  const started = new Set<number>();
  const ownPid = async (): Promise<number> => {
    const { stderr } = await shells.run('', 'echo $PPID');
    started.add(Number(stderr));
    return Number(stderr);
  };
  const isRunning = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const end = (pid: number): boolean => isRunning(pid) && process.kill(pid, 'SIGKILL');

  afterAll(async () => {
    // Both, whichever comes next.
    await Promise.all([ownPid(), ownPid()]);
    for (const pid of started) end(pid);
  });

  it('run a script to its first command that fails, and say what it printed', async () => {
    expect(await shells.run('', 'echo one\necho two >&2\nfalse\necho three')).toEqual({ status: 1, stdout: '', stderr: 'one\ntwo\n' });
  });

  it('reject what was running when one is killed, and go on', async () => {
    await expect(shells.run('', 'kill -KILL $PPID')).rejects.toThrow('a shell ended (SIGKILL)');
    expect(await shells.run('', 'echo again')).toMatchObject({ status: 0, stderr: 'again\n' });
  });

  it('are replaced when they were killed with nothing to do', async () => {
    const pids = await Promise.all([ownPid(), ownPid()]);
    expect(new Set(pids).size).toBe(2);
    for (const pid of pids) end(pid);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]));
    const next = await Promise.all([ownPid(), ownPid()]);
    expect(next.filter((pid) => pids.includes(pid))).toEqual([]);
  });
});
