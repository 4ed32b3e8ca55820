/** Verify: every instance over its own way in, all at once, judged against what is expected of it. */
import { type ErrorCode, SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import { METADATA_COMMAND, PING_COMMAND, probeLine, splitProbe } from '../probe/commands.js';
import { parsePing, parsePublicIpv4 } from '../probe/parse.js';
import type { Way } from '../probe/run-line.js';
import { verdictOf, type VerifyReport } from './claim.js';
import type { Expectation } from './expectations.js';
import { judge, type Observation } from './judge.js';

/** Runs a shell line on an instance over the way in that is expected of it, and gives what it printed on stdout. */
export type RunOn = (instance: KnownInstance, way: Way, line: string) => Promise<string>;

/** Errors that say that the way itself is shut, as opposed to that it could not be tried. */
const CLOSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-connected', 'ssh-unreachable', 'ssh-refused', 'session-failed', 'stream-unreachable']);

/** Tries one instance. Errors that are not ours are faults of the program and are thrown on. */
async function observe({ instance, way, name, source }: Expectation, runOn: RunOn): Promise<Observation> {
  if (instance === undefined) return { way: 'closed', why: `${name} is not there` };
  if (way === undefined) return { way: 'unknown', why: 'it has neither a key pair nor a role for Session Manager, so there is nothing to try' };
  // That a stack's instance is stopped breaks nothing that anybody declared of it.
  if (source.kind === 'derived' && instance.state !== 'running') return { way: 'unknown', why: `it is ${instance.state}` };
  let output: string;
  try {
    output = await runOn(instance, way, probeLine([METADATA_COMMAND, PING_COMMAND]));
  } catch (error) {
    if (!(error instanceof SsmlabError) || error.code === 'interrupted') throw error;
    return CLOSED.has(error.code) ? { way: 'closed', why: error.message } : { way: 'unknown', why: `${error.message} [${error.code}]` };
  }
  const [metadata, ping] = splitProbe(output, 2) ?? [];
  const cut = { kind: 'unparsable', why: 'the output is cut short or has no marks', raw: output } as const;
  return { way: 'open', publicIpv4: metadata === undefined ? cut : parsePublicIpv4(metadata), ping: ping === undefined ? cut : parsePing(ping) };
}

export interface VerifyInput {
  readonly expectations: readonly Expectation[];
  /** Where the instances are, for the report's head. */
  readonly where: Pick<VerifyReport, 'fabric' | 'stack' | 'region'>;
  readonly runOn: RunOn;
}

/** The report. The order of claims is that of the expectations, whichever instance answers first. What ends it early is thrown once no instance is being tried any more. */
export async function verify({ expectations, where, runOn }: VerifyInput): Promise<VerifyReport> {
  const takenAt = new Date().toISOString();
  const tries = expectations.map(async (expectation) => judge(expectation, await observe(expectation, runOn)));
  await Promise.allSettled(tries);
  const all = (await Promise.all(tries)).flat();
  return { version: 1, verdict: verdictOf(all), fabric: where.fabric, stack: where.stack, region: where.region, takenAt, claims: all };
}
