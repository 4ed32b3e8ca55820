/** Parameter expansion: `$x`, `${x:-word}`, arrays, substrings, patterns, case, transformations. */
import type { WordNode } from 'just-bash';
import { ExpansionError } from './control.js';
import { quoteForShell } from './quote.js';
import type { Shell } from './shell.js';
import type { Expander } from './expand.js';

type Part = Extract<WordNode['parts'][number], { type: 'ParameterExpansion' }>;
type Operation = NonNullable<Part['operation']>;

/** One or several values; `list` tells `"$@"` (fields stay apart) from `"$*"` (joined). */
export interface Expansion {
  readonly values: readonly string[];
  readonly list: 'none' | 'at' | 'star';
  readonly set: boolean;
  /** The word of `:-` and the like keeps its own quoting: expanded in place. */
  readonly word?: WordNode | undefined;
}

const SUBSCRIPTED = /^([A-Za-z_]\w*)\[([\s\S]*)\]$/u;

async function lookup(shell: Shell, parameter: string): Promise<Expansion> {
  if (parameter === '@' || parameter === '*') return { values: shell.positional, list: parameter === '@' ? 'at' : 'star', set: shell.positional.length > 0 };
  const match = SUBSCRIPTED.exec(parameter);
  if (match !== null) {
    const [, name = '', subscript = ''] = match;
    if (subscript === '@' || subscript === '*') {
      const values = shell.elements(name).map(([, value]) => value);
      return { values, list: subscript === '@' ? 'at' : 'star', set: values.length > 0 };
    }
    const value = shell.element(name, await shell.subscript(name, subscript));
    return { values: [value ?? ''], list: 'none', set: value !== undefined };
  }
  const value = shell.parameter(parameter);
  return { values: [value ?? ''], list: 'none', set: value !== undefined };
}

export async function expandParameter(part: Part, shell: Shell, expander: Expander): Promise<Expansion> {
  const { parameter, operation } = part;
  if (operation?.type === 'ArrayKeys') {
    const keys = shell.elements(operation.array).map(([key]) => key);
    return { values: keys, list: operation.star ? 'star' : 'at', set: keys.length > 0 };
  }
  if (operation?.type === 'VarNamePrefix') {
    const names = shell.variables.names().filter((name) => name.startsWith(operation.prefix));
    return { values: names, list: operation.star ? 'star' : 'at', set: names.length > 0 };
  }
  if (operation?.type === 'Indirection') {
    const target = (await lookup(shell, parameter)).values[0] ?? '';
    if (target === '') throw new ExpansionError(`${parameter}: invalid indirect expansion`);
    return applied(target, await lookup(shell, target), operation.innerOp ?? null, shell, expander);
  }
  return applied(parameter, await lookup(shell, parameter), operation, shell, expander);
}

