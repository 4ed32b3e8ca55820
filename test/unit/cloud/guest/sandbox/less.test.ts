/** less at the terminal of a guest: what each key shows, read from a screen as a person would. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Terminal as Screen } from '@xterm/headless';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { bootGuest, bundleWorker, Terminal } from './bundled-worker.js';

const PROMPT = 'sh-5.2$ ';

let guest: Guest;
let terminal: Terminal;
let screen: Screen;
beforeAll(async () => {
  guest = await bootGuest(await bundleWorker());
});
afterAll(() => guest.stop());
beforeEach(async () => {
  terminal = await Terminal.open(guest);
  await terminal.expect(PROMPT);
  screen = new Screen({ cols: 80, rows: 24, allowProposedApi: true });
  screen.write(terminal.output);
  terminal.process.stdout.on('data', (chunk: Buffer) => screen.write(chunk));
});
afterEach(async () => {
  terminal.process.signal('KILL');
  await terminal.process.status;
});

const rows = (): string[] => Array.from({ length: 24 }, (_, row) => screen.buffer.active.getLine(row)?.translateToString(true).trimEnd() ?? '');

/** Types, and waits until the screen is as wanted: its first row, the row above the prompt, the prompt. */
async function shows(typed: string, first: string, last: string, prompt: string): Promise<void> {
  terminal.type(typed);
  const seen = (): string[] => [rows()[0] ?? '', rows()[22] ?? '', rows()[23] ?? ''];
  await expect.poll(seen, { timeout: 5000, interval: 10 }).toEqual([first, last, prompt]);
}

it('goes forward and back, by line, window and half, to a line, to the ends', async () => {
  await shows('seq 100 > /tmp/n; less /tmp/n\r', '1', '23', '/tmp/n');
  await shows(' ', '24', '46', ':');
  await shows('b', '1', '23', ':');
  await shows('j', '2', '24', ':');
  await shows('\x1b[B', '3', '25', ':');
  await shows('5\n', '8', '30', ':');
  await shows('k', '7', '29', ':');
  await shows('d', '18', '40', ':');
  await shows('\x1b[5~', '1', '23', ':');
  await shows('G', '78', '100', '(END)');
  await shows('f', '78', '100', '(END)');
  await shows('u', '67', '89', ':');
  await shows('g', '1', '23', ':');
  await shows('40g', '40', '62', ':');
  await shows('50%', '50', '72', ':');
});

it('searches both ways, and says when there is nothing', async () => {
  await shows('seq 100 | less\r', '1', '23', ':');
  await shows('/[37]5\r', '35', '57', ':');
  await shows('n', '75', '97', ':');
  await shows('n', '75', '97', 'Pattern not found');
  await shows('N', '35', '57', ':');
  await shows('?^2$\r', '2', '24', ':');
  await shows('/\\x\r', '2', '24', 'Pattern not found');
  await shows('/1\x7f\x7f', '2', '24', ':');
});

it('gives the screen back at q, and has its status', async () => {
  await shows('seq 3 > /tmp/three; less /tmp/three\r', '1', '~', '/tmp/three (END)');
  terminal.type('q');
  await expect.poll(() => rows()[1]).toBe(PROMPT.trimEnd());
  expect(rows()[0]).toBe('sh-5.2$ seq 3 > /tmp/three; less /tmp/three');
  terminal.type('less /nix; echo $?\r');
  await terminal.expect('\r\nless: /nix: No such file or directory\r\n1\r\n');
  terminal.type('less; echo $?; stty -g\r');
  await terminal.expect('\r\nless: Missing filename ("less --help" for help)\r\n1\r\n11111:sandbox\r\n');
});

it('shows what comes when it comes, and Ctrl-C ends only the waiting', async () => {
  await shows('(trap "" INT; echo one; sleep 60) | less\r', 'one', '~', ':');
  terminal.type('G');
  await shows('\x03', 'one', '~', ':');
  await shows('=', 'one', '~', '- lines 1-1');
});

it('leaves the shell what is typed behind q', async () => {
  await shows('seq 3 | less\r', '1', '~', '(END)');
  terminal.type('qecho "<é>"\r');
  await terminal.expect('\r\n<é>\r\n');
});

it('stops at Ctrl-Z and goes on', async () => {
  await shows('seq 100 > /tmp/n; less /tmp/n\r', '1', '23', '/tmp/n');
  terminal.type('\x1a');
  await terminal.expect('Stopped');
  await terminal.expect(PROMPT);
  await shows('fg\r', '1', '23', ':');
  await shows(' ', '24', '46', ':');
});

it('wraps, or chops, and numbers lines; control characters and colours', async () => {
  await shows('printf "%0100d\\nx\\ty\\001\\n\\033[31mred\\033[m\\n" 7 > /tmp/w; less /tmp/w\r', '0'.repeat(80), '~', '/tmp/w (END)');
  expect(rows().slice(1, 4)).toEqual(['00000000000000000007', 'x       y^A', 'ESC[31mredESC[m']);
  await shows('-S', '0'.repeat(80), '~', '(END)');
  expect(rows()[1]).toBe('x       y^A');
  await shows('-N', `      1 ${'0'.repeat(72)}`, '~', '(END)');
  await shows('qless -R /tmp/w\r', '0'.repeat(80), '~', '/tmp/w (END)');
  expect(rows()[3]).toBe('red');
});

it('goes from file to file, and pages its help', async () => {
  await shows('echo a > /tmp/a; echo b > /tmp/b; less /tmp/a /tmp/b\r', 'a', '~', '/tmp/a (file 1 of 2) (END)');
  await shows(':n', 'b', '~', '/tmp/b (file 2 of 2) (END)');
  await shows(':n', 'b', '~', 'No next file');
  await shows(':p', 'a', '~', '/tmp/a (file 1 of 2) (END)');
  await shows('=', 'a', '~', '/tmp/a lines 1-1/1');
  await shows('h', 'SUMMARY OF COMMANDS', '~', 'HELP -- Press q when done (END)');
  await shows('q', 'a', '~', '(END)');
});

it('is cat without a terminal, and for one screen with -F', async () => {
  terminal.type('seq 30 | less | tail -1; seq 2 | less -F\r');
  await terminal.expect('\r\n30\r\n1\r\n2\r\nsh-5.2$ ');
});
