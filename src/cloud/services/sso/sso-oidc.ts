/**
 * SSO-OIDC: tokens for IAM Identity Center's portal, by device code and by refresh token (IAM Identity Center OIDC API reference; RFC 8628). Nobody
 * signs; who logs in is said by whoever approves the code: the lab's own keys, by ssmlab's `ApproveSsoLogin`. The authorization code, which wants a
 * browser, is refused by name.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError, type Input, type Operation, type Service } from '../../endpoint/operation.js';
import { optionalString, requiredString, strings } from '../../endpoint/typed-input.js';
import { unsupported } from '../../endpoint/unsupported.js';
import type { Reader, Transaction } from '../../state/store.js';
import { type ClientRecord, clients, devices, hashOf, isLive, newSecret, tokens, type TokenRecord } from './records.js';

const DAY_MS = 86_400_000;
const CLIENT_MS = 90 * DAY_MS;
const DEVICE_SECONDS = 600;
const REFRESH_MS = 90 * DAY_MS;

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** OAuth's own words beside AWS's (RFC 6749 §5.2). */
const oauthError = (code: string, error: string, description: string, status = 400): AwsError => new AwsError(code, description, { status, members: { error, error_description: description } });

const invalidGrant = (what: string): AwsError => oauthError('InvalidGrantException', 'invalid_grant', `Invalid ${what} provided`);

/** The program that asks, by its secret. Throws InvalidClientException. */
function clientOf(input: Input, reader: Reader, now: number): ClientRecord {
  const clientId = requiredString(input, 'clientId', { min: 1 });
  const secret = requiredString(input, 'clientSecret', { min: 1 });
  const found = reader.get(clients, clientId);
  if (found === undefined || found.secretHash !== hashOf(secret) || !isLive(found, now)) throw oauthError('InvalidClientException', 'invalid_client', 'Invalid client provided', 401);
  return found;
}

const registerClient: Operation = (input, context) => {
  const { globalState } = context;
  unsupported(input, ['entitledApplicationArn', 'redirectUris']);
  const clientName = requiredString(input, 'clientName', { min: 1, max: 255 });
  const type = requiredString(input, 'clientType');
  if (type !== 'public') throw oauthError('InvalidClientMetadataException', 'invalid_client_metadata', 'Invalid client type provided');
  const grants = strings(input, 'grantTypes');
  if (grants.some((grant) => grant !== DEVICE_GRANT && grant !== 'refresh_token')) throw oauthError('UnsupportedGrantTypeException', 'unsupported_grant_type', 'The local cloud has the grants of device code and refresh token');
  strings(input, 'scopes');
  optionalString(input, 'issuerUrl');
  const clientId = randomBytes(16).toString('base64url');
  const clientSecret = newSecret('');
  const at = context.now();
  globalState.transact((tx) => {
    for (const old of tx.list(clients)) if (!isLive(old, at)) tx.delete(clients, old.clientId);
    tx.put(clients, clientId, { clientId, secretHash: hashOf(clientSecret), clientName, expiresAt: at + CLIENT_MS });
  });
  return { clientId, clientSecret, clientIdIssuedAt: Math.floor(at / 1000), clientSecretExpiresAt: Math.floor((at + CLIENT_MS) / 1000) };
};

/** Of consonants, so that no word comes about. */
const userCode = (): string => Array.from(randomBytes(8), (byte, index) => `${index === 4 ? '-' : ''}${'BCDFGHJKLMNPQRSTVWXZ'[byte % 20]}`).join('');

