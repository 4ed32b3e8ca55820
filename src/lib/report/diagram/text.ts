/** The network as text: a box for each VPC, a row for each thing in it, and lines to what their ways lead through. Fits 80 columns; has an ASCII twin; a list where it finds no room. */
import { printable } from '../printable.js';
import { plainStyle, type Style } from '../style.js';
import { cellWidth } from '../table.js';
import { wrapLine, wrapped } from '../wrap.js';
import { legName } from './legs.js';
import { sceneLines } from './list.js';
import { type Join, planOf, type Rail, type Row, type VpcPlan } from './plan.js';
import type { Scene, SceneInstance, WayVerdict } from './scene.js';
import { CARRIES, momentText, notesOf, vpcParts, waysText } from './words.js';

export interface DiagramTextOptions {
  readonly style: Style;
  readonly unicode: boolean;
  /** Columns; 80 where they are not known. More than 120 are not used. In fewer than the drawing needs it is a list. */
  readonly width?: number | undefined;
}

/** By up 8, down 4, left 2, right 1. */
const JOINTS = { unicode: '·╶╴─╷┌┐┬╵└┘┴│├┤┼', ascii: ' ---|+++|+++|+++' } as const;

const GLYPHS = {
  unicode: { line: { open: '─', closed: '╌', unknown: '┈', idle: '─' }, out: '▶', in: '◀', rail: '│', gateway: '◉', bar: '─', dot: '…', broken: '✘' },
  ascii: { line: { open: '-', closed: '.', unknown: '~', idle: '-' }, out: '>', in: '<', rail: '|', gateway: 'O', bar: '-', dot: '.', broken: 'x' },
} as const;

/** Columns between two rails, and from the last of them to the border. */
const PITCH = 3;

/** At most as many cells, with a mark where something is gone. */
function cut(text: string, most: number, dot: string): string {
  if (cellWidth(text) <= most) return text;
  let kept = '';
  for (const character of text) {
    if (cellWidth(kept + character) > most - 1) break;
    kept += character;
  }
  return kept + dot;
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - cellWidth(text)));

/** Cells that a name has at the least. */
const LEAST_NAME = 8;

interface Sheet extends DiagramTextOptions {
  readonly plan: VpcPlan;
  readonly glyphs: typeof GLYPHS.unicode | typeof GLYPHS.ascii;
  readonly joints: string;
  /** Columns within the borders. */
  readonly inner: number;
  /** Where the rails begin. */
  readonly railsAt: number;
  readonly widths: { readonly number: number; readonly name: number; readonly address: number; readonly public: number; readonly way: number };
}

const xOf = ({ inner }: Sheet, rail: Rail): number => inner - PITCH - rail.column * PITCH;

const colour = (style: Style, verdict: WayVerdict | 'idle'): ((text: string) => string) => ({ open: style.good, closed: style.bad, unknown: style.doubt, idle: style.dim })[verdict];

const mark = (style: Style, verdict: WayVerdict): string => ({ open: style.ok, closed: style.fail, unknown: style.unknown })[verdict];

/** The cells of a row from its text to the border: its own lines, and the rails that pass. */
function lines(sheet: Sheet, at: number, joins: readonly Join[], from: number): string {
  const { plan, glyphs, joints, style, inner } = sheet;
  const cells: { character: string; verdict: WayVerdict | 'idle' }[] = Array.from({ length: inner - from }, () => ({ character: ' ', verdict: 'idle' }));
  const put = (x: number, character: string, verdict: WayVerdict | 'idle'): void => void (cells[x - from] = { character, verdict });
  const sorted = joins.toSorted((a, b) => (plan.rails[b.rail]?.column ?? 0) - (plan.rails[a.rail]?.column ?? 0));
  let begin = from;
  for (const join of sorted) {
    const rail = plan.rails[join.rail];
    if (rail === undefined) continue;
    const x = xOf(sheet, rail);
    for (let each = begin; each < x; each += 1) put(each, glyphs.line[join.verdict], join.verdict);
    const sign = join.verdict === 'unknown' ? '?' : glyphs.broken;
    if (join.cut === 'row') put(begin, sign, join.verdict);
    else if (join.cut === 'rail') put(x - 1, sign, join.verdict);
    if (join.inward && join.cut !== 'row') put(begin, glyphs.in, join.verdict);
    if (!join.inward && join.cut === null) put(x - 1, glyphs.out, join.verdict);
    begin = x + 1;
  }
  for (const [index, rail] of plan.rails.entries()) {
    if (at > rail.to || (at < rail.from && !rail.top)) continue;
    const x = xOf(sheet, rail);
    const joined = joins.some((join) => join.rail === index);
    if (!joined) put(x, glyphs.rail, 'idle');
    else {
      const right = joins.some((join) => (plan.rails[join.rail]?.column ?? 0) < rail.column);
      put(x, joints[(rail.top || at > rail.from ? 8 : 0) + (at < rail.to ? 4 : 0) + 2 + (right ? 1 : 0)] ?? '', 'idle');
    }
  }
  return runs(cells, style);
}

