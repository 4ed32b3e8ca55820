/** JSON web tokens of OpenID Connect (RFC 7519, OpenID Connect Core §2): read, and their signature checked. */
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { AwsError } from '../../../endpoint/operation.js';

/** A token that nobody has checked yet. */
export interface ReadToken {
  readonly algorithm: Algorithm;
  readonly keyId: string | undefined;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Whom the token was given to, where that is another than the audience. */
  readonly authorizedParty: string | undefined;
  readonly subject: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly notBefore: number | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature is of, and the signature. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Those that STS takes (IAM user guide, "Create an OpenID Connect identity provider", prerequisites): RSA of 2048 bits and more, and the NIST curves. */
const ALGORITHMS = { RS256: ['sha256', 'rsa', undefined], RS384: ['sha384', 'rsa', undefined], RS512: ['sha512', 'rsa', undefined], ES256: ['sha256', 'ec', 'prime256v1'], ES384: ['sha384', 'ec', 'secp384r1'], ES512: ['sha512', 'ec', 'secp521r1'] } as const;
type Algorithm = keyof typeof ALGORITHMS;

/** `InvalidIdentityToken`, with what STS says of it. */
export const invalidToken = (message: string): AwsError => new AwsError('InvalidIdentityToken', message);

const NO_TOKEN = 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';

function part(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value));
  } catch {
    // Said below.
  }
  throw invalidToken(NO_TOKEN);
}

/** Reads it, and that it has what STS wants of one. Throws InvalidIdentityToken. */
export function readToken(text: string): ReadToken {
  const parts = text.split('.');
  const [head, body, signature] = parts;
  if (parts.length !== 3 || signature === undefined || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) throw invalidToken(NO_TOKEN);
  const { alg, kid } = part(head);
  const claims = part(body);
  const word = (name: string): string => {
    const value = claims[name];
    if (typeof value !== 'string' || value === '') throw invalidToken(`Missing a required claim: ${name}`);
    return value;
  };
  const time = (name: string): number | undefined => (typeof claims[name] === 'number' && Number.isFinite(claims[name]) ? claims[name] : undefined);
  const needed = (name: string): number => {
    const value = time(name);
    if (value === undefined) throw invalidToken(`Missing a required claim: ${name}`);
    return value;
  };
  const aud = claims['aud'];
  const audiences = (Array.isArray(aud) ? (aud as readonly unknown[]) : [aud]).filter((each): each is string => typeof each === 'string' && each !== '');
  if (audiences.length === 0) throw invalidToken('Missing a required claim: aud');
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHMS, alg)) throw invalidToken('The ID Token is signed by an algorithm that is not supported');
  return {
    algorithm: alg as Algorithm, keyId: typeof kid === 'string' ? kid : undefined, issuer: word('iss'), audiences, authorizedParty: typeof claims['azp'] === 'string' ? claims['azp'] : undefined, subject: word('sub'),
    expiresAt: needed('exp'), issuedAt: needed('iat'), notBefore: time('nbf'), claims, signed: Buffer.from(`${head}.${body}`, 'ascii'), signature: Buffer.from(signature, 'base64url'),
  };
}

/** Checks the times. Throws ExpiredTokenException, InvalidIdentityToken. */
export function checkTimes({ expiresAt, issuedAt, notBefore }: ReadToken, now: number): void {
  const seconds = Math.floor(now / 1000);
  if (expiresAt <= seconds) throw new AwsError('ExpiredTokenException', `Token expired: current date/time ${seconds} must be before the expiration date/time ${Math.floor(expiresAt)}`);
  // Clocks that are a little apart agree.
  if (Math.max(issuedAt, notBefore ?? 0) > seconds + 300) throw invalidToken(`Token is not yet valid: it is of ${Math.floor(Math.max(issuedAt, notBefore ?? 0))}, and the current date/time is ${seconds}`);
}

const NO_KEY = "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements";

/** The issuer's key that the token names; by its kind alone where it names none and there is one such. */
function keyFor({ algorithm, keyId }: ReadToken, keys: readonly JsonWebKey[]): KeyObject {
  const [, kind, curve] = ALGORITHMS[algorithm];
  const usable = keys.flatMap((jwk): KeyObject[] => {
    if ((keyId !== undefined && jwk['kid'] !== keyId) || (jwk['use'] !== undefined && jwk['use'] !== 'sig')) return [];
    try {
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
      return key.asymmetricKeyType === kind && (kind === 'rsa' ? modulusLength >= 2048 : namedCurve === curve) ? [key] : [];
    } catch {
      return [];
    }
  });
  const [key, ...more] = usable;
  if (key === undefined || more.length > 0) throw invalidToken(NO_KEY);
  return key;
}

/** Checks the signature by the issuer's keys (RFC 7515 §5.2, RFC 7518 §3). Throws InvalidIdentityToken. */
export function checkSignature(token: ReadToken, keys: readonly JsonWebKey[]): void {
  const [hash, kind] = ALGORITHMS[token.algorithm];
  const key = keyFor(token, keys);
  const holds = verify(hash, token.signed, kind === 'ec' ? { key, dsaEncoding: 'ieee-p1363' } : key, token.signature);
  if (!holds) throw invalidToken('Token signature invalid');
}
