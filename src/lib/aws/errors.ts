/** What the SDK throws, as errors of ours: which credentials, which action, which host, or the service's own words. */
import { SsmlabError } from '../errors.js';

/** Where the call went, for the message. */
export interface CallSite {
  readonly service: string;
  readonly operation: string;
  /** Absent on AWS. */
  readonly endpoint?: string | undefined;
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
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'TimeoutError']);

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

function socketCode(error: Error): string | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const code = (current as NodeJS.ErrnoException).code;
    if (code !== undefined && UNREACHABLE.has(code)) return code;
    if (current instanceof AggregateError && current.errors[0] instanceof Error) return socketCode(current.errors[0]);
  }
  return UNREACHABLE.has(error.name) ? error.name : undefined;
}

const hostOf = (site: CallSite): string => (site.endpoint === undefined ? `${site.service}.${site.region}.amazonaws.com:443` : new URL(site.endpoint).host);

/** Throws `aws-error` for an answer that is a web page: from something that is no endpoint of AWS's API, or has not this operation. */
export function refusePage(response: unknown, site: CallSite): void {
  const { statusCode, headers } = (typeof response === 'object' && response !== null ? response : {}) as { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
  if (headers === undefined || !/^text\/html\b/iu.test(headers['content-type'] ?? '')) return;
  throw new SsmlabError('aws-error', `${hostOf(site)} answers ${site.service} ${site.operation} with a web page (HTTP ${statusCode}), which is no reply of AWS`, {
    hint: site.endpoint === undefined ? 'a proxy or a login page may stand between: open one in a browser' : 'what listens there is no endpoint of AWS\'s API, or does not have this operation',
  });
}

/** Any error of a call, as ours; the original stays as `cause`. */
export function fromAws(error: unknown, site: CallSite): SsmlabError {
  if (error instanceof SsmlabError) return error;
  const thrown = error instanceof Error ? error : new Error(String(error));
  const code = awsCode(thrown) ?? 'Error';
  const said = `${site.service} ${site.operation}: ${thrown.message || code}`;
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError') {
    return new SsmlabError('credentials-missing', `no AWS credentials were found: ${thrown.message}`, { cause: error });
  }
  if (WRONG_CREDENTIALS.has(code)) return new SsmlabError('credentials-wrong', `${hostOf(site)} does not accept the credentials: ${thrown.message} (${code})`, { cause: error });
  if (DENIED.has(code)) return new SsmlabError('access-denied', said, { cause: error });
  const socket = socketCode(thrown);
  if (socket !== undefined) {
    const hint = site.endpoint === undefined ? undefined : site.isLocal === true ? 'run `ssmlab status`, or `ssmlab local start` when the local cloud has ended' : 'AWS_ENDPOINT_URL leads there: check it, or unset it to reach AWS';
    return new SsmlabError('endpoint-unreachable', `nothing answers at ${hostOf(site)} (${socket})`, { cause: error, hint });
  }
  if (code === 'TargetNotConnected') return new SsmlabError('not-connected', said, { cause: error });
  return new SsmlabError('aws-error', `${said} (${code})`, { cause: error });
}
