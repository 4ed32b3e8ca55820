/** What the process's terminal can do: width, colour, symbols, raw mode that is given back whatever happens. */
import { spawnSync } from 'node:child_process';
import type { ReadStream, WriteStream } from 'node:tty';
import { keysOf, screenOf } from './keys.js';

/** The parts of the environment that decide how output looks. */
export interface Looks {
  readonly isTty: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Colour or none. `NO_COLOR` (https://no-color.org: present and not empty) and `FORCE_COLOR` come first, in that order
 * of weight: an explicit FORCE_COLOR wins, as chalk and Node have it; then CI and `TERM=dumb` switch it off.
 */
export function wantsColour({ isTty, environment }: Looks): boolean {
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return isTty && environment['TERM'] !== 'dumb' && (environment['CI'] ?? '') === '';
}

/** Symbols beyond ASCII, or their plain twins: by the locale, as programs that draw with letters do. */
export function wantsUnicode({ environment, platform = process.platform }: Looks): boolean {
  if (environment['TERM'] === 'dumb' || environment['TERM'] === 'linux') return false;
  if (platform === 'win32') return (environment['WT_SESSION'] ?? '') !== '' || environment['TERM_PROGRAM'] === 'vscode';
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find((value) => (value ?? '') !== '');
  // No locale at all is a container, not an old terminal: the C locale has to be asked for by name.
  return locale === undefined || /utf-?8/iu.test(locale) || !/^(?:C|POSIX)$/u.test(locale);
}

/** Width to fit lines into: the terminal's, at most 100 for reading; unlimited in a pipe. */
export function textWidth(stream: { readonly isTTY?: boolean; readonly columns?: number }): number | undefined {
  if (stream.isTTY !== true) return undefined;
  return Math.max(40, stream.columns ?? 80);
}

/** True when a person can be asked: both the question and the answer need a terminal. */
export const canAsk = (input: { isTTY?: boolean } = process.stdin, output: { isTTY?: boolean } = process.stderr): boolean =>
  input.isTTY === true && output.isTTY === true;

export interface RawTerminal {
  /** What is typed. */
  readonly input: ReadStream;
  /** `take` is given keys ahead of `input`'s listeners, where that is possible; true: it has taken it. */
  readonly firstKeys?: (take: (byte: number) => boolean) => void;
  readonly output: WriteStream;
  /** Shows bytes at once; false, and nothing is shown, where that is `output`'s to do. */
  readonly showNow?: (bytes: Buffer) => boolean;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Registers a listener for new sizes; returns what removes it. */
  readonly onResize: (listener: () => void) => () => void;
  /** Gives the terminal back as it was. Safe to call twice. */
  readonly restore: () => void;
}

/**
 * True beside another program's screen: this process's own shell, or the ssh that runs it as its ProxyCommand. Such a terminal is
 * raw or may be: a line begins at its left edge only when told to, and there is something else in the one that it stands in.
 */
export const besideAScreen = (input: Pick<ReadStream, 'isTTY' | 'isRaw'> = process.stdin, talk: { readonly isTTY?: boolean } = process.stderr): boolean =>
  talk.isTTY === true && (!input.isTTY || input.isRaw);

/** Lines of talk on stderr, each on one of its own wherever that leads. */
export function sayBeside(text: string): void {
  process.stderr.write(besideAScreen() ? `\r\n${text.replaceAll('\n', '\r\n')}\r\n` : `${text}\n`);
}

/** Rows and columns; 80×24 where the terminal does not know. */
export const sizeOf = (output: Pick<WriteStream, 'columns' | 'rows'>) => ({ columns: output.columns || 80, rows: output.rows || 24 });

/** Puts the terminal into raw mode. It is restored by `restore`, and also when the process ends, by error or by signal. */
export function takeTerminal(input: ReadStream = process.stdin, output: WriteStream = process.stdout): RawTerminal {
  const wasRaw = input.isRaw;
  const { input: keys, first: firstKeys } = keysOf(input);
  const listeners: (() => void)[] = [];
  let restored = false;
  const restore = (): void => {
    if (restored) return;
    restored = true;
    for (const listener of listeners) output.off('resize', listener);
    process.off('exit', restore);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
    input.setRawMode(wasRaw);
    keys.pause();
    if (keys !== input) keys.destroy();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    restore();
    // Somebody else has something to do yet, and ends the process then.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.on('exit', restore);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  input.setRawMode(true);
  // libuv's raw mode leaves the terminal adding a CR to each LF, which the far side has done already (protocol.md §6);
  // full-screen programs need it off. Where there is no stty it stays as it is. setRawMode(false) restores all of it.
  if (input === process.stdin) spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  keys.resume();
  return {
    input: keys,
    firstKeys,
    output,
    showNow: screenOf(output),
    size: () => sizeOf(output),
    onResize(listener) {
      listeners.push(listener);
      output.on('resize', listener);
      return () => void output.off('resize', listener);
    },
    restore,
  };
}
