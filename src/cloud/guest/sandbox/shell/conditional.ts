/** `[[ … ]]`, and the file and string tests that it shares with `test`. */
import type { CommandNode } from 'just-bash';
import { READ, WRITE, EXECUTE, sizeOf } from '../system/inode.js';
import { mayAccess, statOrNothing } from '../system/open.js';
import type { Shell } from './shell.js';

type Expression = Extract<CommandNode, { type: 'ConditionalCommand' }>['expression'];

export class ConditionError extends Error {}

/** Unary tests of files, strings and variables. Undefined: there is no such operator. */
export function unaryTest(shell: Shell, operator: string, operand: string): boolean | undefined {
  const { process } = shell;
  const node = (follow = true) => statOrNothing(process, operand, follow);
  switch (operator) {
    case '-z': return operand === '';
    case '-n': return operand !== '';
    case '-e':
    case '-a': return node() !== undefined;
    case '-f': {
      const kind = node()?.kind;
      return kind === 'file' || kind === 'generated';
    }
    case '-d': return node()?.kind === 'directory';
    case '-h':
    case '-L': return node(false)?.kind === 'symlink';
    case '-c': return node()?.kind === 'device';
    case '-b':
    case '-p':
    case '-S': return false;
    case '-s': {
      const found = node();
      return found !== undefined && sizeOf(found) > 0;
    }
    case '-r': return mayAccess(process, operand, READ);
    case '-w': return mayAccess(process, operand, WRITE);
    case '-x': return mayAccess(process, operand, EXECUTE);
    case '-O': return node()?.uid === process.credentials.uid;
    case '-G': return node()?.gid === process.credentials.gid;
    case '-u': return ((node()?.mode ?? 0) & 0o4000) !== 0;
    case '-g': return ((node()?.mode ?? 0) & 0o2000) !== 0;
    case '-k': return ((node()?.mode ?? 0) & 0o1000) !== 0;
    case '-t': return process.files.get(Number(operand))?.kind === 'terminal';
    case '-v': return isSet(shell, operand);
    case '-o': return shell.options[operand as keyof typeof shell.options] ?? false;
    default: return undefined;
  }
}

function isSet(shell: Shell, name: string): boolean {
  const match = /^([A-Za-z_]\w*)\[(.*)\]$/u.exec(name);
  if (match === null) return shell.parameter(name) !== undefined;
  const [, array = '', key = ''] = match;
  return key === '@' || key === '*' ? shell.elements(array).length > 0 : shell.element(array, key) !== undefined;
}

/** Binary tests without patterns and arithmetic. Undefined: there is no such operator. */
export function binaryTest(shell: Shell, left: string, operator: string, right: string): boolean | undefined {
  const [a, b] = [statOrNothing(shell.process, left), statOrNothing(shell.process, right)];
  switch (operator) {
    case '=':
    case '==': return left === right;
    case '!=': return left !== right;
    case '<': return left < right;
    case '>': return left > right;
    case '-nt': return a !== undefined && (b === undefined || a.modified > b.modified);
    case '-ot': return b !== undefined && (a === undefined || a.modified < b.modified);
    case '-ef': return a !== undefined && a === b;
    default: return undefined;
  }
}

export function compareIntegers(left: bigint, operator: string, right: bigint): boolean | undefined {
  switch (operator) {
    case '-eq': return left === right;
    case '-ne': return left !== right;
    case '-lt': return left < right;
    case '-le': return left <= right;
    case '-gt': return left > right;
    case '-ge': return left >= right;
    default: return undefined;
  }
}

export async function evaluateCondition(shell: Shell, expression: Expression): Promise<boolean> {
  switch (expression.type) {
    case 'CondWord': return (await shell.expander.text(expression.word)) !== '';
    case 'CondNot': return !(await evaluateCondition(shell, expression.operand));
    case 'CondGroup': return evaluateCondition(shell, expression.expression);
    case 'CondAnd': return (await evaluateCondition(shell, expression.left)) && evaluateCondition(shell, expression.right);
    case 'CondOr': return (await evaluateCondition(shell, expression.left)) || evaluateCondition(shell, expression.right);
    case 'CondUnary': return unaryTest(shell, expression.operator, await shell.expander.text(expression.operand)) ?? false;
    default: return binary(shell, expression);
  }
}

async function binary(shell: Shell, expression: Extract<Expression, { type: 'CondBinary' }>): Promise<boolean> {
  const { operator } = expression;
  const left = await shell.expander.text(expression.left);
  if (operator === '=' || operator === '==' || operator === '!=') {
    return shell.patterns.matches(await shell.expander.pattern(expression.right), left) === (operator !== '!=');
  }
  if (operator === '=~') return matchRegularExpression(shell, left, await shell.expander.regularExpression(expression.right));
  const right = await shell.expander.text(expression.right);
  if (/^-(?:eq|ne|lt|le|gt|ge)$/u.test(operator)) return compareIntegers(await shell.arithmetic.text(left), operator, await shell.arithmetic.text(right)) ?? false;
  return binaryTest(shell, left, operator, right) ?? false;
}

function matchRegularExpression(shell: Shell, text: string, source: string): boolean {
  let compiled: RegExp;
  try {
    compiled = new RegExp(source.replaceAll(/\[:(\w+):\]/gu, (whole, name: string) => ({ alpha: 'a-zA-Z', digit: '0-9', alnum: 'a-zA-Z0-9', space: '\\s', upper: 'A-Z', lower: 'a-z', punct: '!-\\/:-@\\[-`{-~' })[name] ?? whole));
  } catch {
    throw new ConditionError(`${source}: invalid regular expression`);
  }
  const match = compiled.exec(text);
  shell.variables.setArray('BASH_REMATCH', new Map((match ?? []).map((group, index) => [String(index), group ?? ''])));
  return match !== null;
}
