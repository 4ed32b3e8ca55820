/**
 * A VPC as rows with rails beside them: a row for each thing, a rail for each thing that ways lead to (internet gateway, NAT gateway,
 * endpoints). Text and SVG draw the same plan. Pure: the same scene gives the same plan.
 */
import type { Scene, SceneEndpoint, SceneInstance, SceneLeg, SceneNat, SceneStop, SceneSubnet, SceneVpc, WayVerdict } from './scene.js';

/** A row's line to a rail. */
export interface Join {
  /** Index into {@link VpcPlan.rails}. */
  readonly rail: number;
  readonly verdict: WayVerdict | 'idle';
  /** Where the line is cut: as it leaves the row, or where it meets the rail. */
  readonly cut: 'row' | 'rail' | null;
  /** From the rail to the row: SSH, and what an endpoint or a NAT gateway takes in. */
  readonly inward: boolean;
}

export type Row =
  | { readonly kind: 'gap' }
  | { readonly kind: 'subnet'; readonly subnet: SceneSubnet }
  /** `leg` is null where nothing is predicted; `first` is false for the second leg of an instance. */
  | { readonly kind: 'instance'; readonly instance: SceneInstance; readonly leg: SceneLeg | null; readonly first: boolean; readonly joins: readonly Join[] }
  /** Why the leg above is not open. */
  | { readonly kind: 'why'; readonly leg: SceneLeg; readonly joins: readonly [] }
  | { readonly kind: 'nat-gateway'; readonly nat: SceneNat; readonly joins: readonly Join[] }
  | { readonly kind: 'vpc-endpoint'; readonly endpoint: SceneEndpoint; readonly joins: readonly Join[] }
  /** Something that a way crosses and that is not modelled. */
  | { readonly kind: 'other'; readonly stop: SceneStop; readonly joins: readonly Join[] };

export interface Rail {
  /** `igw`, `endpoints`, or the id of what it leads to. */
  readonly key: string;
  /** It goes on through the top: the internet gateway's. */
  readonly top: boolean;
  /** First and last row that it touches. */
  readonly from: number;
  readonly to: number;
  /** 0 is the outermost; rails that do not meet share a column. */
  readonly column: number;
}

export interface VpcPlan {
  readonly vpc: SceneVpc;
  readonly rows: readonly Row[];
  readonly rails: readonly Rail[];
  /** How many columns the rails take. */
  readonly columns: number;
}

const IGW = 'igw';
const ENDPOINTS = 'endpoints';

const railKey = (stop: SceneStop): string => (stop.kind === 'internet-gateway' ? IGW : stop.kind === 'vpc-endpoint' ? ENDPOINTS : stop.id);

interface Draft { readonly row: Row; readonly wants: readonly (Omit<Join, 'rail'> & { readonly key: string })[] }

const legs = (vpc: SceneVpc): SceneLeg[] => vpc.subnets.flatMap((subnet) => subnet.things.flatMap((thing) => (thing.kind === 'instance' ? thing.legs : [])));

/** The verdict of what goes on behind a stop: a leg that is cut further out says closed, one that passes says open. */
function beyond(all: readonly SceneLeg[], id: string): WayVerdict | 'idle' {
  const through = all.filter((leg) => leg.stops.some((stop) => stop.id === id));
  const past = (leg: SceneLeg): boolean => leg.cut === null || (typeof leg.cut === 'number' && leg.cut > leg.stops.findIndex((stop) => stop.id === id));
  if (through.some((leg) => leg.cut === null)) return 'open';
  return through.filter(past).find((leg) => leg.verdict !== 'open')?.verdict ?? 'idle';
}

function instanceRows(instance: SceneInstance): Draft[] {
  const [first, ...more] = instance.legs.length === 0 ? [null] : instance.legs;
  return [first ?? null, ...more].flatMap((leg, at): Draft[] => {
    const stop = leg?.stops[0];
    const wants = leg === null || stop === undefined ? [] : [{
      key: railKey(stop),
      verdict: leg.verdict,
      cut: leg.cut === 'instance' || leg.cut === 'subnet' ? 'row' as const : leg.cut === 0 || (typeof leg.cut === 'number' && leg.stops[leg.cut]?.kind === stop.kind) ? 'rail' as const : null,
      inward: leg.way === 'ssh-key-pair',
    }];
    return [{ row: { kind: 'instance', instance, leg, first: at === 0, joins: [] }, wants }, ...(leg === null || leg.why === '' ? [] : [{ row: { kind: 'why' as const, leg, joins: [] as const }, wants: [] }])];
  });
}

