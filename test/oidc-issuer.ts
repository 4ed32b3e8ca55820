/** An OpenID Connect issuer on loopback: discovery and keys over https, by a certificate of its own, and tokens that it signs. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { bitString, der, oid, sequence, TAG, time } from '../src/cloud/tls/der.js';

/** A certificate for localhost that is its own authority: the lab's CA may sign no such name. */
function selfSigned(): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence(der(TAG.set, sequence(oid('2.5.4.3'), der(TAG.utf8String, Buffer.from(`issuer ${randomBytes(4).toString('hex')}`)))));
  const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(TAG.octetString, value));
  const contents = sequence(
    der(0xa0, der(TAG.integer, Buffer.of(2))), der(TAG.integer, Buffer.of(1, ...randomBytes(8))), algorithm, name, sequence(time(Date.now() - 86_400_000), time(Date.now() + 86_400_000)), name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension('2.5.29.19', sequence(der(TAG.boolean, Buffer.of(0xff)))), extension('2.5.29.17', sequence(der(0x82, Buffer.from('localhost')))))),
  );
  const certificate = sequence(contents, algorithm, bitString(sign('sha256', contents, { key: privateKey, dsaEncoding: 'der' })));
  return { cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').match(/.{1,64}/gu)?.join('\n')}\n-----END CERTIFICATE-----\n`, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

export type TokenAlgorithm = 'RS256' | 'ES256' | 'ES384';

export interface Issuer {
  /** `https://localhost:PORT/id` */
  readonly url: string;
  /** Of its certificate, as IAM wants it. */
  readonly thumbprint: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Answers in place of what is right, by path. */
  readonly instead: Map<string, { readonly status: number; readonly text: string }>;
  /** A token with these claims over the usual ones; signed by `key` where it is another's. */
  token(claims?: Readonly<Record<string, unknown>>, options?: { readonly algorithm?: TokenAlgorithm; readonly key?: KeyObject; readonly kid?: string }): string;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const { cert, key } = selfSigned();
  const keys: Record<TokenAlgorithm, KeyObject> = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  };
  const asked: string[] = [];
  const instead = new Map<string, { readonly status: number; readonly text: string }>();
  const server = createServer({ cert, key }, (request, reply) => {
    const path = request.url ?? '';
    asked.push(path);
    const jwks = { keys: Object.entries(keys).map(([alg, each]) => ({ ...createPublicKey(each).export({ format: 'jwk' }), kid: alg, alg, use: 'sig' })) };
    const found = instead.get(path) ?? (path === '/id/.well-known/openid-configuration' ? { status: 200, text: JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }) } : path === '/id/keys' ? { status: 200, text: JSON.stringify(jwks) } : { status: 404, text: '' });
    reply.writeHead(found.status, { 'content-type': 'application/json' }).end(found.text);
  });
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/id`;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url, asked, instead,
    thumbprint: createHash('sha1').update(new X509Certificate(cert).raw).digest('hex'),
    token: (claims = {}, { algorithm = 'RS256', key: signer = keys[algorithm], kid = algorithm } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const signed = `${part({ alg: algorithm, kid, typ: 'JWT' })}.${part({ iss: url, aud: 'sts.amazonaws.com', sub: 'repo:lab/lab:ref:refs/heads/main', iat: now, nbf: now, exp: now + 300, ...claims })}`;
      return `${signed}.${sign(`sha${algorithm.slice(2)}`, Buffer.from(signed), algorithm === 'RS256' ? signer : { key: signer, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
