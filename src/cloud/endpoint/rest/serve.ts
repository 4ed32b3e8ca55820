/** One rest-xml request from its head to its reply: whose it is, what it asks, whether that is allowed, its body, its answer. */
import type { IncomingMessage } from 'node:http';
import { UNSIGNED_PAYLOAD } from '../../../lib/protocol/sigv4.js';
import type { LookupKeyRing } from '../../keys/key-ring.js';
import type { Store } from '../../state/store.js';
import { isEnabled } from '../../services/account/regions.js';
import { authorize } from '../authorize.js';
import type { Dispatcher } from '../dispatch.js';
import { AwsError, type Caller, type Input, type Origin, type Service } from '../operation.js';
import type { Reply } from '../reply.js';
import { authenticate, claimedScope, type ChunkSeed } from '../verify.js';
import { addressOf, hoistedHeaders, type Address } from './address.js';
import { CHECKSUM_HEADERS } from './checksum.js';
import type { ReceivedBody, RestInterface } from './interface.js';
import { receive, type Received } from './receive.js';
import { restReply } from './reply.js';
import { checkCommonHeaders, refuseRepeated } from './refuse.js';
import { restInput, routeRest, type RestRoute } from './route.js';
import { authenticateV2, isPresignedV2 } from './signature-v2.js';
import { readXml } from './xml-input.js';

/** Documents: a DeleteObjects of 1000 long keys. */
const MAX_DOCUMENT = 2 * 1024 * 1024;
const IDLE_MS = 20_000;

export interface RestServerOptions {
  readonly keys: LookupKeyRing;
  readonly globalState: Store;
  readonly dispatcher: Dispatcher;
  readonly now: () => number;
}

interface Signer {
  readonly caller: Caller;
  readonly region: string | undefined;
  readonly payloadHash: string;
  readonly seed?: (() => ChunkSeed) | undefined;
}

/** Whether an unsigned request is one for a rest-xml service: the others know no path but `/`. */
export const looksRest = (path: string): boolean => /^\/[^?]/.test(path);

/** Answers; `named` is told the operation as soon as it is known. Throws AwsError. */
export async function serveRest(request: IncomingMessage, service: Service & { readonly rest: RestInterface }, call: { readonly origin: Origin; readonly requestId: string; readonly named: (operation: string) => void }, options: RestServerOptions): Promise<Reply> {
  const { rest } = service;
  const { method = '', url: path = '/' } = request;
  const { globalState, dispatcher, now } = options;
  const { origin, requestId } = call;
  const address = addressOf(path, request.headers);
  const headers = { ...hoistedHeaders(address), ...request.headers };
  const signer = signerOf(request, address, options);
  refuseRepeated(request, address);
  checkCommonHeaders(headers, options.keys.accountId);
  const found = routeRest(rest, method, address, headers);
  call.named(found.name);
  const bucketRegion = address.bucket === '' ? undefined : rest.regionOf(address.bucket, globalState);
  const region = signer.region ?? bucketRegion ?? 'us-east-1';
  if (bucketRegion !== undefined && bucketRegion !== region && found.name !== 'GetBucketLocation' && found.name !== 'CreateBucket') {
    throw new AwsError('AuthorizationHeaderMalformed', `The authorization header is malformed; the region '${region}' is wrong; expecting '${bucketRegion}'`, { members: { Region: bucketRegion, BucketRegion: bucketRegion } });
  }
  const input: Input = { ...restInput(found, address, headers), ...(await documentOf(request, found, signer)) };
  const base = dispatcher.internalContext(region, { caller: signer.caller, origin, requestId });
  const denied = new Map<string, AwsError>();
  for (const { action, resource, item, keys } of rest.permissions(found.name, input, globalState)) {
    try {
      authorize(signer.caller, action, resource, { globalState, state: base.state, region, origin, protocol: 'rest-xml', now: now(), keys });
    } catch (error) {
      if (item === undefined || !(error instanceof AwsError)) throw error;
      denied.set(item, error);
    }
  }
  const context = { ...base, denied };
  const run = async (whole: Input): Promise<Reply> => restReply(found, await dispatcher.run(service, found.name, whole, context), service.xmlNamespace ?? '');
  return found.operation.body === 'bytes' ? await withBody(request, rest, signer, (body) => run({ ...input, Body: body })) : await run(input);
}

/** Who signed it, by header or query, version 4 or (query only) 2. */
function signerOf(request: IncomingMessage, address: Address, { keys, globalState, now }: RestServerOptions): Signer {
  const { method = '', url: path = '/', headers } = request;
  if (headers.authorization?.startsWith('AWS ') === true) throw new AwsError('InvalidRequest', 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.');
  if (isPresignedV2(address)) return { caller: authenticateV2({ method, path, headers }, address, keys, now()), region: undefined, payloadHash: UNSIGNED_PAYLOAD };
  const scope = claimedScope({ path, headers });
  const declared = headers['x-amz-content-sha256'];
  const payloadHash = typeof declared === 'string' ? declared : scope?.ok === true && scope.authorization.kind === 'query' ? UNSIGNED_PAYLOAD : undefined;
  if (payloadHash === undefined && scope?.ok === true) throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  const { caller, region, seed } = authenticate({ method, path, headers, body: '', payloadHash: payloadHash ?? '' }, { keys, now: now(), protocol: 'rest-xml', service: 's3', isEnabled: (name) => isEnabled(globalState, name) });
  return { caller, region, payloadHash: payloadHash ?? '', seed };
}

/** The members of the XML document, for operations that take one. Operations without a body must not be sent one that matters. */
async function documentOf(request: IncomingMessage, { operation }: RestRoute, signer: Signer): Promise<Input> {
  if (operation.body === 'bytes') return {};
  const foreignChecksum = Object.values(operation.headers ?? {}).some((name) => CHECKSUM_HEADERS[name] !== undefined);
  const chunks: Buffer[] = [];
  const { size } = await receive(request, { maxBytes: MAX_DOCUMENT, idleMs: IDLE_MS, payloadHash: signer.payloadHash, seed: signer.seed, foreignChecksum }, (chunk) => void chunks.push(chunk));
  if (operation.body === undefined) return {};
  const { root, lists, optional } = operation.body;
  if (size === 0) {
    if (optional === true) return {};
    throw new AwsError('MissingRequestBodyError', 'Request Body is empty');
  }
  return { [root]: readXml(Buffer.concat(chunks).toString('utf8'), root, lists) };
}

/** A class of its own: no structure of the request's that the dispatcher would follow. */
class StagedBody implements ReceivedBody {
  readonly file: string;
  readonly size: number;
  readonly md5: string;
  readonly checksum: Received['checksum'];
  readonly keep: () => void;

  constructor(file: string, { size, md5, checksum }: Received, keep: () => void) {
    this.file = file;
    this.size = size;
    this.md5 = md5;
    this.checksum = checksum;
    this.keep = keep;
  }
}

/** Brings the body to a file; one that no record took is removed, whatever happens. */
async function withBody(request: IncomingMessage, rest: RestInterface, signer: Signer, run: (body: ReceivedBody) => Promise<Reply>): Promise<Reply> {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', { status: 411 });
  const sink = await rest.openSink();
  let kept = false;
  try {
    const received = await receive(request, { maxBytes: rest.maxBodyBytes, idleMs: IDLE_MS, payloadHash: signer.payloadHash, seed: signer.seed }, (chunk) => sink.write(chunk));
    await sink.finish();
    return await run(new StagedBody(sink.file, received, () => { kept = true; }));
  } finally {
    if (!kept) await sink.discard();
  }
}
