/** The verify report as text: a table of the instances, then what is broken and why. */
import type { Path } from '../lab/lab.js';
import type { Claim, ClaimName, Verdict, VerifyReport } from '../verify/claim.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { type Column, tableLines } from './table.js';
import { wrapped } from './wrap.js';

export interface VerifyTextOptions {
  readonly style: Style;
  readonly width?: number | undefined;
  /** How long it took, for the closing line. */
  readonly seconds?: number | undefined;
  /** Path of an instance as the list derived it, for how its replies came. */
  readonly pathOf?: ((instance: Claim['instance']) => Path | undefined) | undefined;
}

/** The verdict's symbol in its colour. */
export function symbol(verdict: Verdict, style: Style): string {
  if (verdict === 'pass') return style.good(style.ok);
  return verdict === 'fail' ? style.bad(style.fail) : style.doubt(style.unknown);
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function pingText(claim: Claim, path: Path | undefined): string {
  if (claim.verdict === 'pass') {
    if (claim.observed === 'silence') return claim.declared === null ? 'silence: nothing routes it' : 'silence: nothing routes it, as meant';
    return path === 'nat-gateway' ? 'replies, through the NAT gateway' : 'replies';
  }
  return claim.verdict === 'fail' ? `${claim.observed ?? 'nothing'}: ${claim.why}` : unknownText(claim);
}

const unknownText = (claim: Claim): string => (claim.why.startsWith('unparsable') ? 'unparsable' : claim.why.startsWith('not reached') ? 'not reached' : claim.why);

/** What the claim holds the observation against. */
const expected = (claim: Claim): string => claim.declared ?? claim.predicted ?? 'nothing';

function wayText(claim: Claim): string {
  if (expected(claim) === 'no way in') return 'no way in';
  const name = expected(claim).startsWith('SSH') ? 'SSH' : 'Session';
  return claim.verdict === 'unknown' ? `${name}, not tried` : name;
}

function addressText(claim: Claim): string {
  return claim.verdict === 'unknown' ? unknownText(claim) : (claim.observed ?? 'nothing');
}

/** "12 claims hold." or how many are broken and unknown. */
export function summary(report: VerifyReport): string {
  const failed = report.claims.filter((claim) => claim.verdict === 'fail').length;
  const unknown = report.claims.filter((claim) => claim.verdict === 'unknown').length;
  if (report.verdict === 'pass') return `${counted(report.claims.length, 'claim holds', 'claims hold')}. ${report.claims.some((claim) => claim.declared === null) ? 'What the instances show is what their paths say; nothing is declared of this stack.' : 'The lab is as it should be.'}`;
  if (failed === 0) return `No claim is broken, ${counted(unknown, 'is', 'are')} unknown.`;
  return `${counted(failed, 'claim is', 'claims are')} broken${unknown === 0 ? '' : `, ${counted(unknown, 'is', 'are')} unknown`}.`;
}

/** Indent of what is said of a claim. */
const DETAIL = ' '.repeat(5);

/** What is broken or unknown for a reason of its own: the claim, the two sides, and why. */
function troubleLines(report: VerifyReport, style: Style, width: number): string[] {
  const trouble = report.claims.filter((claim) => claim.verdict === 'fail' || (claim.verdict === 'unknown' && !claim.why.startsWith('not reached')));
  return trouble.flatMap((claim) => [
    ...wrapped(`${claim.instance}  ${style.strong(CLAIM_TEXT[claim.claim])}: ${claim.declared === null ? 'its path says' : 'declared'} ${expected(claim)} ${style.separator} observed ${printable(claim.observed ?? 'nothing')}`, width - DETAIL.length).map((line, index) => `${index === 0 ? '  ' : DETAIL}${line}`),
    ...wrapped(printable(claim.why), width - DETAIL.length).map((line) => `${DETAIL}${line}`),
    `${DETAIL}${style.dim(`by ${printable(claim.by)}`)}`,
  ]);
}

/** A claim's name for people. */
export const CLAIM_TEXT: Readonly<Record<ClaimName, string>> = {
  'way-in': 'way in', 'other-way': 'other way in', 'public-ipv4': 'public IPv4', 'ping': 'ping', 'egress-identity': 'seen outside as', 'service-address': 'service address',
  'inbound': 'inbound', 'reachable': 'reachable', 'security-group': 'security group', 'default-route': 'default route', 'endpoint': 'endpoint', 'key-pair': 'key pair', 'instance-profile': 'instance profile',
};

/** The whole report, table first. */
export function verifyLines(report: VerifyReport, { style, width, seconds, pathOf }: VerifyTextOptions): string[] {
  const instances = [...new Set(report.claims.map((claim) => claim.instance))];
  const of = (instance: Claim['instance'], name: Claim['claim']) => report.claims.find((claim) => claim.instance === instance && claim.claim === name);
  const cell = (text: (claim: Claim, path: Path | undefined) => string, name: Claim['claim']) => (instance: Claim['instance']) => {
    const claim = of(instance, name);
    return claim === undefined ? style.absent : `${symbol(claim.verdict, style)} ${printable(text(claim, pathOf?.(instance)))}`;
  };
  const columns: Column<Claim['instance']>[] = [
    { title: '#', value: String, align: 'right' },
    { title: 'WAY IN', value: cell(wayText, 'way-in') },
    { title: 'PUBLIC IPV4', value: cell(addressText, 'public-ipv4') },
    { title: 'ping 8.8.8.8', value: cell(pingText, 'ping') },
  ];
  const took = seconds === undefined ? '' : ` ${style.dim(`(${seconds.toFixed(1)} s)`)}`;
  const colour = { pass: style.good, fail: style.bad, unknown: style.doubt }[report.verdict];
  return [...tableLines(columns, instances, { width, indent: '  ', titleStyle: style.dim }), `${colour(summary(report))}${took}`, ...troubleLines(report, style, width ?? Infinity)];
}
