/**
 * The network as SVG: no script, no font and no image from elsewhere; light and dark; said again in words in its `desc`. The same rows and
 * rails as the text, with the internet and Systems Manager at the right, where the ways lead.
 */
import { markupText } from '../markup-text.js';
import { legName } from './legs.js';
import { type Join, planOf, type Rail, type Row, type VpcPlan } from './plan.js';
import { instancesOf, type Scene } from './scene.js';
import { box, COLOURS, DRAWING_STYLE, fitting, group, head, line, sign, text } from './svg-parts.js';
import { CARRIES, instanceText, momentText, notesOf, waysText } from './words.js';

const EDGE = 20;
const ROOM = { left: EDGE + 14, width: 640 } as const;
const RAIL = { first: 26, pitch: 22 } as const;
const HEIGHT: Readonly<Record<Row['kind'], number>> = { 'gap': 14, 'subnet': 34, 'instance': 36, 'why': 22, 'nat-gateway': 34, 'vpc-endpoint': 34, 'other': 34 };
const VPC_HEAD = 46;
const TOP = 126;
/** Where the columns of a row begin, from the left of its subnet; a line starts at the last. */
const AT = { sign: 20, number: 58, name: 66, address: 276, public: 392, way: 508, line: 606 } as const;
/** Width of Systems Manager, of the internet, and of the gaps beside it. */
const OUT = { manager: 150, internet: 92, gap: 34 } as const;

interface Sheet {
  readonly plan: VpcPlan;
  /** Top of the VPC's box. */
  readonly y: number;
  /** Middle of each row. */
  readonly middles: readonly number[];
  readonly bottom: number;
  readonly right: number;
  readonly columns: number;
  readonly manager: number;
}

const xOf = ({ right }: Sheet, rail: Rail): number => right - RAIL.first - rail.column * RAIL.pitch;
const gatewayY = (sheet: Sheet): number => sheet.y + 24;

/** Lines from a row to its rails; over those and the rails the heads, the signs and a dot where one meets the other. */
function joinParts(sheet: Sheet, joins: readonly Join[], y: number): { readonly lines: string[]; readonly marks: string[] } {
  const sorted = joins.toSorted((a, b) => (sheet.plan.rails[b.rail]?.column ?? 0) - (sheet.plan.rails[a.rail]?.column ?? 0));
  let begin = ROOM.left + AT.line;
  const parts = { lines: [] as string[], marks: [] as string[] };
  for (const join of sorted) {
    const rail = sheet.plan.rails[join.rail];
    if (rail === undefined) continue;
    const x = xOf(sheet, rail);
    const from = begin;
    begin = x;
    parts.lines.push(line([[from, y], [x, y]], join.verdict));
    parts.marks.push(`<circle cx="${x}" cy="${y}" r="3.5" class="f-idle"/>`);
    if (join.cut !== null && join.verdict !== 'open' && join.verdict !== 'idle') parts.marks.push(sign(join.cut === 'row' ? from + 4 : x - 11, y, join.verdict, 6.5));
    if (join.inward && join.cut !== 'row') parts.marks.push(head(from, y, 'left', join.verdict));
    if (!join.inward && join.cut === null) parts.marks.push(head(x - 4, y, 'right', join.verdict));
  }
  return parts;
}

/** Where an endpoint takes in: its way on by PrivateLink leaves below. */
const joinY = (row: Row, y: number): number => (row.kind === 'vpc-endpoint' && row.joins.length > 0 ? y - 5 : y);

/** Where a line passes a rail that it does not join, the rail goes over it. */
function railParts(sheet: Sheet, rail: Rail, at: number): string[] {
  const { plan, middles } = sheet;
  const x = xOf(sheet, rail);
  const top = rail.top ? gatewayY(sheet) : (middles[rail.from] ?? 0);
  const crossed = plan.rows.flatMap((row, index) => {
    const joins = row.kind === 'gap' || row.kind === 'subnet' ? [] : row.joins;
    const outermost = Math.min(...joins.map((join) => plan.rails[join.rail]?.column ?? Infinity));
    const passes = outermost < rail.column && !joins.some((join) => join.rail === at) && index <= rail.to && (rail.top || index >= rail.from);
    return passes ? [line([[x, (middles[index] ?? 0) - 6], [x, (middles[index] ?? 0) + 6]], 'bridge')] : [];
  });
  const end = plan.rows[rail.to];
  const from = rail.top ? top : joinY(plan.rows[rail.from] ?? { kind: 'gap' }, top);
  return [...crossed, line([[x, from], [x, joinY(end ?? { kind: 'gap' }, middles[rail.to] ?? top)]], 'idle')];
}

