/**
 * A verify as one HTML page: what is wrong first, the network drawn, every claim. Nothing is asked of anybody: no script, no request, a policy (CSP)
 * that forbids both. Light and dark, and on paper.
 */
import { createHash } from 'node:crypto';
import type { Claim, Verdict } from '../../verify/claim.js';
import { sign } from '../diagram/svg-parts.js';
import { svgDiagram } from '../diagram/svg.js';
import { CARRIES, momentText } from '../diagram/words.js';
import { markupText } from '../markup-text.js';
import { reasonsOf } from '../reasons.js';
import { PAGE_STYLE } from './html-style.js';
import { byInstance, claimTitle, countOf, instanceTitle, type ReportResult, troubleOf, type VerifyOutcome } from './outcome.js';

const WORD: Readonly<Record<Verdict, string>> = { pass: 'holds', fail: 'broken', unknown: 'unknown' };
const WAY = { pass: 'open', fail: 'closed', unknown: 'unknown' } as const;

/** The sign of a verdict, with its word for who does not see it. */
const badge = (verdict: Verdict, size = 18): string => `<svg class="net" width="${size}" height="${size}" viewBox="0 0 18 18" role="img" aria-label="${WORD[verdict]}">${sign(9, 9, WAY[verdict])}</svg>`;

const side = (text: string | null): string => (text === null ? '<td class="none">–</td>' : `<td>${markupText(text)}</td>`);

function claimRow(claim: Claim, head: string, why: string): string {
  const details = [`<span class="by">by ${markupText(claim.by)}</span>`, ...(claim.blame === null ? [] : [`<span class="blame">to blame: ${markupText(claim.blame)}</span>`])];
  return `<tr class="${claim.verdict}"><td class="verdict">${badge(claim.verdict)} ${WORD[claim.verdict]}</td>${head}<td class="claim">${markupText(claimTitle(claim))}</td>${side(claim.declared)}${side(claim.predicted)}${side(claim.observed)}<td class="why">${markupText(why)}<br>${details.join('<br>')}</td></tr>`;
}

function table(claims: readonly Claim[], caption: string, instance?: (claim: Claim) => string): string[] {
  const reasons = reasonsOf(claims);
  const titles = ['verdict', ...(instance === undefined ? [] : ['instance']), 'claim', 'declared', 'predicted', 'observed', 'why'];
  return [
    `<div class="scroll"><table><caption>${markupText(caption)}</caption>`,
    `<thead><tr>${titles.map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...claims.map((claim) => claimRow(claim, instance === undefined ? '' : `<th scope="row">${markupText(instance(claim))}</th>`, reasons.get(claim) ?? claim.why)),
    '</tbody></table></div>',
  ];
}

/** `12 hold, 1 broken`. */
function counts(claims: readonly Claim[]): string {
  const said = (['fail', 'unknown', 'pass'] as const).flatMap((verdict) => {
    const count = countOf(claims, verdict);
    return count === 0 ? [] : [`${count} ${verdict === 'pass' ? (count === 1 ? 'holds' : 'hold') : WORD[verdict]}`];
  });
  return said.join(', ');
}

function reportParts(result: ReportResult, tool: string, seconds: number | undefined): string[] {
  const { report } = result;
  const trouble = troubleOf(report);
  const facts = [['stack', report.stack], ['region', report.region], ['packets by', CARRIES[report.fabric]], ['taken', momentText(report.takenAt)], ...(seconds === undefined ? [] : [['took', `${seconds.toFixed(1)} s`]]), ['written by', tool]];
  return [
    `<header class="${report.verdict}">`,
    `<h1>${badge(report.verdict, 30)} ${markupText(result.summary)}</h1>`,
    `<dl>${facts.map(([name = '', value = '']) => `<div><dt>${name}</dt><dd>${markupText(value)}</dd></div>`).join('')}</dl>`,
    '</header>',
    '<main>',
    ...(trouble.length === 0 ? [] : ['<section><h2>What does not hold</h2>', ...table(trouble, 'Broken claims first, then what could not be judged', (claim) => instanceTitle(result, claim.instance)), '</section>']),
    ...(result.scene === undefined ? [] : ['<section><h2>The network, and the ways in as its configuration predicts them</h2>', `<figure class="scroll">${svgDiagram(result.scene, { embedded: true })}</figure>`, '</section>']),
    '<section><h2>Every claim</h2>',
    ...byInstance(report).flatMap(({ instance, claims }) => [
      `<details${claims.every((claim) => claim.verdict === 'pass') ? '' : ' open'}><summary><strong>${markupText(instanceTitle(result, instance))}</strong> ${markupText(counts(claims))}</summary>`,
      ...table(claims, `Claims of ${instanceTitle(result, instance)}`),
      '</details>',
    ]),
    '</section>',
    '</main>',
  ];
}

function errorParts(error: { readonly code: string; readonly message: string; readonly hint: string }, at: string, tool: string): string[] {
  return [
    '<header class="unknown">',
    `<h1>${badge('unknown', 30)} It could not be judged.</h1>`,
    `<dl><div><dt>taken</dt><dd>${markupText(momentText(at))}</dd></div><div><dt>written by</dt><dd>${markupText(tool)}</dd></div></dl>`,
    '</header>',
    `<main><section><h2>${markupText(error.message)}</h2><p>[${markupText(error.code)}]</p><p>hint: ${markupText(error.hint)}</p></section></main>`,
  ];
}

/** The page. */
export function htmlFile({ tool, seconds, result }: VerifyOutcome): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const title = result.kind === 'error' ? 'ssmlab verify: not judged' : `ssmlab verify ${result.report.stack}: ${WORD[result.report.verdict]}`;
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${markupText(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    ...(result.kind === 'report' ? reportParts(result, tool, seconds) : errorParts(result.error, result.at, tool)),
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}
