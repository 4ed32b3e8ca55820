/** Before anybody types: a session that is none is typed in, and gone. */
import { expect, it } from 'vitest';
import type { DataChannel } from '../../../../src/lib/session/data-channel.js';
import { runShell } from '../../../../src/lib/session/shell.js';
import type { ShellTerminal } from '../../../../src/lib/session/shell.js';
import { warmUp } from '../../../../src/lib/session/warm-up.js';

/** Runs shells as `runShell` does; what was typed in them, and what they showed. */
function watched() {
  const channels: DataChannel[] = [];
  const typed: string[] = [];
  const shown: string[] = [];
  const ended: Promise<unknown>[] = [];
  const shell = (channel: DataChannel, terminal: ShellTerminal): Promise<unknown> => {
    channels.push(channel);
    terminal.stdin.on('data', (bytes: Buffer) => typed.push(bytes.toString()));
    const write = terminal.stdout.write.bind(terminal.stdout) as (bytes: Buffer) => boolean;
    terminal.stdout.write = (bytes: Buffer): boolean => {
      shown.push(bytes.toString());
      return write(bytes);
    };
    const end = runShell(channel, terminal);
    ended.push(end);
    return end;
  };
  return { channels, typed, shown, ended, shell };
}

it('keys go through whole sessions and are shown, others come in between, and nothing is left', async () => {
  const { channels, typed, shown, ended, shell } = watched();
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  warmUp(shell);
  expect([typed, shown]).toEqual([[], []]);
  expect(await Promise.all(ended)).toEqual(channels.map(() => ({ by: 'remote', output: '' })));
  clearInterval(others);
  expect(typed).toHaveLength(1500);
  expect(new Set([...typed, ...shown])).toEqual(new Set(['k']));
  // The last ones may be on their way when it ends.
  expect(shown.length).toBeGreaterThanOrEqual(1495);
  expect(turns).toBeGreaterThan(3);
  expect(channels.map(({ open }) => open)).toEqual([false, false]);
});

it('whoever is done with it stops it', async () => {
  const { typed, ended, shell } = watched();
  const stop = warmUp(shell);
  while (typed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop();
  await Promise.all(ended);
  const { length } = typed;
  expect(length).toBeLessThan(1500);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(typed).toHaveLength(length);
});

it('when it fails nobody hears of it', async () => {
  const channels: DataChannel[] = [];
  warmUp((channel) => {
    channels.push(channel);
    return Promise.reject(new Error('planted'));
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(channels.map(({ open }) => open)).toEqual([false, false]);
});
