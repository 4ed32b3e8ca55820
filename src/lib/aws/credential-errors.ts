/** What the SDK's credential chain throws, as errors of ours: which source failed, and what to do about it. Never a token or a key. */
import { SsmlabError } from '../errors.js';
import { BUNDLE_HINT, certificateHint, isUsersAnswer, socketCode } from './errors.js';
import type { ProfileSource } from './profile-source.js';

interface Told {
  readonly code?: 'endpoint-unreachable' | 'aws-error';
  readonly message?: string;
  readonly hint?: string;
}

const forProfile = (profile: string | undefined): string => (profile === undefined ? '' : ` --profile ${profile}`);

/** SSO's portal (Portal API reference, GetRoleCredentials: UnauthorizedException, ForbiddenException as the service says it), and the tokens before it. */
function ofSso(said: string, profile: string | undefined, { sso, lostSession }: ProfileSource): Told | undefined {
  const complete = `complete the profile: \`aws configure sso${forProfile(profile)}\` asks for what it needs`;
  if (lostSession !== undefined) return { message: `the profile is of the sso-session "${lostSession}", which the configuration does not have`, hint: complete };
  if (/invalid SSO credentials|^Sso session '.*' (?:could not be found|is missing)/u.test(said)) return { hint: complete };
  if (sso === undefined) return undefined;
  const login = `run \`aws sso login${forProfile(profile)}\``;
  const role = `the role "${sso.roleName}" of account ${sso.accountId}`;
  if (/^UnauthorizedException\b/u.test(said)) return { message: `SSO does not accept the login any more: ${said}`, hint: login };
  if (/^(?:ForbiddenException|ResourceNotFoundException)\b/u.test(said)) return { message: `SSO does not give ${role}: ${said}`, hint: `it is not assigned to you, or its name is another: \`aws sso list-account-roles --account-id ${sso.accountId} --access-token …\`, or the access portal, lists yours` };
  // The chain hands on the words of what failed, and neither its code nor its cause.
  if (/self-signed certificate|unable to (?:verify|get) .*certificate/u.test(said)) return { code: 'endpoint-unreachable', message: `SSO's portal in ${sso.region} shows a certificate that is not believed: ${said}`, hint: BUNDLE_HINT };
  if (/\bE(?:AI_AGAIN|CONN[A-Z]+|HOSTUNREACH|NETUNREACH|NOTFOUND|PIPE|TIMEDOUT|PROTO)\b|TimeoutError|socket hang up/u.test(said)) return { code: 'endpoint-unreachable', message: `SSO's portal in ${sso.region} does not answer, so ${role} is not had: ${said}`, hint: 'check the network, and a proxy that HTTPS_PROXY names; `sso_region` of the profile or of its session says where the portal is' };
  if (/^TooManyRequestsException\b/u.test(said)) return { code: 'aws-error', message: `SSO's portal takes no more requests for now, so ${role} is not had: ${said}`, hint: 'wait a minute' };
  if (/\bSSO\b|aws sso login|\btoken (?:is|has) expired|refresh token/iu.test(said)) return { hint: login };
  return /^Unknown|InternalServer|ServiceUnavailable/u.test(said) ? { message: `SSO's portal in ${sso.region} has a fault, so ${role} is not had: ${said}`, hint: 'try again in a minute' } : undefined;
}

/** What to do, by what the chain said. */
function told(error: unknown, said: string, profile: string | undefined, source: ProfileSource): Told {
  const sso = ofSso(said, profile, source);
  if (sso !== undefined) return sso;
  if (/multi-factor|\bMFA\b/iu.test(said)) return { hint: 'run it in a terminal, where the code can be asked for, or take credentials first: `aws sts get-session-token`' };
  if (/^Detected a cycle\b/u.test(said)) return { hint: 'by their `source_profile` each of them leads to the next: one has to say where keys come from' };
  const certificate = certificateHint(error);
  if (certificate !== undefined) return { hint: certificate };
  if (source.loginSession !== undefined) return { hint: `run \`aws login${forProfile(profile)}\`` };
  if (source.processProfile !== undefined) return { hint: 'run the profile\'s credential_process by hand: it has to print JSON with Version 1 and end with status 0' };
  const { code, path, syscall } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException;
  const file = source.tokenFile ?? process.env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const isFile = syscall === 'open' || syscall === 'read';
  if (isFile && file !== undefined && (path === undefined || path === file)) {
    const role = source.roleArn ?? process.env['AWS_ROLE_ARN'] ?? 'the role';
    return { message: `the web identity token file ${file} cannot be read (${code}), so ${role} is not assumed`, hint: `${source.tokenFile === undefined ? 'AWS_WEB_IDENTITY_TOKEN_FILE' : 'web_identity_token_file'} names it: what runs the job has to write the token there` };
  }
  return {};
}

/** A login that has expired, and who did not answer when it was to be renewed. */
export interface NotRenewed {
  readonly host: string;
  readonly error: Error;
}

/** Any error of the chain. Errors of ours, and an answer of the user's at the question for a code, are as they are. */
export function chainError(error: unknown, profile: string | undefined, source: ProfileSource, notRenewed?: NotRenewed): Error {
  if (error instanceof SsmlabError) return error;
  if (isUsersAnswer(error)) return error;
  const said = (error instanceof Error ? error.message : String(error)).replace(/^Error: /u, '').trim();
  const from = profile === undefined ? '' : ` in profile "${profile}"`;
  // The chain hands on that the login has expired, and not why it was not renewed.
  if (notRenewed !== undefined && /\bexpired\b/u.test(said)) {
    return new SsmlabError('endpoint-unreachable', `no AWS credentials were found${from}: the login has expired, and ${notRenewed.host} does not renew it: ${notRenewed.error.message}`, { cause: notRenewed.error, hint: `check the network, and a proxy that HTTPS_PROXY names; or run \`aws ${source.loginSession === undefined ? 'sso login' : 'login'}${forProfile(profile)}\`` });
  }
  const socket = error instanceof Error ? socketCode(error) : undefined;
  const { code = 'credentials-missing', message, hint } = told(error, said, profile, source);
  return new SsmlabError(code, `no AWS credentials were found${from}: ${message ?? said}${socket === undefined || said.includes(socket) ? '' : ` (${socket})`}`, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
