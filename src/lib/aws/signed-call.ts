/**
 * One request to a service, signed by lib/protocol: for services of which the tool calls a few operations, where a whole client
 * of the SDK would be carried for them (docs/dependencies.md). Errors, credentials and endpoint are as for the SDK's clients.
 */
import { hashPayload, signRequest } from '../protocol/sigv4.js';
import { addressOf, type ApiTarget, callSite, explained } from './client.js';
import { type CallSite, fromAws, isClockRefusal, isUsersAnswer, refusePage } from './errors.js';
import { patienceOf, silenceOf } from './patience.js';
import { retryStrategy, tried } from './retry.js';
import { send } from './send.js';

export interface SignedCall<Reply> {
  /** Name in hosts and signatures: `kms`. */
  readonly service: string;
  readonly operation: string;
  /** Host and region of a service that is not in every region; the target's region when absent. */
  readonly home?: { readonly url: string; readonly region: string } | undefined;
  /** POST when absent. */
  readonly method?: 'GET' | 'POST' | 'DELETE' | undefined;
  /** Below the service's address, with its query, escaped. */
  readonly path?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
  /** As the operation has it when absent. */
  readonly patienceMs?: number | undefined;
  /** The reply; throws {@link Refusal} for what the service refused. */
  readonly read: (text: string, response: { readonly ok: boolean; readonly status: number; readonly headers: Headers }) => Reply;
}

/** The service's own error, with what the SDK judges by whether another try may mend it. */
export class Refusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly clockSkewCorrected: boolean };

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode: status, clockSkewCorrected: isClockRefusal(code, message) };
  }
}

/** From this machine's clock to that of a target's services, milliseconds; known when one refused a signature for its time. */
const clockOffsets = new WeakMap<ApiTarget, number>();

/** Sends it. Throws as the SDK's clients here do. */
export async function signedCall<Reply>(target: ApiTarget, call: SignedCall<Reply>): Promise<Reply> {
  const site = callSite(target, call.service, call.operation, call.home?.url);
  try {
    return await tried(retryStrategy(target, call.service, call.operation), () => once(target, call, site));
  } catch (error) {
    if (isUsersAnswer(error)) throw error;
    throw await explained(target, fromAws(error, site));
  }
}

async function once<Reply>(target: ApiTarget, call: SignedCall<Reply>, site: CallSite): Promise<Reply> {
  const { headers, body, service, method = 'POST', path = '' } = call;
  const url = new URL(path, addressOf(target, service, call.home?.url));
  const signed = signRequest({ method, url, headers, payloadHash: hashPayload(body) }, { service, region: call.home?.region ?? target.region, now: Date.now() + (clockOffsets.get(target) ?? 0) }, await target.credentials());
  const patienceMs = patienceOf(target, call.operation);
  const answer = await send(url, { method, headers: { ...headers, ...signed }, body, agent: target.wayOut?.agentFor(url), patienceMs: Math.min(patienceMs, call.patienceMs ?? patienceMs), silence: silenceOf(target, { who: site.host ?? url.host, asked: call.operation, proxy: site.proxy }) });
  const date = Date.parse(answer.headers.get('date') ?? '');
  refusePage({ statusCode: answer.status, headers: Object.fromEntries(answer.headers) }, site);
  try {
    return call.read(answer.body.toString('utf8'), answer);
  } catch (error) {
    // The next try is signed by the service's clock, as the SDK does it.
    if (error instanceof Refusal && error.$metadata.clockSkewCorrected && !Number.isNaN(date)) clockOffsets.set(target, date - Date.now());
    throw error;
  }
}
