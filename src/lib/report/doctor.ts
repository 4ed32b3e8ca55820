/** What a machine can carry → text: the verdict first, then each thing that was tried. */
import type { ProbeReport } from '../target/local/doctor.js';
import { printable } from './printable.js';
import type { Style } from './style.js';

/** What no kernel gives to those who are not its host's root; `docs/security.md` has the rest. */
const NOT_BOUNDED = 'Not bounded there: memory and processor time of an instance as a whole (a process of it gets 1 GiB), and the connections that a VPC\'s router tracks.';

export function doctorLines({ usable, checks, reason }: ProbeReport, style: Style): string[] {
  const width = Math.max(...checks.map(({ what }) => what.length));
  const marks = Math.max(style.ok.length, style.fail.length, style.unknown.length);
  const lines = checks.map(({ what, name, needed, ok, detail, fix }) => {
    const mark = ok ? style.good(style.ok.padEnd(marks)) : needed ? style.bad(style.fail.padEnd(marks)) : style.doubt(style.unknown.padEnd(marks));
    const said = [detail, ok ? '' : fix ?? ''].filter((part) => part !== '').map(printable).join('; ');
    return `  ${mark} ${what.padEnd(width)}  ${style.dim(said === '' ? name : said)}`;
  });
  return [
    usable ? 'This machine can carry the netns fabric: real packets.' : `This machine cannot carry the netns fabric; what packets would do is computed instead. ${printable(reason ?? '')}`,
    ...lines,
    ...(usable ? [NOT_BOUNDED] : []),
  ];
}
