/**
 * What hands do at a shell of an instance, through the whole of it: a real terminal, `ssmlab connect`, the data channel or SSH,
 * the guest. Times here are bounds for a loaded machine; bench/ and the issue have the measured ones.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockAddress } from '../../src/lib/target/local/lock.js';
import { Home, onEachFabric, type Terminal, Terminal as RealTerminal } from './program.js';

const UP = '\u001B[A';
const DOWN = '\u001B[B';
const CTRL = { a: '\u0001', c: '\u0003', d: '\u0004', e: '\u0005', r: '\u0012', u: '\u0015', w: '\u0017', z: '\u001A' };

onEachFabric('a shell in a real terminal', (fabric) => describe.skipIf(!RealTerminal.available)('of a window', () => {
  const home = new Home(fabric);
  beforeAll(() => {
    expect(home.run(['deploy', '--yes']).status).toBe(0);
  });
  afterAll(() => {
    home.run(['destroy', '--yes']);
    home.remove();
  });

  describe.each([
    { way: 'Session Manager', instance: '3', prompt: /sh-5\.2\$ $/, stopped: 'Stopped(SIGTSTP)       ' },
    { way: 'SSH', instance: '1', prompt: /\[ec2-user@ip-10-0-1-\d+ ~\]\$ $/, stopped: 'Stopped                ' },
  ])('by $way', ({ instance, prompt, stopped }) => {
    let terminal: Terminal;
    beforeEach(async () => {
      terminal = home.terminal(['connect', instance], { columns: 90, rows: 28 });
      await terminal.waitFor(prompt, 20_000);
    });
    afterEach(() => terminal.kill());

    /** Types a line; what it printed before the next prompt. */
    async function command(line: string): Promise<string> {
      terminal.type(`${line}\r`);
      await terminal.waitFor(/\r\n/);
      return (await terminal.waitFor(prompt)).replace(prompt, '');
    }

    it('recalls and edits lines, completes names', async () => {
      await command('echo one');
      await command('echo two');
      terminal.type(`${UP}${UP}${DOWN}\u007FO\r`);
      await terminal.waitFor(/\r\ntwO\r\n/);
      await terminal.waitFor(prompt);
      terminal.type(`${CTRL.r}one\r`);
      await terminal.waitFor(/\r\none\r\n/);
      await terminal.waitFor(prompt);
      terminal.type(`cho a bbb${CTRL.a}e${CTRL.w}e${CTRL.e}${CTRL.w}c\r`);
      await terminal.waitFor(/\r\na c\r\n/);
      await terminal.waitFor(prompt);
      terminal.type(`echo lost${CTRL.u}echo xkept\u001B[D\u001B[D\u001B[D\u001B[D\u001B[D${CTRL.d}\r`);
      await terminal.waitFor(/\r\nkept\r\n/);
      await terminal.waitFor(prompt);
      terminal.type('cat /etc/os-rel\t| head -1\r');
      await terminal.waitFor(/\r\nNAME="Amazon Linux"\r\n/);
      await terminal.waitFor(prompt);
      terminal.type(`half a line${CTRL.c}`);
      await terminal.waitFor(/\^C\r\n/);
      await terminal.waitFor(prompt);
    });

    it('ends input by ^D, and a writer whose reader is gone', async () => {
      terminal.type('cat\r');
      await terminal.waitFor(/cat\r\n/);
      terminal.type(`to the end\r${CTRL.d}`);
      await terminal.waitFor(/to the end\r\nto the end\r\n/);
      await terminal.waitFor(prompt);
      expect(await command('yes | head -1')).toBe('y\r\n');
    });

    it('knows its size, also when that changes', async () => {
      expect(await command('stty size')).toBe('28 90\r\n');
      terminal.resize({ columns: 77, rows: 20 });
      // The new size goes its own way: asked until it has come.
      for (let round = 0; round < 50 && (await command('stty size')) !== '20 77\r\n'; round += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await command('stty size')).toBe('20 77\r\n');
    });

    it('interrupts, stops and fetches back', async () => {
      terminal.type('sleep 60\r');
      await terminal.waitFor(/sleep 60\r\n/);
      const pressed = performance.now();
      terminal.type(CTRL.c);
      await terminal.waitFor(prompt);
      expect(performance.now() - pressed).toBeLessThan(2000);
      expect(await command('echo $?')).toBe('130\r\n');
      terminal.type("sh -c 'echo started; sleep 61'\r");
      await terminal.waitFor(/\r\nstarted\r\n/);
      terminal.type(CTRL.z);
      expect(await terminal.waitFor(prompt)).toContain(`^Z\r\n[1]+  ${stopped} sh -c 'echo started; sleep 61'\r\n`);
      expect(await command('jobs')).toContain('[1]+  Stopped');
      terminal.type('fg\r');
      await terminal.waitFor(/fg\r\nsh -c 'echo started; sleep 61'\r\n/);
      terminal.type(CTRL.c);
      await terminal.waitFor(prompt);
      expect(await command('jobs; echo none')).toBe('none\r\n');
    });

    it('takes 10 MB that are pasted, byte for byte', { timeout: 90_000 }, async () => {
      const line = `${'0123456789abcdef'.repeat(3)}\r`;
      const text = line.repeat(Math.ceil(10_000_000 / line.length));
      terminal.type("cd /tmp; stty -echo; cat > pasted; stty echo; wc -c < pasted; md5sum < pasted; echo all\r");
      await terminal.waitFor(/echo all\r\n/);
      terminal.type(`${text}${CTRL.d}`);
      const shown = await terminal.waitFor(/ {2}-\r\nall\r\n/, 80_000);
      const bytes = text.replaceAll('\r', '\n');
      expect(shown).toContain(`${bytes.length}\r\n${createHash('md5').update(bytes).digest('hex')}  -\r\n`);
    });
  });

  it.skipIf(process.platform !== 'linux')('goes by the socket beside the port, and what is no shell by the port', { timeout: 60_000 }, async () => {
    const { localCloud } = JSON.parse(home.run(['status', '--json']).stdout) as { readonly localCloud: { readonly stateFolder: string } };
    const name = `${lockAddress(localCloud.stateFolder)}-endpoint`;
    // The region's ends of connections have the name of what they were accepted from; 03 is connected (proc(5)).
    const connections = (): number => readFileSync('/proc/net/unix', 'utf8').split('\n').filter((line) => line.includes(` ${name}`) && line.split(' ')[5] === '03').length;
    expect(connections()).toBe(0);
    const shell = home.terminal(['connect', '3'], { columns: 90, rows: 28 });
    await shell.waitFor(/sh-5\.2\$ $/, 20_000);
    expect(connections()).toBe(1);
    shell.kill();
    for (let wait = 0; connections() > 0 && wait < 100; wait += 1) await sleep(100);
    const command = home.terminal(['exec', '3', '--', 'echo here; sleep 20'], { columns: 90, rows: 28 });
    await command.waitFor(/here/, 20_000);
    expect(connections()).toBe(0);
    command.kill();
  });

  it('a busy loop in 2 leaves 3 alone, and ^C ends it', { timeout: 60_000 }, async () => {
    const prompt = /sh-5\.2\$ $/;
    const three = home.terminal(['connect', '3']);
    const two = home.terminal(['connect', '2']);
    try {
      await three.waitFor(prompt, 20_000);
      await two.waitFor(prompt, 20_000);
      const echo = async (): Promise<number> => {
        const times: number[] = [];
        for (let round = 0; round < 15; round += 1) {
          const begun = performance.now();
          three.type('echo here\r');
          await three.waitFor(/\r\nhere\r\n/);
          await three.waitFor(prompt);
          times.push(performance.now() - begun);
        }
        return times.toSorted((a, b) => a - b)[7] ?? Infinity;
      };
      const before = await echo();
      two.type('while :; do :; done\r');
      await two.waitFor(/done\r\n/);
      const during = await echo();
      two.type(CTRL.c);
      await two.waitFor(/\^C\r\n[\s\S]*sh-5\.2\$ $/);
      // 50 ms where nobody else works; a loop that held the thread would hold it for ever.
      expect(during).toBeLessThan(Math.max(500, before * 10));
    } finally {
      three.kill();
      two.kill();
    }
  });
}));