const startDeviceAuthorization: Operation = (input, context) => {
  const { globalState } = context;
  const at = context.now();
  const { clientId } = clientOf(input, globalState, at);
  const startUrl = requiredString(input, 'startUrl', { min: 1 });
  if (!URL.canParse(startUrl) || new URL(startUrl).protocol !== 'https:') throw oauthError('InvalidRequestException', 'invalid_request', 'Invalid start url provided');
  const deviceCode = newSecret('');
  const code = userCode();
  globalState.transact((tx) => {
    for (const old of tx.list(devices)) if (!isLive(old, at)) tx.delete(devices, old.deviceHash);
    tx.put(devices, hashOf(deviceCode), { deviceHash: hashOf(deviceCode), userCode: code, clientId, expiresAt: at + DEVICE_SECONDS * 1000 });
  });
  const verificationUri = `${startUrl.replace(/\/?(?:#.*)?$/, '')}/#/device`;
  return { deviceCode, userCode: code, verificationUri, verificationUriComplete: `${verificationUri}?user_code=${code}`, expiresIn: DEVICE_SECONDS, interval: 1 };
};

type Given = Pick<TokenRecord, 'clientId' | 'loginId' | 'userName' | 'permissionSets' | 'tokenSeconds'>;

/** A new access token; what has expired is forgotten. */
function give(tx: Transaction, given: Given, refreshToken: string, at: number) {
  for (const old of tx.list(tokens)) if (!isLive(old, at)) tx.delete(tokens, old.hash);
  const accessToken = newSecret('aoa');
  tx.put(tokens, hashOf(accessToken), { ...given, kind: 'access', hash: hashOf(accessToken), expiresAt: at + given.tokenSeconds * 1000 });
  return { accessToken, tokenType: 'Bearer', expiresIn: given.tokenSeconds, refreshToken };
}

const createToken: Operation = (input, context) => {
  const { globalState } = context;
  unsupported(input, ['code', 'redirectUri', 'codeVerifier']);
  const at = context.now();
  const { clientId } = clientOf(input, globalState, at);
  const grantType = requiredString(input, 'grantType');
  const deviceCode = optionalString(input, 'deviceCode');
  const refreshToken = optionalString(input, 'refreshToken');
  strings(input, 'scope');
  return globalState.transact((tx) => {
    if (grantType === 'refresh_token') {
      const held = tx.get(tokens, hashOf(refreshToken ?? ''));
      if (refreshToken === undefined || held?.kind !== 'refresh' || held.clientId !== clientId || !isLive(held, at)) throw invalidGrant('refresh token');
      const { loginId, userName, permissionSets, tokenSeconds } = held;
      return give(tx, { clientId, loginId, userName, permissionSets, tokenSeconds }, refreshToken, at);
    }
    if (grantType !== DEVICE_GRANT) throw oauthError('UnsupportedGrantTypeException', 'unsupported_grant_type', 'The local cloud has the grants of device code and refresh token');
    const device = tx.get(devices, hashOf(deviceCode ?? ''));
    if (device === undefined || device.clientId !== clientId) throw invalidGrant('device code');
    if (!isLive(device, at)) throw oauthError('ExpiredTokenException', 'expired_token', 'Device code has expired');
    if (device.login === undefined) throw oauthError('AuthorizationPendingException', 'authorization_pending', 'Authorization is still pending');
    tx.delete(devices, device.deviceHash);
    const given = { clientId, loginId: randomUUID(), ...device.login };
    const refresh = newSecret('aor');
    tx.put(tokens, hashOf(refresh), { ...given, kind: 'refresh', hash: hashOf(refresh), expiresAt: at + REFRESH_MS });
    return give(tx, given, refresh, at);
  });
};

export const ssoOidc: Service = {
  name: 'sso-oidc',
  protocol: 'json',
  version: '2019-06-10',
  global: true,
  restJson: { CreateToken: { method: 'POST', path: '/token' }, RegisterClient: { method: 'POST', path: '/client/register' }, StartDeviceAuthorization: { method: 'POST', path: '/device_authorization' } },
  unsigned: ['CreateToken', 'RegisterClient', 'StartDeviceAuthorization'],
  operations: { CreateToken: createToken, RegisterClient: registerClient, StartDeviceAuthorization: startDeviceAuthorization },
};
