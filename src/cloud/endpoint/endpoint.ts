/** The HTTP face of the region: one port for many services, every answer in the shape of the protocol that was spoken. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isEnabled } from '../services/account/regions.js';
import { readBody } from './body.js';
import { createDispatcher, unknownOperation, type Dispatcher, type DispatchOptions } from './dispatch.js';
import { isLoopbackHost, serviceOfHost } from './host.js';
import { AwsError, type Origin, type Service, type WireProtocol } from './operation.js';
import { judge } from './judge.js';
import { asAwsError, errorReply, successReply, type Reply, type ReplyShape } from './reply.js';
import type { RestInterface } from './rest/interface.js';
import { isRestJson } from './rest-json.js';
import { looksRest, serveRest } from './rest/serve.js';
import { missingAction, route, unsignedRestJson } from './route.js';
import { authenticate, type Authenticated, claimedScope } from './verify.js';

export interface EndpointOptions extends Omit<DispatchOptions, 'onDefect'> {
  /** One line a request, and the stack of what should not have happened. Never parameters, keys or tokens. */
  readonly log: (line: string) => void;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Default 20 s. */
  readonly bodyTimeoutMs?: number | undefined;
}

export interface Endpoint extends Pick<Dispatcher, 'internalContext'> {
  /** Answers one request. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, origin?: Origin): Promise<void>;
}

/** What is known of a request while it is worked on: enough to answer in its own protocol whenever it fails. */
interface Progress {
  shape: ReplyShape;
  service?: Service | undefined;
  operation: string;
}

export function createEndpoint(options: EndpointOptions): Endpoint {
  const { log, keys, now } = options;
  const limits = { maxBytes: options.maxBodyBytes ?? 1024 * 1024, timeoutMs: options.bodyTimeoutMs ?? 20_000 };
  const defect = (what: string, error: unknown): void => log(`defect in ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const dispatcher = createDispatcher({ ...options, onDefect: defect });
  const restService = options.services.find((service): service is Service & { readonly rest: RestInterface } => service.rest !== undefined);

  const answer = async (request: IncomingMessage, origin: Origin, requestId: string, progress: Progress): Promise<Reply> => {
    const { method = '', url: path = '/', headers } = request;
    progress.shape = claimedShape(request, options.services);
    if (origin.kind === 'loopback' && !isLoopbackHost(headers.host)) throw new AwsError('AccessDenied', 'The Host header does not name this machine', { status: 403 });
    if (progress.shape === 'cbor') throw new AwsError('UnsupportedProtocolException', 'The local cloud does not speak rpc-v2-cbor; use a client that speaks the JSON or query protocol of the service', { status: 415 });
    if (progress.shape === 'rest-xml' && restService !== undefined) {
      progress.service = restService;
      return await serveRest(request, restService, { origin, requestId, named: (operation) => { progress.operation = operation; } }, { keys, globalState: options.globalState, dispatcher, now });
    }
    if (method !== 'POST' && method !== 'GET' && progress.shape !== 'rest-json') throw new AwsError('MethodNotAllowed', `The method ${method} is not allowed`, { status: 405 });

    const body = await readBody(request, limits);
    const scope = claimedScope({ path, headers });
    const routed = route(options.services, { method, path, headers, body: body.toString('utf8'), scopeService: scope?.ok === true ? scope.authorization.service : undefined });
    progress.service = routed?.service;
    progress.shape = routed === undefined ? progress.shape : shapeOf(routed.service);
    progress.operation = routed?.operation ?? '';

    const protocol = progress.shape === 'rest-json' ? 'json' : progress.shape;
    const free = routed?.service.unsigned?.includes(routed.operation) === true;
    const stateless = free && scope === undefined;
    const { caller, region, service: signedFor } = stateless ? nobody(keys.accountId) : authenticate({ method, path, headers, body }, { keys, now: now(), protocol, service: routed?.service.name, isEnabled: (name) => isEnabled(options.globalState, name) });
    if (routed === undefined) throw protocol === 'json' ? unknownOperation('json', String(headers['x-amz-target'])) : new AwsError('InvalidAction', `The local cloud has no service ${signedFor}`);
    const { service, operation } = routed;
    if (origin.kind === 'fabric') checkServedHere(headers.host, service, region);
    if (operation === '') throw missingAction(service, method, path);
    if (!Object.hasOwn(service.operations, operation)) throw unknownOperation(service.protocol, operation, service);
    const input = routed.input();
    const context = dispatcher.internalContext(region, { caller, origin, requestId, stateless });
    if (!free) judge(service, operation, input, context);
    return successReply(service, operation, await dispatcher.run(service, operation, input, context), requestId);
  };

  return {
    internalContext: dispatcher.internalContext,
    handle: async (request, response, origin = { kind: 'loopback', sourceAddress: request.socket.remoteAddress }) => {
      const requestId = randomUUID();
      const progress: Progress = { shape: 'query', operation: '' };
      let reply: Reply;
      let outcome = '';
      try {
        reply = await answer(request, origin, requestId, progress);
      } catch (thrown) {
        if (request.destroyed && !request.complete) return; // the client went away: nobody is there to answer
        if (!(thrown instanceof AwsError)) defect('the endpoint', thrown);
        const error = asAwsError(thrown, progress.shape === 'cbor' || progress.shape === 'rest-json' ? 'json' : progress.shape);
        outcome = ` ${error.code}`;
        reply = errorReply(progress.shape, error, requestId, progress.service?.xmlNamespace);
      }
      log(`${progress.service?.name ?? '-'}.${/^\w{1,64}$/.test(progress.operation) ? progress.operation : '-'} ${reply.status}${outcome} ${requestId}`);
      if (!request.complete) {
        // An answer while the client still writes would be lost in the reset: let it finish, but not for ever.
        response.setHeader('Connection', 'close');
        if (reply.status !== 408) await discarded(request);
      }
      if (progress.shape === 'rest-xml') response.setHeader('x-amz-request-id', requestId);
      await write(response, reply, requestId, request.method === 'HEAD').catch((error: unknown) => {
        log(`reply ${requestId} broke off: ${(error as Error).message}`);
        // Nobody waits for what does not come.
        response.destroy();
      });
    },
  };
}

/** Who makes a request that needs no signature. The region is none's: such operations have no state of one. */
const nobody = (accountId: string): Pick<Authenticated, 'caller' | 'region' | 'service'> => ({ caller: { accountId, accessKeyId: '', arn: 'anonymous', userId: 'anonymous', kind: 'user' }, region: 'us-east-1', service: '' });

/** The protocol that a request seems to speak, before its service is known. */
function claimedShape(request: IncomingMessage, services: readonly Service[]): ReplyShape {
  const { headers, url = '/' } = request;
  if (headers['smithy-protocol'] === 'rpc-v2-cbor' || (headers['content-type'] ?? '').startsWith('application/cbor')) return 'cbor';
  const scope = claimedScope({ path: url, headers });
  if (scope?.ok === true && isRestJson(services.find((candidate) => candidate.name === scope.authorization.service))) return 'rest-json';
  if (scope === undefined && unsignedRestJson(services, request) !== undefined) return 'rest-json';
  if (headers['x-amz-target'] !== undefined || /^application\/(x-amz-)?json/.test(headers['content-type'] ?? '')) return 'json';
  const service = scope?.ok === true ? scope.authorization.service : headers.authorization?.startsWith('AWS ') === true || (scope === undefined && looksRest(url)) ? 's3' : undefined;
  const found = services.find((candidate) => candidate.name === service);
  return found === undefined ? 'query' : shapeOf(found);
}

const shapeOf = (service: Service): WireProtocol | 'rest-json' => (isRestJson(service) ? 'rest-json' : service.protocol);

/** Inside the fabric every service has hosts of its own, and its neighbours' operations are not there. */
function checkServedHere(host: string | undefined, service: Service, region: string): void {
  const served = serviceOfHost(host);
  if (served === undefined || (served.service === service.name && (served.region === undefined || served.region === region))) return;
  throw service.protocol === 'json'
    ? new AwsError('UnknownOperationException', `${served.service} is not ${service.name} of ${region}`)
    : new AwsError('InvalidAction', `${served.service} is not ${service.name} of ${region}`);
}

const DISCARD_MS = 2000;
const DISCARD_BYTES = 16 * 1024 * 1024;

/** Reads the rest of a request and throws it away, within bounds. */
function discarded(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', done).off('close', done).off('error', done);
      resolve();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > DISCARD_BYTES) done();
    };
    const timer = setTimeout(done, DISCARD_MS);
    request.on('data', onData).on('end', done).on('close', done).on('error', done);
    request.resume();
  });
}

async function write(response: ServerResponse, reply: Reply, requestId: string, headOnly: boolean): Promise<void> {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body, 'utf8') : reply.body;
  const streamed = body instanceof Uint8Array ? undefined : body;
  if (response.destroyed || response.headersSent) return streamed?.release();
  const bodiless = reply.status === 204 || reply.status === 304;
  response.writeHead(reply.status, {
    ...(reply.contentType === '' ? {} : { 'Content-Type': reply.contentType }),
    ...(bodiless ? {} : { 'Content-Length': body instanceof Uint8Array ? body.length : body.size }),
    'x-amzn-requestid': requestId,
    'X-Content-Type-Options': 'nosniff',
    ...(reply.contentType === 'application/cbor' ? { 'smithy-protocol': 'rpc-v2-cbor' } : {}),
    ...reply.headers,
  });
  if (streamed === undefined || headOnly || bodiless) {
    streamed?.release();
    response.end(headOnly || bodiless || !(body instanceof Uint8Array) ? undefined : body);
    return;
  }
  await pipeline(streamed.open(), response);
}
