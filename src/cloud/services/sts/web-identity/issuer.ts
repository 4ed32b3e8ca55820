/**
 * The keys of a token's issuer, by OpenID Connect Discovery (§4) over https. The issuer's certificate has to be of an authority that Node
 * believes, or one of the provider's thumbprints (IAM user guide, "Obtain the thumbprint for an OpenID Connect identity provider"). Only issuers
 * of this machine are asked: the local cloud sends nothing to the internet.
 */
import { X509Certificate, type JsonWebKey } from 'node:crypto';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { AwsError } from '../../../endpoint/operation.js';

const PATIENCE_MS = 5000;
const MAX_BYTES = 256 * 1024;

const noTalk = (why: string): AwsError => new AwsError('IDPCommunicationError', `Couldn't communicate with the identity provider: ${why}`);

/** Loopback by name or address. */
const isThisMachine = ({ hostname }: URL): boolean => /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

/** The certificate of the chain that is shown which is one of the thumbprints. Nothing is said on this connection. */
function pinned(url: URL, thumbprints: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const socket = connect({ host, port: Number(url.port === '' ? 443 : url.port), servername: /^[\d.:]+$/.test(host) ? '' : host, rejectUnauthorized: false }, () => {
      let certificate = socket.getPeerX509Certificate();
      const seen = new Set<string>();
      while (certificate !== undefined && !seen.has(certificate.fingerprint)) {
        seen.add(certificate.fingerprint);
        if (thumbprints.includes(certificate.fingerprint.replaceAll(':', '').toLowerCase())) break;
        certificate = certificate.issuerCertificate;
      }
      const found = certificate !== undefined && thumbprints.includes(certificate.fingerprint.replaceAll(':', '').toLowerCase()) ? certificate : undefined;
      socket.destroy();
      resolve(found instanceof X509Certificate ? found.toString() : undefined);
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('error', (error) => reject(noTalk(error.message)));
  });
}

/** A document of the issuer's, over a connection whose certificate is checked. */
function read(url: URL, ca: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(noTalk(why));
    const sent = request(url, { method: 'GET', headers: { accept: 'application/json' }, timeout: PATIENCE_MS, agent: false, ...(ca === undefined ? {} : { ca }) }, (reply) => {
      const chunks: Buffer[] = [];
      let size = 0;
      reply.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) sent.destroy(new Error('its answer is too long'));
        chunks.push(chunk);
      });
      reply.on('error', (error) => fail(error.message));
      reply.on('end', () => {
        if (reply.statusCode !== 200) return fail(`${url.pathname} is answered with status ${reply.statusCode}`);
        try {
          const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          if (typeof value === 'object' && value !== null) return resolve(Object.fromEntries(Object.entries(value)));
        } catch {
          // Said below.
        }
        return fail(`${url.pathname} is no JSON`);
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', (error) => fail(error.message));
    sent.end();
  });
}

function urlOf(value: unknown, what: string): URL {
  if (typeof value !== 'string' || !URL.canParse(value) || new URL(value).protocol !== 'https:') throw noTalk(`${what} is no https URL`);
  const url = new URL(value);
  if (!isThisMachine(url)) throw noTalk(`the local cloud asks only issuers of this machine, and ${url.host} is not on it`);
  return url;
}

/** The keys that the issuer publishes. Throws IDPCommunicationError. */
export async function issuerKeys(issuer: string, thumbprints: readonly string[]): Promise<readonly JsonWebKey[]> {
  const url = urlOf(issuer, 'the issuer');
  const ca = thumbprints.length === 0 ? undefined : await pinned(url, thumbprints);
  const discovery = await read(new URL(`${url.href.replace(/\/$/, '')}/.well-known/openid-configuration`), ca);
  if (discovery['issuer'] !== issuer) throw noTalk('its configuration names another issuer');
  const { keys } = await read(urlOf(discovery['jwks_uri'], 'its jwks_uri'), ca);
  if (!Array.isArray(keys)) throw noTalk('its key set has no keys');
  return keys.filter((key): key is JsonWebKey => typeof key === 'object' && key !== null);
}
