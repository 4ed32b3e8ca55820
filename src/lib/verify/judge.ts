/** What is expected × what was observed → claims. Pure. */
import { METADATA_COMMAND, PING_COMMAND } from '../probe/commands.js';
import type { PingStatistics, Reading } from '../probe/parse.js';
import type { Claim, ClaimName, Verdict } from './claim.js';
import type { Expectation } from './expectations.js';

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
function wayInBy({ way, instance, name }: Expectation): string {
  if (way === 'session-manager') return `ssm:StartSession ${instance?.instanceId ?? name}`;
  return way === 'ssh-key-pair' ? `ssh ec2-user@${instance?.publicIpv4 ?? name}` : 'ec2:DescribeInstances';
}

const WAY_EXPECTED = { 'ssh-key-pair': 'SSH is open', 'session-manager': 'Session Manager is open' } as const;

function judgeWayIn({ way }: Expectation, observation: Observation): Judged {
  const name = way === 'session-manager' ? 'Session Manager' : 'SSH';
  if (observation.way === 'open') return { observed: `${name} is open`, verdict: 'pass', why: 'a command ran over it' };
  if (observation.way === 'closed') return { observed: `${name} is closed`, verdict: 'fail', why: observation.why };
  return { observed: null, verdict: 'unknown', why: observation.why };
}

const notReached = ({ name }: Expectation): Judged => ({ observed: null, verdict: 'unknown', why: `not reached: the way in to ${name} is not open` });

/** `declared`, or what it was derived from. */
const said = ({ source }: Expectation): string => (source.kind === 'declared' ? 'declared' : 'expected of its path');
const asMeant = ({ source }: Expectation): string => (source.kind === 'declared' ? ', as meant' : '');

function judgeAddress(expected: string, expectation: Expectation, observation: Observation): Judged {
  if (observation.way !== 'open') return notReached(expectation);
  const reading = observation.publicIpv4;
  if (reading.kind === 'unparsable') return { observed: null, verdict: 'unknown', why: `unparsable: ${reading.why}` };
  const observed = reading.value ?? 'not available';
  if (observed === expected) return { observed, verdict: 'pass', why: reading.value === null ? `it has no public address${asMeant(expectation)}` : 'it is the address that EC2 says it has' };
  const by = expectation.source.kind === 'declared' ? `${expected} is declared` : `EC2 says ${expected}`;
  return { observed, verdict: 'fail', why: `the instance says ${observed} where ${by}` };
}

/** What a ping that differs from the path may be due to; a declaration needs no such excuse. */
function inTheWay({ source }: Expectation, observed: string): string {
  if (source.kind === 'declared') return '';
  return observed === 'replies' ? ': it has a way out that its default route does not show' : ': a security group, a network ACL or the far side is in the way';
}

function judgePing(expectation: Expectation, observation: Observation): Judged {
  if (observation.way !== 'open') return notReached(expectation);
  const reading = observation.ping;
  if (reading.kind === 'unparsable') return { observed: null, verdict: 'unknown', why: `unparsable: ${reading.why}` };
  const { transmitted, received, errors } = reading.value;
  const count = `${received} of ${transmitted} replies`;
  const observed = received > 0 ? 'replies' : errors > 0 ? 'errors' : 'silence';
  const { ping: expected } = expectation;
  const by = `${expected} ${expected === 'replies' ? 'are' : 'is'} ${said(expectation)}`;
  if (observed === expected) return { observed, verdict: 'pass', why: expected === 'replies' ? count : `${count}: nothing routes it${asMeant(expectation)}` };
  if (observed === 'errors') return { observed, verdict: 'fail', why: `${errors} ICMP errors came back where ${by}` };
  return { observed, verdict: 'fail', why: `${count} where ${by}${inTheWay(expectation, observed)}` };
}

/**
 * The three claims of one instance. What the lab declares stands in `declared`; what was derived of another stack's
 * configuration is nobody's declaration and stands in `predicted`.
 */
export function judge(expectation: Expectation, observation: Observation): Claim[] {
  const isDeclared = expectation.source.kind === 'declared';
  const claim = (name: ClaimName, expected: string, by: string, judged: Judged): Claim => ({
    instance: expectation.id,
    claim: name,
    subject: null,
    declared: isDeclared ? expected : null,
    predicted: isDeclared ? null : expected,
    observed: judged.observed,
    verdict: judged.verdict,
    by,
    why: judged.why,
    blame: null,
  });
  const { way, publicIpv4, ping } = expectation;
  const address = publicIpv4 ?? 'not available';
  return [
    claim('way-in', way === undefined ? 'no way in' : WAY_EXPECTED[way], wayInBy(expectation), judgeWayIn(expectation, observation)),
    claim('public-ipv4', address, METADATA_COMMAND, judgeAddress(address, expectation, observation)),
    claim('ping', ping, PING_COMMAND, judgePing(expectation, observation)),
  ];
}
