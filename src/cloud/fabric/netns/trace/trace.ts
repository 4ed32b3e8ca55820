/** Follows a real packet: switches the kernel's tracing on for one flow, sends a probe from inside the instance, and reads what the kernel says of it. */
import { addressOf } from '../../../../lib/net/address.js';
import { isLoopback } from '../../../../lib/net/cidr.js';
import type { FlowAccount, FlowRequest, FlowStep } from '../../account.js';
import type { InternetHost } from '../../fabric.js';
import { entranceArgv } from '../entrance.js';
import type { HolderClient } from '../holder-client.js';
import type { RunResult } from '../holder/protocol.js';
import type { Layout, Machine, Port, VpcLayout } from '../plan/layout.js';
import { startMonitor } from './monitor.js';
import { dropOf, type TracedPacket } from './packets.js';
import { answerPlace, follow, namespacesOnTheWay, routerPlace } from './path.js';
import { PATIENCE_MS, probeCommand, probePort, readProbe, type RunningProbe, sendProbe } from './probe.js';
import type { AskRoute } from './router-steps.js';
import { traceRules } from './rules.js';
import { ownerOf, stepsOf } from './steps.js';

/** The kernel has said all when it has been silent for so long after the probe's end; milliseconds. */
const SILENCE_MS = 60;
const SILENCE_BOUND_MS = 1000;
/** An answer that the kernel gives by itself (a SYN's, an echo request's) does not let it be silent for so long, milliseconds. */
const STUCK_MS = 500;
/** How often a packet and its answer may pass the internet, one after the other. */
const CROSSINGS = 4;

const TCP = { syn: 0x02, rst: 0x04, ack: 0x10 } as const;
const ICMP = { echoReply: 0, echoRequest: 8 } as const;

export interface TraceInput {
  readonly holder: HolderClient;
  readonly layout: Layout;
  readonly hostAt: (address: string) => InternetHost | undefined;
  readonly request: FlowRequest;
  /** Of the internet, each way. */
  readonly delayMs: number;
}

interface Sender {
  readonly vpc: VpcLayout;
  readonly port: Port;
  readonly machine: Machine;
}

/** Rejects when the interface is on no running instance, and when the kernel does not take the rules. One at a time: the probe's mark is one. */
export async function traceFlow({ holder, layout, hostAt, request, delayMs }: TraceInput): Promise<FlowAccount> {
  const sender = senderOf(layout, request.networkInterfaceId);
  const [source = ''] = sender.port.addresses;
  const own = isLoopback(addressOf(request.address)) || sender.machine.ports.some((port) => port.addresses.includes(request.address));
  const { probe, packetsIn } = await watched(holder, layout, sender, request, own ? undefined : delayMs * CROSSINGS);
  const answered = readProbe(request.protocol, probe);
  const base = { by: 'kernel', source, ...answered } as const;
  if (own) return { ...base, steps: [sends(sender, `${request.address} is the instance's own: no packet leaves it`)] };
  const fits = isProbe(request);
  const there = follow(layout, routerPlace(sender.vpc, sender.port.device), packetsIn, (packet) => fits(packet) && isMeant(packet, sender, request));
  if (there[0]?.packet === undefined) return { ...base, steps: [{ ...sends(sender, 'the packet did not come out of the instance: its own network kept it'), verdict: 'drop' }] };
  const askRoute = kernelRoutes(holder);
  const forward = await stepsOf({ leg: 'forward', passes: there, askRoute, hostAt });
  const steps = [sends(sender, `${ownerOf(sender.port)} sends from ${source}, ${sender.port.node.subnet.subnet.subnetId}`), ...forward];
  const begins = steps.some((step) => step.verdict === 'drop') ? undefined : answerPlace(there);
  if (begins === undefined) return { ...base, steps };
  const back = follow(layout, begins, packetsIn, isAnswer(request));
  return { ...base, steps: [...steps, ...(back[0]?.packet === undefined ? [silent(forward.at(-1))] : await stepsOf({ leg: 'return', passes: back, askRoute, hostAt }))] };
}

function senderOf(layout: Layout, networkInterfaceId: string): Sender {
  const vpc = layout.vpcs.find((each) => each.portOf.has(networkInterfaceId));
  const port = vpc?.portOf.get(networkInterfaceId);
  const machine = layout.machineOf.get(networkInterfaceId);
  if (vpc === undefined || port === undefined || machine === undefined) throw new Error(`network interface ${networkInterfaceId} is on no running instance`);
  return { vpc, port, machine };
}

const sends = ({ port }: Sender, detail: string): FlowStep => ({ leg: 'forward', kind: 'network-interface', id: port.node.id, detail, verdict: 'pass' });

function silent(last: FlowStep | undefined): FlowStep {
  return { leg: 'return', kind: last?.kind ?? 'network-interface', id: last?.id, detail: 'sent no answer', verdict: 'drop' };
}

