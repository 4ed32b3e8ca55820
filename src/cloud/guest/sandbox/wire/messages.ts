/** What the region's main thread and an instance's worker say to each other over the MessagePort. */
import type { FileOperation } from '../../guest-files.js';
import type { PingReply, PingRequest, Resolution } from '../../../fabric/fabric.js';
import type { ExitStatus, GuestFileStat, GuestSpecification, GuestUser, PowerRequest, SpawnRequest } from '../../guest.js';

export interface WorkerData {
  readonly specification: GuestSpecification;
  /** PEM of the lab's CA, for /etc/pki. */
  readonly certificateAuthority?: string | undefined;
  /** When the instance booted, milliseconds since the epoch. */
  readonly booted: number;
  /** Added to the worker's clock, milliseconds. */
  readonly clockOffset: number;
}

/** One direction of a byte stream. Names are unique per port: `p7.in`, `p7.out`, `c3.up` … */
export type FlowMessage =
  | { readonly type: 'data'; readonly flow: string; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly flow: string }
  /** The receiver consumed so many bytes. */
  | { readonly type: 'credit'; readonly flow: string; readonly bytes: number }
  /** The receiver wants no more. */
  | { readonly type: 'cancel'; readonly flow: string };

export interface WireError {
  readonly code: string;
  readonly message: string;
}

export type Answer = { readonly type: 'answer'; readonly call: number; readonly value?: unknown; readonly error?: WireError | undefined };

export type ToWorker =
  | FlowMessage
  | Answer
  | { readonly type: 'spawn'; readonly process: number; readonly request: SpawnRequest }
  | { readonly type: 'resize'; readonly process: number; readonly columns: number; readonly rows: number }
  | { readonly type: 'signal'; readonly process: number; readonly name: string }
  | { readonly type: 'files'; readonly call: number; readonly user: GuestUser; readonly operation: FileOperation; readonly args: readonly unknown[] };

export type ToMain =
  | FlowMessage
  | Answer
  | { readonly type: 'exit'; readonly process: number; readonly status: ExitStatus }
  | { readonly type: 'power'; readonly request: PowerRequest }
  | { readonly type: 'ask'; readonly call: number; readonly question: Question };

/** What the worker asks of the network. */
export type Question =
  | { readonly what: 'ping'; readonly request: PingRequest }
  | { readonly what: 'resolve'; readonly name: string }
  /** Opens flows `c<connection>.up` (worker to network) and `.down`. */
  | { readonly what: 'connect'; readonly connection: number; readonly address: string; readonly port: number; readonly timeoutMs: number }
  | { readonly what: 'abandon'; readonly connection: number };

export interface Answers {
  readonly ping: PingReply | undefined;
  readonly resolve: Resolution;
  readonly connect: undefined;
  readonly abandon: undefined;
}

export type { GuestFileStat };
