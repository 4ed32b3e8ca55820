/** test and [. */
import { binaryTest, compareIntegers, unaryTest } from '../shell/conditional.js';
import { parseNumber } from '../shell/arithmetic.js';
import type { Shell } from '../shell/shell.js';
import type { Builtin } from './builtin.js';

class TestError extends Error {}

/** Recursive descent over the arguments: -o, -a, !, ( ), binary and unary tests. */
class TestExpression {
  private at = 0;
  private readonly shell: Shell;
  private readonly args: readonly string[];
  constructor(shell: Shell, args: readonly string[]) {
    this.shell = shell;
    this.args = args;
  }

  evaluate(): boolean {
    const [first = ''] = this.args;
    if (this.args.length === 2 && first !== '!' && !/^-[a-zA-Z]$/u.test(first)) throw new TestError(`${first}: unary operator expected`);
    const value = this.or();
    if (this.at < this.args.length) throw new TestError(this.args.length > 3 ? 'too many arguments' : `${this.args[1] ?? ''}: binary operator expected`);
    return value;
  }

  private or(): boolean {
    let value = this.and();
    while (this.args[this.at] === '-o') {
      this.at += 1;
      const right = this.and();
      value ||= right;
    }
    return value;
  }

  private and(): boolean {
    let value = this.not();
    while (this.args[this.at] === '-a') {
      this.at += 1;
      const right = this.not();
      value &&= right;
    }
    return value;
  }

  private not(): boolean {
    const left = this.args.length - this.at;
    if (this.args[this.at] === '!' && left > 1 && !(left === 3 && this.isBinary(this.args[this.at + 1]))) {
      this.at += 1;
      return !this.not();
    }
    return this.primary();
  }

  private isBinary(operator: string | undefined): boolean {
    return operator !== undefined && /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/u.test(operator);
  }

  private primary(): boolean {
    const [first, second, third] = this.args.slice(this.at, this.at + 3);
    if (first === undefined) throw new TestError('argument expected');
    if (second !== undefined && third !== undefined && this.isBinary(second)) {
      this.at += 3;
      const integers = /^-(?:eq|ne|lt|le|gt|ge)$/u.test(second);
      return (integers ? compareIntegers(integer(first), second, integer(third)) : binaryTest(this.shell, first, second, third)) ?? false;
    }
    if (first === '(' && this.args.length - this.at > 2) {
      this.at += 1;
      const value = this.or();
      if (this.args[this.at] !== ')') throw new TestError("`)' expected");
      this.at += 1;
      return value;
    }
    if (/^-[a-zA-Z]$/u.test(first) && second !== undefined && first !== '-a' && (first !== '-o' || this.args.length === 2)) {
      const value = unaryTest(this.shell, first, second);
      if (value === undefined) throw new TestError(`${first}: unary operator expected`);
      this.at += 2;
      return value;
    }
    this.at += 1;
    return first !== '';
  }
}

function integer(text: string): bigint {
  const number = /^\s*[+-]?\d+\s*$/u.test(text) ? parseNumber(text.trim().replace(/^([+-]?)0+(?=\d)/u, '$1')) : undefined;
  if (number === undefined) throw new TestError(`${text}: integer expression expected`);
  return number;
}

export const test: Builtin = async (shell, args, name) => {
  let operands = args;
  if (name === '[') {
    if (args.at(-1) !== ']') {
      await shell.complain("[: missing `]'");
      return 2;
    }
    operands = args.slice(0, -1);
  }
  if (operands.length === 0) return 1;
  try {
    return new TestExpression(shell, operands).evaluate() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    await shell.complain(`${name}: ${error.message}`);
    return 2;
  }
};
