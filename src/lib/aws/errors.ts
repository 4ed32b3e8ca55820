/** What the SDK throws, as errors of ours: which credentials, which action, which host, or the service's own words. */
import { SsmlabError } from '../errors.js';
import { isLoopback } from '../net/loopback-url.js';
import { leadsThere, noServiceError } from './no-service.js';
import type { Unanswered } from './send.js';

/** Where the call went, for the message. */
export interface CallSite {
  readonly service: string;
  readonly operation: string;
  /** Absent on AWS. */
  readonly endpoint?: string | undefined;
  /** `HOST:PORT` on AWS. */
  readonly host?: string | undefined;
  /** `HOST:PORT` of the proxy on the way. */
  readonly proxy?: string | undefined;
  /** What set {@link endpoint}, in words. */
  readonly endpointSetBy?: string | undefined;
  readonly region: string;
  /** It is the local cloud's. */
  readonly isLocal?: boolean | undefined;
}

const WRONG_CREDENTIALS = new Set([
  'AuthFailure', 'ExpiredToken', 'ExpiredTokenException', 'IncompleteSignature', 'InvalidAccessKeyId', 'InvalidClientTokenId',
  'InvalidSignatureException', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'RequestExpired', 'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'OptInRequired', 'Client.UnauthorizedOperation']);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
const THROTTLED = /^(?:Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|RequestThrottled|BandwidthLimitExceeded|PriorRequestNotComplete)/u;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'TimeoutError', 'UND_ERR_SOCKET']);

/** AWS's code of an error: `ValidationError`, `InvalidInstanceID.NotFound`. Looks through our own wrapping. */
export function awsCode(error: unknown): string | undefined {
  if (error instanceof SsmlabError) return awsCode(error.cause);
  if (!(error instanceof Error)) return undefined;
  const code = (error as { Code?: unknown }).Code;
  return typeof code === 'string' && code !== '' ? code : error.name;
}

/** The service's own text of an error. */
export function awsMessage(error: unknown): string {
  if (error instanceof SsmlabError) return error.cause === undefined ? error.message : awsMessage(error.cause);
  return error instanceof Error ? error.message : String(error);
}

/** The code of a connection that failed; undefined for what a service answered. */
export function socketCode(error: Error): string | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const code = (current as NodeJS.ErrnoException).code;
    if (code !== undefined && UNREACHABLE.has(code)) return code;
    if (current instanceof AggregateError && current.errors[0] instanceof Error) return socketCode(current.errors[0]);
  }
  return UNREACHABLE.has(error.name) ? error.name : undefined;
}

/** Of the certificate that a host shows; Node's names of OpenSSL's findings, and its own for another host's. */
const NOT_BELIEVED = new Set(['CERT_SIGNATURE_FAILURE', 'CERT_UNTRUSTED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
const OTHERWISE_WRONG = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID']);

/** What to do about one of an authority that nobody knows. */
export const BUNDLE_HINT = 'an authority of your own, as a company\'s proxy has it, is named by AWS_CA_BUNDLE, or ca_bundle of the profile: a file of PEM certificates, the usual ones among them';

/** What to do about a certificate that is not believed; undefined for any other error. */
export function certificateHint(error: unknown): string | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const { code = '' } = current as NodeJS.ErrnoException;
    if (NOT_BELIEVED.has(code)) return BUNDLE_HINT;
    if (OTHERWISE_WRONG.has(code)) return 'a login page or a proxy may stand between, or this machine\'s clock be off';
  }
  return undefined;
}

const hostOf = (site: CallSite): string => (site.endpoint === undefined ? (site.host ?? `${site.service}.${site.region}.amazonaws.com:443`) : new URL(site.endpoint).host);

const PROXY_AUTH = 407;

