/** One declared flow as a claim: predicted for all that it means, and tried where trying shows something. Pure. */
import { formatAddress } from '../../net/address.js';
import type { SnapshotInstance } from '../../inventory/snapshot/snapshot.js';
import { CHECKIP_HOST, PING_TARGET } from '../../lab/lab.js';
import { type FlowOutcome, icmpCommand, parseIcmp, parseTcp, tcpCommand } from '../../probe/flow-commands.js';
import { traceFlow } from '../../reachability/engine.js';
import { type Configuration, NOT_REACHABLE, REACHABLE } from '../predict.js';
import type { Prediction, Side } from '../sides.js';
import { type Insider, seeEgress, seeInside, seePing } from '../sight.js';
import type { FlowAsk, Seen, Statement } from '../statement.js';
import { endsOf } from './ends.js';
import type { FlowSpec } from './language.js';
import { predictFlow } from './predict-flow.js';
import type { ExpectedFlow } from './resolve.js';

export interface FlowClaim {
  readonly statement: Statement;
  /** The flow to be tried, and the instance where it begins. */
  readonly ask?: { readonly at: SnapshotInstance; readonly ask: FlowAsk } | undefined;
  /** The TCP port of the instance's public address to be dialled from here. */
  readonly port?: number | undefined;
  /** Whether it is read off what the instance itself shows. */
  readonly seenInside: boolean;
}

const OUTCOME: Readonly<Record<FlowOutcome, readonly [string, string]>> = {
  connected: [REACHABLE, 'a connection came about'],
  refused: [REACHABLE, 'the connection was refused: packets get there and back, and nothing listens'],
  answered: [REACHABLE, 'it answers'],
  silence: [NOT_REACHABLE, 'nothing answers'],
};

/** The one port that is meant; undefined for ICMP and where there are several. */
const portOf = ({ protocols, ports }: FlowSpec): number | undefined => (protocols.length === 1 && protocols[0] === 'tcp' && ports.from === ports.to ? ports.from : undefined);

const isIcmp = ({ protocols }: FlowSpec): boolean => protocols.length === 1 && protocols[0] === 'icmp';

/** Why a flow cannot be tried, whatever its ends are. */
function untriable(flow: FlowSpec): string | undefined {
  if (portOf(flow) !== undefined || isIcmp(flow)) return undefined;
  return flow.protocols.length === 1 && flow.protocols[0] === 'udp' ? 'silence of UDP says nothing' : 'so many ports are not tried';
}

type Tried = Pick<FlowClaim, 'ask' | 'port'> & { readonly see: NonNullable<Statement['see']>; readonly inside: boolean };

/** From inside an instance to an address. */
function byCommand(at: SnapshotInstance, insider: Insider, flow: FlowSpec, address: string): Tried {
  const port = portOf(flow);
  const ask: FlowAsk = port === undefined ? { command: icmpCommand(address), read: parseIcmp } : { command: tcpCommand(address, port), read: parseTcp };
  const missing = { kind: 'unparsable', why: 'it was not asked', raw: '' } as const;
  const see = seeInside(ask.command, insider.way, insider.name, (inside) => inside.flows.get(ask.command) ?? missing, (outcome) => ({ value: OUTCOME[outcome][0], why: OUTCOME[outcome][1] }));
  const nobody: Side = { value: null, by: ask.command, why: `${insider.name} was not looked at` };
  return { ask: { at, ask }, inside: false, see: (_, of) => { const seen = of(at.instanceId); return seen === undefined ? nobody : see(seen); } };
}

/** From here, to the public address. */
function byDialling(near: SnapshotInstance, port: number): Tried {
  const by = `connect ${near.publicIpv4 ?? near.instanceId}:${port}`;
  const see = ({ doors }: Seen): Side => {
    const dialled = doors.get(port);
    if (dialled === undefined || dialled.outcome === 'untried') return { value: null, by, why: dialled?.why ?? 'it was not dialled' };
    return { value: OUTCOME[dialled.outcome][0], by, why: dialled.outcome === 'connected' ? dialled.why : OUTCOME[dialled.outcome][1] };
  };
  return { port, see, inside: false };
}

/** To the internet: by what answers there. */
function byInternet(insider: Insider, flow: FlowSpec): Tried | string {
  const told = (side: Side, reachable: string): Side => ({ ...side, value: side.value === null ? null : side.value === reachable ? REACHABLE : NOT_REACHABLE });
  if (isIcmp(flow)) return { inside: true, see: (seen) => told(seePing(insider)(seen), 'replies') };
  if (portOf(flow) !== 80) return `in the internet ${PING_TARGET} is tried by ICMP and ${CHECKIP_HOST} by tcp/80, nothing else`;
  const see = seeEgress(insider);
  return { inside: true, see: (seen) => { const side = see(seen); return { ...side, value: side.value === null ? null : side.value === 'none' ? NOT_REACHABLE : REACHABLE }; } };
}

/** How it is tried, or why it is not. */
function trial({ from }: Configuration, near: SnapshotInstance, { rule, far }: ExpectedFlow, address: string | undefined, insiderOf: (instance: SnapshotInstance) => Insider): Tried | string {
  const { direction, flow } = rule;
  const no = untriable(flow);
  if (no !== undefined) return no;
  if (address === undefined) return 'there is no address to try';
  if (direction === 'reach') {
    if (rule.far.kind === 'internet') return byInternet(insiderOf(near), flow);
    if (rule.far.kind === 'addresses' && rule.far.prefix.length < 32) return 'one address of many shows nothing of the others';
    return byCommand(near, insiderOf(near), flow, address);
  }
  if (far !== undefined) return byCommand(far, insiderOf(far), flow, address);
  const here = rule.far.kind === 'here' || rule.far.kind === 'internet' || (rule.far.kind === 'addresses' && from !== null && rule.far.prefix.length === 32 && formatAddress(rule.far.prefix.base) === from);
  if (!here) return 'nobody there can be asked to try';
  const port = portOf(flow);
  return port === undefined ? 'from here only TCP is tried' : byDialling(near, port);
}

/** `insiderOf`: by which way an instance is entered. */
export function flowClaim(configuration: Configuration, near: SnapshotInstance, expected: ExpectedFlow, insiderOf: (instance: SnapshotInstance) => Insider): FlowClaim {
  const { rule, far } = expected;
  const { network, snapshot, from } = configuration;
  const scene = { network, here: from, unread: snapshot.unread };
  const between = endsOf(scene, near, rule, far);
  const tried = trial(configuration, near, expected, 'settled' in between ? undefined : between.ends[0]?.to, insiderOf);
  const predict = (): Prediction => {
    const prediction = predictFlow(scene, between, rule.flow, rule.is, (question) => traceFlow(network, question, { unread: snapshot.unread }));
    return typeof tried === 'string' ? { ...prediction, why: `${prediction.why} (predicted only: ${tried})` } : prediction;
  };
  return {
    statement: {
      instance: near.labNumber ?? near.instanceId,
      claim: 'reachable',
      subject: `${rule.flow.text} ${rule.direction === 'reach' ? 'to' : 'from'} ${far?.name ?? rule.far.text}`,
      declared: rule.is === 'open' ? REACHABLE : NOT_REACHABLE,
      predict,
      see: typeof tried === 'string' ? undefined : tried.see,
    },
    ask: typeof tried === 'string' ? undefined : tried.ask,
    port: typeof tried === 'string' ? undefined : tried.port,
    seenInside: typeof tried !== 'string' && tried.inside,
  };
}
