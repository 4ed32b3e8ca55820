/** Errors as text, JSON and exit status: the one place that decides. */
import { type ErrorCode, ERRORS, SsmlabError } from '../lib/errors.js';
import { nearNames } from '../lib/inventory/near.js';
import { printable } from '../lib/report/printable.js';
import { interruptedAt } from './interruption.js';
import type { Style } from '../lib/report/style.js';
import { cellWidth } from '../lib/report/table.js';
import { wrapped } from '../lib/report/wrap.js';
import { asTyped } from './self.js';

const firstLower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What oclif throws when it cannot make sense of the arguments, in our words and with our hint, which names the near ones of `flags` for a flag that is not there. */
export function usageError(error: Error, command: string | undefined, flags: readonly string[] = []): SsmlabError {
  const lines = error.message.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('See more help'));
  const [first = '', ...rest] = lines;
  // oclif says what is wrong on the first line, or under a heading: names of arguments with their descriptions, or the reason.
  const missing = /^Missing \d+ required args?/u.test(first);
  const text = missing ? `missing ${rest.map((line) => line.trim().split(/\s/u)[0]).join(', ')}` : /^(?:The following error|Parsing --)/u.test(first) ? lines.join(' ') : first;
  const flag = /^Parsing (--\S+)\s+/u.exec(text);
  const told = flag === null ? text.replace(/^Nonexistent flags?: /u, 'there is no flag ') : `${flag[1] ?? ''}: ${firstLower(text.slice(flag[0].length))}`;
  const message = firstLower(told.replace(/^The following errors? occurred:\s*/u, '').replace(/\s+/gu, ' ').trim().replace(/[.:]$/u, ''));
  const wrong = /^there is no flag --([^\s=,]+)/u.exec(told)?.[1];
  const near = wrong === undefined ? [] : nearNames(wrong, flags).map((name) => `--${name}`);
  return new SsmlabError('usage', message, { cause: error, hint: `${near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''}see \`ssmlab ${command === undefined ? '' : `${command} `}--help\`` });
}

/** The error as one of ours, or undefined when it is a fault of the program itself. `command` is what the user typed, for the hint; `interrupted` makes what Ctrl-C at a question is. */
export function asSsmlabError(error: unknown, command?: string, interrupted: () => SsmlabError = () => interruptedAt('looking', { cause: error })): SsmlabError | undefined {
  if (error instanceof SsmlabError) return error;
  if (!(error instanceof Error)) return undefined;
  // @inquirer/core names them so; its Ctrl-C, or Esc, is the user's answer.
  if (error.name === 'ExitPromptError' || error.name === 'AbortPromptError') return interrupted();
  if ('code' in error && typeof error.code === 'string' && error.code === 'ENOSPC') {
    return new SsmlabError('state-unsafe', `the disk is full: ${firstLower(error.message)}`, { cause: error, hint: 'make room, then run the same command again' });
  }
  if ('oclif' in error || 'parse' in error) return usageError(error, command);
  return undefined;
}

/** Two lines for stderr: `error: message   [code]`, the code at the right margin where there is room, and `hint:  …`. In a terminal of `width` columns longer ones go on below. */
export function errorLines(error: SsmlabError, style: Style, width = Infinity): string[] {
  // Who pressed Ctrl-C knows what happened: what it left behind, and the next step.
  if (error.code === 'interrupted') {
    // A command stays on its line: it is there to be copied.
    const whole = printable(asTyped(`interrupted: ${error.message}; ${error.hint}`)).replaceAll(/`[^`]*`/gu, (command) => command.replaceAll(' ', '\0'));
    const [said = '', ...more] = wrapped(whole, width).map((line) => line.replaceAll('\0', ' '));
    return [said.replace(/^interrupted:/u, (label) => style.strong(label)), ...more];
  }
  const [first = '', ...rest] = asTyped(error.message).split('\n').filter((line) => line.trim() !== '').map(printable);
  const label = 'error: ';
  const code = `[${error.code}]`;
  const [head = '', ...more] = wrapped(first, width - label.length);
  const room = Math.min(width, 100) - cellWidth(label + head) - code.length;
  const fits = room >= 3 || width === Infinity;
  const [hint = '', ...moreHint] = wrapped(printable(asTyped(error.hint)), width - label.length);
  return [
    `${style.bad(style.strong('error:'))} ${head}${fits ? `${' '.repeat(Math.max(3, room))}${style.dim(code)}` : ''}`,
    ...[...more, ...rest.flatMap((line) => wrapped(line, width - label.length)), ...(fits ? [] : [style.dim(code)])].map((line) => `       ${line}`),
    `${style.strong('hint:')}  ${hint}`,
    ...moreHint.map((line) => `       ${line}`),
  ];
}

/** What `--json` prints when the command fails. */
export function errorJson(error: SsmlabError): { error: { code: ErrorCode; message: string; hint: string } } {
  return { error: { code: error.code, message: asTyped(error.message), hint: asTyped(error.hint) } };
}

/** Lines for an error that is a fault of ssmlab: its text always, its stack when asked for. */
export function faultLines(error: unknown, style: Style, debug: boolean): string[] {
  const thrown = error instanceof Error ? error : new Error(String(error));
  const lines = [`${style.bad(style.strong('error:'))} ${printable(thrown.message || thrown.name)}   ${style.dim('[a fault of ssmlab]')}`];
  if (!debug) return [...lines, `${style.strong('hint:')}  run it again with --debug and report what it prints`];
  return [...lines, ...causes(thrown)];
}

/** The stack of an error and of what lies under it. */
export function causes(error: Error): string[] {
  const lines: string[] = [];
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++) {
    lines.push(...`${depth === 0 ? '' : 'caused by: '}${current.stack ?? current.message}`.split('\n').map(printable));
  }
  return lines;
}

/** Exit status for what {@link asSsmlabError} does not know. */
export const FAULT_EXIT = ERRORS['aws-error'].exit;
