/** Tab completion: commands where one may stand, files elsewhere, variables after `$`. */
import { builtins } from '../builtins/registry.js';
import { joinPath } from '../system/file-system.js';
import { EXECUTE } from '../system/inode.js';
import { mayAccess, statOrNothing } from '../system/open.js';
import type { Shell } from './shell.js';

export interface Completion {
  /** Where the completed word starts in the line. */
  readonly start: number;
  /** Full words, as they have to stand in the line (escaped). */
  readonly words: readonly string[];
  /** What to show when there are several. */
  readonly shown: readonly string[];
}

function escapeWord(text: string): string {
  return text.replaceAll(/[ \t\\"'`$&|;<>(){}*?[\]!#]/gu, '\\$&');
}

/** Start of the word at the cursor: after the last unescaped blank or operator. */
function wordStart(line: string, cursor: number): number {
  let start = 0;
  let quote = '';
  for (let at = 0; at < cursor; at += 1) {
    const character = line[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '\\') at += 1;
    else if (character === '"' || character === "'") {
      quote = character;
      start = at + 1;
    } else if (/[ \t;|&<>()=:`\n]/u.test(character)) start = at + 1;
  }
  return Math.min(start, cursor);
}

export function complete(shell: Shell, line: string, cursor: number): Completion {
  const start = wordStart(line, cursor);
  const word = line.slice(start, cursor).replaceAll(/\\([\s\S])/gu, '$1');
  const before = line.slice(0, start).trimEnd();
  const variable = /^(.*)\$(\w*)$/u.exec(word);
  if (variable !== null) {
    const names = shell.variables.names().filter((name) => name.startsWith(variable[2] ?? ''));
    return { start, words: names.map((name) => `${variable[1] ?? ''}$${name} `), shown: names };
  }
  const commandPlace = before === '' || /(?:^|[;|&(]|\b(?:then|do|else|sudo|time|exec|xargs|!))$/u.test(before);
  if (commandPlace && !word.includes('/')) {
    const names = commandNames(shell, word);
    return { start, words: names.map((name) => `${name} `), shown: names };
  }
  return completeFiles(shell, word, start, commandPlace);
}

function commandNames(shell: Shell, prefix: string): string[] {
  const names = new Set<string>([...builtins.keys(), ...shell.functions.keys(), ...shell.aliases.keys()]);
  for (const directory of (shell.parameter('PATH') ?? '').split(':')) {
    try {
      for (const name of shell.process.kernel.files.list(joinPath(shell.process.directory, directory || '.'), shell.process.credentials)) names.add(name);
    } catch {
      // A directory of PATH that is not there offers nothing.
    }
  }
  return [...names].filter((name) => name.startsWith(prefix) && /^\w/u.test(name)).toSorted();
}

function completeFiles(shell: Shell, word: string, start: number, onlyExecutable: boolean): Completion {
  const { process } = shell;
  const slash = word.lastIndexOf('/');
  const typed = slash < 0 ? '' : word.slice(0, slash + 1);
  const prefix = word.slice(slash + 1);
  const home = shell.homeOf(null) ?? '';
  const directory = typed === '' ? '.' : typed.replace(/^~(?=\/)/u, home);
  let names: readonly string[];
  try {
    names = process.kernel.files.list(joinPath(process.directory, directory), process.credentials);
  } catch {
    return { start, words: [], shown: [] };
  }
  const matching = names.filter((name) => name.startsWith(prefix) && (prefix.startsWith('.') || !name.startsWith('.'))).toSorted();
  const entries = matching
    .map((name) => ({ name, directory: statOrNothing(process, `${directory}/${name}`)?.kind === 'directory' }))
    .filter((entry) => entry.directory || !onlyExecutable || mayAccess(process, `${directory}/${entry.name}`, EXECUTE));
  return {
    start,
    words: entries.map((entry) => `${escapeWord(typed).replace(/^\\~/u, '~')}${escapeWord(entry.name)}${entry.directory ? '/' : ' '}`),
    shown: entries.map((entry) => entry.name + (entry.directory ? '/' : '')),
  };
}