/** Sends the probe under the kernel's eyes. Whatever happens, the rules are taken back. `lateMs` is undefined where no packet will be seen. */
async function watched(holder: HolderClient, layout: Layout, { vpc, port, machine }: Sender, request: FlowRequest, lateMs: number | undefined) {
  const [source = ''] = port.addresses;
  const sourcePort = probePort();
  const flow = { protocol: request.protocol, sourcePort, destinationPort: request.port };
  const namespaces = lateMs === undefined ? [] : namespacesOnTheWay(layout, vpc, request.address);
  let heard = performance.now();
  const starting = await Promise.allSettled(namespaces.map(async (namespace) => {
    const rules = traceRules(flow, namespace === vpc.router ? { device: port.device, source, destination: request.address } : undefined);
    return [namespace, await startMonitor(entranceArgv(holder, namespace), rules, () => (heard = performance.now()))] as const;
  }));
  const monitors = new Map(starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
  try {
    const failed = starting.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const command = probeCommand(request, source, sourcePort, PATIENCE_MS + (lateMs ?? 0));
    const probe = await probed(sendProbe(entranceArgv(holder, machine.namespace), command), () => {
      const seen = [...monitors.values()].flatMap((monitor) => monitor.packets());
      const stuck = seen.length > 0 && request.protocol !== 'udp' && performance.now() - heard > STUCK_MS + (lateMs ?? 0);
      return stuck || seen.some((packet) => dropOf(packet) !== undefined && isMeant(packet, { port }, request));
    });
    const ended = performance.now();
    heard = ended;
    while (performance.now() - heard < SILENCE_MS && performance.now() - ended < SILENCE_BOUND_MS) await new Promise((resolve) => setTimeout(resolve, SILENCE_MS / 4));
    return { probe, packetsIn: (namespace: string): readonly TracedPacket[] => monitors.get(namespace)?.packets() ?? [] };
  } finally {
    await Promise.all([...monitors.values()].map((monitor) => monitor.stop()));
  }
}

/** Waits for the probe; once the kernel has done with it, or with the answer, nobody need wait until it gives up by itself. */
async function probed({ result, giveUp }: RunningProbe, isOver: () => boolean): Promise<RunResult> {
  const looking = setInterval(() => {
    if (!isOver()) return;
    clearInterval(looking);
    giveUp();
  }, SILENCE_MS);
  try {
    return await result;
  } finally {
    clearInterval(looking);
  }
}

/** Whoever is root in an instance may send what looks like the probe, but for where to. */
function isMeant({ input, destination }: TracedPacket, { port }: Pick<Sender, 'port'>, { address }: FlowRequest): boolean {
  return input !== port.device || destination === address;
}

function isProbe({ protocol, port }: FlowRequest): (packet: TracedPacket) => boolean {
  return (packet) => {
    if (packet.protocol !== protocol) return false;
    if (protocol === 'icmp') return packet.icmpType === ICMP.echoRequest;
    return packet.destinationPort === port && (protocol === 'udp' || ((packet.tcpFlags ?? 0) & (TCP.syn | TCP.ack)) === TCP.syn);
  };
}

/** The first answer: SYN and ACK, a reset, an echo reply, a datagram, or an ICMP error about the probe. */
function isAnswer({ protocol, port }: FlowRequest): (packet: TracedPacket) => boolean {
  return (packet) => {
    if (packet.protocol === 'icmp') return packet.icmpType !== ICMP.echoRequest && (protocol !== 'icmp' || packet.icmpType === ICMP.echoReply);
    if (packet.protocol !== protocol || packet.sourcePort !== port) return false;
    const flags = packet.tcpFlags ?? 0;
    return protocol === 'udp' || (flags & TCP.rst) !== 0 || (flags & (TCP.syn | TCP.ack)) === (TCP.syn | TCP.ack);
  };
}

interface ShownRoute {
  readonly dst: string;
  readonly type?: string;
  readonly metric?: number;
}

/** Asks the kernel which of a table's routes is the most specific one to an address. */
function kernelRoutes(holder: HolderClient): AskRoute {
  return async (namespace, table, address) => {
    const { stdout } = await holder.run(namespace, ['ip', '-j', 'route', 'show', 'table', String(table), 'match', address]);
    const shown = JSON.parse(stdout === '' ? '[]' : stdout) as readonly ShownRoute[];
    const length = ({ dst }: ShownRoute): number => (dst === 'default' ? 0 : Number(dst.split('/')[1] ?? 32));
    // Every table ends with a way of ours, of the largest metric, that AWS's has not.
    const [best] = shown.filter(({ dst, metric }) => !(dst === 'default' && metric === LAST_METRIC)).toSorted((a, b) => length(b) - length(a));
    if (best === undefined) return undefined;
    const destination = best.dst === 'default' ? '0.0.0.0/0' : best.dst.includes('/') ? best.dst : `${best.dst}/32`;
    return { destination, type: best.type === 'blackhole' || best.type === 'throw' ? best.type : 'unicast' };
  };
}

const LAST_METRIC = 9999;
