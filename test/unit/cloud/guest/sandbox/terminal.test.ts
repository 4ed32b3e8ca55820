/** What a person at the terminal of a guest does and sees. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { bootGuest, bundleWorker, Terminal } from './bundled-worker.js';

const PROMPT = 'sh-5.2$ ';

let workerUrl: URL;
let guest: Guest;
let terminal: Terminal;
beforeAll(async () => {
  workerUrl = await bundleWorker();
  guest = await bootGuest(workerUrl);
});
afterAll(() => guest.stop());
beforeEach(async () => {
  terminal = await Terminal.open(guest);
  await terminal.expect(PROMPT);
});
afterEach(async () => {
  terminal.process.signal('KILL');
  await terminal.process.status;
});

/** Types a line and returns what came before the next prompt. */
async function command(line: string): Promise<string> {
  terminal.type(`${line}\r`);
  await terminal.expect('\r\n');
  return (await terminal.expect(PROMPT)).slice(0, -PROMPT.length);
}

it('keeps directory, variables and functions from line to line', async () => {
  expect(await command('pwd')).toBe('/usr/bin\r\n');
  await command('cd /etc; x=5; f() { echo f$1; }');
  expect(await command('pwd; echo $x; f 1')).toBe('/etc\r\n5\r\nf1\r\n');
});

it.each(['sleep 60', 'while :; do :; done', 'cat', 'yes > /dev/null', 'for i in 1 2 3; do sleep 60; done', '(sleep 60; sleep 60)', 'sleep 60 | cat'])('ends `%s` at ^C and goes on', async (line) => {
  terminal.type(`${line}\r`);
  await terminal.expect('\r\n');
  const before = performance.now();
  terminal.type('\x03');
  await terminal.expect(PROMPT);
  expect(performance.now() - before).toBeLessThan(1000);
  expect(await command('echo $?')).toBe('130\r\n');
});

it('says what it has in place of a program that is not there, behind sudo, too', async () => {
  expect(await command('dnf install x; echo $?')).toMatch(/^sh: dnf: command not found\r\n\(not in the sandbox: nothing can be installed; it has \d+ commands: `help` lists them\)\r\n127\r\n$/u);
  expect(await command('sudo dnf install x; echo $?')).toMatch(/^sudo: dnf: command not found\r\n\(not in the sandbox: nothing can be installed; it has \d+ commands: `help` lists them\)\r\n1\r\n$/u);
});

it('expands history, shows the line and runs it; a pipe sees history, too', async () => {
  await command('echo one');
  await command('echo two');
  expect(await command('!!')).toBe('echo two\r\ntwo\r\n');
  expect(await command('!-2 again')).toBe('echo one again\r\none again\r\n');
  expect(await command('^one^2')).toBe('echo 2 again\r\n2 again\r\n');
  expect(await command('!nix')).toBe('sh: !nix: event not found\r\n');
  expect(await command('history | tail -2')).toMatch(/^ +\d+ {2}echo 2 again\r\n +\d+ {2}history \| tail -2\r\n$/u);
});

it('ps has the columns of BSD for u, of UNIX for -f', async () => {
  expect(await command('ps aux | head -1')).toMatch(/^USER +PID %CPU %MEM +VSZ +RSS TTY +STAT START +TIME COMMAND\r\n$/u);
  expect(await command('ps -ef | head -1')).toMatch(/^UID +PID +PPID +C STIME TTY +TIME CMD\r\n$/u);
});

it('recalls and edits history', async () => {
  await command('echo one');
  await command('echo two');
  terminal.type('\x1b[A\x1b[A\x1b[B\x7fO\r');
  expect(await terminal.expect(PROMPT)).toContain('\r\ntwO\r\n');
  terminal.type('\x12one\r');
  expect(await terminal.expect(PROMPT)).toContain('\r\none\r\n');
});

it.each([
  ['ctrl-A and ctrl-E', 'cho x\x01e\x05y\r', 'xy'],
  ['ctrl-U and ctrl-Y', 'echo keep\x15\x19!\r', 'keep!'],
  ['ctrl-W', 'echo a bbb\x17c\r', 'a c'],
  ['ctrl-K', 'echo abc\x1b[D\x1b[D\x0b\r', 'a'],
  ['ctrl-D deletes', 'echo xab\x1b[D\x1b[D\x1b[D\x04\r', 'ab'],
  ['delete, home and end', 'Xecho\x1b[H\x1b[3~\x1b[F q\r', 'q'],
  ['backspace over a wide character', 'echo a日本\x7f\r', 'a日'],
  ['bracketed paste', '\x1b[200~echo p\x1b[201~q\r', 'pq'],
])('edits: %s', async (_, keys, expected) => {
  terminal.type(keys);
  await terminal.expect('\r\n');
  expect(await terminal.expect('\r\n')).toBe(`${expected}\r\n`);
});

