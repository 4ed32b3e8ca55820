/**
 * AssumeRoleWithWebIdentity: unsigned; who asks is whom the token's issuer says, when the account has the issuer as an OpenID Connect provider
 * and the role's trust policy lets in that subject (STS API reference; IAM user guide, "Available keys for AWS OIDC federation").
 */
import { AwsError, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { intOpt, str } from '../../../endpoint/input.js';
import { unsupported } from '../../../endpoint/unsupported.js';
import { evaluateTrust } from '../../../../lib/policy/trust.js';
import { oidcProviders, roles, type OidcProviderRecord } from '../../iam/records.js';
import { readPolicy } from '../../iam/read-policy.js';
import { shownCredentials } from '../credentials.js';
import { sessionNameOf, sessionPoliciesOf } from '../session.js';
import { issuerKeys } from '../web-identity/issuer.js';
import { checkSignature, checkTimes, invalidToken, readToken, type ReadToken } from '../web-identity/token.js';

const denied = (): AwsError => new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', { status: 403 });

/** The account's provider for the token's issuer and one of its audiences. */
function providerOf(token: ReadToken, { globalState }: OperationContext): OidcProviderRecord {
  const found = globalState.list(oidcProviders).find(({ url }) => `https://${url}` === token.issuer.replace(/\/$/, ''));
  if (found === undefined) throw invalidToken(`No OpenIDConnect provider found in your account for ${token.issuer}`);
  if (!token.audiences.some((audience) => found.clientIds.includes(audience))) throw invalidToken('Incorrect token audience');
  if (Object.hasOwn(token.claims, 'https://aws.amazon.com/tags')) throw invalidToken('The local cloud does not support session tags in a token');
  return found;
}

export const assumeRoleWithWebIdentity: Operation = async (input, context) => {
  unsupported(input, ['ProviderId']);
  const roleArn = str(input, 'RoleArn', { min: 20, max: 2048 });
  const sessionName = sessionNameOf(input);
  const durationSeconds = intOpt(input, 'DurationSeconds', { min: 900, max: 43_200 }) ?? 3600;
  const text = str(input, 'WebIdentityToken', { min: 4, max: 20_000 });
  const { sessionPolicies, packed } = sessionPoliciesOf(input, context.globalState);
  const token = readToken(text);
  const provider = providerOf(token, context);
  checkTimes(token, context.now());
  checkSignature(token, await issuerKeys(token.issuer, provider.thumbprints));
  const audience = token.authorizedParty ?? token.audiences.find((each) => provider.clientIds.includes(each)) ?? '';
  const keys = { [`${provider.url}:aud`]: audience, [`${provider.url}:oaud`]: token.audiences[0], [`${provider.url}:sub`]: token.subject, 'sts:RoleSessionName': sessionName, 'aws:FederatedProvider': provider.arn, 'aws:SourceIp': context.origin.sourceAddress, 'aws:CurrentTime': new Date(context.now()).toISOString() };
  const role = context.globalState.list(roles).find((candidate) => candidate.arn === roleArn);
  // A role that is not there and one that does not trust the token look the same from outside.
  if (role === undefined || evaluateTrust(readPolicy(role.trustPolicy, 'trust'), { kind: 'federated', provider: provider.arn }, keys, 'sts:AssumeRoleWithWebIdentity').decision !== 'allow') throw denied();
  if (durationSeconds > role.maxSessionDuration) throw new AwsError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  const issued = context.runtime.keys.issueRoleCredentials(role.roleName, sessionName, { durationSeconds, sessionPolicies });
  return {
    SubjectFromWebIdentityToken: token.subject,
    Audience: audience,
    AssumedRoleUser: { AssumedRoleId: `${role.roleId}:${sessionName}`, Arn: `arn:aws:sts::${context.accountId}:assumed-role/${role.roleName}/${sessionName}` },
    Credentials: shownCredentials(issued),
    Provider: provider.arn,
    PackedPolicySize: packed,
  };
};