function rowParts(sheet: Sheet, row: Row, y: number): string[] {
  const at = (column: keyof typeof AT): number => ROOM.left + AT[column];
  const base = y + 4.5;
  const thing = (name: string, address: string, publicAddress: string, way: string, soft: boolean): string[] => [
    text(at('name'), base, fitting(name, 24), { classes: soft ? 'soft' : 'strong' }), text(at('address'), base, address, { classes: soft ? 'soft small' : 'mono' }),
    text(at('public'), base, publicAddress, { classes: 'mono' }), text(at('way'), base, fitting(way, 13), { classes: soft ? 'soft small' : 'small' }),
  ];
  switch (row.kind) {
    case 'gap': return [];
    case 'subnet': return [text(ROOM.left + 12, base, fitting(row.subnet.name ?? row.subnet.subnetId, 24), { classes: 'strong' }), text(ROOM.left + 222, base, [...(row.subnet.name === null ? [] : [row.subnet.subnetId]), row.subnet.cidr].join(' · '), { classes: 'mono soft' }), text(ROOM.left + ROOM.width - 12, base, fitting(row.subnet.zone, 18), { classes: 'soft small', anchor: 'end' })];
    case 'why': return [text(at('name'), base - 3, fitting(row.leg.by === '' || row.leg.why.includes(row.leg.by) ? row.leg.why : `${row.leg.by}: ${row.leg.why}`, 76), { classes: `small f-${row.leg.verdict}` })];
    case 'instance': {
      const { instance, leg, first } = row;
      const way = leg === null ? 'no way in' : legName(leg);
      const stop = leg !== null && leg.verdict !== 'open' && row.joins.length === 0 ? [sign(at('line') + 4, y, leg.verdict, 7)] : [];
      const own = first ? [sign(at('sign'), y, instance.verdict), text(at('number'), base, String(instance.number), { anchor: 'end', classes: 'soft' }), ...thing(instance.name + (instance.state === 'running' ? '' : ` (${instance.state})`), instance.privateIp ?? '', instance.publicIp ?? '', way, false)] : [text(at('way'), base, way, { classes: 'small' })];
      return [group(instanceText(instance), own), ...stop];
    }
    case 'nat-gateway': return [group(`NAT gateway ${row.nat.id} ${row.nat.name ?? ''}, ${row.nat.state}`, thing(row.nat.name ?? row.nat.id, 'NAT gateway', row.nat.publicIp ?? '', row.nat.state === 'available' ? '' : row.nat.state, true))];
    case 'vpc-endpoint': return [
      group(`endpoint ${row.endpoint.id} ${row.endpoint.name ?? ''}, private DNS ${row.endpoint.privateDns ? 'on' : 'off'}`, [...thing(row.endpoint.name ?? row.endpoint.id, 'endpoint', '', row.endpoint.service, true), text(at('public'), base, row.endpoint.privateIp, { classes: 'mono' })]),
      ...(row.joins.some((join) => join.verdict === 'open') ? [line([[at('line'), y + 6], [sheet.manager, y + 6]], 'private'), head(sheet.manager, y + 6, 'right', 'link')] : []),
    ];
    case 'other':
  }
  return thing(row.stop.id, 'not modelled', '', '', true);
}

/** The frames of the subnets: from each title to the row before the next gap. */
function roomParts({ plan, middles }: Sheet): string[] {
  return plan.rows.flatMap((row, at) => {
    if (row.kind !== 'subnet') return [];
    const next = plan.rows.findIndex((later, index) => index > at && later.kind === 'gap');
    const last = (next < 0 ? plan.rows.length : next) - 1;
    const top = (middles[at] ?? 0) - HEIGHT.subnet / 2;
    const end = (middles[last] ?? 0) + HEIGHT[plan.rows[last]?.kind ?? 'gap'] / 2;
    return [box(ROOM.left, top, ROOM.width, end - top + 4, 'room', 6)];
  });
}

