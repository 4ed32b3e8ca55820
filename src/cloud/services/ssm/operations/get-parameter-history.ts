/** ssm:GetParameterHistory: the versions that are kept, the oldest first. */
import { page } from '../../../endpoint/page.js';
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, requiredString } from '../../../endpoint/typed-input.js';
import { plainName, versionsOf } from '../parameter-store.js';
import { valueOf } from '../secure-string.js';

export const getParameterHistory: Operation = (input, context) => {
  const name = plainName(requiredString(input, 'Name', { min: 1, max: 2048 }), context);
  const withDecryption = optionalBoolean(input, 'WithDecryption');
  const versions = versionsOf(context.state, name);
  if (versions.length === 0) throw new AwsError('ParameterNotFound', '');
  const { items, nextToken } = page(versions, input, { typed: true, default: 50, minimum: 1, maximum: 50, key: (record) => String(record.version) });
  return {
    Parameters: items.map((record) => ({
      Name: record.name,
      Type: record.type,
      KeyId: record.keyId,
      LastModifiedDate: new Date(record.lastModified),
      LastModifiedUser: record.lastModifiedUser,
      Description: record.description,
      Value: valueOf(record, withDecryption, context),
      AllowedPattern: record.allowedPattern,
      Version: record.version,
      Labels: record.labels ?? [],
      Tier: record.tier,
      Policies: [],
      DataType: record.dataType,
    })),
    NextToken: nextToken,
  };
};
