/**
 * What the service has acknowledged and not passed on dies with it: after a crash in the middle of a transfer the client is
 * told within 10 s, and does not resume the session as if it were whole, not even when the region is back at once.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home, onEachFabric } from './program.js';

const TOLD_WITHIN_MS = 10_000;

onEachFabric('the region is killed in the middle of a transfer', (fabric) => {
  const home = new Home(fabric);
  beforeAll(() => {
    expect(home.run(['deploy', '--yes']).status).toBe(0);
  });
  afterAll(() => home.remove());

  it.each([['and stays away', false], ['and is back at once', true]])('%s: the client ends within 10 s and says why', async (_name, back) => {
    home.run(['local', 'start']);
    const { localCloud } = home.json<{ localCloud: { pid: number } }>('status');
    const child = home.start('exec', '3', '--', 'yes');
    let bytes = 0;
    let errors = '';
    const flows = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > 1_000_000) resolve();
      });
    });
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ended = once(child, 'close');
    await flows;
    const killed = Date.now();
    process.kill(localCloud.pid, 'SIGKILL');
    if (back) home.run(['local', 'start']);
    const [status] = (await ended) as [number | null];
    expect(Date.now() - killed).toBeLessThan(TOLD_WITHIN_MS);
    expect(status).toBe(255);
    expect(errors).toMatch(back ? /session \S+ is over|not.*session|does not exist/iu : /127\.0\.0\.1:\d+/u);
  });
});