const usesSsh = (plan: VpcPlan): boolean => plan.rows.some((row) => row.kind === 'instance' && row.leg?.way === 'ssh-key-pair');
const usesSession = (plan: VpcPlan): boolean => plan.rows.some((row) => row.kind === 'instance' && row.leg?.way === 'session-manager');

/** The gateway at the border, and the internet outside of it. */
function gatewayParts(sheet: Sheet): string[] {
  const rail = sheet.plan.rails.find((each) => each.top);
  const { internetGateway } = sheet.plan.vpc;
  if (rail === undefined || internetGateway === null) return [];
  const y = gatewayY(sheet);
  const pill = sheet.right + OUT.gap;
  return [
    line([[xOf(sheet, rail), y], [pill, y]], 'idle'),
    group(`internet gateway ${internetGateway.id}`, [`<circle cx="${sheet.right}" cy="${y}" r="7" class="out"/>`, text(pill + OUT.internet / 2, y + 34, 'internet gateway', { classes: 'soft small', anchor: 'middle' }), text(pill + OUT.internet / 2, y + 50, fitting(internetGateway.name ?? internetGateway.id, 20), { classes: 'small', anchor: 'middle' })]),
    box(pill, y - 16, OUT.internet, 32, 'out', 16), text(pill + OUT.internet / 2, y + 4.5, 'internet', { anchor: 'middle' }),
    ...(usesSession(sheet.plan) ? [line([[pill + OUT.internet, y], [sheet.manager, y]], 'idle'), head(sheet.manager, y, 'right', 'idle')] : []),
  ];
}

/** Above the first of the lines that leave so. */
function privateLinkParts({ plan, middles, right }: Sheet): string[] {
  const at = plan.rows.findIndex((row) => row.kind === 'vpc-endpoint' && row.joins.some((join) => join.verdict === 'open'));
  return at < 0 ? [] : [text(right + OUT.gap + OUT.internet / 2, (middles[at] ?? 0) - 1, 'PrivateLink', { classes: 'soft small', anchor: 'middle' })];
}

function vpcParts(sheet: Sheet): string[] {
  const { plan, y, middles, right, bottom } = sheet;
  const { vpc } = plan;
  const notes = [...(vpc.internetGateway === null ? ['no internet gateway'] : []), ...(vpc.empty === 0 ? [] : [`${vpc.empty === 1 ? '1 other subnet' : `${vpc.empty} other subnets`} with nothing of the stack`])];
  const joined = plan.rows.map((row, at) => joinParts(sheet, row.kind === 'gap' || row.kind === 'subnet' ? [] : row.joins, joinY(row, middles[at] ?? 0)));
  return [
    box(EDGE, y, right - EDGE, bottom - y, 'panel', 10),
    text(ROOM.left, y + 29, fitting(vpc.name ?? vpc.vpcId, 24), { classes: 'strong' }),
    text(ROOM.left + (vpc.name === null ? 178 : 170), y + 29, fitting([...(vpc.name === null ? [] : [vpc.vpcId]), ...vpc.cidrs].join(' · '), 58), { classes: 'mono soft' }),
    ...roomParts(sheet),
    ...plan.rows.flatMap((row, at) => rowParts(sheet, row, middles[at] ?? 0)),
    ...joined.flatMap(({ lines }) => lines),
    ...plan.rails.flatMap((rail, at) => railParts(sheet, rail, at)),
    ...joined.flatMap(({ marks }) => marks),
    ...gatewayParts(sheet),
    ...privateLinkParts(sheet),
    ...(notes.length === 0 ? [] : [text(ROOM.left, bottom - 10, notes.join(' · '), { classes: 'soft small' })]),
  ];
}

/** Sheets one below the other, all as wide as the one with the most rails. */
function sheetsOf(scene: Scene): Sheet[] {
  const plans = scene.vpcs.map(planOf);
  const columns = Math.max(1, ...plans.map((plan) => plan.columns));
  const right = ROOM.left + ROOM.width + 14 + RAIL.first + (columns - 1) * RAIL.pitch + 6;
  let y = TOP;
  return plans.map((plan) => {
    let at = y + VPC_HEAD;
    const middles = plan.rows.map((row) => {
      const height = row.kind === 'instance' && !row.first ? 28 : HEIGHT[row.kind];
      at += height;
      return at - height / 2;
    });
    const sheet = { plan, y, middles, bottom: at + (plan.vpc.internetGateway === null || plan.vpc.empty > 0 ? 36 : 18), right, columns, manager: right + OUT.gap + OUT.internet + OUT.gap };
    y = sheet.bottom + 18;
    return sheet;
  });
}