/** Throws `endpoint-unreachable` for a proxy's answer that it lets nobody unknown through, and `aws-error` for an answer that is a web page: from something that is no endpoint of AWS's API, or has not this operation. */
export function refusePage(response: unknown, site: CallSite): void {
  const { statusCode, headers } = (typeof response === 'object' && response !== null ? response : {}) as { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
  if (site.proxy !== undefined && statusCode === PROXY_AUTH) throw new SsmlabError('endpoint-unreachable', `the proxy ${site.proxy} wants to know who asks (HTTP 407)`, { hint: 'write it as http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY' });
  if (headers === undefined || !/^text\/html\b/iu.test(headers['content-type'] ?? '')) return;
  throw new SsmlabError('aws-error', `${hostOf(site)} answers ${site.service} ${site.operation} with a web page (HTTP ${statusCode}), which is no reply of AWS`, {
    hint: site.endpoint === undefined ? 'a proxy or a login page may stand between: open one in a browser' : 'what listens there is no endpoint of AWS\'s API, or does not have this operation',
  });
}

const CLOCK_CODES = new Set(['RequestExpired', 'RequestTimeTooSkewed', 'RequestInTheFuture', 'InvalidSignatureException', 'SignatureDoesNotMatch', 'AuthFailure']);
const CLOCK_WORDS = /Signature (?:expired|not yet current)|difference between the request time|Request has expired/u;

/** A refusal for the time of the signature, and not for the key. */
export const isClockRefusal = (code: string, message: string): boolean => code === 'RequestTimeTooSkewed' || code === 'RequestInTheFuture' || (CLOCK_CODES.has(code) && CLOCK_WORDS.test(message));

const stamp = (text: string): number => Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z'));

/** By how much this machine's clock is off, in words, where the service says both times: `Signature expired: T is now earlier than L (NOW - 5 min.)`. */
export function clockWords(message: string): string | undefined {
  const [, mine = '', now = ''] = /(\d{8}T\d{6}Z) is (?:now earlier|still later) than \d{8}T\d{6}Z \((\d{8}T\d{6}Z)/u.exec(message) ?? [];
  const off = Math.round((stamp(mine) - stamp(now)) / 1000);
  if (Number.isNaN(off)) return undefined;
  const size = Math.abs(off);
  return `${size >= 120 ? `${Math.round(size / 60)} minutes` : `${size} seconds`} ${off < 0 ? 'behind' : 'ahead of'}`;
}

/** By how much the service's clock is ahead of this machine's, milliseconds, as the head of its refusal has the time; undefined when it has none. */
function clockAhead(thrown: Error): number | undefined {
  const { headers } = (thrown as { readonly $response?: { readonly headers?: Readonly<Record<string, string>> } }).$response ?? {};
  const ahead = Date.parse(headers?.['date'] ?? '') - Date.now();
  return Number.isNaN(ahead) ? undefined : ahead;
}

/** SigV4 allows five minutes. */
const SKEW_MS = 240_000;

const RENEW = 'get new ones: `aws sso login` where they come from SSO, else take the role or the session token again';
const SET_CLOCK = 'set the clock: `timedatectl` says whether it is synchronized';

/** EC2 has one code for a token that has expired and for a signature that is too old; which of them it is, its clock tells. */
function requestExpired(thrown: Error, host: string): SsmlabError {
  const ahead = clockAhead(thrown);
  if (ahead === undefined) return new SsmlabError('credentials-wrong', `${host} says that the request has expired (RequestExpired): the credentials have, or this machine's clock is off`, { cause: thrown, hint: `${RENEW}; or ${SET_CLOCK}` });
  if (Math.abs(ahead) < SKEW_MS) return new SsmlabError('credentials-wrong', `the credentials have expired (RequestExpired from ${host})`, { cause: thrown, hint: RENEW });
  return new SsmlabError('credentials-wrong', `this machine's clock is ${Math.round(Math.abs(ahead) / 60_000)} minutes ${ahead > 0 ? 'behind' : 'ahead of'} ${host}, which refuses what it signs (RequestExpired)`, { cause: thrown, hint: SET_CLOCK });
}

/** What is refused for who asks: expired, of a clock that is wrong, not known. */
function credentialsError(thrown: Error, code: string, site: CallSite): SsmlabError {
  const host = hostOf(site);
  if (EXPIRED.has(code)) return new SsmlabError('credentials-wrong', `the credentials have expired (${code} from ${host})`, { cause: thrown, hint: RENEW });
  if (code === 'RequestExpired') return requestExpired(thrown, host);
  if (isClockRefusal(code, thrown.message)) {
    const off = clockWords(thrown.message);
    return new SsmlabError('credentials-wrong', `this machine's clock is ${off ?? 'not that of'} ${host}, which refuses what it signs (${code})`, { cause: thrown, hint: SET_CLOCK });
  }
  // A region that an account has not enabled does not know its keys.
  const disabled = site.endpoint === undefined && (code === 'InvalidClientTokenId' || code === 'UnrecognizedClientException' || code === 'AuthFailure') ? `; or the region ${site.region} is not enabled in the account: \`aws account get-region-opt-status --region-name ${site.region}\`` : '';
  const hint = site.isLocal === true ? undefined : `check the profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where they are set${disabled}${site.endpoint !== undefined && isLoopback(new URL(site.endpoint)) ? '; those of a local cloud are what `ssmlab local env` prints' : ''}`;
  return new SsmlabError('credentials-wrong', `${host} does not accept the credentials: ${thrown.message} (${code})`, { cause: thrown, hint });
}

/** A refusal's text without its encoded message, which `sts decode-authorization-message` reads (STS API reference). */
function deniedError(said: string, code: string, thrown: Error, site: CallSite): SsmlabError {
  if (code === 'OptInRequired') return new SsmlabError('access-denied', said, { cause: thrown, hint: `enable the region or the service in the account: \`aws account enable-region --region-name ${site.region}\`; or choose another with --region` });
  const [, encoded] = /Encoded authorization failure message: (\S+)/u.exec(said) ?? [];
  if (encoded === undefined) return new SsmlabError('access-denied', said, { cause: thrown });
  return new SsmlabError('access-denied', said.replace(/\s*Encoded authorization failure message: \S+/u, ''), { cause: thrown, hint: `what was refused is in: aws sts decode-authorization-message --query DecodedMessage --output text --encoded-message ${encoded}` });
}

/** Ctrl-C, or Esc, at the question for a code: the user's answer, and no error of a call. */
export const isUsersAnswer = (error: unknown): error is Error => error instanceof Error && error.name.endsWith('PromptError');

/** Any error of a call, as ours; the original stays as `cause`. */
export function fromAws(error: unknown, site: CallSite): SsmlabError {
  if (error instanceof SsmlabError) return error;
  const thrown = error instanceof Error ? error : new Error(String(error));
  const code = awsCode(thrown) ?? 'Error';
  const said = `${site.service} ${site.operation}: ${thrown.message || code}`;
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError') {
    return new SsmlabError('credentials-missing', `no AWS credentials were found: ${thrown.message}`, { cause: error });
  }
  if (WRONG_CREDENTIALS.has(code) || EXPIRED.has(code) || isClockRefusal(code, thrown.message)) return credentialsError(thrown, code, site);
  if (DENIED.has(code)) return deniedError(said, code, thrown, site);
  if (THROTTLED.test(code)) return new SsmlabError('aws-error', `${said} (${code})`, { cause: error, hint: 'AWS takes no more calls of this kind for now, after several tries: wait a minute; others in the account may be making many' });
  const socket = socketCode(thrown);
  if ((thrown as Partial<Unanswered>).began === true) {
    return new SsmlabError('endpoint-unreachable', `${hostOf(site)} began its answer to ${site.service} ${site.operation} and did not go on${site.proxy === undefined ? '' : `, through the proxy ${site.proxy}`}`, { cause: error, hint: leadsThere(site) ?? 'try again; a proxy, or what looks into the traffic, may hold it back on the way' });
  }
  if (socket !== undefined) {
    const hint = site.endpoint === undefined ? undefined : site.isLocal === true ? 'run `ssmlab status`, or `ssmlab local start` when the local cloud has ended' : leadsThere(site);
    if (site.proxy !== undefined) return new SsmlabError('endpoint-unreachable', `nothing answers at ${hostOf(site)} through the proxy ${site.proxy} (${socket})`, { cause: error, hint: 'HTTPS_PROXY or ALL_PROXY names the proxy: check it, or list the host in NO_PROXY' });
    return new SsmlabError('endpoint-unreachable', `nothing answers at ${hostOf(site)} (${socket})`, { cause: error, hint });
  }
  const untrusted = certificateHint(thrown);
  if (untrusted !== undefined) return new SsmlabError('endpoint-unreachable', `${hostOf(site)} shows a certificate that is not believed: ${thrown.message}`, { cause: error, hint: untrusted });
  const none = noServiceError(thrown, hostOf(site), site);
  if (none !== undefined) return none;
  if (code === 'TargetNotConnected') return new SsmlabError('not-connected', said, { cause: error });
  return new SsmlabError('aws-error', `${said} (${code})`, { cause: error });
}
