/** The look of the page: the drawing's colours, a measure that can be read, and what paper needs. */
import { COLOURS, DRAWING_STYLE } from '../diagram/svg-parts.js';

export const PAGE_STYLE = `${COLOURS}${DRAWING_STYLE}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
header, main { max-width: 1160px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 12px; } h1 svg { vertical-align: -5px; margin-right: 4px; }
h2 { font-size: 18px; margin: 36px 0 12px; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 0; padding: 12px 0; border-top: 1px solid var(--edge); border-bottom: 1px solid var(--edge); }
dl div { display: flex; gap: 8px; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 0; } figure svg { max-width: 100%; height: auto; display: block; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--edge); overflow-wrap: anywhere; }
tbody th { min-width: 108px; } tbody td { min-width: 116px; } tbody td.claim { min-width: 168px; } tbody td.verdict { min-width: 0; } thead th { color: var(--soft); font-weight: 500; white-space: nowrap; } tbody th { font-weight: 600; }
td.verdict { white-space: nowrap; overflow-wrap: normal; } td.verdict svg { vertical-align: -4px; margin-right: 3px; }
tr.fail td.verdict { color: var(--bad); font-weight: 600; } tr.unknown td.verdict { color: var(--doubt); font-weight: 600; } tr.pass td.verdict { color: var(--good); }
tbody td.why { min-width: 260px; } .by, .none { color: var(--soft); } .by { font-size: 13px; } .blame { color: var(--bad); }
details { border: 1px solid var(--edge); border-radius: 8px; margin: 0 0 10px; padding: 0 16px; background: var(--panel); } details[open] { padding-bottom: 8px; }
summary { cursor: pointer; padding: 10px 0; color: var(--soft); overflow-wrap: anywhere; } summary strong { color: var(--ink); margin-right: 10px; }
main { padding-bottom: 48px; }
@media print {
  :root { --paper: #ffffff; --panel: #ffffff; --room: #ffffff; --edge: #94a3b8; --ink: #000000; --soft: #334155; --rail: #334155; --good: #166534; --bad: #991b1b; --doubt: #854d0e; --link: #3730a3; --on: #ffffff; }
  body { font-size: 11px; } table { font-size: 10px; } header, main { max-width: none; padding: 0; } tr, figure, dl { break-inside: avoid; } h2 { break-after: avoid; } .scroll { overflow: visible; }
  details { border: 0; padding: 0; } details::details-content { display: block; content-visibility: visible; height: auto; } * { print-color-adjust: exact; }
}
`;
