/** kms:GenerateDataKey (what a Session Manager client asks for, `protocol.md` §5.4), GenerateDataKeyWithoutPlaintext, GenerateRandom. */
import { randomBytes } from 'node:crypto';
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { InputError } from '../../../endpoint/input.js';
import { optionalInteger, optionalString } from '../../../endpoint/typed-input.js';
import { encryptUnder } from '../ciphertext.js';
import { checkGrantTokens, encryptionContext, endDryRun, keyIdOf } from '../input.js';
import { arnOfKey, findKey, usable } from '../keys.js';

const MAX_BYTES = 1024;
const BYTES = { AES_128: 16, AES_256: 32 } as const;

/** Of KeySpec and NumberOfBytes exactly one is given. */
function lengthOf(input: Input): number {
  const spec = optionalString(input, 'KeySpec', { oneOf: Object.keys(BYTES) }) as keyof typeof BYTES | undefined;
  const count = optionalInteger(input, 'NumberOfBytes', { min: 1, max: MAX_BYTES });
  if (spec !== undefined && count === undefined) return BYTES[spec];
  if (spec === undefined && count !== undefined) return count;
  throw new AwsError('ValidationException', spec === undefined ? 'Please specify either number of bytes or key spec.' : 'Please specify either number of bytes or key spec, not both.');
}

function dataKey(input: Input, context: OperationContext) {
  const key = usable(findKey(context.state, keyIdOf(input), context), context);
  const plaintext = randomBytes(lengthOf(input));
  const pairs = encryptionContext(input);
  checkGrantTokens(input);
  endDryRun(input);
  return { plaintext, reply: { CiphertextBlob: encryptUnder(key, plaintext, pairs, context), KeyId: arnOfKey(key.keyId, context) } };
}

export const generateDataKey: Operation = (input, context) => {
  const { plaintext, reply } = dataKey(input, context);
  return { ...reply, Plaintext: plaintext };
};

export const generateDataKeyWithoutPlaintext: Operation = (input, context) => dataKey(input, context).reply;

export const generateRandom: Operation = (input) => {
  const count = optionalInteger(input, 'NumberOfBytes', { min: 1, max: MAX_BYTES });
  if (count === undefined) throw new InputError('NumberOfBytes', undefined, { kind: 'missing' });
  return { Plaintext: randomBytes(count) };
};
