/**
 * A verify as JUnit XML: a suite for each instance, a case for each claim. Broken is a failure, unknown an error (it could
 * not be judged), and so is a verify that ended with one. Only what Jenkins' schema (xunit-plugin, `junit-10.xsd`) has, which GitLab and GitHub's reporters read too.
 */
import type { Claim } from '../../verify/claim.js';
import { markupText } from '../markup-text.js';
import { byInstance, claimTitle, countOf, instanceTitle, type ReportResult, sidesText, type VerifyOutcome } from './outcome.js';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';

/** `name="value"` for each that has one. */
function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values).map(([name, value]) => (value === undefined ? '' : ` ${name}="${markupText(String(value))}"`)).join('');
}

/** JUnit's time of day has no zone; it is UTC. */
const timestamp = (iso: string): string => iso.replace(/(?:\.\d+)?Z$/u, '');

/** Jenkins takes what stands before the last dot for a package. */
const className = (stack: string, title: string): string => `${stack}.${title.replaceAll('.', '_')}`;

function caseLines(claim: Claim, name: string, classname: string): string[] {
  const open = `    <testcase${attributes({ name, classname })}`;
  if (claim.verdict === 'pass') return [`${open}/>`];
  const element = claim.verdict === 'fail' ? 'failure' : 'error';
  // No line begins with what is not ours: a log may be read line by line.
  const body = [sidesText(claim), `why: ${claim.why}`, `by ${claim.by}`, ...(claim.blame === null ? [] : [`to blame: ${claim.blame}`])];
  return [
    `${open}>`,
    `      <${element}${attributes({ type: claim.verdict === 'fail' ? 'broken' : 'unknown', message: `${sidesText(claim)}: ${claim.why}` })}>${body.map(markupText).join('\n')}</${element}>`,
    '    </testcase>',
  ];
}

/** Names that occur again get a number: readers tell cases apart by class and name. */
function caseNames(claims: readonly Claim[]): string[] {
  const seen = new Map<string, number>();
  return claims.map((claim) => {
    const title = claimTitle(claim);
    const count = (seen.get(title) ?? 0) + 1;
    seen.set(title, count);
    return count === 1 ? title : `${title} (${count})`;
  });
}

function reportLines(result: ReportResult, tool: string, seconds: number | undefined): string[] {
  const { report } = result;
  const counts = (claims: readonly Claim[]) => ({ tests: claims.length, failures: countOf(claims, 'fail'), errors: countOf(claims, 'unknown') });
  const properties = { tool, fabric: report.fabric, stack: report.stack, region: report.region, verdict: report.verdict };
  return [
    `<testsuites${attributes({ name: `ssmlab verify ${report.stack}`, time: seconds?.toFixed(3), ...counts(report.claims) })}>`,
    ...byInstance(report).flatMap(({ instance, claims }) => {
      const title = instanceTitle(result, instance);
      const names = caseNames(claims);
      return [
        `  <testsuite${attributes({ name: title, ...counts(claims), skipped: 0, timestamp: timestamp(report.takenAt) })}>`,
        '    <properties>',
        ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
        '    </properties>',
        ...claims.flatMap((claim, at) => caseLines(claim, names[at] ?? '', className(report.stack, title))),
        '  </testsuite>',
      ];
    }),
    '</testsuites>',
  ];
}

/** The file's text. */
export function junitFile({ tool, seconds, result }: VerifyOutcome): string {
  if (result.kind === 'report') return `${[HEAD, ...reportLines(result, tool, seconds)].join('\n')}\n`;
  const { code, message, hint } = result.error;
  const counts = { tests: 1, failures: 0, errors: 1 };
  return `${[
    HEAD,
    `<testsuites${attributes({ name: 'ssmlab verify', time: seconds?.toFixed(3), ...counts })}>`,
    `  <testsuite${attributes({ name: 'verify', ...counts, skipped: 0, timestamp: timestamp(result.at) })}>`,
    `    <testcase${attributes({ name: 'verify', classname: 'ssmlab.verify' })}>`,
    `      <error${attributes({ type: code, message })}>${[message, `hint: ${hint}`, tool].map(markupText).join('\n')}</error>`,
    '    </testcase>',
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}
