/** What a look at the account found, and what the lab will cost: lines before anything is made. */
import type { Finding } from '../preflight/finding.js';
import type { Estimate } from '../price/estimate.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { wrapLine } from './wrap.js';

/** Columns of a check's name. */
const LABEL = 15;

/** A line for each finding; a hint below what is not good. */
export function preflightLines(findings: readonly Finding[], { style, width }: { readonly style: Style; readonly width?: number | undefined }): string[] {
  const mark = { good: style.good(style.ok), notice: style.doubt(style.warning), unknown: style.doubt(style.unknown), bad: style.bad(style.fail) };
  return findings.flatMap(({ check, verdict, text, hint }) => [
    ...wrapLine(`  ${mark[verdict]} ${check.padEnd(LABEL)}  ${printable(text)}`, width),
    ...(hint === undefined || verdict === 'good' ? [] : wrapLine(`    ${''.padEnd(LABEL)}  ${style.dim(hint)}`, width)),
  ]);
}

/** US dollars, to a tenth of a cent below ten. */
export const dollars = (amount: number): string => `${amount < 10 ? amount.toFixed(3) : amount.toFixed(2)} USD`;

/** Items and their sum, an hour and a day. `source`: where the prices are from, and of when. */
export function priceLines({ items, hourly, complete }: Estimate, source: string, { style, width, billed }: { readonly style: Style; readonly width?: number | undefined; readonly billed: boolean }): string[] {
  const least = complete ? '' : 'at least ';
  return [
    ...wrapLine(`  ${billed ? 'It costs' : 'On AWS it would cost'} ${least}${dollars(hourly)} an hour, ${(hourly * 24).toFixed(2)} USD a day, while it stands (computed; ${source}).`, width),
    ...items.map(({ what, hourly: each }) => `    ${what.padEnd(28)}  ${each === null ? style.doubt('price not known') : style.dim(dollars(each))}`),
    ...wrapLine('  Traffic is billed besides; a NAT gateway and endpoints bill each begun hour in full.', width),
  ];
}
