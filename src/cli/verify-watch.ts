/** `verify --expect` and `--watch`: their flags, and a verify that goes on until Ctrl-C, which is no error here: the last verdict is the exit status. */
import { Flags } from '@oclif/core';
import { SsmlabError } from '../lib/errors.js';
import type { VerifyTextOptions } from '../lib/report/verify.js';
import { watchJson, watchLines } from '../lib/report/watch.js';
import type { Claim, Verdict, VerifyReport } from '../lib/verify/claim.js';
import type { WatchEvent } from '../lib/verify/watch.js';
import { forLog, jsonForLog } from './ci-log.js';
import { PATIENCE_MS } from './last-will.js';
import { onOutputError } from './output-errors.js';
import { errorOfLab, ofLab } from './lab-commands.js';
import type { LabFlags } from './lab-context.js';
import { asTyped } from './self.js';

export const expectFlags = {
  expect: Flags.string({ char: 'e', description: 'judge what this file expects, in place of what the lab declares; docs/expectations.md has the language', helpValue: 'FILE', helpGroup: 'CLAIMS' }),
  watch: Flags.boolean({ char: 'w', description: 'go on, and tell what changes; with --json a line for each', exclusive: ['snapshot'], helpGroup: 'CLAIMS' }),
  every: Flags.integer({ description: 'seconds after which --watch looks at the instances though nothing has changed [default: 60]', helpValue: 'SECONDS', min: 1, max: 86_400, helpGroup: 'CLAIMS' }),
} as const;

/** For `--every`, in seconds. */
const LOOK_EVERY = 60;

/** `usage` where a flag is of a watch, and none was asked for. */
export function checkEvery({ every, watch }: { readonly every: number | undefined; readonly watch: boolean }): void {
  if (every !== undefined && !watch) throw new SsmlabError('usage', '--every says how often --watch looks, and --watch was not said', { hint: `add --watch, or leave out --every ${every}` });
}

/** What tells of commands has them as the user can type them, for this lab. */
export function typedReport(report: VerifyReport, lab?: LabFlags): VerifyReport {
  return { ...report, claims: report.claims.map((claim) => typedClaim(claim, lab)) };
}

const typedClaim = (claim: Claim, lab: LabFlags | undefined): Claim => ({ ...claim, why: asTyped(ofLab(claim.why, lab)) });

/** {@link typedReport} of each event, and of errors. */
export async function* typedEvents(events: AsyncIterable<WatchEvent>, lab?: LabFlags): AsyncGenerator<WatchEvent, void, void> {
  for await (const event of events) {
    if (event.kind === 'report') yield { ...event, report: typedReport(event.report, lab), changed: event.changed.map((claim) => typedClaim(claim, lab)) };
    else {
      const { message, hint } = errorOfLab(event.error, lab);
      yield { ...event, error: new SsmlabError(event.error.code, asTyped(message), { cause: event.error, hint: asTyped(hint) }) };
    }
  }
}

/** The configuration is read no more often, in milliseconds. */
const SHORTEST_POLL_MS = 2000;

/** How often the configuration of a target is read, and the instances are looked at. */
export const watchTimes = ({ pollSeconds }: { readonly pollSeconds: number }, every = LOOK_EVERY) => ({ pollMs: Math.max(SHORTEST_POLL_MS, pollSeconds * 1000), lookEveryMs: every * 1000 });

export interface Shown {
  readonly json: boolean;
  readonly text: VerifyTextOptions;
  /** Ctrl-C was pressed; called once, and before anything is ended. */
  readonly onInterrupt?: (() => void) | undefined;
  readonly print?: ((line: string) => void) | undefined;
  /** Ends the process; for a second Ctrl-C, and for what cannot wait. */
  readonly exit?: ((status: number) => void) | undefined;
}

/** The signals that end it, as Ctrl-C does. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const STATUS = { pass: 0, fail: 1, unknown: 3 } as const satisfies Record<Verdict, number>;

/**
 * `begin` starts it and is given the signal that ends it. Resolves to the exit status: that of the last verdict, 3 where
 * nothing could be judged last. The command has handed over its own handling of Ctrl-C.
 */
export async function showWatch(begin: (signal: AbortSignal) => AsyncIterable<WatchEvent>, { json, text, onInterrupt, print = (line) => void process.stdout.write(`${json ? jsonForLog(line) : forLog(line)}\n`), exit = (status) => process.exit(status) }: Shown): Promise<number> {
  const end = new AbortController();
  let status: number = STATUS.unknown;
  const stop = (signal: NodeJS.Signals): void => {
    if (end.signal.aborted) return exit(status);
    if (signal === 'SIGINT') onInterrupt?.();
    end.abort();
    // A session that is being opened is ended first; a service that does not answer must not keep the process.
    setTimeout(() => exit(status), PATIENCE_MS).unref();
  };
  process.stdout.on('error', onOutputError);
  for (const signal of ENDING) process.on(signal, stop);
  try {
    let isFirst = true;
    for await (const event of begin(end.signal)) {
      // What comes after the end is what the end broke off.
      if (end.signal.aborted) break;
      status = event.kind === 'error' ? STATUS.unknown : STATUS[event.report.verdict];
      for (const line of json ? [watchJson(event)] : watchLines(event, text, isFirst)) print(line);
      isFirst = false;
    }
    return status;
  } finally {
    for (const signal of ENDING) process.off(signal, stop);
    process.stdout.off('error', onOutputError);
  }
}
