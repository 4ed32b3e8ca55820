/**
 * STS for the SDK's credential chain. The chain's own clients would ask where the profile AWS_PROFILE says, whatever `--profile` names, and
 * through no proxy where a profile has a web identity: these ask where, and how, every other call of the target does.
 */
import { getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity } from '@aws-sdk/client-sts';
import { SsmlabError } from '../errors.js';
import { type ApiTarget, callSite, clientOptions } from './client.js';
import { awsCode, awsMessage, fromAws } from './errors.js';
import { retryStrategy } from './retry.js';

type RoleAssumer = ReturnType<typeof getDefaultRoleAssumer>;
type WebIdentityAssumer = ReturnType<typeof getDefaultRoleAssumerWithWebIdentity>;

/** A target whose credentials are yet to be had. */
export type Asked = Omit<ApiTarget, 'credentials'>;

const forNobody = (asked: Asked): ApiTarget => ({ ...asked, credentials: () => Promise.reject(new Error('no credentials yet')) });

function options(asked: Asked, operation: string) {
  const { credentials: _, ...rest } = clientOptions(forNobody(asked), 'sts');
  return { ...rest, retryStrategy: retryStrategy(asked, 'sts', operation) };
}

/** Of an MFA code that does not fit, or was used before (STS API reference, AssumeRole). */
const WRONG_CODE = /MultiFactorAuthentication failed/u;

/** What STS says to a token, and what may be done about it (STS API reference, "Errors" of AssumeRoleWithWebIdentity). */
const OF_TOKEN: Readonly<Record<string, string>> = {
  ExpiredTokenException: 'have the token written anew: what runs the job does it, and a token of GitHub\'s holds for minutes',
  InvalidIdentityToken: 'the account needs an identity provider with the token\'s issuer and audience: `aws iam list-open-id-connect-providers`',
  IDPCommunicationError: 'STS does not reach the token\'s issuer: try again; `aws iam list-open-id-connect-providers` has its address',
  IDPRejectedClaim: 'the issuer does not stand by the token: have it written anew',
};

/** Whose a token says it is, which is no secret and what a trust policy is about; undefined for what is no token. */
export function tokenWords(token: string): string | undefined {
  try {
    const { iss, aud, sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { readonly iss?: unknown; readonly aud?: unknown; readonly sub?: unknown };
    return typeof iss === 'string' && typeof sub === 'string' ? `the token is of iss ${iss}, aud ${[aud].flat().map(String).join(', ')}, sub ${sub}` : undefined;
  } catch {
    return undefined;
  }
}

/** A refusal of a role as an error that names the role; `token` where one was shown. */
export function roleError(error: unknown, roleArn: string, asked: Asked, token?: string): SsmlabError {
  const code = awsCode(error) ?? '';
  const said = awsMessage(error);
  const isWeb = token !== undefined;
  const words = isWeb ? tokenWords(token) : undefined;
  if (WRONG_CODE.test(said)) return new SsmlabError('access-denied', `the MFA code is not accepted, so ${roleArn} is not assumed: ${said}`, { cause: error, hint: 'run it again with the device\'s next code: each is good once' });
  const ofToken = isWeb ? OF_TOKEN[code] : undefined;
  if (ofToken !== undefined) return new SsmlabError('credentials-wrong', `the web identity token does not open ${roleArn}: ${said} (${code})`, { cause: error, hint: words === undefined ? ofToken : `${ofToken}; ${words}` });
  if (code === 'AccessDenied') {
    const hint = isWeb ? `the role's trust policy has to name the token's issuer, and its conditions the token's \`aud\` and \`sub\`${words === undefined ? '' : `: ${words}`}` : 'the role\'s trust policy has to name who asks, who needs sts:AssumeRole for it too; where the role wants MFA, the profile needs `mfa_serial`';
    return new SsmlabError('access-denied', `${roleArn} cannot be assumed: ${said}`, { cause: error, hint });
  }
  return fromAws(error, callSite(forNobody(asked), 'sts', isWeb ? 'AssumeRoleWithWebIdentity' : 'AssumeRole'));
}

/** The chain's `roleAssumer`. */
export const roleAssumer = (asked: Asked): RoleAssumer => {
  const assume = getDefaultRoleAssumer(options(asked, 'AssumeRole'));
  return async (source, params) => {
    try {
      return await assume(source, params);
    } catch (error) {
      throw roleError(error, params.RoleArn ?? '', asked);
    }
  };
};

/** The chain's `roleAssumerWithWebIdentity`; `credentials-missing` for a token file that is empty. */
export const webIdentityAssumer = (asked: Asked): WebIdentityAssumer => {
  const assume = getDefaultRoleAssumerWithWebIdentity(options(asked, 'AssumeRoleWithWebIdentity'));
  return async (params) => {
    const role = params.RoleArn ?? '';
    const token = params.WebIdentityToken?.trim() ?? '';
    if (token === '') throw new SsmlabError('credentials-missing', `the web identity token file is empty, so ${role} is not assumed`, { hint: 'AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile, names it: what runs the job has to write the token there' });
    try {
      return await assume({ ...params, WebIdentityToken: token });
    } catch (error) {
      throw roleError(error, role, asked, token);
    }
  };
};