it('completes commands and files, and lists what is possible', async () => {
  terminal.type('hostn\t-s\r');
  expect(await terminal.expect(PROMPT)).toContain('ip-10-0-1-16\r\n');
  terminal.type('cat /etc/os-r\t| head -1\r');
  expect(await terminal.expect(PROMPT)).toContain('NAME="Amazon Linux"');
  terminal.type('ls /etc/host\t\t');
  expect(await terminal.expect('hosts')).toContain('hostname');
});

it('asks for the rest of an unfinished command', async () => {
  terminal.type('for i in 1 2\r');
  await terminal.expect('> ');
  terminal.type('do echo "$i\rx"; done\r');
  expect(await terminal.expect('2\r\nx\r\n')).toContain('1\r\nx\r\n');
});

it('^D ends input of a command, and of the shell', async () => {
  terminal.type('cat\r');
  await terminal.expect('\r\n');
  terminal.type('abX\x7fc\r\x04');
  await terminal.expect(`abc\r\n${PROMPT}`);
  terminal.type('\x04');
  await terminal.expect('exit\r\n');
  expect(await terminal.process.status).toEqual({ code: 0, signal: undefined });
});

it('knows its size, also after it changed', async () => {
  expect(await command('stty size; tput cols')).toBe('24 80\r\n80\r\n');
  terminal.process.resize({ columns: 123, rows: 45 });
  expect(await command('stty size; echo $COLUMNS')).toBe('45 123\r\n123\r\n');
});

it('reads a password without echo', async () => {
  terminal.type('read -s -p "secret: " x; echo "<$x>"\r');
  await terminal.expect('secret: ');
  await terminal.expect('secret: ');
  terminal.type('hidden\r');
  expect(await terminal.expect(PROMPT)).toBe(`<hidden>\r\n${PROMPT}`);
});

it('takes 10 MB that are pasted into a command', async () => {
  terminal.type('stty -echo; wc -c; stty echo\r');
  await terminal.expect('\r\n');
  terminal.type(`${'0123456789abcde\r'.repeat(625_000)}\x04`);
  expect(await terminal.expect(PROMPT, 30_000)).toContain('10000000');
}, 60_000);

it('takes a long line that is pasted at the prompt in linear time', async () => {
  terminal.type(`echo ${'x'.repeat(500_000)} | wc -c\r`);
  await terminal.expect('500001\r\n', 15_000);
});

it('says what was wrong with a line and goes on', async () => {
  expect(await command('echo )')).toBe("sh: syntax error near unexpected token `)'\r\n");
  expect(await command('echo $((1/0))')).toContain('division by 0');
  expect(await command('echo fine')).toBe('fine\r\n');
});

it('prompts as AL2023 does for ec2-user and root', async () => {
  const login = await Terminal.open(guest, { user: 'ec2-user', run: { kind: 'shell', login: true } });
  await login.expect('[ec2-user@ip-10-0-1-16 ~]$ ');
  login.type('cd /etc; sudo -i\r');
  await login.expect('[root@ip-10-0-1-16 ~]# ');
  login.type('exit\r');
  await login.expect('logout\r\n[ec2-user@ip-10-0-1-16 etc]$ ');
  login.type('sudo sh\r');
  await login.expect('sh-5.2# ');
  login.type('exit 3\r');
  await login.expect('exit\r\n[ec2-user@ip-10-0-1-16 etc]$ ');
  login.type('exit 4\r');
  await login.expect('logout\r\n');
  expect(await login.process.status).toEqual({ code: 4, signal: undefined });
});

it('passes signals of the caller to the command in the foreground', async () => {
  terminal.type("sh -c 'echo started; sleep 60'\r");
  await terminal.expect('\r\nstarted\r\n');
  terminal.process.signal('INT');
  await terminal.expect(PROMPT);
});

it('a busy loop in one guest leaves another alone', async () => {
  const other = await bootGuest(workerUrl);
  const busy = await Terminal.open(other);
  await busy.expect(PROMPT);
  busy.type('while :; do :; done\r');
  await busy.expect('\r\n');
  const times: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const before = performance.now();
    expect(await command('echo here')).toBe('here\r\n');
    times.push(performance.now() - before);
  }
  expect(times.toSorted((a, b) => a - b)[5]).toBeLessThan(300);
  await other.stop();
});
