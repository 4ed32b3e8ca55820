/** CreateAccountAlias, DeleteAccountAlias, ListAccountAliases: an account has one alias at most, and a new one takes the place of the old. */
import { str } from '../../../endpoint/input.js';
import type { Input, Operation } from '../../../endpoint/operation.js';
import { alreadyExists, noSuchEntity } from '../entities.js';
import { listReply } from '../pages.js';
import { ACCOUNT, accountAliases } from '../records.js';

/** IAM API reference: lower case letters, digits and single hyphens inside. */
const aliasOf = (input: Input): string => str(input, 'AccountAlias', { min: 3, max: 63, pattern: /^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/ });

export const createAccountAlias: Operation = (input, { globalState }) => {
  const alias = aliasOf(input);
  return globalState.transact((tx) => {
    if (tx.get(accountAliases, ACCOUNT)?.alias === alias) throw alreadyExists(`The account alias ${alias} already exists.`);
    tx.put(accountAliases, ACCOUNT, { alias });
    return {};
  });
};

export const deleteAccountAlias: Operation = (input, { globalState }) => {
  const alias = aliasOf(input);
  return globalState.transact((tx) => {
    if (tx.get(accountAliases, ACCOUNT)?.alias !== alias) throw noSuchEntity(`The account alias ${alias} does not exist.`);
    tx.delete(accountAliases, ACCOUNT);
    return {};
  });
};

export const listAccountAliases: Operation = (input, { globalState }) => listReply('AccountAliases', globalState.list(accountAliases).map(({ alias }) => alias), input, (alias) => alias, (alias) => alias);
