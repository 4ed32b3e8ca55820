/** Evaluates intrinsic functions (CloudFormation user guide, "Intrinsic function reference"). */
import { validationError } from '../errors.js';
import { intrinsicOf, isList, isStructure, textOf, type Structure, type Value } from '../template/value.js';
import { cidrBlocks } from './cidr.js';
import { subParts } from './sub.js';

/** What names stand for while a template is evaluated. Each function throws ValidationError for a name it does not have. */
export interface EvaluationScope {
  /** Parameter, pseudo parameter or resource. Undefined is AWS::NoValue. */
  ref(name: string): Value | undefined;
  attribute(logicalId: string, attribute: string): Value;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): Value;
  /** Zones of a region, in order. */
  zones(region: string): readonly string[];
  /** Value of an export of this region. */
  exported(name: string): Value;
}

/** The value with every function replaced by its result; undefined is AWS::NoValue, whose member or item disappears. */
export function evaluate(value: Value, scope: EvaluationScope): Value | undefined {
  if (isList(value)) return value.map((item) => evaluate(item, scope)).filter((item) => item !== undefined);
  if (!isStructure(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) return call(intrinsic.name, intrinsic.argument, scope);
  const found: { [name: string]: Value } = {};
  for (const [name, item] of Object.entries(value)) {
    const result = evaluate(item, scope);
    if (result !== undefined) found[name] = result;
  }
  return found;
}

function malformed(name: string, needs: string): Error {
  return validationError(`Template error: every ${name} object requires ${needs}`);
}

function text(value: Value | undefined, name: string, what: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return textOf(value);
  throw malformed(name, `${what} to be a string`);
}

function integer(value: Value | undefined, name: string, what: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw malformed(name, `${what} to be an integer`);
}

function texts(value: Value | undefined, name: string, what: string): string[] {
  if (isList(value)) return value.map((item) => text(item, name, what));
  throw malformed(name, `${what} to be a list of strings`);
}

/** A list of exactly so many arguments, unevaluated. */
function args(argument: Value, name: string, least: number, most = least): readonly Value[] {
  if (isList(argument) && argument.length >= least && argument.length <= most) return argument;
  throw malformed(name, least === most ? `a list of ${least} parameters` : `a list of ${least} to ${most} parameters`);
}

function call(name: string, argument: Value, scope: EvaluationScope): Value | undefined {
  const value = (item: Value | undefined) => (item === undefined ? undefined : evaluate(item, scope));
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, name, 'a name'));
    case 'Fn::GetAtt': {
      const [resource, attribute] = getAttParts(argument);
      return scope.attribute(resource, text(value(attribute), name, 'the attribute'));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Join': {
      const [delimiter, items] = args(argument, name, 2);
      return texts(value(items), name, 'the second parameter').join(text(value(delimiter), name, 'the delimiter'));
    }
    case 'Fn::Split': {
      const [delimiter, source] = args(argument, name, 2);
      return text(value(source), name, 'the source').split(text(value(delimiter), name, 'the delimiter'));
    }
    case 'Fn::Select': {
      const [index, items] = args(argument, name, 2);
      const list = value(items);
      if (!isList(list)) throw malformed(name, 'a list to select from');
      const at = integer(value(index), name, 'the index');
      const item = list[at];
      if (item === undefined) throw validationError(`Template error: Fn::Select cannot select nonexistent value at index ${at}`);
      return item;
    }
    case 'Fn::GetAZs': {
      const region = text(value(argument) ?? '', name, 'the region');
      return [...scope.zones(region === '' ? text(scope.ref('AWS::Region'), name, 'the region') : region)];
    }
    case 'Fn::FindInMap': {
      const [map, top, second] = args(argument, name, 3).map((item) => text(value(item), name, 'each key'));
      return scope.mapping(map ?? '', top ?? '', second ?? '');
    }
    case 'Fn::Base64':
      return Buffer.from(text(value(argument), name, 'its parameter'), 'utf8').toString('base64');
    case 'Fn::Cidr': {
      const [block, count, bits] = args(argument, name, 2, 3);
      return cidrBlocks(text(value(block), name, 'the block'), integer(value(count), name, 'the count'), bits === undefined ? 8 : integer(value(bits), name, 'the bits'));
    }
    case 'Fn::ImportValue':
      return scope.exported(text(value(argument), name, 'the name'));
    case 'Fn::If': {
      const [condition, then, otherwise] = args(argument, name, 3);
      return value(scope.condition(text(condition, name, 'the condition')) ? then : otherwise);
    }
    default:
      throw validationError(`Template error: the function ${name} cannot be used here`);
  }
}

/** `[resource, attribute]` of a Fn::GetAtt, the resource being literal. */
export function getAttParts(argument: Value): readonly [string, Value] {
  const parts = typeof argument === 'string' ? [argument.slice(0, argument.indexOf('.')), argument.slice(argument.indexOf('.') + 1)] : argument;
  if (isList(parts) && parts.length === 2) {
    const [resource, attribute] = parts;
    if (typeof resource === 'string' && resource !== '' && attribute !== undefined && attribute !== '') return [resource, attribute];
  }
  throw validationError('Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute');
}

/** Text and own names of a Fn::Sub. */
export function subArguments(argument: Value): { readonly text: string; readonly names: Structure } {
  if (typeof argument === 'string') return { text: argument, names: {} };
  if (isList(argument) && argument.length === 2) {
    const [template, names] = argument;
    if (typeof template === 'string' && isStructure(names)) return { text: template, names };
  }
  throw validationError('Template error: One or more Fn::Sub intrinsic functions don\'t specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string');
}

function substitute(argument: Value, scope: EvaluationScope): string {
  const { text: template, names } = subArguments(argument);
  return subParts(template).map((part) => {
    if ('literal' in part) return part.literal;
    const { name } = part;
    const dot = name.indexOf('.');
    const own = Object.hasOwn(names, name) ? names[name] : undefined;
    const found = own !== undefined ? evaluate(own, scope) : dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
    return text(found, 'Fn::Sub', `\${${name}}`);
  }).join('');
}

/** A condition's value: Fn::And, Fn::Or, Fn::Not, Fn::Equals, {Condition: name}. */
export function evaluateCondition(value: Value, scope: EvaluationScope): boolean {
  const entries = isStructure(value) ? Object.entries(value) : [];
  const [name, argument] = entries[0] ?? ['', null];
  if (entries.length === 1) {
    switch (name) {
      case 'Condition':
        return scope.condition(text(argument, 'Condition', 'a name'));
      case 'Fn::Equals': {
        const [left, right] = args(argument, name, 2).map((item) => evaluate(item, scope));
        return comparable(left) === comparable(right);
      }
      case 'Fn::Not':
        return !evaluateCondition(args(argument, name, 1)[0] ?? null, scope);
      case 'Fn::And':
        return args(argument, name, 2, 10).every((item) => evaluateCondition(item, scope));
      case 'Fn::Or':
        return args(argument, name, 2, 10).some((item) => evaluateCondition(item, scope));
      default:
    }
  }
  throw validationError('Template format error: Conditions can only be boolean operations on parameters and other conditions');
}

/** Scalars compare as text: a Number parameter equals its digits. */
function comparable(value: Value | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
