/** kms:CreateAlias, UpdateAlias, DeleteAlias and ListAliases. */
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';
import { keyIdOf, listed } from '../input.js';
import { arnOfAlias, customers, findKeyById, keysOf, notPendingDeletion } from '../keys.js';
import { ALIASES } from '../records.js';

function aliasNameOf(input: Input): string {
  const name = requiredString(input, 'AliasName', { min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ });
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name)) throw new AwsError('ValidationException', 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html');
  if (name.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException', '');
  return name;
}

export const createAlias: Operation = (input, context) => {
  const aliasName = aliasNameOf(input);
  return context.state.transact((tx) => {
    const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input, 'TargetKeyId'), context), context), context);
    if (tx.get(ALIASES, aliasName) !== undefined) throw new AwsError('AlreadyExistsException', `An alias with the name ${arnOfAlias(aliasName, context)} already exists`);
    tx.put(ALIASES, aliasName, { aliasName, keyId: key.keyId, created: context.now(), updated: context.now() });
    return {};
  });
};

export const updateAlias: Operation = (input, context) => {
  const aliasName = aliasNameOf(input);
  return context.state.transact((tx) => {
    const alias = tx.get(ALIASES, aliasName);
    if (alias === undefined) throw new AwsError('NotFoundException', `Alias ${arnOfAlias(aliasName, context)} is not found.`);
    const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input, 'TargetKeyId'), context), context), context);
    tx.put(ALIASES, aliasName, { ...alias, keyId: key.keyId, updated: context.now() });
    return {};
  });
};

export const deleteAlias: Operation = (input, context) => {
  const aliasName = aliasNameOf(input);
  return context.state.transact((tx) => {
    if (tx.get(ALIASES, aliasName) === undefined) throw new AwsError('NotFoundException', `Alias ${arnOfAlias(aliasName, context)} is not found.`);
    tx.delete(ALIASES, aliasName);
    return {};
  });
};

export const listAliases: Operation = (input, context) => {
  const name = optionalString(input, 'KeyId', { min: 1, max: 2048 });
  const only = name === undefined ? undefined : findKeyById(context.state, name, context).keyId;
  const there = new Set(keysOf(context.state, context.now()).map((key) => key.keyId));
  const found = context.state.list(ALIASES).filter((alias) => there.has(alias.keyId) && (only === undefined || alias.keyId === only));
  const { items, ...rest } = listed(found, input, (alias) => alias.aliasName);
  return {
    Aliases: items.map((alias) => ({
      AliasName: alias.aliasName,
      AliasArn: arnOfAlias(alias.aliasName, context),
      TargetKeyId: alias.keyId,
      CreationDate: new Date(alias.created),
      LastUpdatedDate: new Date(alias.updated),
    })),
    ...rest,
  };
};
