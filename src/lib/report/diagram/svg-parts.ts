/** The strokes of the SVG: elements as strings, the colours, and how much of a text fits. Values are escaped here and nowhere else. */
import { markupText, visible } from '../markup-text.js';
import { cellWidth } from '../table.js';
import type { WayVerdict } from './scene.js';

export type Ink = WayVerdict | 'idle';

/** Colours for light and dark, as variables of the page or of the drawing itself. */
export const COLOURS = `
:root { --paper: #ffffff; --panel: #f8fafc; --room: #ffffff; --edge: #cbd5e1; --ink: #0f172a; --soft: #526077; --rail: #64748b; --good: #15803d; --bad: #b91c1c; --doubt: #a16207; --link: #4338ca; --on: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #0b1120; --panel: #111a2e; --room: #17223a; --edge: #334155; --ink: #e2e8f0; --soft: #94a3b8; --rail: #94a3b8; --good: #4ade80; --bad: #f87171; --doubt: #facc15; --link: #a5b4fc; --on: #0b1120; } }`;

export const DRAWING_STYLE = `
.net text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
.net .mono { font: 12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.net .soft { fill: var(--soft); } .net .strong { font-weight: 600; } .net .small { font-size: 12px; }
.net .sheet { fill: var(--paper); } .net .panel { fill: var(--panel); stroke: var(--edge); } .net .room { fill: var(--room); stroke: var(--edge); }
.net .out { fill: var(--room); stroke: var(--link); stroke-width: 1.5; }
.net path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.net .idle { stroke: var(--rail); } .net .open { stroke: var(--good); } .net .closed { stroke: var(--bad); stroke-dasharray: 7 5; } .net .unknown { stroke: var(--doubt); stroke-dasharray: 1.5 5; }
.net .private { stroke: var(--link); stroke-width: 1.5; stroke-dasharray: 10 4; }
.net .bridge { stroke: var(--panel); stroke-width: 8; stroke-linecap: butt; }
.net .f-open { fill: var(--good); } .net .f-closed { fill: var(--bad); } .net .f-unknown { fill: var(--doubt); } .net .f-idle { fill: var(--rail); } .net .f-link { fill: var(--link); }
.net text.sign, .net path.sign { fill: none; stroke: var(--on); stroke-width: 2; } .net text.sign { fill: var(--on); stroke: none; font-weight: 700; }`;

const number = (value: number): string => String(Math.round(value * 10) / 10);

/** At most as many cells; the rest is in a title. */
export function fitting(text: string, cells: number): string {
  const shown = visible(text);
  if (cellWidth(shown) <= cells) return shown;
  let kept = '';
  for (const character of shown) {
    if (cellWidth(kept + character) > cells - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

export interface TextOptions { readonly classes?: string | undefined; readonly anchor?: 'start' | 'middle' | 'end' | undefined }

export const text = (x: number, y: number, content: string, { classes, anchor }: TextOptions = {}): string =>
  content === '' ? '' : `<text x="${number(x)}" y="${number(y)}"${classes === undefined ? '' : ` class="${classes}"`}${anchor === undefined ? '' : ` text-anchor="${anchor}"`}>${markupText(content)}</text>`;

export const box = (x: number, y: number, width: number, height: number, classes: string, radius = 8): string =>
  `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="${radius}" class="${classes}"/>`;

export const line = (points: readonly (readonly [number, number])[], classes: string): string =>
  `<path d="M${points.map(([x, y]) => `${number(x)} ${number(y)}`).join('L')}" class="${classes}"/>`;

/** An arrow's head that points along. */
export function head(x: number, y: number, towards: 'left' | 'right' | 'down', ink: Ink | 'link'): string {
  const points = { left: [[7, -4.5], [0, 0], [7, 4.5]], right: [[-7, -4.5], [0, 0], [-7, 4.5]], down: [[-4.5, -7], [0, 0], [4.5, -7]] }[towards];
  return `<polygon points="${points.map(([dx = 0, dy = 0]) => `${number(x + dx)},${number(y + dy)}`).join(' ')}" class="f-${ink}"/>`;
}

/** A disc with the verdict's sign: a check, a cross, a question mark. Shape says what colour says. */
export function sign(x: number, y: number, verdict: WayVerdict, radius = 8): string {
  const disc = `<circle cx="${number(x)}" cy="${number(y)}" r="${radius}" class="f-${verdict}"/>`;
  const arm = radius * 0.42;
  if (verdict === 'unknown') return `${disc}<text x="${number(x)}" y="${number(y + radius * 0.55)}" text-anchor="middle" class="sign small">?</text>`;
  const strokes = verdict === 'open' ? [[[x - arm, y], [x - arm * 0.2, y + arm * 0.8], [x + arm, y - arm * 0.8]]] : [[[x - arm, y - arm], [x + arm, y + arm]], [[x - arm, y + arm], [x + arm, y - arm]]];
  return disc + strokes.map((stroke) => line(stroke as [number, number][], 'sign')).join('');
}

/** Things that belong together, with what a pointer shows. */
export const group = (title: string, parts: readonly string[]): string => `<g><title>${markupText(title)}</title>${parts.join('')}</g>`;
