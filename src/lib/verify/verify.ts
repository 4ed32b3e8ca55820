/** Verify: every instance over its own way in, all at once, judged against what the lab declares. */
import { type ErrorCode, SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import type { LabInstance } from '../lab/lab.js';
import { METADATA_COMMAND, PING_COMMAND, probeLine, splitProbe } from '../probe/commands.js';
import { parsePing, parsePublicIpv4 } from '../probe/parse.js';
import { type Claim, verdictOf, type VerifyReport } from './claim.js';
import { judge, type Observation } from './judge.js';

/** Runs a shell line on an instance over the way in that the lab declares, and gives what it printed on stdout. */
export type RunOn = (instance: KnownInstance, lab: LabInstance, line: string) => Promise<string>;

/** Errors that say that the way itself is shut, as opposed to that it could not be tried. */
const CLOSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-connected', 'ssh-unreachable', 'ssh-refused', 'session-failed', 'stream-unreachable']);

/** Tries one instance. Errors that are not ours are faults of the program and are thrown on. */
export async function observe(instance: KnownInstance, lab: LabInstance, runOn: RunOn): Promise<Observation> {
  let output: string;
  try {
    output = await runOn(instance, lab, probeLine([METADATA_COMMAND, PING_COMMAND]));
  } catch (error) {
    if (!(error instanceof SsmlabError) || error.code === 'interrupted') throw error;
    return CLOSED.has(error.code) ? { way: 'closed', why: error.message } : { way: 'unknown', why: `${error.message} [${error.code}]` };
  }
  const [metadata, ping] = splitProbe(output, 2) ?? [];
  const cut = { kind: 'unparsable', why: 'the output is cut short or has no marks', raw: output } as const;
  return { way: 'open', publicIpv4: metadata === undefined ? cut : parsePublicIpv4(metadata), ping: ping === undefined ? cut : parsePing(ping) };
}

export interface VerifyInput {
  /** What is claimed: all of the lab, or the instances that were asked for. */
  readonly expectations: readonly LabInstance[];
  readonly instances: readonly KnownInstance[];
  readonly fabric: VerifyReport['fabric'];
  readonly runOn: RunOn;
  /** Told as each instance is done. */
  readonly onDone?: ((lab: LabInstance) => void) | undefined;
}

/** The report. The order of claims is the lab's, whichever instance answers first. */
export async function verify({ expectations, instances, fabric, runOn, onDone }: VerifyInput): Promise<VerifyReport> {
  const claims: Claim[][] = await Promise.all(
    expectations.map(async (lab) => {
      const instance = instances.find((candidate) => candidate.logicalId === lab.logicalId);
      const observation: Observation = instance === undefined ? { way: 'closed', why: `${lab.logicalId} is not there` } : await observe(instance, lab, runOn);
      onDone?.(lab);
      return judge(lab, instance, observation);
    }),
  );
  const all = claims.flat();
  return { verdict: verdictOf(all), fabric, claims: all };
}
