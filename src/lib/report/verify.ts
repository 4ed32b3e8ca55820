/** The verify report as text: first what is broken or not known and why, then a compact table of the instances, then how it stands. */
import { PING_TARGET } from '../lab/lab.js';
import type { Claim, ClaimName, Verdict, VerifyReport } from '../verify/claim.js';
import { fabricText } from './fabric.js';
import { printable } from './printable.js';
import { reasonsOf } from './reasons.js';
import type { Style } from './style.js';
import { type Column, fitColumns, tableLines } from './table.js';
import { wrapLine, wrapped } from './wrap.js';

export interface VerifyTextOptions {
  readonly style: Style;
  readonly width?: number | undefined;
  /** How long it took, for the closing line. */
  readonly seconds?: number | undefined;
  /** Which side was asked alone. */
  readonly only?: 'predicted' | 'observed' | undefined;
  /** The file that says what is expected, in place of the lab. */
  readonly expected?: string | undefined;
}

/** The verdict's symbol in its colour. */
export function symbol(verdict: Verdict, style: Style): string {
  if (verdict === 'pass') return style.good(style.ok);
  return verdict === 'fail' ? style.bad(style.fail) : style.doubt(style.unknown);
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** A claim's name for people. */
export const CLAIM_TEXT: Readonly<Record<ClaimName, string>> = {
  'way-in': 'way in', 'other-way': 'other way in', 'public-ipv4': 'public IPv4', 'ping': 'ping', 'egress-identity': 'seen outside as', 'service-address': 'address of',
  'inbound': 'inbound', 'reachable': 'reachable', 'security-group': 'security group', 'default-route': 'default route of', 'endpoint': 'endpoint', 'key-pair': 'key pair', 'instance-profile': 'instance profile',
};

/** `address of ssm`. */
export const claimText = ({ claim, subject }: Pick<Claim, 'claim' | 'subject'>): string => (subject === null ? CLAIM_TEXT[claim] : `${CLAIM_TEXT[claim]} ${printable(subject)}`);

const HELD_BY = {
  lab: 'The lab is as it should be.',
  predicted: 'By its configuration the lab is as it should be; nothing was looked at.',
  observed: 'What is seen is as it should be; the configuration was not asked.',
  other: 'What the instances show is what their configuration says; nothing is declared of this stack.',
} as const;

const AS_EXPECTED = { both: 'All is as', predicted: 'By the configuration all is as', observed: 'What is seen is as' } as const;

/** "52 claims hold." or how many are broken and unknown. */
export function summary(report: VerifyReport, only?: 'predicted' | 'observed', expected?: string): string {
  const failed = report.claims.filter((claim) => claim.verdict === 'fail').length;
  const unknown = report.claims.filter((claim) => claim.verdict === 'unknown').length;
  if (report.verdict === 'pass' && expected !== undefined) return `${counted(report.claims.length, 'claim holds', 'claims hold')}. ${AS_EXPECTED[only ?? 'both']} ${printable(expected)} expects.`;
  if (report.verdict === 'pass') return `${counted(report.claims.length, 'claim holds', 'claims hold')}. ${HELD_BY[report.claims.some((claim) => claim.declared === null) ? 'other' : (only ?? 'lab')]}`;
  if (failed === 0) return `No claim is broken, ${counted(unknown, 'is', 'are')} unknown.`;
  return `${counted(failed, 'claim is', 'claims are')} broken${unknown === 0 ? '' : `, ${counted(unknown, 'is', 'are')} unknown`}.`;
}

/** Indent of what is said of a claim. */
const DETAIL = ' '.repeat(5);

/** The sides that were asked, those that say the same together: `declared and predicted X · observed Y`. */
function sidesText({ declared, predicted, observed }: Claim, separator: string): string {
  const groups = new Map<string, string[]>();
  for (const [side, value] of [['declared', declared], ['predicted', predicted], ['observed', observed]] as const) {
    if (value !== null) groups.set(value, [...(groups.get(value) ?? []), side]);
  }
  return [...groups].map(([value, sides]) => `${sides.join(' and ')} ${printable(value)}`).join(` ${separator} `);
}

function told(instance: Claim['instance'], text: string, reasons: readonly string[], width: number, dim: Style['dim']): string[] {
  const inner = width - DETAIL.length;
  const [why = '', ...rest] = reasons;
  return [
    ...wrapped(`${instance}  ${text}`, inner).map((line, i) => `${i === 0 ? '  ' : DETAIL}${line}`),
    ...wrapped(printable(why), inner).map((line) => `${DETAIL}${line}`),
    ...rest.flatMap((reason) => wrapped(printable(reason), inner).map((line) => `${DETAIL}${dim(line)}`)),
  ];
}

/** Each broken claim with its sides, its reason and who is to blame; then what is unknown, what has one reason together. */
function troubleLines(report: VerifyReport, style: Style, width: number): string[] {
  const broken = report.claims.filter(({ verdict }) => verdict === 'fail');
  const unknown = new Map<string, Claim[]>();
  for (const claim of report.claims) {
    if (claim.verdict !== 'unknown') continue;
    const key = `${claim.instance}\u0000${claim.why}`;
    unknown.set(key, [...(unknown.get(key) ?? []), claim]);
  }
  const reasons = reasonsOf([...broken, ...[...unknown.values()].flatMap((claims) => claims.slice(0, 1))]);
  return [
    ...broken.flatMap((claim) => told(claim.instance, `${style.bad(style.fail)} ${style.strong(claimText(claim))}: ${sidesText(claim, style.separator)}`, [reasons.get(claim) ?? claim.why, `by ${claim.by}${claim.blame === null ? '' : ` ${style.separator} blame ${claim.blame}`}`], width, style.dim)),
    ...[...unknown.values()].flatMap(([first, ...rest]) => (first === undefined ? [] : told(first.instance, `${style.doubt(style.unknown)} not known: ${[first, ...rest].map((claim) => style.strong(claimText(claim))).join(', ')}`, [reasons.get(first) ?? first.why], width, style.dim))),
  ];
}

/** Values that are shorter in a cell, where their column says the rest. */
const SHORT: Readonly<Record<string, string>> = {
  'SSH is open': 'SSH', 'Session Manager is open': 'Session', 'SSH is closed': 'closed', 'Session Manager is closed': 'closed', 'not available': 'none', 'not reachable': 'shut', 'reachable': 'open',
};

/** What a cell shows of a claim: what was seen, else what the configuration says. */
const cellText = (claim: Claim): string => {
  if (claim.verdict === 'unknown') return 'unknown';
  const value = claim.observed ?? claim.predicted ?? claim.declared ?? 'nothing';
  return printable(SHORT[value] ?? value);
};

const WORST: readonly Verdict[] = ['fail', 'unknown', 'pass'];

/** Claims that are told by one cell: the worst verdict, and what they show, once where it is the same. */
function cell(report: VerifyReport, style: Style, text: (claims: readonly Claim[]) => string, ...names: readonly ClaimName[]): (instance: Claim['instance']) => string {
  return (instance) => {
    const claims = report.claims.filter((claim) => claim.instance === instance && names.includes(claim.claim));
    const worst = WORST.find((verdict) => claims.some((claim) => claim.verdict === verdict));
    return worst === undefined ? style.absent : `${symbol(worst, style)} ${text(claims)}`;
  };
}

const values = (claims: readonly Claim[]): string => [...new Set(claims.map(cellText))].join(', ');

/** Who answers for the services: endpoints are one answer, whichever they are. */
const servicesText = (claims: readonly Claim[]): string => [...new Set(claims.map((claim) => cellText(claim).replace(/^\w+Endpoint$/u, 'endpoint')))].join(', ');

const TABLES: readonly ClaimName[] = ['security-group', 'default-route', 'endpoint', 'key-pair', 'instance-profile'];
const tablesText = (claims: readonly Claim[]): string => `${claims.filter(({ verdict }) => verdict === 'pass').length} of ${claims.length}`;

/** A silence that was declared reads like a fault to who does not know the lab. */
function silentLines(report: VerifyReport, width: number): string[] {
  const silent = report.claims.filter(({ claim, declared, observed, verdict }) => claim === 'ping' && declared === 'silence' && observed === 'silence' && verdict === 'pass').map(({ instance }) => instance);
  return silent.length === 0 ? [] : wrapped(`${silent.join(', ')} cannot ping ${PING_TARGET}, as it should be: it has no way to the internet.`, width - 2).map((line) => `  ${line}`);
}

/** The whole report. */
export function verifyLines(report: VerifyReport, { style, width, seconds, only, expected }: VerifyTextOptions): string[] {
  const instances = [...new Set(report.claims.map((claim) => claim.instance))];
  const column = (title: string, text: (claims: readonly Claim[]) => string, names: readonly ClaimName[], optional?: number): Column<Claim['instance']>[] =>
    (report.claims.some(({ claim }) => names.includes(claim)) ? [{ title, value: cell(report, style, text, ...names), optional }] : []);
  const columns: Column<Claim['instance']>[] = [
    { title: '#', value: String, align: 'right' },
    ...column('WAY IN', values, ['way-in']),
    ...column('OTHER', values, ['other-way'], 9),
    ...column('PUBLIC IPV4', values, ['public-ipv4']),
    ...column('PING', values, ['ping']),
    ...column('SEEN AS', values, ['egress-identity']),
    ...column('SERVICES', servicesText, ['service-address'], 6),
    ...column('IN', values, ['inbound'], 8),
    ...column('REACHABLE', tablesText, ['reachable']),
    ...column('TABLES', tablesText, TABLES, 7),
  ];
  const carried = report.fabric === 'aws' ? undefined : fabricText(report.fabric);
  const took = [seconds === undefined ? undefined : `${seconds.toFixed(1)} s`, carried].filter((part) => part !== undefined).join(', ');
  const colour = { pass: style.good, fail: style.bad, unknown: style.doubt }[report.verdict];
  const table = { width, indent: '  ' };
  // Where nothing fits the fewest columns are shown all the same.
  const hidden = fitColumns(columns, instances, table)?.hidden ?? columns.filter((one) => one.optional !== undefined).map(({ title }) => title);
  const note = hidden.length > 0 ? wrapped(`hidden: ${hidden.join(', ')}; a pipe and --json have all`, (width ?? Infinity) - 2).map((line) => style.dim(`  ${line}`)) : [];
  const trouble = troubleLines(report, style, width ?? Infinity);
  return [...trouble, ...(trouble.length === 0 ? [] : ['']), ...tableLines(columns, instances, { ...table, titleStyle: style.dim }), ...note, ...silentLines(report, width ?? Infinity).map(style.dim), ...wrapLine(`${colour(summary(report, only, expected))}${took === '' ? '' : ` ${style.dim(`(${took})`)}`}`, width)];
}
