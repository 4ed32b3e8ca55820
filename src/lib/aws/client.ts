/** How a client of the SDK is made for a target, the same for every service; one file a service imports the SDK's client. */
import { retryMiddleware, retryMiddlewareOptions } from '@smithy/core/retry';
import type { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { type CallSite, fromAws, isUsersAnswer, refusePage } from './errors.js';
import { PatientHandler } from './handler.js';
import { publicAddress } from './public-address.js';
import { retriesOf, retryStrategy } from './retry.js';

/** Credentials in the SDK's type; an expiration that the provider knows goes through, so that the SDK asks again in time. */
interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** What a client has to know of the target. */
export type ApiTarget = Pick<Target, 'region' | 'credentials' | 'endpoint' | 'serviceEndpoints' | 'fips' | 'dualStack' | 'endpointSetBy'> & Partial<Pick<Target, 'kind' | 'patienceMs' | 'pauseScale' | 'retries' | 'wayOut' | 'explain' | 'onSilence'>>;

/** Where this service's API is when it is not at AWS's own address. */
export const endpointOf = ({ endpoint, serviceEndpoints }: ApiTarget, service: string): string | undefined => serviceEndpoints?.[service] ?? endpoint;

/** Where a service is: an endpoint that was set, else `home`, else its public name in the region. */
export function addressOf(target: ApiTarget, service: string, home?: string): URL {
  return new URL(endpointOf(target, service) ?? home ?? publicAddress(service, target));
}

/** For errors of a call; `home` as {@link addressOf} has it. */
export const callSite = (target: ApiTarget, service: string, operation: string, home?: string): CallSite => {
  const address = addressOf(target, service, home);
  return { service, operation, endpoint: endpointOf(target, service), host: `${address.hostname}:${address.port === '' ? 443 : address.port}`, proxy: target.wayOut?.proxyFor(address), endpointSetBy: target.serviceEndpoints?.[service] === undefined ? target.endpointSetBy : undefined, region: target.region, isLocal: target.kind === 'local' };
};

/** The options that every client of the SDK takes. */
export function clientOptions(target: ApiTarget, service: string) {
  const endpoint = endpointOf(target, service);
  return {
    region: target.region,
    credentials: target.credentials as () => Promise<Identity>,
    ...(endpoint === undefined ? { useFipsEndpoint: target.fips ?? false, useDualstackEndpoint: target.dualStack ?? false } : { endpoint }),
    maxAttempts: retriesOf(target).maxAttempts,
    requestHandler: new PatientHandler(target),
  };
}

/** The error with what the target knows of it. */
export const explained = async ({ explain, region }: ApiTarget, error: SsmlabError): Promise<SsmlabError> => (explain === undefined ? error : explain(error, region));

type Next = (args: never) => Promise<unknown>;
interface Stack {
  add(middleware: (next: Next, context: { commandName?: string }) => Next, options: { step: 'initialize' | 'deserialize'; priority: 'high' | 'low'; name: string }): void;
}

/** Makes every error of the client one of ours. */
function translateErrors(client: { readonly middlewareStack: unknown }, target: ApiTarget, service: string): void {
  const stack = client.middlewareStack as Stack;
  const siteOf = (context: { commandName?: string }): CallSite => callSite(target, service, (context.commandName ?? 'call').replace(/Command$/u, ''));
  stack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isUsersAnswer(error)) throw error;
        throw await explained(target, fromAws(error, siteOf(context)));
      }
    },
    { step: 'initialize', priority: 'high', name: 'ssmlabErrors' },
  );
  // To the SDK a page with status 200 (a login portal, a proxy) is an empty list, and "nothing is left" would be said of it.
  stack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      refusePage((result as { readonly response?: unknown }).response, siteOf(context));
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'ssmlabPages' },
  );
}

/** In place of the client's own retries, which are the same for all of its operations. */
function retryByOperation({ middlewareStack }: { readonly middlewareStack: unknown }, target: ApiTarget, service: string): void {
  const { maxAttempts } = retriesOf(target);
  const middleware = (next: Next, context: { commandName?: string }): Next => {
    const strategy = retryStrategy(target, service, (context.commandName ?? '').replace(/Command$/u, ''));
    return retryMiddleware({ maxAttempts: async () => maxAttempts, retryStrategy: async () => strategy })(next as Parameters<ReturnType<typeof retryMiddleware>>[0], context);
  };
  (middlewareStack as { add(middleware: unknown, options: typeof retryMiddlewareOptions): void }).add(middleware, retryMiddlewareOptions);
}

/** One client a target and service, since making one costs and its connections are kept alive. */
export function clientPerTarget<Client extends { readonly middlewareStack: unknown }>(service: string, make: (options: ReturnType<typeof clientOptions>) => Client): (target: ApiTarget) => Client {
  const clients = new WeakMap<ApiTarget, Client>();
  return (target) => {
    const found = clients.get(target);
    if (found !== undefined) return found;
    const client = make(clientOptions(target, service));
    translateErrors(client, target, service);
    retryByOperation(client, target, service);
    clients.set(target, client);
    return client;
  };
}
