/** Who signed a request: SigV4 verified against the key ring, refused in AWS's own words for each protocol. */
import { amzDate, hashPayload, parseAmzDate, parseAuthorization, parsePresigned, signingKey, verifySignature, type Authorization, type ParsedAuthorization } from '../../lib/protocol/sigv4.js';
import type { KeyRecord, LookupKeyRing } from '../keys/key-ring.js';
import { AwsError, type Caller, type WireProtocol } from './operation.js';

/** A request as it came in. */
export interface IncomingRequest {
  readonly method: string;
  /** The request target, `/v1/control-channel/i-0a?role=subscribe`. */
  readonly path: string;
  /** As Node has them: lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array | string;
  /** What the signature says of the body, where that is read and checked later (rest-xml); absent: the hash of `body`. */
  readonly payloadHash?: string | undefined;
}

export interface Authenticated {
  readonly caller: Caller;
  /** Region and service of the credential scope. */
  readonly region: string;
  readonly service: string;
  /** What signatures of the body's chunks go on from. */
  readonly seed: () => ChunkSeed;
}

/** The signature of a request's head and the key for those of its chunks (S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple chunks"). */
export interface ChunkSeed {
  readonly signature: string;
  readonly amzDate: string;
  /** `20150830/REGION/SERVICE/aws4_request` */
  readonly scope: string;
  readonly key: Buffer;
}

export interface AuthenticateOptions {
  readonly keys: LookupKeyRing;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** In whose words a refusal is thrown. Web sockets of ssmmessages: `json`. */
  readonly protocol: WireProtocol;
  /** Whether the account has enabled a region; in one that it has not its keys are nobody's, as on AWS. Absent: all are. */
  readonly isEnabled?: ((region: string) => boolean) | undefined;
  /** The service that the scope has to name; absent: any. */
  readonly service?: string | undefined;
}

const SKEW_MS = 15 * 60_000;
/** Region names that are served: AWS's form, whatever the words. */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/;

/** The credential scope that a request claims, before anything is verified; undefined when it carries no signature. */
export function claimedScope(request: Pick<IncomingRequest, 'path' | 'headers'>): ParsedAuthorization | undefined {
  const header = single(request.headers['authorization']);
  return header === undefined ? parsePresigned(urlOf(request)) : parseAuthorization(header);
}

