/** The dispatch table, and the contexts in which operations run: a client's request's, and those of internal callers. */
import { randomUUID } from 'node:crypto';
import type { LookupKeyRing } from '../keys/key-ring.js';
import type { RegionRuntime } from '../region.js';
import type { Store, Transaction } from '../state/store.js';
import { AwsError, type Caller, type Input, type OperationContext, type Origin, type Output, type Service, type WireProtocol } from './operation.js';
import { InputError } from './input.js';
import { judge } from './judge.js';
import { tracked, unreadMember } from './reads.js';
import { asAwsError } from './reply.js';
import { labCaller } from './verify.js';

export interface DispatchOptions {
  readonly services: readonly Service[];
  readonly keys: LookupKeyRing;
  /** State of a region; called only for requests that were authenticated, and for internal callers. */
  readonly stateFor: (region: string) => Store;
  readonly globalState: Store;
  readonly runtime: RegionRuntime;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of errors that are not AWS's: defects of ours. */
  readonly onDefect?: ((what: string, error: unknown) => void) | undefined;
}

export interface ContextOptions {
  /** Default: the lab's own user. */
  readonly caller?: Caller | undefined;
  readonly origin?: Origin | undefined;
  readonly requestId?: string | undefined;
  /** Whether what is called needs the caller's own permission: for a service that acts in somebody's name. */
  readonly judged?: boolean | undefined;
  /** For requests that nobody signed: no region begins to live for them, and the state of none is theirs. */
  readonly stateless?: boolean | undefined;
}

export interface Dispatcher {
  readonly services: readonly Service[];
  /** A context for running operations in a region, without a request unless the options say of one. */
  readonly internalContext: (region: string, options?: ContextOptions) => OperationContext;
  /** Runs an operation; what it throws comes out as an AwsError in the service's own words. */
  readonly run: (service: Service, operation: string, input: Input, context: OperationContext) => Output | Promise<Output>;
}

export function createDispatcher(options: DispatchOptions): Dispatcher {
  const { services, keys, now } = options;
  const byName = new Map(services.map((service) => [service.name, service]));

  const run: Dispatcher['run'] = (service, operation, input, context) => {
    const translated = (thrown: unknown): AwsError => {
      if (!(thrown instanceof AwsError)) options.onDefect?.(`${service.name}.${operation}`, thrown);
      return asAwsError(thrown, service.protocol);
    };
    if (!Object.hasOwn(service.operations, operation)) throw unknownOperation(service.protocol, operation, service);
    const found = service.operations[operation];
    if (found === undefined) throw unknownOperation(service.protocol, operation, service);
    const request = tracked(input);
    const whole = (output: Output): Output => {
      refuseUnread(request);
      return output;
    };
    try {
      const output = found(request, readWholly(request, context));
      return output instanceof Promise ? output.then(whole).catch((thrown: unknown) => { throw translated(thrown); }) : whole(output);
    } catch (thrown) {
      throw translated(thrown);
    }
  };

  const internalContext: Dispatcher['internalContext'] = (region, { caller, origin, requestId, judged = false, stateless = false } = {}) => {
    const context: OperationContext = {
      region,
      accountId: keys.accountId,
      caller: caller ?? labCaller(keys.accountId, keys.lab.accessKeyId),
      origin: origin ?? { kind: 'loopback', sourceAddress: '127.0.0.1' },
      requestId: requestId ?? randomUUID(),
      state: stateless ? options.globalState : options.stateFor(region),
      globalState: options.globalState,
      runtime: options.runtime,
      now,
      call: (name, operation, input) => {
        const service = byName.get(name);
        if (service === undefined) throw new AwsError('InvalidAction', `The local cloud has no service ${name}`);
        if (!judged) return run(service, operation, input, context);
        judge(service, operation, input, context);
        // What the operation calls in its turn is its own affair.
        return run(service, operation, input, internalContext(region, { caller, origin, requestId }));
      },
    };
    return context;
  };

  return { services, run, internalContext };
}

/** The context with stores that keep nothing of a transaction whose request was not read to the last member. */
function readWholly(request: Input, context: OperationContext): OperationContext {
  // An inner transaction joins the outer, which may still read.
  let depth = 0;
  const checked = (store: Store): Store => ({
    ...store,
    transact: <T>(body: (tx: Transaction) => T) => store.transact((tx) => {
      depth += 1;
      try {
        const result = body(tx);
        if (depth === 1) refuseUnread(request);
        return result;
      } finally {
        depth -= 1;
      }
    }),
  });
  return { ...context, state: checked(context.state), globalState: checked(context.globalState) };
}

/** Throws when the request has a member that the operation did not look at: better no answer than one that ignored it. */
function refuseUnread(request: Input): void {
  const member = unreadMember(request);
  if (member !== undefined) throw new InputError(member, undefined, { kind: 'unsupported' });
}

/** The error of each protocol for an operation that is not there. */
export function unknownOperation(protocol: WireProtocol, operation: string, service?: Service): AwsError {
  const shown = operation.slice(0, 100);
  const errors: Record<WireProtocol, AwsError> = {
    ec2: new AwsError('InvalidAction', `The action ${shown} is not valid for this web service: the local cloud does not have it.`),
    query: new AwsError('InvalidAction', `Could not find operation ${shown} for version ${service?.version ?? 'NO_VERSION_SPECIFIED'}: the local cloud does not have it.`),
    json: new AwsError('UnknownOperationException', `The local cloud does not have the operation ${shown}.`),
    'rest-xml': new AwsError('NotImplemented', `The local cloud does not have the operation ${shown}.`, { status: 501 }),
  };
  return errors[protocol];
}