function natRow(nat: SceneNat, all: readonly SceneLeg[]): Draft {
  const used = all.some((leg) => leg.stops.some((stop) => stop.id === nat.id));
  const onward = beyond(all, nat.id);
  return {
    row: { kind: 'nat-gateway', nat, joins: [] },
    wants: [
      ...(used ? [{ key: nat.id, verdict: 'idle' as const, cut: null, inward: true }] : []),
      ...(nat.gateway === null && onward !== 'open' ? [] : [{ key: IGW, verdict: onward, cut: onward === 'closed' || onward === 'unknown' ? 'rail' as const : null, inward: false }]),
    ],
  };
}

function endpointRow(endpoint: SceneEndpoint, all: readonly SceneLeg[]): Draft {
  const through = all.filter((leg) => leg.stops.some((stop) => stop.id === endpoint.id));
  const verdict = through.length === 0 ? 'idle' : (['open', 'unknown', 'closed'] as const).find((one) => through.some((leg) => leg.verdict === one)) ?? 'idle';
  return { row: { kind: 'vpc-endpoint', endpoint, joins: [] }, wants: through.length === 0 ? [] : [{ key: ENDPOINTS, verdict, cut: null, inward: true }] };
}

function drafts(vpc: SceneVpc): Draft[] {
  const all = legs(vpc);
  const rows = vpc.subnets.flatMap((subnet, at): Draft[] => [
    ...(at === 0 ? [] : [{ row: { kind: 'gap' as const }, wants: [] }]),
    { row: { kind: 'subnet', subnet }, wants: [] },
    ...subnet.things.flatMap((thing) => (thing.kind === 'instance' ? instanceRows(thing) : [thing.kind === 'nat-gateway' ? natRow(thing, all) : endpointRow(thing, all)])),
  ]);
  // What a road goes through and stands in no subnet of this VPC has a row at its end.
  const drawn = new Set(vpc.subnets.flatMap((subnet) => subnet.things.flatMap((thing) => (thing.kind === 'instance' ? [] : [thing.id]))));
  const others = [...new Map(all.flatMap((leg) => leg.stops).filter((stop) => stop.kind !== 'internet-gateway' && !drawn.has(stop.id)).map((stop) => [stop.id, stop])).values()];
  return [...rows, ...(others.length === 0 ? [] : [{ row: { kind: 'gap' as const }, wants: [] }]), ...others.map((stop): Draft => ({ row: { kind: 'other', stop, joins: [] }, wants: [{ key: railKey(stop), verdict: 'idle', cut: null, inward: true }] }))];
}

/** Columns such that no two rails of one meet; the internet gateway's is the outermost, short ones are nearest to the rows. */
function columnsOf(spans: readonly Omit<Rail, 'column'>[]): number[] {
  const taken: { from: number; to: number }[][] = [];
  const place = ({ from, to, top }: Omit<Rail, 'column'>): number => {
    const first = top ? 0 : 1;
    for (let column = first; ; column += 1) {
      const there = (taken[column] ??= []);
      if (there.every((other) => other.to < from || other.from > to)) {
        there.push({ from: top ? -1 : from, to });
        return column;
      }
    }
  };
  const order = spans.map((span, at) => ({ span, at })).toSorted((a, b) => Number(b.span.top) - Number(a.span.top) || (b.span.to - b.span.from) - (a.span.to - a.span.from) || a.at - b.at);
  const columns: number[] = [];
  for (const { span, at } of order) columns[at] = place(span);
  // Without an internet gateway's rail nothing is in the outermost column.
  const outermost = Math.min(...columns);
  return columns.map((column) => column - outermost);
}

/** The plan of one VPC. */
export function planOf(vpc: SceneVpc): VpcPlan {
  const all = drafts(vpc);
  const keys = [...new Set(all.flatMap((draft) => draft.wants.map((want) => want.key)))];
  const spans = keys.map((key): Omit<Rail, 'column'> => {
    const rows = all.flatMap((draft, at) => (draft.wants.some((want) => want.key === key) ? [at] : []));
    return { key, top: key === IGW, from: Math.min(...rows), to: Math.max(...rows) };
  });
  const columns = columnsOf(spans);
  const rails = spans.map((span, at): Rail => ({ ...span, column: columns[at] ?? 0 }));
  const rows = all.map(({ row, wants }): Row => (row.kind === 'gap' || row.kind === 'subnet' || row.kind === 'why' ? row : { ...row, joins: wants.map(({ key, ...want }) => ({ ...want, rail: keys.indexOf(key) })) }));
  return { vpc, rows, rails, columns: Math.max(0, ...columns.map((column) => column + 1)) };
}

/** The plans of a scene's VPCs, in its order. */
export const plansOf = (scene: Scene): VpcPlan[] => scene.vpcs.map(planOf);
