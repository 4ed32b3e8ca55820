/** What services may ask of the running region beyond its state: the parts that live, as opposed to what is stored. */
import type { Fabric } from './fabric/fabric.js';

/** A session that StartSession opened and that the message service is to bring to the agent. */
export interface SessionRequest {
  readonly region: string;
  readonly sessionId: string;
  /** Instance id. */
  readonly target: string;
  /** Name of the session document, `AWS-StartNonInteractiveCommand`, or `SSM-SessionManagerRunShell` when none was given. */
  readonly documentName: string;
  /** The session document (schemaVersion 1.0) as `protocol.md` §8.3 has it. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Parameters as the API takes them: lists of strings. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** ARN of who opened it. */
  readonly owner: string;
  /** Without a word of either end for so long it is ended; a client that is away has as long to come back. */
  readonly idleTimeoutMs: number;
  /** It is ended at this age; undefined for never. */
  readonly maxDurationMs: number | undefined;
}

/** `Connecting`: the client was not there yet; `Disconnected`: it was, and may come back. */
export type LiveSessionStatus = 'Connecting' | 'Connected' | 'Disconnected';

/** The ssmmessages service as other services see it. */
export interface MessageService {
  /** True while the agent's control channel is open. */
  isConnected(region: string, instanceId: string): boolean;
  /** Hands the session to the agent and gives the client's way in. Throws AwsError TargetNotConnected when no channel is open. */
  openSession(request: SessionRequest): { readonly tokenValue: string; readonly streamUrl: string };
  /** A fresh token for a session that is still there, else undefined. */
  resumeSession(region: string, sessionId: string): { readonly tokenValue: string; readonly streamUrl: string } | undefined;
  /** Ends it at both ends. False when there is no such session. */
  terminateSession(region: string, sessionId: string): boolean;
  listSessions(region: string): readonly { readonly sessionId: string; readonly target: string; readonly owner: string; readonly startedAt: number; readonly status: LiveSessionStatus }[];
}

/** Temporary credentials of an instance's role, as IMDS and STS hand them out. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiration: number;
}

/** The role that every instance of EC2 is, beside that of its profile: no policy is its, and it may only say who it is. Not a name that IAM takes. */
export const EC2_INSTANCE_ROLE = 'aws:ec2-instance';

export interface RoleSessionOptions {
  /** The instance that they are given to. */
  readonly instanceId?: string | undefined;
  readonly durationSeconds?: number | undefined;
  /** Documents that bound the session. */
  readonly sessionPolicies?: readonly string[] | undefined;
  readonly sessionTags?: readonly { readonly key: string; readonly value: string }[] | undefined;
}

/** The keys of the region: the lab's own, and those of roles. */
export interface KeyRing {
  readonly accountId: string;
  readonly lab: { readonly accessKeyId: string; readonly secretAccessKey: string };
  issueRoleCredentials(roleName: string, sessionName: string, options?: RoleSessionOptions): RoleCredentials;
  /** Temporary keys of a user; without one, of the lab's own. `mfaAt`: when a code of an MFA device was shown for them. */
  issueSessionCredentials(user: { readonly userName: string; readonly userId: string; readonly arn: string } | undefined, durationSeconds: number, mfaAt?: number): RoleCredentials;
}

/** The key of the region's own secrets under which kms keeps its keys (`keys/region-cipher.ts`). */
export interface SecretCipher {
  seal(region: string, text: string, context: string): string;
  open(region: string, sealed: string, context: string): string;
}

export interface RegionRuntime {
  readonly fabric: Fabric;
  readonly messages: MessageService;
  readonly keys: KeyRing;
  readonly cipher: SecretCipher;
  /** `http://127.0.0.1:PORT` */
  readonly endpointUrl: string;
  /** Factor on simulated waits (NAT gateway, endpoints, instances); 0 makes them instant in tests. */
  readonly pace: number;
}
