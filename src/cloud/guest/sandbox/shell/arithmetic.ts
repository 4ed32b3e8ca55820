/** Evaluates arithmetic expressions in 64-bit integers, as bash does. */
import type { ScriptNode, WordNode } from 'just-bash';
import { ArithmeticError } from './control.js';
import { parseScript } from './parse.js';
import type { Shell } from './shell.js';

type ArithmeticPart = Extract<WordNode['parts'][number], { type: 'ArithmeticExpansion' }>;
export type ArithmeticExpression = ArithmeticPart['expression'];
type Node = ArithmeticExpression['expression'];

const DEEPEST = 200;

export class Arithmetic {
  private readonly shell: Shell;
  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** Rejects with ArithmeticError, whose message starts with the expression. */
  async evaluate(expression: ArithmeticExpression): Promise<bigint> {
    try {
      return await this.node(expression.expression, 0);
    } catch (error) {
      if (!(error instanceof ArithmeticError) || expression.originalText === undefined || error.message.includes('too great')) throw error;
      throw new ArithmeticError(`${expression.originalText.trim()}: ${error.message}`);
    }
  }

  /** A text as an expression: values of variables, operands of `let`, `test -eq` and subscripts. */
  async text(source: string, depth = 0): Promise<bigint> {
    const trimmed = source.trim();
    if (trimmed === '') return 0n;
    const literal = parseNumber(trimmed);
    if (literal !== undefined) return literal;
    if (depth > DEEPEST) throw new ArithmeticError(`${trimmed}: expression recursion level exceeded (error token is "${trimmed}")`);
    return this.node(this.parse(trimmed).expression, depth + 1);
  }

  private parse(source: string): ArithmeticExpression {
    let script: ScriptNode;
    try {
      script = parseScript(`: $((${source}))`);
    } catch {
      throw new ArithmeticError(`${source}: syntax error: operand expected (error token is "${source}")`);
    }
    const command = script.statements[0]?.pipelines[0]?.commands[0];
    const part = command?.type === 'SimpleCommand' ? command.args[0]?.parts[0] : undefined;
    if (part?.type !== 'ArithmeticExpansion') throw new ArithmeticError(`${source}: syntax error in expression (error token is "${source}")`);
    return part.expression;
  }

  private async node(node: Node, depth: number): Promise<bigint> {
    switch (node.type) {
      case 'ArithNumber':
        if (Number.isNaN(node.value)) throw new ArithmeticError('value too great for base');
        return BigInt.asIntN(64, BigInt(Math.trunc(node.value)));
      case 'ArithVariable':
        return this.variable(node.name, depth);
      case 'ArithSpecialVar':
        return this.text(this.shell.parameter(node.name) ?? '0', depth);
      case 'ArithBracedExpansion':
        return this.text(await this.shell.expandText(`\${${node.content}}`), depth);
      case 'ArithCommandSubst':
        return this.text(await this.shell.expandText(`$(${node.command}\n)`), depth);
      case 'ArithGroup':
      case 'ArithNested':
        return this.node(node.expression, depth);
      case 'ArithArrayElement': {
        const key = await this.key(node.array, node.index, node.stringKey, depth);
        return this.text(this.shell.element(node.array, key) ?? '0', depth);
      }
      case 'ArithConcat':
        return this.text(await this.concatenated(node.parts, depth), depth);
      case 'ArithDynamicNumber':
        return this.text((await this.shell.expandText(`\${${node.prefix}}`)) + node.suffix, depth);
      case 'ArithDynamicBase':
        return this.text(`${await this.shell.expandText(`\${${node.baseExpr}}`)}#${node.value}`, depth);
      case 'ArithSingleQuote':
        return BigInt(Math.trunc(node.value));
      case 'ArithUnary':
        return this.unary(node, depth);
      case 'ArithBinary':
        return this.binary(node, depth);
      case 'ArithTernary':
        return this.node((await this.node(node.condition, depth)) === 0n ? node.alternate : node.consequent, depth);
      case 'ArithAssignment':
        return this.assignment(node, depth);
      case 'ArithSyntaxError':
        throw new ArithmeticError(`${node.message} (error token is "${node.errorToken}")`);
      default:
        throw new ArithmeticError('syntax error in expression');
    }
  }

  private async concatenated(parts: readonly Node[], depth: number): Promise<string> {
    let text = '';
    for (const part of parts) {
      if (part.type === 'ArithVariable' && part.hasDollarPrefix !== true) text += part.name;
      else if (part.type === 'ArithVariable') text += this.shell.parameter(part.name) ?? '';
      else text += String(await this.node(part, depth));
    }
    return text;
  }

  private variable(name: string, depth: number): Promise<bigint> {
    const value = this.shell.parameter(name);
    if (value === undefined && this.shell.options.nounset) throw new ArithmeticError(`${name}: unbound variable`);
    return this.text(value ?? '0', depth);
  }

  private async key(array: string, index: Node | undefined, stringKey: string | undefined, depth: number): Promise<string> {
    if (stringKey !== undefined) return stringKey;
    if (index === undefined) return '0';
    const associative = this.shell.variables.find(array)?.associative === true;
    if (associative && index.type === 'ArithVariable' && index.hasDollarPrefix !== true) return index.name;
    if (associative && index.type === 'ArithVariable') return this.shell.parameter(index.name) ?? '';
    return String(await this.node(index, depth));
  }

