/** What a sweep found, in lines: labs with their age and cost, what is left of others with the command that takes it away. */
import { lifetimeText } from '../expiry/duration.js';
import type { FoundLab, Orphan, Swept } from '../sweep/sweep.js';
import { dollars } from './preflight.js';
import { printable } from './printable.js';
import type { Style } from './style.js';

function labLine({ stack, status, created, expires, hourly }: FoundLab, now: number): string {
  const since = created === null ? '' : `, ${lifetimeText(now - Date.parse(created))} old`;
  const cost = hourly === null ? ', price not known' : `, about ${dollars(hourly)} an hour (computed)`;
  const end = expires === null ? ', no end is set' : `, ends ${expires}`;
  return `  ${printable(stack)} (${status})${since}${cost}${end}`;
}

const orphanLines = ({ kind, id, remove }: Orphan, style: Style): string[] => [`  ${kind.replaceAll('-', ' ')} ${printable(id)}, of a lab that is not there`, `    ${style.dim(printable(remove))}`];

/** Lines; regions in which there is nothing are one. */
export function sweepLines({ regions, roles }: Swept, { style, now }: { readonly style: Style; readonly now: number }): string[] {
  const full = regions.filter(({ labs, orphans, unread }) => labs.length + orphans.length > 0 || unread !== null);
  const empty = regions.length - full.length;
  return [
    ...full.flatMap(({ region, labs, orphans, unread }) => [
      style.strong(region),
      ...(unread === null ? [] : [`  ${style.doubt(style.unknown)} not looked at: ${printable(unread)}`]),
      ...labs.map((lab) => labLine(lab, now)),
      ...orphans.flatMap((orphan) => orphanLines(orphan, style)),
    ]),
    ...(roles.length === 0 ? [] : [style.strong('no region\'s'), ...roles.flatMap((orphan) => orphanLines(orphan, style))]),
    ...(empty === 0 ? [] : [`${full.length === 0 ? 'Nothing of ssmlab is there' : 'Nothing'} in ${empty === 1 ? (regions.find((region) => !full.includes(region))?.region ?? 'one region') : `${empty} ${full.length === 0 ? '' : 'other '}regions`}.`]),
  ];
}
