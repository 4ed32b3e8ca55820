/** export, readonly, declare, local, unset, set, shift, let. */
import { assignArrayText } from '../shell/assign.js';
import { setMonitor } from '../shell/job-control.js';
import { doubleQuoted, quoteForShell } from '../shell/quote.js';
import type { Shell, ShellOptions } from '../shell/shell.js';
import { ReadonlyVariableError, type Variable } from '../shell/variables.js';
import { type Builtin, flagsOf, invalidOption, say } from './builtin.js';

const NAME = /^[A-Za-z_]\w*$/u;

interface Attributes {
  readonly exported?: boolean | undefined;
  readonly readonly?: boolean | undefined;
  readonly integer?: boolean | undefined;
  readonly associative?: boolean | undefined;
  readonly array?: boolean | undefined;
}

/** `name`, `name=value`, `name+=value`, `name=(…)`. False: not a name. */
async function declareOne(shell: Shell, argument: string, attributes: Attributes, local: boolean): Promise<boolean> {
  const match = /^([A-Za-z_]\w*)(?:\[([^\]]*)\])?(?:(\+?)=([\s\S]*))?$/u.exec(argument);
  if (match === null) return false;
  const [, name = '', subscript, plus, value] = match;
  if (local) shell.variables.declareLocal(name);
  const variable = shell.variables.ensure(name);
  if (attributes.integer !== undefined) variable.integer = attributes.integer;
  if (attributes.associative === true) variable.associative = true;
  if ((attributes.associative === true || attributes.array === true) && variable.value === undefined) variable.value = new Map();
  if (value !== undefined) {
    if (value.startsWith('(') && value.endsWith(')') && subscript === undefined) await assignArrayText(shell, argument);
    else await shell.assignTo(subscript === undefined ? name : `${name}[${subscript}]`, value, plus === '+');
  }
  const made = shell.variables.ensure(name);
  if (attributes.exported !== undefined) made.exported = attributes.exported;
  if (attributes.readonly === true) made.readonly = true;
  return true;
}

async function declareAll(shell: Shell, name: string, args: readonly string[], attributes: Attributes, local: boolean): Promise<number> {
  let status = 0;
  for (const argument of args) {
    if (await declareOne(shell, argument, attributes, local)) continue;
    await shell.complain(`${name}: \`${argument}': not a valid identifier`);
    status = 1;
  }
  return status;
}

function described(name: string, variable: Variable): string {
  const letters = `${variable.value instanceof Map ? (variable.associative ? 'A' : 'a') : ''}${variable.integer ? 'i' : ''}${variable.readonly ? 'r' : ''}${variable.exported ? 'x' : ''}`;
  const value = variable.value instanceof Map ? `=(${[...variable.value].map(([key, element]) => `[${key}]=${doubleQuoted(element)}`).join(' ')})` : variable.value === undefined ? '' : `=${doubleQuoted(variable.value)}`;
  return `declare -${letters === '' ? '-' : letters} ${name}${value}\n`;
}

async function list(shell: Shell, wanted: (variable: Variable) => boolean): Promise<number> {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.find(name);
    if (variable !== undefined && wanted(variable)) await say(shell, described(name, variable));
  }
  return 0;
}

export const exportBuiltin: Builtin = async (shell, args, name) => {
  const parsed = flagsOf(args, 'pnf');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'export [-fn] [name[=value] ...] or export -p');
  if (parsed.flags.has('f')) return 0;
  if (parsed.rest.length === 0) return list(shell, (variable) => variable.exported);
  return declareAll(shell, name, parsed.rest, { exported: !parsed.flags.has('n') }, false);
};

export const readonly: Builtin = async (shell, args, name) => {
  const parsed = flagsOf(args, 'paAf');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'readonly [-aAf] [name[=value] ...] or readonly -p');
  if (parsed.rest.length === 0) return list(shell, (variable) => variable.readonly);
  return declareAll(shell, name, parsed.rest, { readonly: true, associative: parsed.flags.has('A'), array: parsed.flags.has('a') }, false);
};

function attributesOf(flags: ReadonlySet<string>): Attributes {
  return {
    exported: flags.has('x') ? true : undefined,
    readonly: flags.has('r'),
    integer: flags.has('i') ? true : undefined,
    associative: flags.has('A'),
    array: flags.has('a'),
  };
}

export const declare: Builtin = async (shell, args, name) => {
  const parsed = flagsOf(args, 'aAirxpfFgtul');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, `${name} [-aAfFgilrtux] [name[=value] ...]`);
  const { flags, rest } = parsed;
  if (flags.has('f') || flags.has('F')) {
    const names = rest.length > 0 ? rest : [...shell.functions.keys()];
    for (const wanted of names) {
      if (!shell.functions.has(wanted)) return 1;
      await say(shell, flags.has('F') && rest.length > 0 ? `${wanted}\n` : `declare -f ${wanted}\n`);
    }
    return 0;
  }
  if (flags.has('p') && rest.length > 0) {
    for (const wanted of rest) {
      const variable = shell.variables.find(wanted);
      if (variable === undefined) {
        await shell.complain(`${name}: ${wanted}: not found`);
        return 1;
      }
      await say(shell, described(wanted, variable));
    }
    return 0;
  }
  if (rest.length === 0) return list(shell, (variable) => (!flags.has('x') || variable.exported) && (!flags.has('r') || variable.readonly));
  return declareAll(shell, name, rest, attributesOf(flags), shell.variables.inFunction && !flags.has('g'));
};

