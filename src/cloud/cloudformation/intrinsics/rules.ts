/** The Rules section: assertions about parameters, judged before anything is made, with their own functions (user guide, "Rule-specific intrinsic functions"). */
import { validationError } from '../errors.js';
import type { RuleDeclaration } from '../template/template.js';
import { isList, isStructure, textOf, type Value } from '../template/value.js';

/** What rules see: parameters, and what parameters of AWS's own types name. */
export interface RuleScope {
  /** Value of a parameter or pseudo parameter, a list for a list type. */
  ref(name: string): Value | undefined;
  /** Attribute of what a parameter names, one for each of a list. */
  valueOf(parameter: string, attribute: string): readonly string[];
  /** Everything of a parameter type in the region. */
  refAll(type: string): readonly string[];
  valueOfAll(type: string, attribute: string): readonly string[];
}

/** Throws ValidationError for the first assertion that does not hold, with its description. */
export function judgeRules(rules: readonly RuleDeclaration[], scope: RuleScope): void {
  for (const { name, condition, assertions } of rules) {
    if (condition !== undefined && !holds(condition, scope, name)) continue;
    for (const { assert, description } of assertions) {
      if (!holds(assert, scope, name)) throw validationError(`Template error: Rule ${name} failed: ${description ?? 'an assertion of it does not hold'}`);
    }
  }
}

function malformed(rule: string, what: string): Error {
  return validationError(`Template format error: Rule ${rule} is malformed: ${what}`);
}

function only(value: Value, rule: string): readonly [string, Value] {
  const entries = isStructure(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) throw malformed(rule, 'a condition or assertion has to be one function');
  return entry;
}

function holds(value: Value, scope: RuleScope, rule: string): boolean {
  const [name, argument] = only(value, rule);
  const items = (least: number, most: number): readonly Value[] => {
    if (isList(argument) && argument.length >= least && argument.length <= most) return argument;
    throw malformed(rule, `${name} takes a list of ${least === most ? least : `${least} to ${most}`}`);
  };
  const all = (item: Value | undefined) => strings(item ?? null, scope, rule);
  switch (name) {
    case 'Fn::And':
      return items(2, 10).every((item) => holds(item, scope, rule));
    case 'Fn::Or':
      return items(2, 10).some((item) => holds(item, scope, rule));
    case 'Fn::Not':
      return !holds(items(1, 1)[0] ?? null, scope, rule);
    case 'Fn::Equals': {
      const [left, right] = items(2, 2);
      return JSON.stringify(all(left)) === JSON.stringify(all(right));
    }
    case 'Fn::Contains': {
      const [list, item] = items(2, 2);
      return all(item).every((one) => all(list).includes(one));
    }
    case 'Fn::EachMemberEquals': {
      const [list, item] = items(2, 2);
      const [wanted] = all(item);
      return all(list).every((one) => one === wanted);
    }
    case 'Fn::EachMemberIn': {
      const [list, allowed] = items(2, 2);
      return all(list).every((one) => all(allowed).includes(one));
    }
    default:
      throw malformed(rule, `${name} is no rule function that says yes or no; there are Fn::And, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::Equals, Fn::Not and Fn::Or`);
  }
}

/** An argument as a list of texts. */
function strings(value: Value, scope: RuleScope, rule: string): readonly string[] {
  if (isList(value)) return value.flatMap((item) => strings(item, scope, rule));
  if (!isStructure(value)) return [textOf(value)];
  const [name, argument] = only(value, rule);
  const pair = (): readonly [string, string] => {
    const [left, right] = isList(argument) && argument.length === 2 ? argument : [];
    if (typeof left === 'string' && typeof right === 'string') return [left, right];
    throw malformed(rule, `${name} takes a list of two texts`);
  };
  switch (name) {
    case 'Ref': {
      const found = scope.ref(textOf(argument));
      if (found === undefined) throw malformed(rule, `a rule can refer to parameters only, and ${textOf(argument)} is none`);
      return strings(found, scope, rule);
    }
    case 'Fn::RefAll':
      return scope.refAll(textOf(argument));
    case 'Fn::ValueOf':
      return scope.valueOf(...pair());
    case 'Fn::ValueOfAll':
      return scope.valueOfAll(...pair());
    default:
      throw malformed(rule, `${name} cannot be used here; there are Ref, Fn::RefAll, Fn::ValueOf and Fn::ValueOfAll`);
  }
}
