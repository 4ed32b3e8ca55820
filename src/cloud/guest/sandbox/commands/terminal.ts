/** stty, tty, clear, reset, tput. */
import { COOKED, type Termios, type Tty, TtyFile } from '../system/tty.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';

function terminalOf(call: Call): Tty {
  const file = call.process.files.get(0);
  if (!(file instanceof TtyFile)) throw new UsageError("'standard input': Inappropriate ioctl for device");
  return file.tty;
}

/** A terminal is set by its foreground only: others stop (tcsetattr(3)). */
async function turnAt(call: Call, tty: Tty): Promise<void> {
  while (call.process.inBackgroundOf(tty) && call.process.dispositions.get('TTOU') !== 'ignore') {
    call.process.stopForTerminal('TTOU');
    await call.process.breathe();
  }
}

const FLAGS: Readonly<Record<string, keyof Termios>> = { icanon: 'canonical', echo: 'echo', isig: 'signals', icrnl: 'returnToNewline', onlcr: 'newlineToReturn', opost: 'newlineToReturn' };

function describe(tty: Tty): string {
  const flag = (name: string): string => `${tty.termios[FLAGS[name] ?? 'echo'] ? '' : '-'}${name}`;
  return `speed 38400 baud; rows ${tty.rows}; columns ${tty.columns}; line = 0;
intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>; eol2 = <undef>; swtch = <undef>; start = <undef>; stop = <undef>; susp = ^Z;
rprnt = ^R; werase = ^W; lnext = <undef>; discard = <undef>; min = 1; time = 0;
${flag('icrnl')} -ixon
${flag('opost')} ${flag('onlcr')}
${flag('isig')} ${flag('icanon')} ${flag('echo')} echoe echok
`;
}

export const stty: Command = async (call) => {
  const args = call.args[0] === '-F' ? call.args.slice(2) : call.args;
  const tty = terminalOf(call);
  if (args.length === 0) {
    await call.line(`speed 38400 baud; line = 0;${tty.termios.echo ? '' : '\n-echo'}${tty.termios.canonical ? '' : '\n-icanon'}`);
    return 0;
  }
  if (args.some((word) => !['size', '-a', '--all', '-g'].includes(word))) await turnAt(call, tty);
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const flag = FLAGS[word.replace(/^-/u, '')];
    if (word === 'size') await call.line(`${tty.rows} ${tty.columns}`);
    else if (word === '-a' || word === '--all') await call.out(describe(tty));
    else if (word === '-g') await call.line(saved(tty.termios));
    else if (/^[01]{5}:sandbox$/u.test(word)) tty.setTermios(restored(word));
    else if (word === 'rows' || word === 'cols' || word === 'columns') {
      at += 1;
      const value = Number(args[at]);
      if (!Number.isInteger(value) || value < 0 || value > 10_000) throw new UsageError(`invalid integer argument: ‘${args[at] ?? ''}’`);
      if (word === 'rows') tty.rows = value;
      else tty.columns = value;
      call.process.kernel.signalGroup(tty.foreground, 'WINCH');
    } else if (word === 'sane' || word === 'cooked' || word === '-raw') tty.setTermios(COOKED);
    else if (word === 'raw' || word === '-cooked') tty.setTermios({ ...tty.termios, canonical: false, signals: false, returnToNewline: false, newlineToReturn: false });
    else if (word === 'cbreak') tty.setTermios({ ...tty.termios, canonical: false });
    else if (flag !== undefined) tty.setTermios({ ...tty.termios, [flag]: !word.startsWith('-') });
    else if (/^-?(?:ixon|ixoff|iexten|echoe|echok|echoctl|echonl|iutf8|inlcr|brkint|imaxbel)$/u.test(word)) continue;
    else if (word === 'min' || word === 'time' || word === 'erase' || word === 'intr') at += 1;
    else throw new UsageError(`invalid argument ‘${word}’\nTry 'stty --help' for more information.`);
  }
  return 0;
};

const ORDER: readonly (keyof Termios)[] = ['canonical', 'echo', 'signals', 'returnToNewline', 'newlineToReturn'];

function saved(termios: Termios): string {
  return `${ORDER.map((flag) => (termios[flag] ? '1' : '0')).join('')}:sandbox`;
}

function restored(text: string): Termios {
  const on = (index: number): boolean => text[index] === '1';
  return { canonical: on(0), echo: on(1), signals: on(2), returnToNewline: on(3), newlineToReturn: on(4) };
}

export const tty: Command = async (call) => {
  const file = call.process.files.get(0);
  const silent = call.args.includes('-s');
  if (file instanceof TtyFile) {
    if (!silent) await call.line(file.tty.name);
    return 0;
  }
  if (!silent) await call.line('not a tty');
  return 1;
};

export const clear: Command = async (call) => {
  await call.out('\x1b[H\x1b[2J\x1b[3J');
  return 0;
};

export const reset: Command = async (call) => {
  const file = call.process.files.get(0);
  if (file instanceof TtyFile) file.tty.setTermios(COOKED);
  await call.out('\x1bc\x1b[!p\x1b[?25h\x1b[0m');
  return 0;
};

const CAPABILITIES: Readonly<Record<string, string>> = {
  bold: '\x1b[1m', dim: '\x1b[2m', smul: '\x1b[4m', rmul: '\x1b[24m', rev: '\x1b[7m', sgr0: '\x1b(B\x1b[m', clear: '\x1b[H\x1b[2J\x1b[3J', el: '\x1b[K', ed: '\x1b[J', civis: '\x1b[?25l', cnorm: '\x1b[?25h',
  smcup: '\x1b[?1049h', rmcup: '\x1b[?1049l', home: '\x1b[H', sc: '\x1b7', rc: '\x1b8', bel: '\x07',
};

export const tput: Command = async (call) => {
  const args = call.args[0] === '-T' ? call.args.slice(2) : call.args;
  const [name = '', first = '0', second = '0'] = args;
  const window = call.process.tty;
  if (name === 'cols') await call.line(String(window?.columns ?? 80));
  else if (name === 'lines') await call.line(String(window?.rows ?? 24));
  else if (name === 'colors') await call.line('256');
  else if (name === 'setaf' || name === 'setab') await call.out(`\x1b[${name === 'setaf' ? 3 : 4}${Number(first)}m`);
  else if (name === 'cup') await call.out(`\x1b[${Number(first) + 1};${Number(second) + 1}H`);
  else if (name === 'reset') return reset(call);
  else {
    const text = CAPABILITIES[name];
    if (text === undefined) return call.fail(`unknown terminfo capability '${name}'`, 4);
    await call.out(text);
  }
  return 0;
};