async function applied(parameter: string, found: Expansion, operation: Operation | null, shell: Shell, expander: Expander): Promise<Expansion> {
  const unset = (checkEmpty: boolean): boolean => !found.set || (checkEmpty && found.values.every((value) => value === ''));
  if (operation === null || !('checkEmpty' in operation)) requireSet(parameter, found, shell);
  if (operation === null) return found;
  const each = (change: (value: string) => string): Expansion => ({ ...found, values: found.values.map((value) => change(value)) });
  const one = (value: string): Expansion => ({ values: [value], list: 'none', set: true });
  switch (operation.type) {
    case 'DefaultValue':
      return unset(operation.checkEmpty) ? { ...one(''), word: operation.word } : found;
    case 'UseAlternative':
      return unset(operation.checkEmpty) ? { values: found.list === 'none' ? [''] : [], list: found.list, set: false } : { ...one(''), word: operation.word };
    case 'AssignDefault': {
      if (!unset(operation.checkEmpty)) return found;
      const value = await expander.text(operation.word);
      if (!/^[A-Za-z_]/u.test(parameter)) throw new ExpansionError(`$${parameter}: cannot assign in this way`);
      await shell.assignTo(parameter, value);
      return one(value);
    }
    case 'ErrorIfUnset': {
      if (!unset(operation.checkEmpty)) return found;
      const text = operation.word === null ? '' : await expander.text(operation.word);
      throw new ExpansionError(`${parameter}: ${text === '' ? (operation.checkEmpty ? 'parameter null or not set' : 'parameter not set') : text}`, 127);
    }
    case 'Length':
      return one(String(found.list === 'none' ? Array.from((found.values[0] ?? '')).length : found.values.length));
    case 'Substring':
      return substring(parameter, found, operation, shell);
    case 'PatternRemoval': {
      const pattern = await expander.pattern(operation.pattern);
      return each((value) => shell.patterns.remove(value, pattern, operation.side, operation.greedy));
    }
    case 'PatternReplacement': {
      const pattern = await expander.pattern(operation.pattern);
      const replacement = operation.replacement === null ? '' : await expander.text(operation.replacement);
      return each((value) => shell.patterns.replace(value, pattern, replacement, operation.all, operation.anchor, (length) => shell.process.kernel.memory.text(length)));
    }
    case 'CaseModification': {
      const pattern = operation.pattern === null ? '?' : await expander.pattern(operation.pattern);
      const turn = (character: string): string => (!shell.patterns.matches(pattern, character) ? character : operation.direction === 'upper' ? character.toUpperCase() : character.toLowerCase());
      return each((value) => Array.from(value).map((character, index) => (operation.all || index === 0 ? turn(character) : character)).join(''));
    }
    case 'Transform':
      return each((value) => transform(value, operation.operator, parameter, shell));
    case 'BadSubstitution':
      throw new ExpansionError(`${operation.text}: bad substitution`);
    default:
      throw new ExpansionError(`\${${parameter}}: bad substitution`);
  }
}

function requireSet(parameter: string, found: Expansion, shell: Shell): void {
  if (found.set || !shell.options.nounset || found.list !== 'none') return;
  throw new ExpansionError(`${/^\d+$/u.test(parameter) ? `$${parameter}` : parameter}: unbound variable`, 127);
}

async function substring(parameter: string, found: Expansion, operation: Extract<Operation, { type: 'Substring' }>, shell: Shell): Promise<Expansion> {
  const offset = Number(await shell.arithmetic.evaluate(operation.offset));
  const length = operation.length === null ? undefined : Number(await shell.arithmetic.evaluate(operation.length));
  if (found.list !== 'none') {
    // ${@:0} starts with $0.
    const all = parameter === '@' || parameter === '*' ? [shell.name, ...found.values] : found.values;
    const skip = parameter === '@' || parameter === '*' ? offset : offset < 0 ? all.length + offset : offset;
    return { ...found, values: all.slice(skip, length === undefined ? undefined : skip + length) };
  }
  const characters = Array.from((found.values[0] ?? ''));
  const start = offset < 0 ? characters.length + offset : offset;
  const end = length === undefined ? characters.length : length < 0 ? characters.length + length : start + length;
  if (length !== undefined && length < 0 && end < start) throw new ExpansionError(`${String(length)}: substring expression < 0`);
  return { values: [start < 0 ? '' : characters.slice(start, end).join('')], list: 'none', set: true };
}

function transform(value: string, operator: string, parameter: string, shell: Shell): string {
  switch (operator) {
    case 'Q': return quoteForShell(value, true);
    case 'U': return value.toUpperCase();
    case 'L': return value.toLowerCase();
    case 'u': return value.slice(0, 1).toUpperCase() + value.slice(1);
    case 'P': return shell.prompt(value);
    case 'A': return `${parameter}=${quoteForShell(value, true)}`;
    default: throw new ExpansionError(`\${${parameter}@${operator}}: bad substitution`);
  }
}

