/** ssm:PutParameter. */
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { PatternTooSlow, testForeignPattern } from '../../../endpoint/foreign-pattern.js';
import { has } from '../../../endpoint/input.js';
import { optionalBoolean, optionalString, requiredString } from '../../../endpoint/typed-input.js';
import type { Transaction } from '../../../state/store.js';
import { MAXIMUM_VERSIONS, versionsOf } from '../parameter-store.js';
import { PARAMETERS, PAST_PARAMETERS, pastVersionId, type ParameterRecord } from '../records.js';
import { images } from '../public-parameters.js';
import { checkKeyId, DEFAULT_KEY, sealValue } from '../secure-string.js';
import { readTags } from '../tags.js';

const STANDARD_LIMIT = 4096;
const ADVANCED_LIMIT = 8192;
const LEVELS = 15;
const PARAMETER_LIMIT = 10_000;
const TYPES = ['String', 'StringList', 'SecureString'];

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

function matches(pattern: string, value: string): boolean {
  const wrong = (words: string): AwsError => new AwsError('InvalidAllowedPatternException', `The request does not meet the regular expression requirement: ${pattern}${words}`);
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    throw wrong('');
  }
  try {
    return testForeignPattern(expression, value);
  } catch (error) {
    throw error instanceof PatternTooSlow ? wrong(', which takes too long on this value') : error;
  }
}

interface Asked extends Pick<ParameterRecord, 'name' | 'value' | 'description' | 'allowedPattern' | 'tags'> {
  readonly type: ParameterRecord['type'] | undefined;
  readonly tier: string | undefined;
  readonly keyId: string | undefined;
  readonly dataType: string | undefined;
  readonly overwrite: boolean;
}

function asked(input: Input, context: OperationContext): Asked {
  if (has(input, 'Policies')) throw new AwsError('InvalidPolicyTypeException', 'The local cloud does not support the parameter Policies: nothing here expires or notifies.');
  const request: Asked = {
    name: requiredString(input, 'Name', { min: 1, max: 2048 }).trim(),
    value: requiredString(input, 'Value'),
    type: optionalString(input, 'Type', { oneOf: TYPES }) as ParameterRecord['type'] | undefined,
    tier: optionalString(input, 'Tier', { oneOf: ['Standard', 'Advanced', 'Intelligent-Tiering'] }),
    description: optionalString(input, 'Description', { max: 1024 }),
    allowedPattern: optionalString(input, 'AllowedPattern', { max: 1024 }),
    keyId: optionalString(input, 'KeyId', { min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ }),
    dataType: optionalString(input, 'DataType', { max: 128 }),
    overwrite: optionalBoolean(input, 'Overwrite'),
    tags: readTags(input),
  };
  checkName(request.name);
  if (request.overwrite && request.tags?.length !== 0) {
    throw invalid('Invalid request: tags and overwrite can\'t be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.');
  }
  if (request.dataType !== undefined && !['text', 'aws:ec2:image'].includes(request.dataType)) {
    throw invalid(`The following data type is not supported: ${request.dataType} (Data type names are all lowercase.)`);
  }
  checkKeyId(context.state, request.keyId, context);
  return request;
}

/** Length by tier, pattern, and what the data type asks of the value. */
function checkValue({ value, tier, allowedPattern, dataType }: Asked, context: OperationContext): void {
  if (value === '') throw invalid('1 validation error detected: Value \'\' at \'value\' failed to satisfy constraint: Member must have length greater than or equal to 1');
  if (Buffer.byteLength(value) > STANDARD_LIMIT && tier !== 'Advanced' && tier !== 'Intelligent-Tiering') {
    throw invalid(`Standard tier parameters support a maximum parameter value of ${STANDARD_LIMIT} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`);
  }
  if (Buffer.byteLength(value) > ADVANCED_LIMIT) throw invalid(`Advanced tier parameters support a maximum parameter value of ${ADVANCED_LIMIT} characters.`);
  if (allowedPattern !== undefined && !matches(allowedPattern, value)) {
    throw new AwsError('ParameterPatternMismatchException', `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`);
  }
  if (dataType === 'aws:ec2:image' && !images(context.region).some((image) => image.imageId === value)) throw invalid(`The value ${value} is not the ID of an image of this region, as the data type aws:ec2:image asks.`);
}

/** The version that was the latest becomes a past one; the oldest of a hundred goes, unless a label holds it. */
function retire(tx: Transaction, latest: ParameterRecord): void {
  const { tags: _tags, ...past } = latest;
  tx.put(PAST_PARAMETERS, pastVersionId(latest.name, latest.version), past);
  const [oldest] = versionsOf(tx, latest.name);
  if (oldest === undefined || latest.version - oldest.version + 2 <= MAXIMUM_VERSIONS) return;
  if ((oldest.labels ?? []).length > 0) {
    throw new AwsError('ParameterMaxVersionLimitExceeded', `You attempted to create a new version of ${latest.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`);
  }
  tx.delete(PAST_PARAMETERS, pastVersionId(latest.name, oldest.version));
}

function typeFor(request: Asked, before: ParameterRecord | undefined): ParameterRecord['type'] {
  const type = request.type ?? before?.type;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  if (before !== undefined && type !== before.type) {
    throw new AwsError('HierarchyTypeMismatchException', `The parameter type can't be changed from ${before.type} to ${type}.`);
  }
  if (request.keyId !== undefined && type !== 'SecureString') throw invalid(`KeyId is required for SecureString type parameter only.`);
  return type;
}

function tierFor(request: Asked, before: ParameterRecord | undefined): ParameterRecord['tier'] {
  if (before?.tier === 'Advanced' && request.tier === 'Standard') {
    throw invalid('This parameter uses the advanced-parameter tier. You can\'t downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.');
  }
  const long = Buffer.byteLength(request.value) > STANDARD_LIMIT;
  return request.tier === 'Advanced' || long || before?.tier === 'Advanced' ? 'Advanced' : 'Standard';
}

export const putParameter: Operation = (input, context) => {
  const request = asked(input, context);
  checkValue(request, context);
  const { name } = request;
  return context.state.transact((tx) => {
    const before = tx.get(PARAMETERS, name);
    if (before !== undefined && !request.overwrite) {
      throw new AwsError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    if (before === undefined && tx.list(PARAMETERS).length >= PARAMETER_LIMIT) throw new AwsError('ParameterLimitExceeded', `You have exceeded the number of parameters for this account: ${PARAMETER_LIMIT}.`);
    const type = typeFor(request, before);
    const tier = tierFor(request, before);
    const version = (before?.version ?? 0) + 1;
    const keyId = type === 'SecureString' ? request.keyId ?? DEFAULT_KEY : undefined;
    if (before !== undefined) retire(tx, before);
    tx.put(PARAMETERS, name, {
      name,
      type,
      value: keyId === undefined ? request.value : sealValue(tx, { name, value: request.value, keyId, tier }, context),
      version,
      description: request.description ?? before?.description,
      allowedPattern: request.allowedPattern ?? before?.allowedPattern,
      keyId,
      tier,
      dataType: request.dataType ?? before?.dataType ?? 'text',
      lastModified: context.now(),
      lastModifiedUser: context.caller.arn,
      tags: before?.tags ?? request.tags,
    });
    return { Version: version, Tier: tier };
  });
};