/** Neighbours of one colour are coloured at once. */
function runs(cells: readonly { readonly character: string; readonly verdict: WayVerdict | 'idle' }[], style: Style): string {
  let text = '';
  for (let at = 0; at < cells.length;) {
    const verdict = cells[at]?.verdict ?? 'idle';
    let end = at;
    while (end < cells.length && cells[end]?.verdict === verdict) end += 1;
    const run = cells.slice(at, end).map((cell) => cell.character).join('');
    text += run.trim() === '' ? run : colour(style, verdict)(run);
    at = end;
  }
  return text;
}

const instanceName = ({ name, state }: SceneInstance): string => printable(name) + (state === 'running' ? '' : ` (${state})`);

/** The columns of a thing: number, name, address, public address, way. */
function columnsText({ widths, style, glyphs }: Sheet, verdict: WayVerdict | undefined, [number, name, address, publicAddress, way]: readonly [string, string, string, string, string]): string {
  const sign = verdict === undefined ? ' '.repeat(cellWidth(style.fail)) : colour(style, verdict)(padded(mark(style, verdict), cellWidth(style.fail)));
  return `   ${sign} ${number.padStart(widths.number)} ${padded(cut(name, widths.name, glyphs.dot), widths.name)}  ${padded(address, widths.address)}  ${padded(publicAddress, widths.public)}  ${padded(cut(way, widths.way, glyphs.dot), widths.way)} `;
}

function rowText(sheet: Sheet, row: Row): string[] {
  const { style } = sheet;
  const indent = 5 + cellWidth(style.fail) + sheet.widths.number;
  switch (row.kind) {
    case 'gap': return [''];
    case 'subnet': return [` ${[...(row.subnet.name === null ? [] : [style.strong(cut(printable(row.subnet.name), 24, sheet.glyphs.dot))]), style.dim(row.subnet.subnetId), row.subnet.cidr].join('  ')}`];
    case 'why': return wrapped(printable(row.leg.by === '' || row.leg.why.includes(row.leg.by) ? row.leg.why : `${row.leg.by}: ${row.leg.why}`), sheet.railsAt - indent - 1).map((line) => `${' '.repeat(indent)}${colour(style, row.leg.verdict)(line)}`);
    case 'instance': {
      const { instance, leg, first } = row;
      const way = leg === null ? 'no way in' : legName(leg);
      const broken = leg !== null && leg.stops.length === 0 && leg.verdict !== 'open' ? ` ${mark(style, leg.verdict)}` : '';
      return [columnsText(sheet, first ? instance.verdict : undefined, first
        ? [String(instance.number), instanceName(instance), instance.privateIp ?? style.absent, instance.publicIp ?? style.absent, way + broken]
        : ['', '', '', '', way + broken])];
    }
    case 'nat-gateway': return [columnsText(sheet, undefined, ['', printable(row.nat.name ?? row.nat.id), 'NAT gateway', row.nat.publicIp ?? style.absent, row.nat.state === 'available' ? '' : row.nat.state])];
    case 'vpc-endpoint': return [columnsText(sheet, undefined, ['', printable(row.endpoint.name ?? row.endpoint.id), row.endpoint.privateIp, 'PrivateLink', printable(row.endpoint.service)])];
    case 'other':
  }
  return [columnsText(sheet, undefined, ['', printable(row.stop.id), 'not modelled', '', ''])];
}

function vpcLines(sheet: Sheet): string[] {
  const { plan, glyphs, style, inner, joints } = sheet;
  const bar = (left: number, right: number, text: string): string => style.dim(`${joints[left] ?? ''}${text}${joints[right] ?? ''}`);
  const gateway = plan.rails.find((rail) => rail.top);
  const { internetGateway } = plan.vpc;
  const head = cut(vpcParts(plan.vpc).join('  '), inner, glyphs.dot);
  const outside = 'internet, Systems Manager ';
  const x = gateway === undefined ? 0 : xOf(sheet, gateway);
  const room = gateway === undefined ? -1 : x + 1 - cellWidth(head) - cellWidth(outside) - 2;
  const title = style.strong(head) + (room >= 0 ? `${' '.repeat(room + 1)}${style.dim(`${outside}${glyphs.bar}${joints[6] ?? ''}`)}` : '');
  const label = internetGateway === null || gateway === undefined ? '' : ` ${cut(printable(internetGateway.name === null ? internetGateway.id : `${internetGateway.name} ${internetGateway.id}`), x - 6, glyphs.dot)} `;
  const top = gateway === undefined ? glyphs.bar.repeat(inner) : `${glyphs.bar.repeat(Math.max(0, x - cellWidth(label) - 1))}${label}${glyphs.bar}${glyphs.gateway}${glyphs.bar.repeat(inner - x - 1)}`;
  const body = plan.rows.flatMap((row, at) => rowText(sheet, row).map((text) => {
    const joins = row.kind === 'gap' || row.kind === 'subnet' ? [] : row.joins;
    const from = Math.min(Math.max(cellWidth(text), joins.length > 0 ? 0 : sheet.railsAt), inner);
    return `${style.dim(glyphs.rail)}${padded(text, from)}${lines(sheet, at, joins, from)}${style.dim(glyphs.rail)}`;
  }));
  const rest = [...(internetGateway === null ? ['no internet gateway'] : []), ...(plan.vpc.empty === 0 ? [] : [`${plan.vpc.empty === 1 ? '1 subnet has' : `${plan.vpc.empty} subnets have`} nothing of it`])];
  return [title, bar(5, 6, top), ...body, bar(9, 10, glyphs.bar.repeat(inner)), ...rest.map((line) => style.dim(` ${line}`)), ''];
}