/** You at the top, Systems Manager beside all VPCs, and the ways from the one to the others. */
function outsideParts(sheets: readonly Sheet[]): string[] {
  const first = sheets[0];
  const last = sheets.at(-1);
  if (first === undefined || last === undefined) return [];
  const session = sheets.some((sheet) => usesSession(sheet.plan));
  const pill = first.right + OUT.gap;
  const you = { x: pill, y: TOP - 64, width: OUT.internet + OUT.gap + OUT.manager, height: 34 };
  const shells = sheets.filter((sheet) => usesSsh(sheet.plan) && sheet.plan.rails.some((rail) => rail.top));
  return [
    ...shells.map((sheet) => line([[pill + 46, you.y + you.height], [pill + 46, gatewayY(sheet) - 16]], 'idle') + head(pill + 46, gatewayY(sheet) - 16, 'down', 'idle')),
    ...(shells.length === 0 ? [] : [text(pill + 54, TOP - 12, 'SSH', { classes: 'soft small' })]),
    ...(session ? [line([[first.manager + OUT.manager / 2, you.y + you.height], [first.manager + OUT.manager / 2, TOP]], 'idle'), head(first.manager + OUT.manager / 2, TOP, 'down', 'idle'), text(first.manager + OUT.manager / 2 + 8, TOP - 12, 'StartSession', { classes: 'soft small' }),
      box(first.manager, TOP, OUT.manager, last.bottom - TOP, 'out', 10), text(first.manager + OUT.manager / 2, TOP + 29, 'Systems Manager', { anchor: 'middle', classes: 'strong' }), text(first.manager + OUT.manager / 2, TOP + 49, 'ssm, ssmmessages', { anchor: 'middle', classes: 'soft small' })] : []),
    ...(session || shells.length > 0 ? [box(you.x, you.y, you.width, you.height, 'out', 17), text(you.x + you.width / 2, you.y + 21.5, 'your terminal', { anchor: 'middle' })] : []),
  ];
}

/** The drawing. `embedded`: in a page that has {@link COLOURS} and {@link DRAWING_STYLE} already. */
export function svgDiagram(scene: Scene, { embedded = false }: { readonly embedded?: boolean } = {}): string {
  const sheets = sheetsOf(scene);
  const last = sheets.at(-1);
  const width = (last?.manager ?? 600) + OUT.manager + EDGE;
  const bottom = last?.bottom ?? TOP;
  const legend = bottom + 30;
  const keys = (['open', 'closed', 'unknown'] as const).flatMap((verdict, at) => [sign(EDGE + 10 + at * 118, legend, verdict), line([[EDGE + 26 + at * 118, legend], [EDGE + 54 + at * 118, legend]], verdict), text(EDGE + 60 + at * 118, legend + 4.5, verdict, { classes: 'small' })]);
  const notes = notesOf(scene).map((note, at) => group(note, [text(EDGE, legend + 30 + at * 20, fitting(note, 130), { classes: 'small f-unknown' })]));
  const height = legend + 22 + notes.length * 22;
  const title = `${scene.stack} in ${scene.region}`;
  const about = [`${waysText(scene)}, as the configuration predicts.`, ...instancesOf(scene).map((instance) => `${instanceText(instance)}.`)].join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" class="net" role="img" aria-labelledby="net-title net-about">`,
    `<title id="net-title">${markupText(title)}</title>`,
    `<desc id="net-about">${markupText(about)}</desc>`,
    ...(embedded ? [] : [`<style>${COLOURS}${DRAWING_STYLE}\n</style>`]),
    `<rect width="${width}" height="${height}" class="sheet"/>`,
    text(EDGE, 40, fitting(title, 70), { classes: 'strong' }),
    text(EDGE, 62, `${CARRIES[scene.fabric]} · ${momentText(scene.takenAt)}`, { classes: 'soft small' }),
    text(EDGE, 82, `${waysText(scene)}, as the configuration predicts; no packet was sent`, { classes: 'soft small' }),
    ...outsideParts(sheets),
    ...sheets.flatMap(vpcParts),
    ...keys,
    ...notes,
    '</svg>',
  ].filter((part) => part !== '').join('\n');
}
