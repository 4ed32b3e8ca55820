/** A verify as workflow commands of GitHub Actions: an annotation for each claim that does not hold. */
import { visible } from '../markup-text.js';
import { claimTitle, instanceTitle, sidesText, troubleOf, type VerifyOutcome } from './outcome.js';

/** What follows `::` at the end of a command (actions/runner, ActionCommand: `%`, CR, LF). */
export const commandData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** The value of a property; `:` and `,` end it. */
export const commandProperty = (text: string): string => commandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** `::error title=…::…`, one line. What would control a terminal in the values is shown; line ends that are ours stay. */
export function annotation(level: 'error' | 'warning', title: string, lines: readonly string[]): string {
  return `::${level} title=${commandProperty(visible(title))}::${commandData(lines.map(visible).join('\n'))}`;
}

/** One line for each, errors first; empty when every claim holds. GitHub shows the first ten of a level; the summary has all. */
export function annotationLines({ result }: VerifyOutcome): string[] {
  if (result.kind === 'error') return [annotation('error', 'ssmlab verify could not judge', [`${result.error.message} [${result.error.code}]`, `hint: ${result.error.hint}`])];
  return troubleOf(result.report).map((claim) => annotation(
    claim.verdict === 'fail' ? 'error' : 'warning',
    `${instanceTitle(result, claim.instance)}: ${claimTitle(claim)}`,
    [sidesText(claim), claim.why, ...(claim.blame === null ? [] : [`to blame: ${claim.blame}`])],
  ));
}
