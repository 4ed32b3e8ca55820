/**
 * Condition blocks (IAM user guide, "IAM JSON policy elements: condition operators"). A condition on a key whose value the
 * region does not know is *unknown*, never true: an allow then does not hold, a deny does (see evaluate.ts).
 */
import { anyPrefixContains } from '../net/ipv6.js';
import { matchesWildcard } from './wildcard.js';
import type { Statement } from './document.js';
import { patternOf, textOf } from './variables.js';

/** Condition keys and their values, names in any case: `aws:SourceIp`, `aws:PrincipalArn`. A key that is absent is not in the request. */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ConditionOptions {
  /** Version of the policy: the older one has no variables. Default 2012-10-17. */
  readonly version?: string | undefined;
  /** Whether an absent key is truly not in the request, as against one that AWS would give and the region does not. Default: it is. */
  readonly supplied?: ((key: string) => boolean) | undefined;
}

export type ConditionOutcome = { readonly holds: boolean } | { readonly holds: 'unknown'; readonly why: string };

/** `actual` is the request's value, `operand` the policy's with its variables in place. Undefined: not comparable, which never matches. */
type Test = (actual: string, operand: string) => boolean | undefined;

const matches: Test = (actual, operand) => matchesWildcard(operand, actual, { escape: true });
const numbers = (compare: (a: number, b: number) => boolean): Test => (actual, operand) => comparable(Number(actual), Number(operand), compare);
const dates = (compare: (a: number, b: number) => boolean): Test => (actual, operand) => comparable(timeOf(actual), timeOf(operand), compare);

/** Operators whose operands are patterns: with wildcards, escaped by backslashes. */
const PATTERNS: Readonly<Record<string, Test>> = { stringlike: matches, arnequals: matchesArn, arnlike: matchesArn };

const PLAIN: Readonly<Record<string, Test>> = {
  stringequals: (actual, operand) => actual === operand,
  stringequalsignorecase: (actual, operand) => actual.toLowerCase() === operand.toLowerCase(),
  bool: (actual, operand) => actual.toLowerCase() === operand.toLowerCase(),
  binaryequals: (actual, operand) => Buffer.from(actual, 'base64').equals(Buffer.from(operand, 'base64')),
  ipaddress: (actual, operand) => anyPrefixContains(operand, actual),
  numericequals: numbers((a, b) => a === b),
  numericlessthan: numbers((a, b) => a < b),
  numericlessthanequals: numbers((a, b) => a <= b),
  numericgreaterthan: numbers((a, b) => a > b),
  numericgreaterthanequals: numbers((a, b) => a >= b),
  dateequals: dates((a, b) => a === b),
  datelessthan: dates((a, b) => a < b),
  datelessthanequals: dates((a, b) => a <= b),
  dategreaterthan: dates((a, b) => a > b),
  dategreaterthanequals: dates((a, b) => a >= b),
};

/** Negations and what they negate. */
const NEGATIONS: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
  notipaddress: 'ipaddress',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
};

interface Operator {
  readonly set: 'all' | 'any' | undefined;
  readonly optional: boolean;
  readonly negated: boolean;
  readonly base: string;
}

/** Takes an operator's name apart; undefined for one that IAM does not have. */
export function operatorOf(name: string): Operator | undefined {
  const [, quantifier, rest = '', suffix] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
  const base = NEGATIONS[rest] ?? rest;
  if (base === 'null' ? suffix !== undefined : PATTERNS[base] === undefined && PLAIN[base] === undefined) return undefined;
  return { set: quantifier === undefined ? undefined : quantifier === 'forallvalues' ? 'all' : 'any', optional: suffix !== undefined, negated: NEGATIONS[rest] !== undefined, base };
}

/** Whether all conditions of a statement hold. */
export function testConditions(conditions: Statement['conditions'], context: ConditionContext, options: ConditionOptions = {}): ConditionOutcome {
  const known = new Map(Object.entries(context).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? [value] : value] as const])));
  let unknown: string | undefined;
  for (const [operator, keys] of conditions) {
    for (const [key, operands] of keys) {
      const actual = known.get(key.toLowerCase());
      const decided = actual !== undefined || (options.supplied?.(key.toLowerCase()) ?? true);
      const held = decided ? testOne(operator, actual, operands, context, options.version ?? '2012-10-17') : undefined;
      if (held === false) return { holds: false };
      if (held === undefined) unknown ??= `condition ${operator} on ${key} cannot be decided here`;
    }
  }
  return unknown === undefined ? { holds: true } : { holds: 'unknown', why: unknown };
}

function testOne(name: string, actual: readonly string[] | undefined, operands: readonly string[], context: ConditionContext, version: string): boolean | undefined {
  const operator = operatorOf(name);
  if (operator === undefined) return undefined;
  const { base, negated, optional, set } = operator;
  if (base === 'null') return operands.some((operand) => (operand.toLowerCase() === 'true') === (actual === undefined));
  // A key that the request has not: positive operators fail, negated ones, …IfExists and ForAllValues hold.
  if (actual === undefined) return optional || set === 'all' || (negated && set === undefined);
  const pattern = PATTERNS[base];
  const test = pattern ?? PLAIN[base];
  const placed = operands.map((operand) => (pattern === undefined ? textOf(operand, version, context) : patternOf(operand, version, context)));
  if (test === undefined) return undefined;
  // A variable without a value is nothing that a value could be equal to.
  const equal = (value: string): boolean => placed.some((operand) => operand !== undefined && test(value, operand) === true);
  if (set === 'all') return actual.every((value) => equal(value) !== negated);
  if (set === 'any') return actual.some((value) => equal(value) !== negated);
  return actual.some(equal) !== negated;
}

/** ARNs match part by part: a `*` in one of the six parts does not reach over a colon, except in the last. `pattern` has escapes. */
function matchesArn(arn: string, pattern: string): boolean {
  const patterns = splitArn(pattern);
  const parts = splitArn(arn);
  return patterns.length === parts.length && patterns.every((part, index) => matchesWildcard(part, parts[index] ?? '', { escape: true }));
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function comparable(a: number, b: number, compare: (a: number, b: number) => boolean): boolean | undefined {
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : compare(a, b);
}

/** ISO 8601, or seconds since the epoch. */
function timeOf(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
