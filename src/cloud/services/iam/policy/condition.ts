/**
 * Condition blocks, as far as they can be decided here: string, ARN, Boolean and IPv4 operators. A condition that needs
 * more is *unknown*, never true: an allow then does not hold, a deny does (see evaluate.ts).
 */
import { matchesWildcard } from '../../../endpoint/wildcard.js';
import type { Statement } from './document.js';

/** Condition keys and their values, names in any case: `aws:SourceIp`, `aws:PrincipalArn`. A key that is absent is not in the request. */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>;

export type ConditionOutcome = { readonly holds: boolean } | { readonly holds: 'unknown'; readonly why: string };

type Test = (actual: string, operand: string) => boolean | undefined;

const TESTS: Readonly<Record<string, Test>> = {
  stringequals: (actual, operand) => actual === operand,
  stringequalsignorecase: (actual, operand) => actual.toLowerCase() === operand.toLowerCase(),
  stringlike: (actual, operand) => matchesWildcard(operand, actual),
  arnequals: (actual, operand) => matchesArn(operand, actual),
  arnlike: (actual, operand) => matchesArn(operand, actual),
  bool: (actual, operand) => actual.toLowerCase() === operand.toLowerCase(),
  ipaddress: (actual, operand) => inPrefix(actual, operand),
};

/** Negations and what they negate. */
const NEGATIONS: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
  notipaddress: 'ipaddress',
};

/** Whether all conditions of a statement hold. */
export function testConditions(conditions: Statement['conditions'], context: ConditionContext): ConditionOutcome {
  const known = new Map(Object.entries(context).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? [value] : value] as const])));
  let unknown: string | undefined;
  for (const [operator, keys] of conditions) {
    for (const [key, operands] of keys) {
      const held = testOne(operator, known.get(key.toLowerCase()), operands);
      if (held === false) return { holds: false };
      if (held === undefined) unknown ??= `condition ${operator} on ${key} cannot be decided here`;
    }
  }
  return unknown === undefined ? { holds: true } : { holds: 'unknown', why: unknown };
}

function testOne(operator: string, actual: readonly string[] | undefined, operands: readonly string[]): boolean | undefined {
  const name = operator.toLowerCase();
  if (name === 'null') return operands.some((operand) => (operand.toLowerCase() === 'true') === (actual === undefined));
  if (name.includes(':')) return undefined; // ForAllValues:, ForAnyValue:
  const optional = name.endsWith('ifexists');
  const base = optional ? name.slice(0, -'ifexists'.length) : name;
  const negated = NEGATIONS[base];
  const test = TESTS[negated ?? base];
  if (test === undefined || operands.some((operand) => operand.includes('${'))) return undefined;
  // A key that the request has not: positive operators fail, negated ones and …IfExists hold.
  if (actual === undefined) return optional || negated !== undefined;
  let undecided = false;
  for (const operand of operands) {
    for (const value of actual) {
      const outcome = test(value, operand);
      if (outcome === true) return negated === undefined;
      if (outcome === undefined) undecided = true;
    }
  }
  return undecided ? undefined : negated !== undefined;
}

/** ARNs match part by part: a `*` in one of the six parts does not reach over a colon, except in the last. */
export function matchesArn(pattern: string, arn: string): boolean {
  const patterns = splitArn(pattern);
  const parts = splitArn(arn);
  return patterns.length === parts.length && patterns.every((part, index) => matchesWildcard(part, parts[index] ?? ''));
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function inPrefix(address: string, prefix: string): boolean | undefined {
  const [network = '', length = '32'] = prefix.split('/');
  const a = ipv4(address);
  const n = ipv4(network);
  if (a === undefined || n === undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const shift = 32 - Number(length);
  return Math.floor(a / 2 ** shift) === Math.floor(n / 2 ** shift);
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
