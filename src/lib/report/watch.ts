/** A verify that goes on, as text: the whole report first, then what changes, each line with its time. */
import type { Claim, VerifyReport } from '../verify/claim.js';
import type { WatchEvent } from '../verify/watch.js';
import { printable } from './printable.js';
import { claimText, summary, symbol, verifyLines, type VerifyTextOptions } from './verify.js';
import { wrapLine } from './wrap.js';

const two = (value: number): string => String(value).padStart(2, '0');

/** `14:03:09`, where the user is. */
export const clock = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

function claimLine(claim: Claim, { style }: VerifyTextOptions): string {
  const { instance, declared, predicted, observed, why } = claim;
  const sides = [['declared', declared], ['predicted', predicted], ['observed', observed]].flatMap(([side, value]) => (value === null ? [] : [`${side} ${printable(value ?? '')}`]));
  // What holds is told by what it is; what does not by all sides and why.
  const told = claim.verdict === 'pass' ? printable(observed ?? predicted ?? declared ?? '') : `${sides.join(` ${style.separator} `)}: ${printable(why)}`;
  return `${symbol(claim.verdict, style)} ${instance} ${claimText(claim)}: ${told}`;
}

/** `isFirst`: nothing was shown before. What is longer than a line goes on under what it says, beside its time. */
export function watchLines(event: WatchEvent, options: VerifyTextOptions, isFirst: boolean): string[] {
  const { style, width } = options;
  const at = style.dim(clock(event.at));
  if (event.kind === 'error') return wrapLine(`${at}  ${style.doubt(style.unknown)} ${printable(event.error.message)} ${style.dim(`[${event.error.code}]`)}`, width);
  if (isFirst) return [...verifyLines(event.report, options), ...wrapLine(`${clock(event.at)}  watching: what changes is told; Ctrl-C ends it`, width).map(style.dim)];
  const gone = event.gone.map((claim) => `${style.dim(style.absent)} ${claim.instance} ${claimText(claim)}: claimed no more`);
  return [...event.changed.map((claim) => claimLine(claim, options)), ...gone, summary(event.report, options.only, options.expected)].flatMap((line) => wrapLine(`${at}  ${line}`, width));
}

/** One line of JSON for each event: what {@link watchLines} tells, whole. */
export function watchJson(event: WatchEvent): string {
  const at = event.at.toISOString();
  if (event.kind === 'error') return JSON.stringify({ at, error: { code: event.error.code, message: event.error.message, hint: event.error.hint } });
  const { version, verdict, fabric, stack, region, takenAt }: VerifyReport = event.report;
  return JSON.stringify({ at, version, verdict, fabric, stack, region, takenAt, changed: event.changed, gone: event.gone.map(({ instance, claim, subject }) => ({ instance, claim, subject })) });
}
