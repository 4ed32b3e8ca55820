/** A verify as GitHub's Markdown, for a step's summary or a comment: what is wrong first, then the network, then every claim. */
import type { Claim, Verdict } from '../../verify/claim.js';
import { mermaidDiagram } from '../diagram/mermaid.js';
import { CARRIES, momentText } from '../diagram/words.js';
import { markdownSentence, markdownText } from '../markdown-text.js';
import { reasonsOf } from '../reasons.js';
import { CLAIM_TEXT } from '../verify.js';
import { byInstance, instanceTitle, type ReportResult, troubleOf, type VerifyOutcome } from './outcome.js';

/** The verdict in a sign and a word: neither needs colour. */
const VERDICT: Readonly<Record<Verdict, string>> = { pass: '✔ holds', fail: '✘ broken', unknown: '? unknown' };

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** One `<code>` after the other; a value that is not there is a dash. */
const cell = (text: string | null): string => (text === null ? '–' : markdownText(text));

function tableLines(claims: readonly Claim[], titles: readonly string[], head: (claim: Claim) => readonly string[]): string[] {
  const reasons = reasonsOf(claims);
  return [row(titles), row(titles.map(() => '---')), ...claims.map((claim) => row([
    VERDICT[claim.verdict],
    ...head(claim),
    [CLAIM_TEXT[claim.claim], ...(claim.subject === null ? [] : [markdownText(claim.subject)])].join(' '),
    cell(claim.declared),
    cell(claim.predicted),
    cell(claim.observed),
    [markdownText(reasons.get(claim) ?? claim.why), ...(claim.blame === null ? [] : [`to blame: ${markdownText(claim.blame)}`])].join('<br>'),
  ]))];
}

const SIDES = ['claim', 'declared', 'predicted', 'observed', 'why'] as const;

function reportLines(result: ReportResult, tool: string, seconds: number | undefined): string[] {
  const { report } = result;
  const trouble = troubleOf(report);
  const facts = [`stack ${markdownText(report.stack)}`, markdownText(report.region), CARRIES[report.fabric], markdownSentence(momentText(report.takenAt)), ...(seconds === undefined ? [] : [`${seconds.toFixed(1)} s`]), markdownSentence(tool)];
  return [
    `## ${VERDICT[report.verdict]}: ssmlab verify`,
    '',
    markdownSentence(result.summary),
    '',
    facts.join(' · '),
    '',
    ...(trouble.length === 0 ? [] : [...tableLines(trouble, ['', 'instance', ...SIDES], (claim) => [markdownText(instanceTitle(result, claim.instance))]), '']),
    ...(result.scene === undefined ? [] : ['```mermaid', ...mermaidDiagram(result.scene), '```', '']),
    '<details><summary>Every claim</summary>',
    '',
    ...byInstance(report).flatMap(({ instance, claims }) => [`### ${markdownText(instanceTitle(result, instance))}`, '', ...tableLines(claims, ['', ...SIDES], () => []), '']),
    '</details>',
  ];
}

/** The file's text. */
export function markdownFile({ tool, seconds, result }: VerifyOutcome): string {
  if (result.kind === 'report') return `${reportLines(result, tool, seconds).join('\n')}\n`;
  const { code, message, hint } = result.error;
  return `${['## ✘ could not be judged: ssmlab verify', '', `${markdownText(message)} [${markdownText(code)}]`, '', `hint: ${markdownText(hint)}`, '', `${markdownSentence(momentText(result.at))} · ${markdownSentence(tool)}`].join('\n')}\n`;
}
