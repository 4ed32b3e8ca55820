/** Redirections: which description each descriptor gets, and how to put things back afterwards. */
import type { CommandNode, WordNode } from 'just-bash';
import { isControl, SystemError } from '../system/errors.js';
import { openPath, statOrNothing } from '../system/open.js';
import { type OpenFile, TextFile } from '../system/open-file.js';
import type { Process } from '../system/process.js';
import { encode } from '../../byte-text.js';
import type { Shell } from './shell.js';

export type Redirection = Extract<CommandNode, { type: 'SimpleCommand' }>['redirections'][number];

/** A redirection failed; the command is not run and its status is 1. */
export class RedirectionError extends Error {}

/** Applies in order. Returns what undoes it (closes what was opened, restores what was replaced). */
export async function redirect(shell: Shell, process: Process, redirections: readonly Redirection[]): Promise<() => void> {
  return (await apply(shell, process, redirections)).undo;
}

/** Applies in order, for the rest of the process's life: what was replaced is let go, so that its reader sees the end. */
export async function redirectForGood(shell: Shell, process: Process, redirections: readonly Redirection[]): Promise<void> {
  (await apply(shell, process, redirections)).forget();
}

async function apply(shell: Shell, process: Process, redirections: readonly Redirection[]): Promise<{ undo: () => void; forget: () => void }> {
  const saved = new Map<number, OpenFile | undefined>();
  const save = (descriptor: number): void => {
    if (!saved.has(descriptor)) saved.set(descriptor, process.files.get(descriptor)?.retain());
  };
  const undo = (): void => {
    for (const [descriptor, file] of saved) {
      if (process.ended === undefined) {
        if (file === undefined) process.closeFile(descriptor);
        else process.setFile(descriptor, file);
      }
      file?.release();
    }
  };
  try {
    for (const redirection of redirections) await one(shell, process, redirection, save);
  } catch (error) {
    undo();
    throw error;
  }
  const forget = (): void => {
    for (const file of saved.values()) file?.release();
  };
  return { undo, forget };
}

async function one(shell: Shell, process: Process, redirection: Redirection, save: (descriptor: number) => void): Promise<void> {
  const { operator } = redirection;
  const reads = operator === '<' || operator === '<&' || operator.startsWith('<<') || operator === '<>';
  let descriptor = redirection.fd ?? (reads ? 0 : 1);
  if (redirection.fdVariable !== undefined) {
    descriptor = 10;
    while (process.files.has(descriptor)) descriptor += 1;
    shell.assign(redirection.fdVariable, String(descriptor));
  }
  if (redirection.target.type === 'HereDoc') {
    const { content, stripTabs } = redirection.target;
    const text = await shell.expander.text(stripTabs ? withoutTabs(content) : content);
    save(descriptor);
    process.setFile(descriptor, new TextFile(encode(text)));
    return;
  }
  const target = await shell.expander.text(redirection.target);
  if (operator === '<<<') {
    save(descriptor);
    process.setFile(descriptor, new TextFile(encode(`${target}\n`)));
    return;
  }
  if (operator === '>&' || operator === '<&') {
    if (target === '-') {
      save(descriptor);
      process.closeFile(descriptor);
      return;
    }
    const moved = /^(\d+)(-?)$/u.exec(target);
    if (moved !== null) {
      const from = Number(moved[1]);
      const source = process.files.get(from);
      if (source === undefined) throw new RedirectionError(`${target}: Bad file descriptor`);
      save(descriptor);
      process.setFile(descriptor, source);
      if (moved[2] === '-' && from !== descriptor) {
        save(from);
        process.closeFile(from);
      }
      return;
    }
    if (operator === '<&' || redirection.fd !== null) throw new RedirectionError(`${target}: ambiguous redirect`);
  }
  const both = operator === '&>' || operator === '&>>' || operator === '>&';
  const file = open(shell, process, operator, target);
  save(descriptor);
  process.setFile(descriptor, file);
  if (both) {
    save(2);
    process.setFile(2, file);
  }
}

/** `<<-`: tabs at the start of lines go, before anything is expanded. */
function withoutTabs(content: WordNode): WordNode {
  let atStart = true;
  const parts = content.parts.map((part) => {
    if (part.type !== 'Literal') {
      atStart = false;
      return part;
    }
    const value = part.value.replaceAll(/(^|\n)\t+/gu, (whole, before: string) => (before === '' && !atStart ? whole : before));
    atStart = part.value.endsWith('\n');
    return { ...part, value };
  });
  return { ...content, parts };
}

function open(shell: Shell, process: Process, operator: string, path: string): OpenFile {
  try {
    if (operator === '<') return openPath(process, path, { read: true });
    if (operator === '<>') return openPath(process, path, { read: true, write: true, create: true });
    const append = operator === '>>' || operator === '&>>';
    if (shell.options.noclobber && !append && operator !== '>|' && statOrNothing(process, path)?.kind === 'file') throw new RedirectionError(`${path}: cannot overwrite existing file`);
    return openPath(process, path, { write: true, create: true, append, truncate: !append });
  } catch (error) {
    if (isControl(error) || !(error instanceof SystemError)) throw error;
    throw new RedirectionError(`${path}: ${error.message}`);
  }
}
