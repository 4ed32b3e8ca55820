/**
 * AWS Signature Version 4 by headers and by query, for signers and verifiers alike.
 * Source: IAM user guide, "Create a signed AWS API request" and "Elements of an AWS API request signature".
 * Pure: the time is a parameter. Paths are taken as they are on the wire and encoded once more, except for service `s3`.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as far as a signature covers it. */
export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  /** The path as it is on the wire, for services that do not normalize it (S3); absent: the URL's. */
  readonly path?: string | undefined;
  /** Any case; `host` may be absent and is then the URL's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case hex SHA-256 of the body ({@link hashPayload}), or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

export interface SigningScope {
  readonly service: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a signed request says about its signature. */
export interface Authorization {
  readonly kind: 'header' | 'query';
  readonly accessKeyId: string;
  /** Scope date, `20150830`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Query only: the time of signing, `20150830T123600Z`, the seconds it holds, and the session token. */
  readonly amzDate?: string | undefined;
  readonly expires?: number | undefined;
  readonly sessionToken?: string | undefined;
}

export type ParsedAuthorization =
  | { readonly ok: true; readonly authorization: Authorization }
  /** `why` in AWS's words, as IncompleteSignature carries it. */
  | { readonly ok: false; readonly why: string };

export type Verification =
  | { readonly ok: true; readonly authorization: Authorization }
  | { readonly ok: false; readonly why: 'unsigned' | 'malformed' | 'mismatch'; readonly detail: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** Headers that proxies and HTTP libraries change: never signed by us. */
const UNSIGNABLE = new Set(['authorization', 'connection', 'expect', 'keep-alive', 'proxy-authorization', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'user-agent', 'x-amzn-trace-id']);

/** Hex SHA-256 of a body. */
export function hashPayload(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** `20150830T123600Z` of milliseconds since the epoch. */
export function amzDate(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Milliseconds of `20150830T123600Z`, undefined when it is not one. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Signs by headers. Returns the headers to add to those given: `Authorization`, `X-Amz-Date` and, with a session token,
 * `X-Amz-Security-Token`. Every given header is signed except those that HTTP libraries change on the way.
 */
export function signRequest(request: SignableRequest, scope: SigningScope, keys: SigningKeys): Record<string, string> {
  const date = amzDate(scope.now);
  const added: Record<string, string> = { 'X-Amz-Date': date };
  if (keys.sessionToken !== undefined) added['X-Amz-Security-Token'] = keys.sessionToken;
  const headers = lowerCased({ ...request.headers, ...added }, request.url);
  const signedHeaders = [...headers.keys()].filter((name) => !UNSIGNABLE.has(name)).toSorted(byCodeUnit);
  const credential = `${date.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const canonical = canonicalRequest(request, headers, signedHeaders, scope.service);
  const signature = signatureOf(stringToSign(date, credential, canonical), keys.secretAccessKey, date.slice(0, 8), scope.region, scope.service);
  added['Authorization'] = `${ALGORITHM} Credential=${keys.accessKeyId}/${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return added;
}

/** Signs by query: the URL with `X-Amz-Algorithm` … `X-Amz-Signature` added, good for `expires` seconds. */
export function presignUrl(request: SignableRequest, scope: SigningScope, keys: SigningKeys, expires: number): URL {
  const date = amzDate(scope.now);
  const credential = `${date.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const headers = lowerCased(request.headers, request.url);
  const signedHeaders = [...headers.keys()].filter((name) => !UNSIGNABLE.has(name)).toSorted(byCodeUnit);
  const parameters: [string, string][] = [
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${keys.accessKeyId}/${credential}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(expires)],
    ['X-Amz-SignedHeaders', signedHeaders.join(';')],
  ];
  if (keys.sessionToken !== undefined) parameters.push(['X-Amz-Security-Token', keys.sessionToken]);
  const url = new URL(request.url);
  const added = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  url.search = url.search === '' ? added : `${url.search.slice(1)}&${added}`;
  const canonical = canonicalRequest({ ...request, url }, headers, signedHeaders, scope.service);
  const signature = signatureOf(stringToSign(date, credential, canonical), keys.secretAccessKey, date.slice(0, 8), scope.region, scope.service);
  url.search = `${url.search.slice(1)}&X-Amz-Signature=${signature}`;
  return url;
}

/** Reads an `Authorization` header. Parameters may be apart by comma with or without a space. */
export function parseAuthorization(header: string): ParsedAuthorization {
  const space = header.indexOf(' ');
  const algorithm = space < 0 ? header : header.slice(0, space);
  if (algorithm !== ALGORITHM) return { ok: false, why: `Unsupported AWS 'algorithm': '${algorithm.slice(0, 64)}'.` };
  const found = new Map<string, string>();
  for (const part of header.slice(space + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) found.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => (found.get(name) ?? '') === '');
  if (missing.length > 0) {
    return { ok: false, why: missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' ') };
  }
  const credential = parseCredential(found.get('Credential') ?? '');
  if (credential === undefined) return { ok: false, why: CREDENTIAL_FORM };
  return {
    ok: true,
    authorization: { kind: 'header', ...credential, signedHeaders: headerList(found.get('SignedHeaders') ?? ''), signature: found.get('Signature') ?? '' },
  };
}

/** Reads a presigned query; undefined when the URL carries no signature. */
export function parsePresigned(url: URL): ParsedAuthorization | undefined {
  const query = new Map(queryPairs(url).map(([name, value]) => [name.toLowerCase(), value]));
  const algorithm = query.get('x-amz-algorithm');
  if (algorithm === undefined && !query.has('x-amz-signature')) return undefined;
  if (algorithm !== ALGORITHM) return { ok: false, why: `Unsupported AWS 'algorithm': '${(algorithm ?? '').slice(0, 64)}'.` };
  const missing = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'].filter((name) => (query.get(name.toLowerCase()) ?? '') === '');
  if (missing.length > 0) return { ok: false, why: missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' ') };
  const credential = parseCredential(query.get('x-amz-credential') ?? '');
  if (credential === undefined) return { ok: false, why: CREDENTIAL_FORM };
  const expires = query.get('x-amz-expires');
  if (expires !== undefined && !/^\d{1,6}$/.test(expires)) return { ok: false, why: 'X-Amz-Expires should be a number.' };
  return {
    ok: true,
    authorization: {
      kind: 'query',
      ...credential,
      signedHeaders: headerList(query.get('x-amz-signedheaders') ?? ''),
      signature: query.get('x-amz-signature') ?? '',
      amzDate: query.get('x-amz-date'),
      expires: expires === undefined ? undefined : Number(expires),
      sessionToken: query.get('x-amz-security-token'),
    },
  };
}

/**
 * Whether the request's signature, by header or query, was made with `secret` over exactly this request, by the
 * SignedHeaders that it names. Says nothing about time, scope or whose key it is: those are the caller's to check.
 */
export function verifySignature(request: SignableRequest, secret: string): Verification {
  const headers = lowerCased(request.headers, request.url);
  const header = headers.get('authorization');
  const parsed = header === undefined ? parsePresigned(request.url) : parseAuthorization(header);
  if (parsed === undefined) return { ok: false, why: 'unsigned', detail: 'Missing Authentication Token' };
  if (!parsed.ok) return { ok: false, why: 'malformed', detail: parsed.why };
  const { authorization } = parsed;
  const date = authorization.amzDate ?? headers.get('x-amz-date') ?? '';
  if (parseAmzDate(date) === undefined) {
    return { ok: false, why: 'malformed', detail: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header." };
  }
  if (!authorization.signedHeaders.includes('host')) return { ok: false, why: 'malformed', detail: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization." };
  if (date.slice(0, 8) !== authorization.date) {
    return { ok: false, why: 'mismatch', detail: `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${authorization.date}' != '${date.slice(0, 8)}', from '${date}'.` };
  }
  const credential = `${authorization.date}/${authorization.region}/${authorization.service}/aws4_request`;
  const canonical = canonicalRequest(request, headers, authorization.signedHeaders, authorization.service);
  const expected = Buffer.from(signatureOf(stringToSign(date, credential, canonical), secret, authorization.date, authorization.region, authorization.service));
  const given = Buffer.from(authorization.signature);
  if (expected.length === given.length && timingSafeEqual(expected, given)) return { ok: true, authorization };
  return {
    ok: false,
    why: 'mismatch',
    detail: 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  };
}

/** The signing key of a day, region and service. */
export function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
}

const CREDENTIAL_FORM = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, and end in 'aws4_request'.";

function parseCredential(text: string): Pick<Authorization, 'accessKeyId' | 'date' | 'region' | 'service'> | undefined {
  const parts = text.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator] = parts;
  if (parts.length !== 5 || terminator !== 'aws4_request' || accessKeyId === '' || !/^\d{8}$/.test(date) || region === '' || service === '') return undefined;
  return { accessKeyId, date, region, service };
}

function headerList(text: string): string[] {
  return text.split(';').map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
}

function stringToSign(date: string, credential: string, canonical: string): string {
  return `${ALGORITHM}\n${date}\n${credential}\n${hashPayload(canonical)}`;
}

function signatureOf(text: string, secret: string, date: string, region: string, service: string): string {
  return hmac(signingKey(secret, date, region, service), text).toString('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

function canonicalRequest(request: SignableRequest, headers: ReadonlyMap<string, string>, signedHeaders: readonly string[], service: string): string {
  return [
    request.method.toUpperCase(),
    canonicalPath(request.path ?? request.url.pathname, service),
    canonicalQuery(request.url),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

/** Every service but S3 signs the path normalized and encoded twice: once for the wire, once for the signature. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path.split('/').map((part) => encode(decode(part))).join('/');
  return path.replaceAll(/\/{2,}/g, '/').split('/').map(encode).join('/');
}

function canonicalQuery(url: URL): string {
  return queryPairs(url)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .toSorted((a, b) => byCodeUnit(a[0], b[0]) || byCodeUnit(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Name and value of each query parameter, percent-decoded. `+` stays `+`: signatures know no form encoding. */
function queryPairs(url: URL): [string, string][] {
  const text = url.search.replace(/^\?/, '');
  if (text === '') return [];
  return text.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986: everything but `A-Z a-z 0-9 - . _ ~` in percent form. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function lowerCased(headers: Readonly<Record<string, string>>, url: URL): Map<string, string> {
  const all = new Map<string, string>(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (!all.has('host')) all.set('host', url.host);
  return all;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
