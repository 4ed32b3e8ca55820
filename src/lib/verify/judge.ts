/** Expectations of the lab × what was observed → claims. Pure. */
import type { KnownInstance } from '../inventory/instance.js';
import type { LabInstance } from '../lab/lab.js';
import { METADATA_COMMAND, PING_COMMAND } from '../probe/commands.js';
import type { PingStatistics, Reading } from '../probe/parse.js';
import type { Claim, ClaimName, Verdict } from './claim.js';

/** What came of trying an instance. */
export type Observation =
  | { readonly way: 'open'; readonly publicIpv4: Reading<string | null>; readonly ping: Reading<PingStatistics> }
  /** It was tried and is shut: the claim is broken. */
  | { readonly way: 'closed'; readonly why: string }
  /** It could not be tried or judged, for a reason that is not the lab's. */
  | { readonly way: 'unknown'; readonly why: string };

interface Judged {
  readonly observed: string | null;
  readonly verdict: Verdict;
  readonly why: string;
}

/** How the way in is asked for: the call or the connection. */
export function wayInBy(lab: LabInstance, instance: KnownInstance | undefined): string {
  if (lab.auth === 'session-manager') return `ssm:StartSession ${instance?.instanceId ?? lab.logicalId}`;
  return `ssh ec2-user@${instance?.publicIpv4 ?? lab.logicalId}`;
}

const WAY_DECLARED = { 'ssh-key-pair': 'SSH is open', 'session-manager': 'Session Manager is open' } as const;

function judgeWayIn(lab: LabInstance, observation: Observation): Judged {
  const name = lab.auth === 'session-manager' ? 'Session Manager' : 'SSH';
  if (observation.way === 'open') return { observed: `${name} is open`, verdict: 'pass', why: 'a command ran over it' };
  if (observation.way === 'closed') return { observed: `${name} is closed`, verdict: 'fail', why: observation.why };
  return { observed: null, verdict: 'unknown', why: observation.why };
}

const notReached = (lab: LabInstance): Judged => ({ observed: null, verdict: 'unknown', why: `not reached: the way in to ${lab.logicalId} is not open` });

function judgeAddress(declared: string, observation: Observation, lab: LabInstance): Judged {
  if (observation.way !== 'open') return notReached(lab);
  const reading = observation.publicIpv4;
  if (reading.kind === 'unparsable') return { observed: null, verdict: 'unknown', why: `unparsable: ${reading.why}` };
  const observed = reading.value ?? 'not available';
  if (observed === declared) return { observed, verdict: 'pass', why: reading.value === null ? 'it has no public address, as meant' : 'it is the address that EC2 says it has' };
  return { observed, verdict: 'fail', why: `the instance says ${observed} where ${declared} is declared` };
}

function judgePing(lab: LabInstance, observation: Observation): Judged {
  if (observation.way !== 'open') return notReached(lab);
  const reading = observation.ping;
  if (reading.kind === 'unparsable') return { observed: null, verdict: 'unknown', why: `unparsable: ${reading.why}` };
  const { transmitted, received, errors } = reading.value;
  const count = `${received} of ${transmitted} replies`;
  const observed = received > 0 ? 'replies' : errors > 0 ? 'errors' : 'silence';
  const declared = lab.shows.ping ? 'replies' : 'silence';
  if (observed === declared) return { observed, verdict: 'pass', why: lab.shows.ping ? count : `${count}: nothing routes it, as meant` };
  if (observed === 'errors') return { observed, verdict: 'fail', why: `${errors} ICMP errors came back where ${declared} ${lab.shows.ping ? 'are' : 'is'} declared` };
  return { observed, verdict: 'fail', why: `${count} where ${declared} ${lab.shows.ping ? 'are' : 'is'} declared` };
}

/** The three claims of one instance of the lab. `instance` is undefined when it is not there at all. */
export function judge(lab: LabInstance, instance: KnownInstance | undefined, observation: Observation): Claim[] {
  const claim = (name: ClaimName, declared: string, by: string, judged: Judged): Claim => ({
    instance: lab.number,
    claim: name,
    declared,
    predicted: null,
    observed: judged.observed,
    verdict: judged.verdict,
    by,
    why: judged.why,
  });
  const address = lab.shows.publicIpv4 ? (instance?.publicIpv4 ?? 'its own address') : 'not available';
  return [
    claim('way-in', WAY_DECLARED[lab.auth], wayInBy(lab, instance), judgeWayIn(lab, observation)),
    claim('public-ipv4', address, METADATA_COMMAND, judgeAddress(address, observation, lab)),
    claim('ping', lab.shows.ping ? 'replies' : 'silence', PING_COMMAND, judgePing(lab, observation)),
  ];
}
