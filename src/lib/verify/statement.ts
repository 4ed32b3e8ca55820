/** A claim before it is judged: what is declared, how the configuration is asked, and how it is read off what was seen. */
import type { KnownInstance } from '../inventory/instance.js';
import type { Printed } from '../probe/commands.js';
import type { Dialled } from '../probe/dial.js';
import type { FlowOutcome } from '../probe/flow-commands.js';
import type { PingStatistics, Reading } from '../probe/parse.js';
import type { Way } from '../probe/run-line.js';
import type { Claim } from './claim.js';
import type { Prediction, Side } from './sides.js';

/** What was seen from inside an instance, or why nothing was. */
export type Inside =
  | {
    readonly way: 'open';
    readonly publicIpv4: Reading<string | null>;
    readonly ping: Reading<PingStatistics>;
    /** An address, `none` or `unresolved`. */
    readonly egress: Reading<string>;
    /** Addresses by service: `ssm`, `ssmmessages`. */
    readonly addresses: ReadonlyMap<string, Reading<readonly string[]>>;
    /** What came of the {@link Subject.asks}, by command. */
    readonly flows: ReadonlyMap<string, Reading<FlowOutcome>>;
  }
  /** It was tried and is shut. */
  | { readonly way: 'closed'; readonly why: string }
  /** It could not be tried or judged, for a reason that is not the lab's. */
  | { readonly way: 'unknown'; readonly why: string };

/** What came of dialling a port. */
export interface Door extends Pick<Dialled, 'outcome'> {
  readonly why: string;
}

/** What was seen of one instance. */
export interface Seen {
  readonly inside: Inside;
  /** TCP 22 of its public address, from this machine. */
  readonly inbound: Side;
  /** The way in that is not its own. */
  readonly otherWay: Side;
  /** What came of dialling the {@link Subject.ports} of its public address. */
  readonly doors: ReadonlyMap<number, Door>;
}

/** What was seen of another instance: a flow between two is tried at the one where it begins. */
export type SeenOf = (instanceId: string) => Seen | undefined;

/** A flow to be tried from inside an instance. */
export interface FlowAsk {
  readonly command: string;
  readonly read: (printed: Printed) => Reading<FlowOutcome>;
}

export interface Statement extends Pick<Claim, 'instance' | 'claim' | 'subject' | 'declared'> {
  readonly predict: () => Prediction;
  /** Absent: the configuration alone says it. */
  readonly see?: ((seen: Seen, of: SeenOf) => Side) | undefined;
}

/** An instance with what is claimed of it. */
export interface Subject {
  /** The lab's number, else the instance id. */
  readonly id: number | string;
  readonly name: string;
  /** Undefined when it is not there at all. */
  readonly instance: KnownInstance | undefined;
  /** Undefined: neither key pair nor role, so there is no way in to be tried. */
  readonly way: Way | undefined;
  /** Whether somebody declared how it has to be; else its being stopped breaks nothing. */
  readonly declared: boolean;
  readonly statements: readonly Statement[];
  /** False where nothing that is claimed is seen from inside; it is not entered then. */
  readonly entered?: boolean | undefined;
  readonly asks?: readonly FlowAsk[] | undefined;
  /** TCP ports of its public address that are dialled from this machine. */
  readonly ports?: readonly number[] | undefined;
}
