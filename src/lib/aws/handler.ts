/** The HTTP of the SDK's clients, and of those that its credential chain makes: each try is bound by its operation, and who is silent is told of. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { buildQueryString, type HttpHandler, type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { Target } from '../target/target.js';
import { AGENT_OPTIONS } from '../target/way-out.js';
import { patienceOf, silenceOf } from './patience.js';
import { send } from './send.js';

/** What it has to know of the target. */
export type Waiting = Partial<Pick<Target, 'kind' | 'patienceMs' | 'wayOut' | 'onSilence'>>;

/** Of the chain's services that name no operation: SSO's portal and its tokens, and those of `aws login`. */
const OF_PATHS: Readonly<Record<string, string>> = { '/federation/credentials': 'GetRoleCredentials', '/token': 'CreateToken', '/v1/token': 'CreateOAuth2Token' };

/** By the protocol: JSON names the operation in a header, Query in the body, REST by the path. */
export function operationOf({ headers, body, path }: Pick<HttpRequest, 'headers' | 'path'> & { readonly body?: unknown }): string {
  const target = headers['x-amz-target']?.split('.')[1];
  return target ?? (typeof body === 'string' ? new URLSearchParams(body).get('Action') : undefined) ?? OF_PATHS[path] ?? '';
}

function urlOf({ protocol, hostname, port, path, query }: HttpRequest): URL {
  const search = buildQueryString(query);
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search === '' ? '' : `?${search}`}`);
}

/** Of one client. `failed` is told of what is not answered, whatever becomes of the error. */
export class PatientHandler implements HttpHandler<object> {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #target: Waiting;
  readonly #failed: ((operation: string, host: string, error: Error) => void) | undefined;
  readonly #agents = { 'http:': new HttpAgent(AGENT_OPTIONS), 'https:': new HttpsAgent(AGENT_OPTIONS) };

  constructor(target: Waiting, failed?: (operation: string, host: string, error: Error) => void) {
    this.#target = target;
    this.#failed = failed;
  }

  async handle(request: HttpRequest, { abortSignal }: { readonly abortSignal?: unknown } = {}): Promise<{ response: HttpResponse }> {
    const url = urlOf(request);
    const operation = operationOf(request);
    const who = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`;
    const { wayOut } = this.#target;
    try {
      const { status, headers, body } = await send(url, {
        method: request.method,
        headers: request.headers,
        body: (request.body as string | Uint8Array | undefined) ?? '',
        agent: wayOut?.agentFor(url) ?? this.#agents[url.protocol === 'https:' ? 'https:' : 'http:'],
        patienceMs: patienceOf(this.#target, operation),
        silence: silenceOf(this.#target, { who, asked: operation, proxy: wayOut?.proxyFor(url) }),
        ...(abortSignal instanceof AbortSignal ? { signal: abortSignal } : {}),
      });
      return { response: new HttpResponse({ statusCode: status, headers: Object.fromEntries(headers), body }) };
    } catch (error) {
      this.#failed?.(operation, who, error as Error);
      throw error;
    }
  }

  /** Of the interface: nothing here is the SDK's to set. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}
