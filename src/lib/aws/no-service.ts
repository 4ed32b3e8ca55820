/** Errors of calls that no service of AWS has answered: something else listens there, or does not speak TLS. */
import { SsmlabError } from '../errors.js';
import type { CallSite } from './errors.js';

/** What OpenSSL says of bytes that are no record of TLS, as an HTTP server sends them. */
const NO_TLS = /wrong version number|packet length too long|http request|unknown protocol|record layer failure/iu;

/** OpenSSL's reason; undefined for what is no error of TLS itself. Node has it as `reason`, or inside the text of an EPROTO. */
function tlsReason(error: unknown): string | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const { code = '', reason } = current as NodeJS.ErrnoException & { readonly reason?: string };
    if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return reason ?? /:SSL routines:[^:]*:([^:\n]+)/u.exec(current.message)?.[1] ?? code;
  }
  return undefined;
}

/** What to do about an endpoint that is not AWS's; undefined where it is. */
export const leadsThere = ({ endpoint, endpointSetBy }: CallSite): string | undefined => (endpoint === undefined ? undefined : `${endpointSetBy ?? 'a setting of the service\'s endpoint'} leads there: check it, or unset it to reach AWS`);

const BETWEEN = 'a proxy or a login page may stand between';

/** Names that the SDK, and the calls beside it, have for an answer without an error of AWS in it. */
const NO_CODE = new Set(['NotFound', 'Unknown', 'UnknownError']);

/** `endpoint-unreachable` for a host that does not speak TLS, `aws-error` for an answer that is none of AWS's; undefined for any other error. */
export function noServiceError(thrown: Error, host: string, site: CallSite): SsmlabError | undefined {
  const reason = tlsReason(thrown);
  if (reason !== undefined) {
    return new SsmlabError('endpoint-unreachable', NO_TLS.test(reason) ? `${host} does not speak TLS` : `${host} and this machine do not agree on TLS: ${reason}`, { cause: thrown, hint: leadsThere(site) ?? BETWEEN });
  }
  const { $metadata, $response } = thrown as { readonly $metadata?: { readonly httpStatusCode?: number }; readonly $response?: { readonly statusCode?: number } };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode ?? Number(/^HTTP (\d{3})$/u.exec(thrown.name)?.[1] ?? 0);
  const isUnread = /Deserialization error: to see the raw response/u.test(thrown.message);
  const isNameless = thrown.name.startsWith('HTTP ') || (NO_CODE.has(thrown.name) && /^Unknown(?:Error)?$/u.test(thrown.message || 'Unknown'));
  // A fault of AWS's own, from 500 on, may come without words.
  if (status === 0 || !(isUnread || (isNameless && status >= 400 && status < 500))) return undefined;
  return new SsmlabError('aws-error', `what answers ${site.service} ${site.operation} at ${host} is not AWS (HTTP ${status})`, { cause: thrown, hint: leadsThere(site) ?? BETWEEN });
}
