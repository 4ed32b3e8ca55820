/** What a value refers to, without evaluating it: for the dependency graph and for judging a template beforehand. */
import { validationError } from '../errors.js';
import { intrinsicOf, isList, isStructure, textOf, type Value } from '../template/value.js';
import { getAttParts, subArguments } from './evaluate.js';
import { subParts } from './sub.js';

export interface ReferenceVisitor {
  /** `Ref`, or a plain name in Fn::Sub. */
  ref(name: string): void;
  getAtt(logicalId: string, attribute: Value): void;
  condition?(name: string): void;
  mapping?(name: string): void;
  importValue?(name: Value): void;
}

const FUNCTIONS = new Set(['Ref', ...['Base64', 'Cidr', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue', 'Join', 'Select', 'Split', 'Sub', 'And', 'Equals', 'Not', 'Or'].map((name) => `Fn::${name}`)]);

/**
 * Visits every reference in `value`. With `decide`, only the branch of a Fn::If that will be taken.
 * Throws ValidationError for a function that does not exist or is malformed.
 */
export function visitReferences(value: Value, visitor: ReferenceVisitor, decide?: (condition: string) => boolean): void {
  const walk = (item: Value) => visitReferences(item, visitor, decide);
  if (isList(value)) return value.forEach(walk);
  if (!isStructure(value)) return;
  const intrinsic = intrinsicOf(value);
  if (intrinsic === undefined) return Object.values(value).forEach(walk);
  const { name, argument } = intrinsic;
  if (/^Fn::(?:ForEach(?:::.*)?|Length|ToJsonString)$/.test(name)) throw validationError(`Template format error: ${name} needs the transform AWS::LanguageExtensions, which the local cloud does not have`);
  if (name === 'Fn::Transform') throw validationError(`Template format error: the local cloud has no transforms, and so no ${textOf(isStructure(argument) ? argument['Name'] : name)}`);
  if (!FUNCTIONS.has(name)) throw validationError(`Template error: Unsupported function ${name}; there are ${[...FUNCTIONS].join(', ')}`);
  switch (name) {
    case 'Ref':
      if (typeof argument !== 'string') throw validationError('Template error: every Ref object must have a single String value.');
      return visitor.ref(argument);
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = getAttParts(argument);
      visitor.getAtt(logicalId, attribute);
      return walk(attribute);
    }
    case 'Fn::Sub': {
      const { text, names } = subArguments(argument);
      for (const part of subParts(text)) {
        if ('literal' in part) continue;
        if (!/^[A-Za-z0-9_.:]+$/.test(part.name)) throw validationError('Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons');
        if (Object.hasOwn(names, part.name)) continue;
        const dot = part.name.indexOf('.');
        if (dot < 0) visitor.ref(part.name);
        else visitor.getAtt(part.name.slice(0, dot), part.name.slice(dot + 1));
      }
      return Object.values(names).forEach(walk);
    }
    case 'Fn::If': {
      if (!isList(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
        throw validationError('Template error: Fn::If requires a list argument with three elements, the first of which is the name of a condition');
      }
      const [condition, then, otherwise] = argument as readonly [string, Value, Value];
      visitor.condition?.(condition);
      if (decide === undefined) {
        walk(then);
        return walk(otherwise);
      }
      return walk(decide(condition) ? then : otherwise);
    }
    case 'Fn::FindInMap':
      if (isList(argument) && argument.length === 4) throw validationError('Template error: the DefaultValue of Fn::FindInMap needs the transform AWS::LanguageExtensions, which the local cloud does not have');
      if (isList(argument) && typeof argument[0] === 'string') visitor.mapping?.(argument[0]);
      return walk(argument);
    case 'Fn::ImportValue':
      visitor.importValue?.(argument);
      return walk(argument);
    default:
      return walk(argument);
  }
}