/** The drawing, a title first, what the signs mean last. */
export function textDiagram(scene: Scene, options: DiagramTextOptions = { style: plainStyle(), unicode: true }): string[] {
  const { style, unicode } = options;
  const plans = scene.vpcs.map(planOf);
  const rows = plans.flatMap((plan) => plan.rows);
  const most = (texts: readonly string[], least: number, limit: number): number => Math.min(limit, Math.max(least, ...texts.map(cellWidth)));
  const pick = (of: (row: Row) => string | null | undefined): string[] => rows.flatMap((row) => of(row) ?? []);
  const names = pick((row) => (row.kind === 'instance' ? instanceName(row.instance) : row.kind === 'nat-gateway' ? printable(row.nat.name ?? row.nat.id) : row.kind === 'vpc-endpoint' ? printable(row.endpoint.name ?? row.endpoint.id) : row.kind === 'other' ? printable(row.stop.id) : null));
  const fixed = {
    number: most(pick((row) => (row.kind === 'instance' ? String(row.instance.number) : null)), 1, 6),
    address: most(pick((row) => (row.kind === 'instance' ? row.instance.privateIp : row.kind === 'vpc-endpoint' ? row.endpoint.privateIp : row.kind === 'nat-gateway' ? 'NAT gateway' : row.kind === 'other' ? 'not modelled' : null)), 1, 15),
    public: most(pick((row) => (row.kind === 'instance' ? row.instance.publicIp : row.kind === 'nat-gateway' ? row.nat.publicIp : row.kind === 'vpc-endpoint' ? 'PrivateLink' : null)), 1, 15),
    way: most(pick((row) => (row.kind === 'vpc-endpoint' ? row.endpoint.service : row.kind === 'instance' ? (row.leg === null ? 'no way in' : legName(row.leg)) : null)), 7, 11),
  };
  const inner = Math.min(options.width ?? 80, 120) - 2;
  const columns = Math.max(0, ...plans.map((plan) => plan.columns));
  const rest = 10 + cellWidth(style.fail) + fixed.number + fixed.address + fixed.public + fixed.way + columns * PITCH + 3;
  const widths = { ...fixed, name: Math.max(LEAST_NAME, Math.min(most(names, 4, 40), inner - rest)) };
  // Rails that find no room make the box wider: a diagram in a pipe is better wide than wrong.
  const wide = Math.max(inner, rest + widths.name);
  const sheet = (plan: VpcPlan): Sheet => ({ ...options, plan, glyphs: GLYPHS[unicode ? 'unicode' : 'ascii'], joints: JOINTS[unicode ? 'unicode' : 'ascii'], inner: wide, railsAt: wide - PITCH - Math.max(0, plan.columns - 1) * PITCH, widths });
  const signs = [`${style.good(style.ok)} open`, `${style.bad(style.fail)} closed`, `${style.doubt(style.unknown)} unknown`].join('  ');
  const needed = rest + LEAST_NAME + 2;
  const isList = options.width !== undefined && options.width < needed;
  return [
    ...wrapLine(`${style.strong(printable(scene.stack))}  ${[printable(scene.region), CARRIES[scene.fabric], momentText(printable(scene.takenAt))].join(` ${style.separator} `)}`, options.width),
    ...wrapLine(`${waysText(scene)}, as the configuration predicts; no packet was sent`, options.width),
    ...(isList ? wrapLine(`a list, for want of room: from ${needed} columns on it is drawn`, options.width) : []),
    '',
    ...(isList ? sceneLines(scene, style, options.width) : plans.flatMap((plan) => vpcLines(sheet(plan)))),
    style.dim(signs),
    ...notesOf(scene).flatMap((note) => wrapped(printable(note), isList ? options.width : wide + 2)).map((line) => style.doubt(line)),
  ].map((line) => line.trimEnd());
}
