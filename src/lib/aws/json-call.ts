/**
 * One operation of a service that speaks JSON 1.1, signed by lib/protocol: for those of which the tool calls a single one,
 * where a whole client of the SDK would be carried for it (docs/dependencies.md). Errors, credentials and endpoint are as for the SDK's clients.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashPayload, signRequest } from '../protocol/sigv4.js';
import type { ApiTarget } from './client.js';
import { type CallSite, fromAws, refusePage } from './errors.js';

export interface JsonOperation {
  /** Name in hosts and signatures: `kms`. */
  readonly service: string;
  /** First half of X-Amz-Target. */
  readonly targetPrefix: string;
  readonly name: string;
}

const ATTEMPTS = 3;
/** Of all attempts: AWS's agent waits 15 s for a key (`protocol.md` §5.1). */
const TIMEOUT_MS = 10_000;

class Refusal extends Error {
  /** What a later try may mend: a fault of the service's own, or too many calls. */
  readonly passing: boolean;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.passing = status >= 500 || status === 429 || /Throttl|TooManyRequests/u.test(code);
  }
}

/** Calls it. Throws as the SDK's clients here do. */
export async function jsonCall(target: ApiTarget, operation: JsonOperation, input: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
  const site: CallSite = { service: operation.service, operation: operation.name, endpoint: target.endpoint, region: target.region, isLocal: target.kind === 'local' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(target, operation, input, site, signal);
    } catch (error) {
      if (!(error instanceof Refusal) || !error.passing || attempt === ATTEMPTS) throw fromAws(error, site);
      await sleep(200 * attempt);
    }
  }
}

/** As the SDK finds it: the target's endpoint, the variable for one service, the region's public name. */
function endpointOf({ endpoint, region }: ApiTarget, service: string): string {
  return endpoint ?? process.env[`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll('-', '_')}`] ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

async function once(target: ApiTarget, { service, targetPrefix, name }: JsonOperation, input: Readonly<Record<string, unknown>>, site: CallSite, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(endpointOf(target, service));
  const body = JSON.stringify(input);
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${targetPrefix}.${name}` };
  const signed = signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, { service, region: target.region, now: Date.now() }, await target.credentials());
  const response = await fetch(url, { method: 'POST', body, headers: { ...headers, ...signed }, redirect: 'error', signal });
  refusePage({ statusCode: response.status, headers: Object.fromEntries(response.headers) }, site);
  const text = await response.text();
  const reply = object(text);
  if (response.ok && reply !== undefined) return reply;
  if (response.ok) throw new Error('the reply is no JSON');
  const said = reply?.['message'] ?? reply?.['Message'];
  const type = reply?.['__type'];
  const code = /^(?:.*#)?([A-Za-z0-9.]+)/u.exec(typeof type === 'string' ? type : '')?.[1] ?? `HTTP ${response.status}`;
  throw new Refusal(response.status, code, typeof said === 'string' ? said : `it answers with HTTP ${response.status}`);
}

function object(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
