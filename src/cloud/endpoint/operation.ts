/** What an operation of a service is, whatever protocol carries it. */
import type { Store } from '../state/store.js';
import type { RegionRuntime } from '../region.js';
import type { RestInterface } from './rest/interface.js';
import type { RestJsonOperation } from './rest-json.js';

/** AWS's protocols that the endpoint speaks (`emulators.md` §3). */
export type WireProtocol = 'ec2' | 'query' | 'json' | 'rest-xml';

/** Who calls, as SigV4 and the key table say. */
export interface Caller {
  readonly accountId: string;
  readonly accessKeyId: string;
  /** `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/ROLE/INSTANCE`. */
  readonly arn: string;
  readonly userId: string;
  /** The lab's own keys may do everything; a role's credentials and a user's keys only what policies allow. */
  readonly kind: 'lab' | 'role' | 'user';
  readonly roleName?: string | undefined;
  readonly userName?: string | undefined;
  /** The keys are temporary: a session token goes with them. */
  readonly temporary?: boolean | undefined;
  /** When temporary keys were made, milliseconds since the epoch. */
  readonly issuedAt?: number | undefined;
  /** When a code of an MFA device was shown for the keys, milliseconds since the epoch. */
  readonly mfaAt?: number | undefined;
  /** Documents that bound this session (AssumeRole's Policy and PolicyArns). */
  readonly sessionPolicies?: readonly string[] | undefined;
  /** The service that asks in this caller's name, by its own means (`aws:CalledVia`). */
  readonly calledVia?: string | undefined;
  /** Tags of this session. */
  readonly sessionTags?: readonly { readonly key: string; readonly value: string }[] | undefined;
  /** The instance that the role's credentials were given to. */
  readonly instanceId?: string | undefined;
}

/** Where the request came in: through the host's loopback, or through the fabric. */
export interface Origin {
  readonly kind: 'loopback' | 'fabric';
  /** Source address as the service sees it (after NAT); for a VPC endpoint the caller's private address. */
  readonly sourceAddress?: string | undefined;
  readonly vpcEndpointId?: string | undefined;
}

export interface OperationContext {
  /** The signing scope's region. */
  readonly region: string;
  readonly accountId: string;
  readonly caller: Caller;
  readonly origin: Origin;
  readonly requestId: string;
  /** State of this region. */
  readonly state: Store;
  /** State of services without a region (IAM). Shares one journal with `state`, so a transaction spans both. */
  readonly globalState: Store;
  readonly runtime: RegionRuntime;
  /** Items of this request that its caller may not touch, each with its refusal: for operations that answer item by item. */
  readonly denied?: ReadonlyMap<string, AwsError> | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls another operation in the same way a client would, without the wire: the way CloudFormation makes resources.
   * Input is the decoded wire form (see {@link Input}), the result what the operation returned.
   */
  call(service: string, operation: string, input: Input): Output | Promise<Output>;
}

/**
 * A decoded request. ec2Query and awsQuery: parameters nested by their dots, numbers (and `member.N`) as arrays, every
 * leaf a string: `Filter.1.Value.2=x` → `{Filter: [{Value: [.., 'x']}]}`. awsJson: the JSON value. Internal callers
 * may pass numbers and booleans as leaves in every protocol; readers in `endpoint/input.ts` coerce.
 */
export type Input = { readonly [name: string]: unknown };

/**
 * What goes back, with the wire's own member names (ec2: `vpcSet`, `vpcId`; query: `StackId`; json: as the API says).
 * Arrays become `<item>`/`<member>` lists, Dates ISO 8601 (json: epoch seconds), undefined members are left out.
 */
export type Output = { readonly [name: string]: unknown };

export type Operation = (input: Input, context: OperationContext) => Output | Promise<Output>;

/** A service as the dispatch table has it. */
export interface Service {
  /** SigV4 service name: `ec2`, `ssm`, `cloudformation`, `iam`, `sts`. */
  readonly name: string;
  readonly protocol: WireProtocol;
  /** API version of the query protocols, `2016-11-15`. */
  readonly version?: string | undefined;
  /** XML namespace of replies. */
  readonly xmlNamespace?: string | undefined;
  /** Prefix of `X-Amz-Target` for json: `AmazonSSM`. */
  readonly targetPrefix?: string | undefined;
  /** Operations that ask for no signature: who calls is in the request itself, or nobody. Their context has no state of a region. */
  readonly unsigned?: readonly string[] | undefined;
  /** True when state is kept once for all regions. */
  readonly global?: boolean | undefined;
  /** How rest-xml finds and fills its operations. */
  readonly rest?: RestInterface | undefined;
  /** How rest-json finds its operations; replies and errors are then rest-json's, the rest is as with json. */
  readonly restJson?: Readonly<Record<string, RestJsonOperation>> | undefined;
  readonly operations: { readonly [operation: string]: Operation };
}

/** An error in AWS's own words; the endpoint writes it in the shape of the protocol. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of an error, of json and rest-xml. */
  readonly members: { readonly [name: string]: unknown };

  constructor(code: string, message: string, options: { readonly status?: number | undefined; readonly members?: Record<string, unknown> } = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}
