/**
 * KMS: the data key of a session, the only call of the tool there. Signed here: the SDK's client would add 135 kB to the
 * package for this one request (docs/dependencies.md).
 */
import { hashPayload, signRequest } from '../protocol/sigv4.js';
import type { ApiTarget } from './client.js';
import { type CallSite, fromAws, refusePage } from './errors.js';

/** A key, and the same key as only KMS can read it. */
export interface DataKey {
  readonly plaintext: Buffer;
  readonly ciphertext: Buffer;
}

/** AWS's agent waits 15 s for the whole answer (`protocol.md` §5.1). */
const TIMEOUT_MS = 10_000;
const TRIES = 3;
const PAUSE_MS = 200;

/** As the SDK finds it: the target's endpoint, the variable for one service, the region's public name. */
function endpointOf({ endpoint, region }: ApiTarget): string {
  return endpoint ?? process.env['AWS_ENDPOINT_URL_KMS'] ?? `https://kms.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** kms:GenerateDataKey. `keyId`: id, ARN or alias. Throws `access-denied`, `aws-error` (a key that is disabled, say), `endpoint-unreachable`. */
export async function generateDataKey(target: ApiTarget, keyId: string, bytes: number, context: Readonly<Record<string, string>>): Promise<DataKey> {
  const site: CallSite = { service: 'kms', operation: 'GenerateDataKey', endpoint: target.endpoint, region: target.region, isLocal: target.kind === 'local' };
  const url = new URL(endpointOf(target));
  const body = JSON.stringify({ KeyId: keyId, NumberOfBytes: bytes, EncryptionContext: context });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const { status, json } = await post(target, site, url, body, signal);
      if (status === 200) return { plaintext: base64(json['Plaintext']), ciphertext: base64(json['CiphertextBlob']) };
      const code = text(json['__type'])?.replace(/^.*#/u, '') ?? `HTTP ${status}`;
      if (attempt < TRIES && (status >= 500 || code === 'ThrottlingException')) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      else throw Object.assign(new Error(text(json['message']) ?? text(json['Message']) ?? code), { name: code });
    }
  } catch (error) {
    throw fromAws(error, site);
  }
}

async function post(target: ApiTarget, site: CallSite, url: URL, body: string, signal: AbortSignal): Promise<{ readonly status: number; readonly json: Readonly<Record<string, unknown>> }> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.GenerateDataKey' };
  const scope = { service: 'kms', region: target.region, now: Date.now() };
  const signature = signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, scope, await target.credentials());
  const response = await fetch(url, { method: 'POST', headers: { ...headers, ...signature }, body, signal, redirect: 'error' });
  refusePage({ statusCode: response.status, headers: { 'content-type': response.headers.get('content-type') ?? '' } }, site);
  const reply = await response.text();
  try {
    const json: unknown = JSON.parse(reply);
    if (typeof json === 'object' && json !== null) return { status: response.status, json: json as Readonly<Record<string, unknown>> };
  } catch {
    // Told below, with the status.
  }
  if (response.status === 200) throw new Error('the reply is no JSON');
  return { status: response.status, json: {} };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function base64(value: unknown): Buffer {
  if (typeof value !== 'string' || value === '') throw new Error('the reply has no data key');
  return Buffer.from(value, 'base64');
}
