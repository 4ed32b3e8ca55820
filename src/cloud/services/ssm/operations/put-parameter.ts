/** ssm:PutParameter. SecureString is refused: there is no KMS to encrypt it with. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, optionalString, requiredString } from '../../../endpoint/typed-input.js';
import { PARAMETERS, type ParameterRecord } from '../records.js';

const STANDARD_LIMIT = 4096;
const ADVANCED_LIMIT = 8192;
const LEVELS = 15;

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** AWS's rules for names of one's own parameters. */
function checkName(name: string): void {
  if (/^\/(aws|ssm)(\/|$)/i.test(name)) throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (/^(aws|ssm)/i.test(name)) throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.endsWith('/') || name.includes('//')) {
    throw invalid('Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_');
  }
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  if (name.split('/').length - 1 > LEVELS) {
    throw new AwsError('HierarchyLevelLimitExceededException', `The hierarchy level can't exceed ${LEVELS} levels.`);
  }
}

/** The pattern as a regular expression that has to match the whole value. */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new AwsError('InvalidAllowedPatternException', `The request does not meet the regular expression requirement: ${text}`);
  }
}

export const putParameter: Operation = (input, context) => {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 });
  const value = requiredString(input, 'Value');
  const askedType = optionalString(input, 'Type', { oneOf: ['String', 'StringList', 'SecureString'] }) as ParameterRecord['type'] | undefined;
  const askedTier = optionalString(input, 'Tier', { oneOf: ['Standard', 'Advanced', 'Intelligent-Tiering'] });
  const description = optionalString(input, 'Description', { max: 1024 });
  const allowedPattern = optionalString(input, 'AllowedPattern', { max: 1024 });
  const dataType = optionalString(input, 'DataType', { max: 128 }) ?? 'text';
  const overwrite = optionalBoolean(input, 'Overwrite');
  checkName(name);
  if (value === '') throw invalid('1 validation error detected: Value \'\' at \'value\' failed to satisfy constraint: Member must have length greater than or equal to 1');
  if (askedType === 'SecureString') {
    throw new AwsError('UnsupportedParameterType', 'The parameter type SecureString is not supported: the local cloud has no KMS to encrypt it with.');
  }
  const long = value.length > STANDARD_LIMIT;
  if (long && askedTier !== 'Advanced' && askedTier !== 'Intelligent-Tiering') {
    throw invalid(`Standard tier parameters support a maximum parameter value of ${STANDARD_LIMIT} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`);
  }
  if (value.length > ADVANCED_LIMIT) throw invalid(`Advanced tier parameters support a maximum parameter value of ${ADVANCED_LIMIT} characters.`);
  if (allowedPattern !== undefined && !patternOf(allowedPattern).test(value)) {
    throw new AwsError('ParameterPatternMismatchException', `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`);
  }
  return context.state.transact((tx) => {
    const before = tx.get(PARAMETERS, name);
    if (before !== undefined && !overwrite) {
      throw new AwsError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    const type = askedType ?? before?.type;
    if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
    if (before !== undefined && type !== before.type) {
      throw new AwsError('HierarchyTypeMismatchException', `The parameter type can't be changed from ${before.type} to ${type}.`);
    }
    const record: ParameterRecord = {
      name,
      type,
      value,
      version: (before?.version ?? 0) + 1,
      description: description ?? before?.description,
      allowedPattern: allowedPattern ?? before?.allowedPattern,
      tier: askedTier === 'Advanced' || long || before?.tier === 'Advanced' ? 'Advanced' : 'Standard',
      dataType,
      lastModified: context.now(),
      lastModifiedUser: context.caller.arn,
    };
    tx.put(PARAMETERS, name, record);
    return { Version: record.version, Tier: record.tier };
  });
};
