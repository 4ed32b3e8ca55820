/**
 * How long a try of a call waits for its answer. AWS's own tools wait a minute (`read_timeout` of botocore's Config) or, the SDK for JavaScript, for
 * ever. What makes something keeps that minute, since AWS carries it out all the same; a read, which AWS answers within seconds and which costs nothing
 * to ask again, a third of it, and so does a role that is assumed.
 */
import type { Target } from '../target/target.js';

const MINUTE_MS = 60_000;
const READ_MS = 20_000;
const READS = /^(?:Describe|List|Get|AssumeRole)(?:[A-Z]|$)/u;

type Patience = Partial<Pick<Target, 'kind' | 'patienceMs' | 'onSilence'>>;
type Silence = Parameters<NonNullable<Target['onSilence']>>[0];

/** Milliseconds. The local cloud is on this machine: it is slow only when the machine is, and asked again it would be slower. */
export function patienceOf({ kind, patienceMs = MINUTE_MS }: Patience, operation: string): number {
  return kind !== 'local' && READS.test(operation) ? Math.min(READ_MS, patienceMs) : patienceMs;
}

/** Tells the target of who has been silent for half of what a read waits, 10 s. */
export function silenceOf({ patienceMs = MINUTE_MS, onSilence }: Patience, of: Omit<Silence, 'afterMs'>): { readonly afterMs: number; readonly tell: () => void } {
  const afterMs = Math.min(READ_MS, patienceMs) / 2;
  return { afterMs, tell: () => onSilence?.({ ...of, afterMs }) };
}