/** Verifies a request's signature, time, key and token. Throws AwsError. */
export function authenticate(request: IncomingRequest, options: AuthenticateOptions): Authenticated {
  const { keys, now, protocol } = options;
  const refuse = (reason: Refusal, detail?: string): never => {
    throw refusal(protocol, reason, detail);
  };
  const parsed = claimedScope(request);
  if (parsed === undefined) return refuse('unsigned');
  if (!parsed.ok) return refuse('malformed', parsed.why);
  const { authorization } = parsed;
  const key = keys.find(authorization.accessKeyId);
  if (key === undefined) return refuse('unknown-key');

  const headers = flatHeaders(request.headers);
  const token = authorization.sessionToken ?? headers['x-amz-security-token'];
  const expected = 'sessionToken' in key ? key.sessionToken : undefined;
  if (expected === undefined ? token !== undefined : !sameText(token ?? '', expected)) return refuse('unknown-key');

  const bodyHash = request.payloadHash ?? hashPayload(request.body);
  const path = request.payloadHash === undefined ? undefined : request.path.split('?', 1)[0];
  const checked = verifySignature({ method: request.method, url: urlOf(request), path, headers, payloadHash: bodyHash }, key.secretAccessKey);
  const declared = headers['x-amz-content-sha256'];
  if (request.payloadHash === undefined && declared !== undefined && declared !== bodyHash) {
    throw new AwsError('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  if (!checked.ok) return refuse(checked.why === 'malformed' ? 'malformed' : 'mismatch', checked.detail);
  const stale = staleness(authorization, headers['x-amz-date'], now);
  if (stale !== undefined && protocol === 'rest-xml' && authorization.kind === 'query') throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
  if (stale !== undefined) return refuse('stale', stale);
  if ('expiration' in key && key.expiration <= now) return refuse('expired-key');
  if (options.service !== undefined && authorization.service !== options.service) return refuse('mismatch', `Credential should be scoped to correct service: '${options.service}'. `);
  if (!REGION.test(authorization.region)) return refuse('mismatch', 'Credential should be scoped to a valid region. ');
  const { date, region, service, signature } = authorization;
  if (options.isEnabled?.(region) === false) return refuse('unknown-key');
  return {
    caller: callerOf(key, keys.accountId), region, service,
    seed: () => ({ signature, amzDate: authorization.amzDate ?? headers['x-amz-date'] ?? '', scope: `${date}/${region}/${service}/aws4_request`, key: signingKey(key.secretAccessKey, date, region, service) }),
  };
}

/** The caller that a key stands for. */
export function callerOf(key: KeyRecord, accountId: string): Caller {
  if (key.kind === 'lab') return labCaller(accountId, key.accessKeyId);
  if (key.kind === 'user') return { accountId, accessKeyId: key.accessKeyId, arn: key.arn, userId: key.userId, kind: 'user', userName: key.userName };
  if (key.kind === 'session') {
    const owner = key.of === undefined ? labCaller(accountId, key.accessKeyId) : ({ accountId, accessKeyId: key.accessKeyId, arn: key.of.arn, userId: key.of.userId, kind: 'user', userName: key.of.userName } as const);
    return { ...owner, temporary: true, issuedAt: key.issuedAt, mfaAt: key.mfaAt };
  }
  return {
    accountId,
    accessKeyId: key.accessKeyId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${key.roleName}/${key.sessionName}`,
    userId: `${key.roleId}:${key.sessionName}`,
    kind: 'role',
    roleName: key.roleName,
    instanceId: key.instanceId,
    temporary: true,
    issuedAt: key.issuedAt,
    sessionPolicies: key.sessionPolicies,
    sessionTags: key.sessionTags,
  };
}

/** The lab's own user. */
export function labCaller(accountId: string, accessKeyId: string): Caller {
  return { accountId, accessKeyId, arn: `arn:aws:iam::${accountId}:user/${LAB_USER.name}`, userId: LAB_USER.id, kind: 'lab' };
}

/** The one IAM user of the region: whose the lab's keys are. */
export const LAB_USER = { name: 'ssmlab', id: 'AIDASSMLABLOCALCLOUD2' } as const;

function staleness(authorization: Authorization, dateHeader: string | undefined, now: number): string | undefined {
  const date = authorization.amzDate ?? dateHeader ?? '';
  const at = parseAmzDate(date) ?? Number.NaN;
  const validMs = authorization.kind === 'query' ? (authorization.expires ?? 900) * 1000 : SKEW_MS;
  if (now - at > validMs) return `Signature expired: ${date} is now earlier than ${amzDate(now - validMs)} (${amzDate(now)} - ${Math.round(validMs / 60_000)} min.)`;
  if (at - now > SKEW_MS) return `Signature not yet current: ${date} is still later than ${amzDate(now + SKEW_MS)} (${amzDate(now)} + 15 min.)`;
  return undefined;
}

type Refusal = 'unsigned' | 'malformed' | 'unknown-key' | 'mismatch' | 'stale' | 'expired-key';

const EC2_AUTH_FAILURE = 'AWS was not able to validate the provided access credentials';
const INVALID_TOKEN = 'The security token included in the request is invalid.';

/** EC2: "Error codes" of its API reference; the others: their "Common errors" pages. */
function refusal(protocol: WireProtocol, reason: Refusal, detail = ''): AwsError {
  const table: Record<Refusal, Record<WireProtocol, readonly [code: string, message: string, status: number]>> = {
    'unsigned': {
      ec2: ['MissingAuthenticationToken', 'Request is missing Authentication Token', 403],
      query: ['MissingAuthenticationToken', 'Request is missing Authentication Token', 403],
      json: ['MissingAuthenticationTokenException', 'Missing Authentication Token', 400],
      'rest-xml': ['AccessDenied', 'Access Denied', 403],
    },
    'malformed': {
      ec2: ['IncompleteSignature', detail, 400],
      query: ['IncompleteSignature', detail, 400],
      json: ['IncompleteSignatureException', detail, 400],
      'rest-xml': ['AuthorizationHeaderMalformed', `The authorization header is malformed; ${detail}`, 400],
    },
    'unknown-key': {
      ec2: ['AuthFailure', EC2_AUTH_FAILURE, 401],
      query: ['InvalidClientTokenId', INVALID_TOKEN, 403],
      json: ['UnrecognizedClientException', INVALID_TOKEN, 400],
      'rest-xml': ['InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403],
    },
    'mismatch': {
      ec2: ['AuthFailure', EC2_AUTH_FAILURE, 401],
      query: ['SignatureDoesNotMatch', detail, 403],
      json: ['InvalidSignatureException', detail, 400],
      'rest-xml': ['SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided. Check your key and signing method.', 403],
    },
    'stale': {
      ec2: ['RequestExpired', 'Request has expired.', 400],
      query: ['SignatureDoesNotMatch', detail, 403],
      json: ['InvalidSignatureException', detail, 400],
      'rest-xml': ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', 403],
    },
    'expired-key': {
      ec2: ['RequestExpired', 'Request has expired.', 400],
      query: ['ExpiredToken', 'The security token included in the request is expired', 403],
      json: ['ExpiredTokenException', 'The security token included in the request is expired', 400],
      'rest-xml': ['ExpiredToken', 'The provided token has expired.', 400],
    },
  };
  const [code, message, status] = table[reason][protocol];
  return new AwsError(code, message, { status });
}

function urlOf(request: Pick<IncomingRequest, 'path' | 'headers'>): URL {
  // The authority is not taken from here: the signature covers the Host header as it came.
  const path = request.path.startsWith('/') ? request.path : `/${request.path}`;
  return new URL(`http://host.invalid${path}`);
}

function flatHeaders(headers: IncomingRequest['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(',')]])));
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

/** Length first, then all characters whatever the first difference. */
function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
