/**
 * Job control at the terminal against GNU bash 5.2.15: what it showed for these keys, prompt by prompt, as `bash` and as `sh`
 * (POSIX mode, which is what ssm-user gets). Process ids are written as PID.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { bootGuest, bundleWorker, Terminal } from './bundled-worker.js';

type Step = readonly [keys: string, shown: string];

const corpus = JSON.parse(readFileSync(join(import.meta.dirname, 'bash-5.2-jobs.json'), 'utf8')) as Readonly<Record<string, Readonly<Record<'bash' | 'sh', readonly Step[]>>>>;

function withoutIds(shown: string): string {
  return shown
    .replaceAll(/(?<=\[\d+\] )\d{2,}(?=\r)|(?<=group )\d+|(?<=\d\[)\d+(?=\])/gu, 'PID')
    .replaceAll(/(?<=\][-+ ]) +\d{2,}(?= [A-Z])/gu, ' PID')
    .replaceAll(/(?<=\n) {5,}\d{2,}(?= {10,}\|)/gu, '     PID');
}

/** Types, and returns what the terminal showed once that is what was wanted, or once there was time enough. */
async function shownFor(terminal: Terminal, keys: string, wanted: string | RegExp): Promise<string> {
  let from = terminal.output.length;
  const shown = (): string => withoutIds(terminal.output.slice(from));
  const isWanted = (): boolean => (typeof wanted === 'string' ? shown() === wanted : wanted.test(shown()));
  terminal.type(keys.replaceAll('\n', '\r'));
  for (let round = 0; round < 160 && !isWanted(); round += 1) {
    await new Promise((resolve) => setTimeout(resolve, round < 40 ? 5 : 50));
    // A key of the terminal that came before the command had it: at most it was echoed.
    if (round % 20 === 19 && keys < ' ' && /^(?:\^.)?$/u.test(shown())) {
      from = terminal.output.length;
      terminal.type(keys);
    }
  }
  return shown();
}

let guest: Guest;
beforeAll(async () => {
  guest = await bootGuest(await bundleWorker());
});
afterAll(() => guest.stop());

describe.each(['bash', 'sh'] as const)('jobs of %s', (shell) => {
  it.each(Object.entries(corpus))('%s', async (_, recorded) => {
    const terminal = await Terminal.open(guest, { user: shell === 'sh' ? 'ssm-user' : 'root' });
    await terminal.expect(/[$#] $/u);
    terminal.type("PS1='$ '; cd /tmp\r");
    await terminal.expect(/\r\n\$ $/u);
    const got: Step[] = [];
    for (const [keys, wanted] of recorded[shell]) {
      const shown = await shownFor(terminal, keys, wanted);
      got.push([keys, shown]);
      if (shown !== wanted) break;
    }
    terminal.process.signal('KILL');
    expect(got).toEqual(recorded[shell].slice(0, got.length));
  }, 30_000);
});

describe('jobs when the shell goes', () => {
  const processes = async (): Promise<string> => {
    const ps = await guest.spawn({ user: 'root', run: { kind: 'line', line: 'ps -ef' } });
    let text = '';
    for await (const chunk of ps.stdout) text += String(chunk);
    return text;
  };

  it('leaves what runs in the background, and ends what is stopped', async () => {
    const terminal = await Terminal.open(guest);
    await terminal.expect('sh-5.2$ ');
    terminal.type('sleep 7001 &\r');
    await terminal.expect('sh-5.2$ ');
    terminal.type('sleep 7002\r');
    await terminal.expect('sleep 7002\r\n');
    expect(await shownFor(terminal, '\u001A', /Stopped/u)).toMatch(/Stopped.* sleep 7002/u);
    terminal.type('exit\rexit\r');
    // The refusal was a status of 1, and `exit` takes the last.
    expect(await terminal.process.status).toEqual({ code: 1, signal: undefined });
    const left = await processes();
    expect(left).toContain('sleep 7001');
    expect(left).not.toContain('sleep 7002');
    const ended = await guest.spawn({ user: 'root', run: { kind: 'line', line: "kill $(ps -ef | grep '[s]leep 7001' | tr -s ' ' | cut -d' ' -f2)" } });
    expect(await ended.status).toEqual({ code: 0, signal: undefined });
    expect(await processes()).not.toContain('sleep 7001');
  });

  it('passes a hangup on to its jobs, but not to those it disowned', async () => {
    const terminal = await Terminal.open(guest);
    for (const line of ['sleep 7003 &', 'sleep 7004 & disown', 'nohup sleep 7005 &']) {
      await terminal.expect('sh-5.2$ ');
      terminal.type(`${line}\r`);
    }
    await terminal.expect('sh-5.2$ ');
    terminal.process.signal('HUP');
    expect(await terminal.process.status).toEqual({ code: undefined, signal: 'HUP' });
    const left = await processes();
    expect(left).not.toContain('sleep 7003');
    expect(left).toContain('sleep 7004');
    expect(left).toContain('sleep 7005');
  });

  it('a command without a shell around it does not stop at ^Z: nobody could continue it', async () => {
    const terminal = await Terminal.open(guest, { run: { kind: 'line', line: 'echo started; read x; echo "<$x>"' } });
    await terminal.expect('started\r\n');
    terminal.type('\u001Aon\r');
    await terminal.expect('<on>\r\n');
    expect(await terminal.process.status).toEqual({ code: 0, signal: undefined });
  });
});
