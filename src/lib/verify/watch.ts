/**
 * Verify that goes on: the configuration is read again and again, judged each time, and the instances are looked at when
 * it or the prediction has changed, and every so often besides. Only what changes is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SsmlabError } from '../errors.js';
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import type { Claim, VerifyReport } from './claim.js';

export type WatchEvent =
  | { readonly kind: 'report'; readonly at: Date; /** How long this one took, from reading the configuration. */ readonly seconds: number; readonly report: VerifyReport; /** Those that are new or say something else than before; all at first. */ readonly changed: readonly Claim[]; /** Claims that are made no more. */ readonly gone: readonly Claim[] }
  /** It could not be judged; told once for as long as it lasts. */
  | { readonly kind: 'error'; readonly at: Date; readonly seconds: number; readonly error: SsmlabError };

export interface WatchOptions {
  readonly read: () => Promise<Snapshot>;
  /** By the configuration alone. */
  readonly predict: (snapshot: Snapshot) => Promise<VerifyReport>;
  /** With the instances looked at. */
  readonly look: (snapshot: Snapshot) => Promise<VerifyReport>;
  readonly pollMs: number;
  /** The instances are looked at at least so often, whatever the configuration says. */
  readonly lookEveryMs: number;
  readonly signal: AbortSignal;
  readonly now?: (() => Date) | undefined;
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined;
}

/** What of a snapshot may change the verdict: all but when it was taken and when each agent was last heard. */
const essence = (snapshot: Snapshot): string => JSON.stringify(snapshot, (key, value: unknown) => (key === 'takenAt' || key === 'lastPing' ? undefined : value));

const identity = ({ instance, claim, subject }: Claim): string => JSON.stringify([instance, claim, subject]);
/** The reason may be told in other words each time: a count of replies, a port. */
const standing = ({ declared, predicted, observed, verdict, blame }: Claim): string => JSON.stringify([declared, predicted, observed, verdict, blame]);
const standings = ({ claims }: VerifyReport): string => JSON.stringify(claims.map((claim) => [identity(claim), standing(claim)]));

/** Ends when the signal is aborted. The first attempt's error is thrown; later ones are events, and it goes on. */
export async function* watch(options: WatchOptions): AsyncGenerator<WatchEvent, void, void> {
  const { read, predict, look, pollMs, lookEveryMs, signal, now = () => new Date(), wait = (ms, until) => sleep(ms, undefined, { signal: until }) } = options;
  let before: { readonly seen: string; readonly looked: number; readonly report: VerifyReport } | undefined;
  let failed: string | undefined;
  while (!signal.aborted) {
    const begun = now();
    const took = () => (now().getTime() - begun.getTime()) / 1000;
    try {
      const snapshot = await read();
      const seen = `${essence(snapshot)}${standings(await predict(snapshot))}`;
      const at = now();
      if (before === undefined || failed !== undefined || seen !== before.seen || at.getTime() - before.looked >= lookEveryMs) {
        const report = await look(snapshot);
        const known = new Map((before?.report.claims ?? []).map((claim) => [identity(claim), standing(claim)]));
        const made = new Set(report.claims.map(identity));
        const changed = report.claims.filter((claim) => known.get(identity(claim)) !== standing(claim));
        const gone = (before?.report.claims ?? []).filter((claim) => !made.has(identity(claim)));
        const isNews = before === undefined || failed !== undefined || changed.length > 0 || gone.length > 0;
        before = { seen, looked: at.getTime(), report };
        failed = undefined;
        if (isNews) yield { kind: 'report', at: now(), seconds: took(), report, changed, gone };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SsmlabError) || before === undefined) throw error;
      const text = `${error.code} ${error.message}`;
      if (text !== failed) yield { kind: 'error', at: now(), seconds: took(), error };
      failed = text;
    }
    await wait(pollMs, signal).catch(() => undefined);
  }
}
