/** What is gathered on the way: the hops of either direction, who blocks, and what could not be judged. */
import type { InterfaceNode, Network, SubnetNode, VpcNode } from '../vpc/network.js';
import type { Reason } from '../vpc/verdict.js';
import type { Packet } from './packet.js';
import type { ComponentKind, Disposition, ExplanationCode, Hop } from './trace.js';
import type { UnreadParts } from './unread.js';

/** Forward is from who asks. */
export type Leg = 'forward' | 'reply';

export class Way {
  readonly forward: Hop[] = [];
  readonly reply: Hop[] = [];
  readonly blockers: Hop[] = [];
  readonly unknowns: string[] = [];
  leg: Leg = 'forward';
  #first: Disposition | undefined;

  /** By the first block: what comes after one that is certain cannot make it a yes. */
  get disposition(): Disposition {
    return this.#first ?? (this.unknowns.length > 0 ? 'unknown' : 'delivered');
  }

  pass(component: ComponentKind, id: string, { rule, by, why }: Reason, packet: Packet, code?: ExplanationCode, after?: Packet): void {
    this.#add({ component, id, decision: 'pass', by, why, rule, code, header: packet.header, after: after?.header });
  }

  block(component: ComponentKind, id: string, { rule, by, why }: Reason, packet: Packet, disposition: Disposition, code?: ExplanationCode): void {
    const hop: Hop = { component, id, decision: 'block', by, why, rule, code, header: packet.header, after: undefined };
    this.#first ??= this.leg === 'reply' ? 'reply-lost' : disposition;
    this.blockers.push(hop);
    this.#add(hop);
  }

  /** `what` names it in words. */
  unknown(component: ComponentKind, id: string, { rule, by, why }: Reason, packet: Packet, what: string, code?: ExplanationCode): void {
    if (!this.unknowns.includes(what)) this.unknowns.push(what);
    this.#add({ component, id, decision: 'unknown', by, why, rule, code, header: packet.header, after: undefined });
  }

  #add(hop: Hop): void {
    (this.leg === 'forward' ? this.forward : this.reply).push(hop);
  }
}

/** Everything that the steps of one trace share. */
export interface Passage {
  readonly network: Network;
  readonly unread: UnreadParts;
  readonly way: Way;
  /** Who asks; undefined for somebody outside. */
  readonly opener: InterfaceNode | undefined;
  /** What the NAT gateway on the way remembers of the flow (N5). */
  mapping: { readonly nat: InterfaceNode; readonly source: number; readonly sourcePort: number; readonly port: number } | undefined;
  /** It has no public address, and was walked on with as if it had one: its answers find it by its private address. */
  unpaired: InterfaceNode | undefined;
  /** Blocks that were lifted and hold the other way as well, by the id of what blocks: told once. */
  lifted: Set<string> | undefined;
}

/** Where a packet of the flow comes to an end. */
export type Arrival =
  | { readonly kind: 'interface'; readonly node: InterfaceNode; readonly packet: Packet }
  | { readonly kind: 'gateway-endpoint'; readonly vpc: VpcNode; readonly packet: Packet }
  | { readonly kind: 'internet'; readonly packet: Packet }
  /** A service beside the interface, which answers on the spot. */
  | { readonly kind: 'service'; readonly packet: Packet };

/** Where it goes next; undefined when it cannot be followed any further. */
export type Next =
  | { readonly at: 'interface'; readonly node: InterfaceNode; readonly packet: Packet }
  | { readonly at: 'subnet'; readonly subnet: SubnetNode; readonly packet: Packet }
  | { readonly at: 'internet-gateway'; readonly subnet: SubnetNode; readonly gatewayId: string; readonly packet: Packet }
  | { readonly at: 'nat-gateway'; readonly subnet: SubnetNode; readonly nat: InterfaceNode; readonly packet: Packet }
  | { readonly at: 'internet'; readonly packet: Packet }
  /** `from` is the subnet that it comes from; undefined from outside. */
  | { readonly at: 'address'; readonly vpc: VpcNode; readonly from: SubnetNode | undefined; readonly packet: Packet }
  | { readonly at: 'entering'; readonly node: InterfaceNode; readonly from: SubnetNode | undefined; readonly packet: Packet }
  | { readonly at: 'end'; readonly arrival: Arrival }
  | undefined;


export function lift(passage: Passage, id: string): void {
  (passage.lifted ??= new Set()).add(id);
}

const SPACE = 32;
const COMMA = 44;

/** `acl-1 egress rule 50` → `acl-1`. */
export function resourceOf(by: string): string {
  // By hand: it is asked at every hop, and an expression takes a third longer than all of it.
  for (let end = 0; end < by.length; end++) {
    const code = by.charCodeAt(end);
    if (code === SPACE || code === COMMA) return by.slice(0, end);
  }
  return by;
}
