/** The access portal of IAM Identity Center: which accounts and roles a token is good for, and the keys of one (Portal API reference). Unsigned: the token says who asks. */
import { AwsError, type Input, type Operation, type Service } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { requiredString } from '../../endpoint/typed-input.js';
import type { Reader } from '../../state/store.js';
import { roleOf } from './permission-sets.js';
import { hashOf, isLive, tokens, type TokenRecord } from './records.js';

/** The login that the token is of. Throws UnauthorizedException. */
function loginOf(input: Input, reader: Reader, now: number): TokenRecord {
  const found = reader.get(tokens, hashOf(requiredString(input, 'accessToken')));
  if (found?.kind !== 'access' || !isLive(found, now)) throw new AwsError('UnauthorizedException', 'Session token not found or invalid', { status: 401 });
  return found;
}

const noAccess = (): AwsError => new AwsError('ForbiddenException', 'No access', { status: 403 });

const accountOf = (input: Input): string => requiredString(input, 'accountId', { pattern: /^\d{12}$/ });

const getRoleCredentials: Operation = (input, context) => {
  const { accountId, globalState, runtime } = context;
  const { userName, permissionSets } = loginOf(input, globalState, context.now());
  const permissionSet = requiredString(input, 'roleName');
  const account = accountOf(input);
  const role = account === accountId && permissionSets.includes(permissionSet) ? roleOf(globalState, permissionSet) : undefined;
  if (role === undefined) throw noAccess();
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = runtime.keys.issueRoleCredentials(role.roleName, userName, { durationSeconds: 3600 });
  return { roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration } };
};

const PAGE = { token: 'nextToken', max: 'maxResults', minimum: 1, maximum: 100, typed: true } as const;

const listAccounts: Operation = (input, context) => {
  const { accountId, globalState } = context;
  const { permissionSets } = loginOf(input, globalState, context.now());
  const { items, nextToken } = page(permissionSets.length === 0 ? [] : [{ accountId, accountName: 'ssmlab', emailAddress: 'lab@ssmlab.internal' }], input, PAGE);
  return { accountList: items, nextToken };
};

const listAccountRoles: Operation = (input, context) => {
  const { accountId, globalState } = context;
  const { permissionSets } = loginOf(input, globalState, context.now());
  if (accountOf(input) !== accountId) throw noAccess();
  const { items, nextToken } = page(permissionSets.map((roleName) => ({ roleName, accountId })), input, PAGE);
  return { roleList: items, nextToken };
};

/** All tokens of the login end with it. */
const logout: Operation = (input, context) => {
  const { globalState } = context;
  const { loginId } = loginOf(input, globalState, context.now());
  globalState.transact((tx) => {
    for (const token of tx.list(tokens)) if (token.loginId === loginId) tx.delete(tokens, token.hash);
  });
  return {};
};

const headers = { accessToken: 'x-amz-sso_bearer_token' };
const pages = { maxResults: 'max_result', nextToken: 'next_token' };
const integers = ['maxResults'];

export const sso: Service = {
  name: 'sso',
  protocol: 'json',
  version: '2019-06-10',
  global: true,
  restJson: {
    GetRoleCredentials: { method: 'GET', path: '/federation/credentials', headers, query: { accountId: 'account_id', roleName: 'role_name' } },
    ListAccountRoles: { method: 'GET', path: '/assignment/roles', headers, query: { ...pages, accountId: 'account_id' }, integers },
    ListAccounts: { method: 'GET', path: '/assignment/accounts', headers, query: pages, integers },
    Logout: { method: 'POST', path: '/logout', headers },
  },
  unsigned: ['GetRoleCredentials', 'ListAccountRoles', 'ListAccounts', 'Logout'],
  operations: { GetRoleCredentials: getRoleCredentials, ListAccountRoles: listAccountRoles, ListAccounts: listAccounts, Logout: logout },
};