  private async unary(node: Extract<Node, { type: 'ArithUnary' }>, depth: number): Promise<bigint> {
    if (node.operator === '++' || node.operator === '--') {
      const before = await this.node(node.operand, depth);
      const after = BigInt.asIntN(64, node.operator === '++' ? before + 1n : before - 1n);
      await this.store(node.operand, after, depth);
      return node.prefix ? after : before;
    }
    const value = await this.node(node.operand, depth);
    if (node.operator === '-') return BigInt.asIntN(64, -value);
    if (node.operator === '!') return value === 0n ? 1n : 0n;
    return node.operator === '~' ? ~value : value;
  }

  private async store(target: Node, value: bigint, depth: number): Promise<void> {
    if (target.type === 'ArithGroup') return this.store(target.expression, value, depth);
    if (target.type === 'ArithVariable') this.shell.assign(target.name, String(value));
    else if (target.type === 'ArithArrayElement') this.shell.variables.setElement(target.array, await this.key(target.array, target.index, target.stringKey, depth), String(value));
    else throw new ArithmeticError('attempted assignment to non-variable');
    return undefined;
  }

  private async binary(node: Extract<Node, { type: 'ArithBinary' }>, depth: number): Promise<bigint> {
    const left = await this.node(node.left, depth);
    if (node.operator === '&&') return left !== 0n && (await this.node(node.right, depth)) !== 0n ? 1n : 0n;
    if (node.operator === '||') return left !== 0n || (await this.node(node.right, depth)) !== 0n ? 1n : 0n;
    return operate(node.operator, left, await this.node(node.right, depth));
  }

  private async assignment(node: Extract<Node, { type: 'ArithAssignment' }>, depth: number): Promise<bigint> {
    const given = await this.node(node.value, depth);
    const subscripted = node.subscript !== undefined || node.stringKey !== undefined;
    const key = subscripted ? await this.key(node.variable, node.subscript, node.stringKey, depth) : '0';
    const before = (): Promise<bigint> => this.text((subscripted ? this.shell.element(node.variable, key) : this.shell.parameter(node.variable)) ?? '0', depth);
    const value = node.operator === '=' ? given : operate(node.operator.slice(0, -1), await before(), given);
    if (subscripted) this.shell.variables.setElement(node.variable, key, String(value));
    else this.shell.assign(node.variable, String(value));
    return value;
  }
}

function operate(operator: string, left: bigint, right: bigint): bigint {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case '+': return BigInt.asIntN(64, left + right);
    case '-': return BigInt.asIntN(64, left - right);
    case '*': return BigInt.asIntN(64, left * right);
    case '/':
    case '%':
      if (right === 0n) throw new ArithmeticError('division by 0 (error token is "0")');
      return BigInt.asIntN(64, operator === '/' ? left / right : left % right);
    case '**':
      if (right < 0n) throw new ArithmeticError('exponent less than 0');
      return power(left, right);
    case '<<': return BigInt.asIntN(64, left << (right & 63n));
    case '>>': return left >> (right & 63n);
    case '<': return truth(left < right);
    case '<=': return truth(left <= right);
    case '>': return truth(left > right);
    case '>=': return truth(left >= right);
    case '==': return truth(left === right);
    case '!=': return truth(left !== right);
    case '&': return left & right;
    case '|': return left | right;
    case '^': return left ^ right;
    default: return right;
  }
}

/** By squaring, modulo 2^64: a huge exponent costs 64 steps, not memory. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = BigInt.asIntN(64, result * factor);
    factor = BigInt.asIntN(64, factor * factor);
  }
  return result;
}

/** Decimal, octal, hexadecimal and `base#digits`; undefined when it is none of them. */
export function parseNumber(text: string): bigint | undefined {
  const match = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|(\d+)#([0-9a-zA-Z@_]+)|(\d+))$/u.exec(text);
  if (match === null) return undefined;
  const [, sign, hexadecimal, base, digits, decimal] = match;
  let value: bigint;
  if (hexadecimal !== undefined) value = BigInt(`0x${hexadecimal}`);
  else if (base !== undefined) {
    const radix = Number(base);
    value = 0n;
    for (const digit of digits ?? '') {
      const worth = digitValue(digit, radix);
      if (radix < 2 || radix > 64 || worth >= radix) throw new ArithmeticError(`${text}: value too great for base (error token is "${text}")`);
      value = value * BigInt(radix) + BigInt(worth);
    }
  } else {
    const plain = decimal ?? '0';
    if (/^0\d/u.test(plain)) {
      if (/[89]/u.test(plain)) throw new ArithmeticError(`${text}: value too great for base (error token is "${text}")`);
      value = BigInt(`0o${plain}`);
    } else value = BigInt(plain);
  }
  return BigInt.asIntN(64, sign === '-' ? -value : value);
}

function digitValue(digit: string, radix: number): number {
  const order = radix <= 36 ? '0123456789abcdefghijklmnopqrstuvwxyz' : '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_';
  return order.indexOf(radix <= 36 ? digit.toLowerCase() : digit);
}
