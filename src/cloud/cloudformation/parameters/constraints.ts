/** Constraints of one parameter: AllowedValues, AllowedPattern, lengths and bounds, in CloudFormation's words. */
import { PatternTooSlow, testForeignPattern } from '../../endpoint/foreign-pattern.js';
import { validationError } from '../errors.js';
import type { ParameterDeclaration } from '../template/template.js';
import { itemType, storedType } from './types.js';

/** Whether the whole text matches. Throws ValidationError for a pattern that is none or takes too long. */
export function matchesPattern(pattern: string, text: string, name: string): boolean {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw validationError(`Template format error: the AllowedPattern of parameter ${name} is not a regular expression: ${pattern}`);
  }
  try {
    return testForeignPattern(expression, text);
  } catch (error) {
    if (!(error instanceof PatternTooSlow)) throw error;
    throw validationError(`Template format error: the AllowedPattern of parameter ${name} takes too long on this value: ${pattern}`);
  }
}

/** Throws ValidationError for a value (as given, lists as text with commas) that breaks a constraint. */
export function checkConstraints(declared: ParameterDeclaration, value: string): void {
  const { name, type } = declared;
  const refuse = (words: string) => {
    const described = declared.constraintDescription;
    return validationError(described === undefined ? `Parameter '${name}' ${words}` : `Parameter '${name}' failed to satisfy constraint: ${described}`);
  };
  if (value.length > 4096) throw validationError(`Parameter '${name}' must contain at most 4096 characters`);
  const plain = storedType(type) === undefined;
  const items = plain && itemType(type) !== undefined ? value.split(',').map((item) => item.trim()) : [value];
  if (declared.allowedValues !== undefined && !items.every((item) => declared.allowedValues?.includes(item) === true)) throw refuse('must be one of AllowedValues');
  if (declared.allowedPattern !== undefined) {
    for (const item of items) if (!matchesPattern(declared.allowedPattern, item, name)) throw refuse(`must match pattern ${declared.allowedPattern}`);
  }
  if (plain && (itemType(type) ?? type) === 'Number') {
    for (const item of items) checkNumber(declared, item, refuse);
  } else if (plain) {
    const { minLength, maxLength } = declared;
    if (minLength !== undefined && value.length < minLength) throw refuse(`must contain at least ${minLength} characters`);
    if (maxLength !== undefined && value.length > maxLength) throw refuse(`must contain at most ${maxLength} characters`);
  }
}

function checkNumber({ name, minValue, maxValue }: ParameterDeclaration, item: string, refuse: (words: string) => Error): void {
  if (item.trim() === '' || !Number.isFinite(Number(item))) throw validationError(`Parameter '${name}' must be a number`);
  if (minValue !== undefined && Number(item) < minValue) throw refuse(`must be a number not less than ${minValue}`);
  if (maxValue !== undefined && Number(item) > maxValue) throw refuse(`must be a number not greater than ${maxValue}`);
}
