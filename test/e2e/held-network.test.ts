/** All processes of the lab's network are stopped (SIGSTOP), as by a debugger or a sleeping machine: every command says something sensible in bounded time, and all heals. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, netnsObstacle, Terminal } from './program.js';

const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((each) => each !== '').map(Number);
const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];
const isThere = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

interface Status {
  readonly instances: { readonly online: number } | null;
  readonly localCloud: { readonly pid: number; readonly trouble: string | null };
}

describe.skipIf(netnsObstacle !== undefined)(`a network that is held${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, { timeout: 120_000 }, () => {
  const home = new Home('netns');
  let network: readonly number[] = [];
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const pid of network.filter(isThere)) process.kill(pid, name);
  };
  const status = (): Status => home.json<Status>('status');
  const text = (...args: string[]) => {
    const { status: code, stdout, stderr } = home.run(args);
    return { code, said: (stdout + stderr).replaceAll(/\s+/gu, ' ') };
  };

  beforeAll(() => {
    expect(home.run(['deploy', '--yes']).status).toBe(0);
    const outermost = childrenOf(status().localCloud.pid).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'unshare\n');
    network = outermost.flatMap(treeOf);
    expect(network.length).toBeGreaterThan(3);
    signal('SIGSTOP');
  });
  afterAll(() => {
    signal('SIGCONT');
    home.remove();
  });

  it('status names the process and what to do, and the agents are lost', async () => {
    await expect.poll(() => status().localCloud.trouble, { timeout: 20_000 }).toMatch(/^nothing new comes about in the network: process \d+ \(ssmlab network\) does not answer; if it was stopped, `kill -CONT \d+` has it go on$/u);
    expect(network).toContain(Number(/process (\d+)/u.exec(status().localCloud.trouble ?? '')?.[1]));
    await expect.poll(() => status().instances?.online, { timeout: 20_000 }).toBe(0);
    expect(text('status').said).toContain('trouble nothing new comes about');
    expect(text('list')).toMatchObject({ code: 0, said: expect.stringContaining('connection lost') as string });
  });

  it('exec and connect do not wait for agents that are lost', async () => {
    expect(text('exec', '3', '--', 'hostname')).toMatchObject({ code: 255, said: expect.stringContaining('[not-connected]') as string });
    if (!Terminal.available) return;
    const terminal = home.terminal(['connect', '2']);
    expect(await terminal.waitFor(/\[ended \d+\]/u, 20_000)).toContain('not-connected');
  });

  it('verify says what is shut', () => {
    const { code, said } = text('verify');
    expect(code).toBe(1);
    expect(said).toContain('declared and predicted SSH is open · observed SSH is closed');
    expect(said).toContain('declared and predicted Session Manager is open · observed Session Manager is closed');
  });

  it('deploy says what it waits for, and ends', () => {
    const { code, said } = text('deploy', '--yes');
    expect(said).toContain('waiting: nothing new comes about in the network');
    expect(said).toContain('Instance2 is not connected');
    expect(code).toBe(0);
  });

  it('all heals when it goes on', async () => {
    signal('SIGCONT');
    await expect.poll(status, { timeout: 30_000, interval: 500 }).toMatchObject({ instances: { online: 3 }, localCloud: { trouble: null } });
    expect(text('verify').code).toBe(0);
  });

  it('destroy works also while it is held, and leaves no process', () => {
    signal('SIGSTOP');
    expect(text('destroy', '--yes')).toMatchObject({ code: 0, said: expect.stringContaining('No process, file or key is left.') as string });
    expect(network.filter(isThere)).toEqual([]);
  });
});