export const local: Builtin = async (shell, args, name) => {
  if (!shell.variables.inFunction) {
    await shell.complain('local: can only be used in a function');
    return 1;
  }
  const parsed = flagsOf(args, 'aAirx');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'local [option] name[=value] ...');
  return declareAll(shell, name, parsed.rest, attributesOf(parsed.flags), true);
};

export const unset: Builtin = async (shell, args, name) => {
  const parsed = flagsOf(args, 'fvn');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'unset [-f] [-v] [-n] [name ...]');
  for (const argument of parsed.rest) {
    const element = /^([A-Za-z_]\w*)\[(.*)\]$/u.exec(argument);
    if (element !== null) shell.variables.unsetElement(element[1] ?? '', await shell.subscript(element[1] ?? '', element[2] ?? ''));
    else if (parsed.flags.has('f') || (!parsed.flags.has('v') && shell.variables.find(argument) === undefined)) shell.functions.delete(argument);
    else {
      try {
        shell.variables.unset(argument);
      } catch (error) {
        if (!(error instanceof ReadonlyVariableError)) throw error;
        await shell.complain(`unset: ${error.message}`);
        return 1;
      }
    }
  }
  return 0;
};

const LETTERS: Readonly<Record<string, keyof ShellOptions>> = { e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', C: 'noclobber', a: 'allexport', n: 'noexec', v: 'verbose', m: 'monitor' };

export const set: Builtin = async (shell, args) => {
  if (args.length === 0) {
    for (const name of shell.variables.names()) {
      const value = shell.variables.get(name);
      if (value !== undefined) await say(shell, `${name}=${quoteForShell(value)}\n`);
    }
    return 0;
  }
  let at = 0;
  for (; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (argument === '--') {
      shell.positional = args.slice(at + 1);
      return 0;
    }
    if (!/^[-+]./u.test(argument)) break;
    const on = argument.startsWith('-');
    for (const letter of argument.slice(1)) {
      if (letter === 'o') {
        at += 1;
        const status = await setNamed(shell, args[at], on);
        if (status !== 0) return status;
        continue;
      }
      const option = LETTERS[letter];
      if (option !== undefined) setOption(shell, option, on);
      else if (!'hbBEHTkptP'.includes(letter)) return invalidOption(shell, 'set', `${on ? '-' : '+'}${letter}`, 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]');
    }
  }
  if (at < args.length) shell.positional = args.slice(at);
  return 0;
};

function setOption(shell: Shell, option: keyof ShellOptions, on: boolean): void {
  if (option === 'monitor') setMonitor(shell, on);
  else shell.options[option] = on;
}

async function setNamed(shell: Shell, name: string | undefined, on: boolean): Promise<number> {
  if (name === undefined) {
    for (const [option, value] of Object.entries(shell.options).toSorted(([a], [b]) => (a < b ? -1 : 1))) await say(shell, on ? `${option.padEnd(15)}\t${value === true ? 'on' : 'off'}\n` : `set ${value === true ? '-' : '+'}o ${option}\n`);
    return 0;
  }
  if (name in shell.options) setOption(shell, name as keyof ShellOptions, on);
  else if (!['emacs', 'vi', 'history', 'braceexpand', 'hashall', 'interactive-comments', 'physical', 'errtrace', 'functrace'].includes(name)) {
    await shell.complain(`set: ${name}: invalid option name`);
    return 2;
  }
  return 0;
}

export const shift: Builtin = async (shell, args) => {
  const count = Number(args[0] ?? '1');
  if (!Number.isInteger(count) || count < 0) {
    await shell.complain(`shift: ${args[0] ?? ''}: numeric argument required`);
    return 1;
  }
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
};

export const letBuiltin: Builtin = async (shell, args) => {
  let last = 0n;
  for (const argument of args) last = await shell.arithmetic.text(argument);
  return last === 0n ? 1 : 0;
};

export const getopts: Builtin = async (shell, args) => {
  const [specification = '', target = ''] = args;
  if (!NAME.test(target)) return 2;
  const operands = args.length > 2 ? args.slice(2) : shell.positional;
  const index = Number(shell.variables.get('OPTIND') ?? '1');
  const offset = Number(shell.variables.get('__OPTPOS') ?? '1');
  const argument = operands[index - 1];
  if (argument === undefined || !/^-./u.test(argument) || argument === '--') {
    if (argument === '--') shell.assign('OPTIND', String(index + 1));
    shell.assign(target, '?');
    return 1;
  }
  const letter = argument[offset] ?? '';
  const at = specification.indexOf(letter, specification.startsWith(':') ? 1 : 0);
  const atEnd = offset + 1 >= argument.length;
  const advance = (used: number): void => {
    shell.assign('OPTIND', String(index + used));
    shell.assign('__OPTPOS', used > 0 ? '1' : String(offset + 1));
  };
  if (at < 0 || letter === ':') {
    shell.assign(target, '?');
    if (specification.startsWith(':')) shell.assign('OPTARG', letter);
    else await shell.warn(`${shell.name}: illegal option -- ${letter}\n`);
    advance(atEnd ? 1 : 0);
    return 0;
  }
  if (specification[at + 1] !== ':') {
    shell.assign(target, letter);
    shell.variables.unset('OPTARG');
    advance(atEnd ? 1 : 0);
    return 0;
  }
  const value = atEnd ? operands[index] : argument.slice(offset + 1);
  if (value === undefined) {
    shell.assign(target, specification.startsWith(':') ? ':' : '?');
    if (specification.startsWith(':')) shell.assign('OPTARG', letter);
    else await shell.warn(`${shell.name}: option requires an argument -- ${letter}\n`);
    advance(1);
    return 0;
  }
  shell.assign(target, letter);
  shell.assign('OPTARG', value);
  advance(atEnd ? 2 : 1);
  return 0;
};
