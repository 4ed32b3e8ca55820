/**
 * Keys by what somebody else vouches for: a web identity token of an issuer that the account has as a provider, and SSO's portal. `<issuer>`,
 * `<thumbprint>` and `<webToken>` are of an issuer on loopback, `<sso…>` of a login that was approved (`region.ts`).
 */
import { steps } from './step.js';

const PROVIDER = { OpenIDConnectProviderArn: '<oidcProvider>' };
const ROLE = { RoleName: '<run>-web' };
const TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"<oidcProvider>"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"<issuerName>:aud":"sts.amazonaws.com"},"StringLike":{"<issuerName>:sub":"repo:lab/lab:*"}}}]}';
const CLIENT = { clientId: '<ssoClientId>', clientSecret: '<ssoClientSecret>' };
const TOKEN = { accessToken: '<ssoAccessToken>' };

export const federation = [
  ...steps('iam', [
    ['CreateOpenIDConnectProvider', { Url: '<issuer>', ClientIDList: ['first'], ThumbprintList: ['0000000000000000000000000000000000000000'], Tags: [{ Key: 'a', Value: 'b' }] }, { save: { oidcProvider: 'OpenIDConnectProviderArn' } }],
    ['CreateOpenIDConnectProvider', { Url: '<issuer>' }, { error: 'EntityAlreadyExists' }],
    ['CreateOpenIDConnectProvider', { Url: 'http://localhost' }, { error: 'ValidationError' }],
    ['AddClientIDToOpenIDConnectProvider', { ...PROVIDER, ClientID: 'sts.amazonaws.com' }],
    ['RemoveClientIDFromOpenIDConnectProvider', { ...PROVIDER, ClientID: 'first' }],
    ['UpdateOpenIDConnectProviderThumbprint', { ...PROVIDER, ThumbprintList: ['<thumbprint>'] }],
    ['GetOpenIDConnectProvider', PROVIDER, { expect: { 'ClientIDList.0': 'sts.amazonaws.com', 'ThumbprintList.0': '<thumbprint>', 'Url': '<issuerName>', 'Tags.0.Key': 'a' } }],
    ['ListOpenIDConnectProviders', {}, { expect: { 'OpenIDConnectProviderList.0.Arn': '<oidcProvider>' } }],
    ['TagOpenIDConnectProvider', { ...PROVIDER, Tags: [{ Key: 'c', Value: '' }] }],
    ['UntagOpenIDConnectProvider', { ...PROVIDER, TagKeys: ['a'] }],
    ['ListOpenIDConnectProviderTags', { ...PROVIDER, MaxItems: 1 }, { expect: { 'Tags.0.Key': 'c' } }],
    ['CreateRole', { ...ROLE, AssumeRolePolicyDocument: TRUST }, { save: { webRoleArn: 'Role.Arn' } }],
  ]),
  ...steps('sts', [
    ['AssumeRoleWithWebIdentity', { RoleArn: '<webRoleArn>', RoleSessionName: 'scenario', WebIdentityToken: '<webToken>', DurationSeconds: 900 }, { expect: { 'AssumedRoleUser.Arn': 'arn:aws:sts::<account>:assumed-role/<run>-web/scenario', Provider: '<oidcProvider>', Audience: 'sts.amazonaws.com' } }],
    ['AssumeRoleWithWebIdentity', { RoleArn: '<roleArn>', RoleSessionName: 'scenario', WebIdentityToken: '<webToken>' }, { error: 'AccessDenied' }],
    ['AssumeRoleWithWebIdentity', { RoleArn: '<webRoleArn>', RoleSessionName: 'scenario', WebIdentityToken: 'no-token' }, { error: 'InvalidIdentityToken' }],
  ]),
  ...steps('iam', [
    ['DeleteRole', ROLE],
    ['DeleteOpenIDConnectProvider', PROVIDER],
    ['GetOpenIDConnectProvider', PROVIDER, { error: 'NoSuchEntity' }],
  ]),
  ...steps('sso', [
    ['ListAccounts', { ...TOKEN, maxResults: 1 }, { expect: { 'accountList.0.accountId': '<account>' } }],
    ['ListAccountRoles', { ...TOKEN, accountId: '<account>', maxResults: 1 }, { expect: { 'roleList.0.roleName': 'Lab' } }],
    ['GetRoleCredentials', { ...TOKEN, accountId: '<account>', roleName: 'Lab' }],
    ['GetRoleCredentials', { ...TOKEN, accountId: '<account>', roleName: 'Other' }, { error: 'ForbiddenException' }],
    ['GetRoleCredentials', { accessToken: 'of-nobody', accountId: '<account>', roleName: 'Lab' }, { error: 'UnauthorizedException' }],
  ]),
  ...steps('sso-oidc', [
    ['RegisterClient', { clientName: '<run>', clientType: 'public', scopes: ['sso:account:access'], grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], issuerUrl: 'https://corp.awsapps.com/start' }],
    ['StartDeviceAuthorization', { ...CLIENT, startUrl: 'https://corp.awsapps.com/start' }, { save: { ssoDeviceCode: 'deviceCode' }, expect: { expiresIn: '600' } }],
    ['StartDeviceAuthorization', { ...CLIENT, clientSecret: 'wrong', startUrl: 'https://corp.awsapps.com/start' }, { error: 'InvalidClientException' }],
    ['CreateToken', { ...CLIENT, grantType: 'urn:ietf:params:oauth:grant-type:device_code', deviceCode: '<ssoDeviceCode>' }, { error: 'AuthorizationPendingException' }],
    ['CreateToken', { ...CLIENT, grantType: 'refresh_token', refreshToken: 'of-nobody' }, { error: 'InvalidGrantException' }],
    ['CreateToken', { ...CLIENT, grantType: 'refresh_token', refreshToken: '<ssoRefreshToken>', scope: ['sso:account:access'] }, { save: { ssoNewToken: 'accessToken' }, expect: { tokenType: 'Bearer', expiresIn: '28800' } }],
  ]),
  ...steps('sso', [
    ['Logout', { accessToken: '<ssoNewToken>' }],
    ['ListAccounts', { accessToken: '<ssoNewToken>' }, { error: 'UnauthorizedException' }],
    ['GetRoleCredentials', { ...TOKEN, accountId: '<account>', roleName: 'Lab' }, { error: 'UnauthorizedException' }],
  ]),
];
