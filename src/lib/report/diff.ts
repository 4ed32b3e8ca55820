/** A comparison as text: each way that changes, with the change that decides it, and how many stay as they are. */
import type { ClaimChange } from '../diff/claims.js';
import type { SnapshotDiff, WayChange } from '../diff/diff.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { cellWidth } from './table.js';
import { claimText } from './verify.js';
import { wrapped } from './wrap.js';

export interface DiffTextOptions {
  readonly style: Style;
  readonly width?: number | undefined;
}

/** Names of more than these are only counted. */
const MOST = 4;

/** Of one way, and of several. */
const KIND: Readonly<Record<WayChange['kind'], readonly [string, string]>> = {
  lost: ['is lost', 'are lost'], opened: ['is newly open', 'are newly open'], moved: ['leads out under another address', 'lead out under another address'],
  rerouted: ['goes to its services another way', 'go to their services another way'],
  doubtful: ['cannot be judged any more', 'cannot be judged any more'], known: ['can be judged now', 'can be judged now'],
};

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export function diffLines(diff: SnapshotDiff, options: DiffTextOptions): string[] {
  const { style } = options;
  const { before, after, changes, claims, unknown, same, differences, doubts } = diff;
  const doubtsLeft = doubts.filter((text) => !changes.some(({ deciding }) => deciding.includes(text)));
  const head = `${printable(before.source)} (${timeText(before.takenAt)}) against ${printable(after.source)}${after.takenAt === before.takenAt ? '' : ` (${timeText(after.takenAt)})`}`;
  return [
    ...fit(style.dim(head), 0, options),
    ...together(changes).flatMap((change) => changeLines(change, options)),
    ...claims.length === 0 ? [] : [style.strong('The lab\'s tables'), ...claims.flatMap((claim) => claimLines(claim, options))],
    ...unknown.length === 0 ? [] : [style.doubt(`${counted(unknown.length, 'way is', 'ways are')} unknown in both`), ...[...new Set(unknown.flatMap(({ why }) => why))].flatMap((why) => fit(`  ${style.doubt(style.unknown)} ${printable(why)}`, 4, options))],
    ...doubtsLeft.length === 0 ? [] : [style.doubt('Not known of the change'), ...doubtsLeft.flatMap((text) => fit(`  ${style.doubt(style.unknown)} ${printable(text)}`, 4, options))],
    ...fit(closing({ changes: changes.length, claims: claims.length, same, differences: differences.length, verdict: diff.verdict }, style), 0, options),
  ];
}

/** Ways of an instance that change in one way by the same thing are one. */
function together(changes: readonly WayChange[]): WayChange[] {
  const groups = new Map<string, WayChange>();
  for (const change of changes) {
    const key = JSON.stringify([change.instance.instanceId, change.kind, change.deciding]);
    const known = groups.get(key);
    groups.set(key, known === undefined ? change : { ...known, way: `${known.way}, ${change.way}` });
  }
  return [...groups.values()];
}

const timeText = (time: string): string => time.replace('T', ' ').replace(/(?:\.\d+)?Z$/u, ' UTC');

function closing({ changes, claims, same, differences, verdict }: { readonly changes: number; readonly claims: number; readonly same: number; readonly differences: number; readonly verdict: SnapshotDiff['verdict'] }, style: Style): string {
  const stay = counted(same, 'way stays as it is', 'ways stay as they are');
  if (differences === 0 && verdict === 'same') return style.good(`Nothing changed. ${stay[0]?.toUpperCase() ?? ''}${stay.slice(1)}.`);
  const tables = claims === 0 ? '' : `, ${counted(claims, 'claim does', 'claims do')}`;
  const what = `The configuration has ${differences === 0 ? 'no difference' : counted(differences, 'difference', 'differences')}.`;
  if (changes === 0 && verdict === 'same') return style.good(`No way changes, ${stay}. ${what}`);
  if (changes === 0 && verdict === 'unknown') return style.doubt(`No way is known to change, ${stay}. ${what}`);
  const text = `${changes === 0 ? 'No way changes' : counted(changes, 'way changes', 'ways change')}${tables}, ${stay}. ${what}`;
  return verdict === 'changed' ? style.bad(text) : style.doubt(text);
}

function changeLines({ instance, way, kind, deciding, why }: WayChange, options: DiffTextOptions): string[] {
  const { style } = options;
  const mark = kind === 'lost' ? style.bad(style.fail) : kind === 'doubtful' ? style.doubt(style.unknown) : kind === 'known' ? style.dim(style.separator) : style.doubt(kind === 'opened' ? style.ok : style.separator);
  const shown = deciding.slice(0, MOST);
  const more = deciding.length - shown.length;
  return [
    ...fit(`  ${mark} ${style.strong(printable(instance.name))}: ${printable(way)} ${KIND[kind][way.includes(', ') ? 1 : 0]}`, 4, options),
    ...shown.flatMap((text) => fit(`      ${printable(text)}`, 8, options)),
    ...(more > 0 ? [`      and ${more} more`] : []),
    ...(why === null ? [] : fit(`      ${style.dim(printable(why))}`, 8, options)),
  ];
}

function claimLines({ name, before, after, ...claim }: ClaimChange, options: DiffTextOptions): string[] {
  const { style } = options;
  const value = (text: string | null): string => (text === null ? 'unknown' : printable(text));
  const mark = after === null ? style.doubt(style.unknown) : style.doubt(style.separator);
  return fit(`  ${mark} ${style.strong(printable(name))}: ${claimText(claim)}: ${value(after)} instead of ${value(before)}`, 4, options);
}

function fit(text: string, indent: number, { width }: DiffTextOptions): string[] {
  if (width === undefined || cellWidth(text) <= width) return [text];
  const [first = '', ...rest] = wrapped(text, width - indent);
  return [first, ...rest.map((line) => ' '.repeat(indent) + line)];
}
