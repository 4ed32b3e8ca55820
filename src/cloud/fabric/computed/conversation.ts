/** What the network remembers of one flow: tracking at both ends (S7–S10), the NAT gateway's mapping, and both headers. */
import { formatAddress } from '../../../lib/net/address.js';
import type { Flow } from '../../../lib/net/flow.js';
import { FLOWS_PER_DESTINATION, NAT_IDLE_TIMEOUT, translateByNatGateway } from '../../../lib/vpc/nat-gateway.js';
import type { InterfaceNode } from '../../../lib/vpc/network.js';
import type { Direction, Tracking } from '../../../lib/vpc/security-group.js';
import { isForgotten, securityGroupVerdict, trackingOf } from '../../../lib/vpc/security-group.js';
import type { Verdict } from '../../../lib/vpc/verdict.js';
import { allow, deny } from '../../../lib/vpc/verdict.js';
import type { PortTable } from './ports.js';

/** Forward is from who opened the flow. */
export type Leg = 'forward' | 'reply';
/** Client is who opened the flow. */
export type EndName = 'client' | 'server';

interface Mapping {
  readonly natInterfaceId: string;
  readonly source: number;
  readonly sourcePort: number;
  readonly port: number;
  readonly destination: string;
}

export class Conversation {
  readonly #natPorts: PortTable;
  readonly #tracking: { client?: Tracking; server?: Tracking } = {};
  #mapping: Mapping | undefined;
  /** Set once the NAT gateway has forgotten the flow: it does not take it on again (N9). */
  #forgotten = false;
  /** Set once a TCP connection has come about: its further packets open nothing. */
  established = false;

  constructor(natPorts: PortTable) {
    this.#natPorts = natPorts;
  }

  /** What an end's interface remembers, once a first packet was admitted there. */
  trackingAt(end: EndName): Tracking | undefined {
    return this.#tracking[end];
  }

  /** The security groups of one end's interface: the first packet asks the rules; later ones pass if tracked (S7), else ask again (S8). */
  judgeGroups(end: EndName, node: InterfaceNode, direction: Direction, flow: Flow): Verdict {
    const known = this.#tracking[end];
    if (known?.decision === 'tracked') return allow(known.rule === 'S9' ? 'S9' : 'S7', node.id, 'belongs to a tracked connection');
    const verdict = securityGroupVerdict(node, direction, flow);
    if (known === undefined && verdict.decision === 'allow') this.#tracking[end] = trackingOf(node, direction, flow);
    return verdict;
  }

  /** Paths whose flows are tracked whatever the rules look like (S9): NAT gateway, PrivateLink, gateway endpoint. */
  trackAlways(end: EndName, by: string, why: string): void {
    if (this.#tracking[end]?.rule !== 'S9') this.#tracking[end] = { decision: 'tracked', rule: 'S9', by, why };
  }

  /** What `seconds` of silence make forgotten: the NAT gateway's mapping (N9), and each end's tracking after the timeout of its interface, where it has one of its own (S10). */
  forgetAfter(seconds: number, timeouts: { readonly [end in EndName]: number | undefined }): void {
    for (const end of ['client', 'server'] as const) {
      const known = this.#tracking[end];
      if (known !== undefined && isForgotten(known, seconds, timeouts[end])) delete this.#tracking[end];
    }
    if (this.#mapping === undefined || seconds <= NAT_IDLE_TIMEOUT) return;
    this.release();
    this.#forgotten = true;
  }

  /** Outwards through a NAT gateway: the flow keeps its mapping, and has only one. */
  mapOut(nat: InterfaceNode, flow: Flow): Flow | Verdict {
    const by = nat.natGateway?.natGatewayId ?? nat.id;
    if (this.#forgotten) return deny('N9', by, `forgot the flow after ${NAT_IDLE_TIMEOUT} s of silence`);
    if (this.#mapping === undefined) {
      const destination = `${flow.protocol} ${formatAddress(flow.destination)}:${flow.destinationPort}`;
      const port = this.#natPorts.take(nat.id, destination);
      if (port === undefined) return deny('N10', by, `${FLOWS_PER_DESTINATION} flows to ${destination} are open`);
      this.#mapping = { natInterfaceId: nat.id, source: flow.source, sourcePort: flow.sourcePort, port, destination };
    }
    return this.isMappedBy(nat, flow)
      ? translateByNatGateway(nat, flow, this.#mapping.port)
      : deny('N5', by, 'does not know the flow, which began another way');
  }

  /** Whether the gateway has the flow, of which this is a packet on its way outwards. */
  isMappedBy(nat: InterfaceNode, flow: Flow): boolean {
    const mapping = this.#mapping;
    return mapping?.natInterfaceId === nat.id && mapping.source === flow.source && mapping.sourcePort === flow.sourcePort;
  }

  /** Inwards to a NAT gateway: the client's header, or undefined when no mapping leads inside (N7). */
  mapIn(nat: InterfaceNode, flow: Flow): Flow | undefined {
    const mapping = this.#mapping;
    if (mapping === undefined || mapping.natInterfaceId !== nat.id || mapping.port !== flow.destinationPort) return undefined;
    return { ...flow, destination: mapping.source, destinationPort: mapping.sourcePort };
  }

  /** Gives the NAT gateway's port back. */
  release(): void {
    if (this.#mapping !== undefined) this.#natPorts.release(this.#mapping.natInterfaceId, this.#mapping.destination, this.#mapping.port);
    this.#mapping = undefined;
  }
}
