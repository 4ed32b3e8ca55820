/** How a client of the SDK is made for a target, the same for every service; one file a service imports the SDK's client. */
import type { Target } from '../target/target.js';
import { type CallSite, fromAws } from './errors.js';

/** Credentials in the SDK's type; an expiration that the provider knows goes through, so that the SDK asks again in time. */
interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** What a client has to know of the target. */
export type ApiTarget = Pick<Target, 'region' | 'credentials' | 'endpoint'>;

/** The options that every client takes. */
export function clientOptions(target: ApiTarget) {
  return {
    region: target.region,
    credentials: target.credentials as () => Promise<Identity>,
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    // On loopback a refusal is final; one more try is for a kept-alive connection that was closed as it was used.
    maxAttempts: target.endpoint === undefined ? 4 : 2,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  };
}

type Next = (args: never) => Promise<unknown>;
interface Stack {
  add(middleware: (next: Next, context: { commandName?: string }) => Next, options: { step: 'initialize'; priority: 'high'; name: string }): void;
}

/** Makes every error of the client one of ours. */
export function translateErrors(client: { readonly middlewareStack: unknown }, target: ApiTarget, service: string): void {
  (client.middlewareStack as Stack).add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const site: CallSite = { service, operation: (context.commandName ?? 'call').replace(/Command$/u, ''), endpoint: target.endpoint, region: target.region };
        throw fromAws(error, site);
      }
    },
    { step: 'initialize', priority: 'high', name: 'ssmlabErrors' },
  );
}

/** One client a target and service, since making one costs and its connections are kept alive. */
export function clientPerTarget<Client extends { readonly middlewareStack: unknown }>(service: string, make: (options: ReturnType<typeof clientOptions>) => Client): (target: ApiTarget) => Client {
  const clients = new WeakMap<ApiTarget, Client>();
  return (target) => {
    const found = clients.get(target);
    if (found !== undefined) return found;
    const client = make(clientOptions(target));
    translateErrors(client, target, service);
    clients.set(target, client);
    return client;
  };
}
