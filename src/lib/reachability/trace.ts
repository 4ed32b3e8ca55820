/** What the reachability engine is asked and what it answers. Shapes only; `diagnosis.md` §1.1 has the codes. */
import type { Ipv4 } from '../vpc/model.js';
import type { RuleId } from '../vpc/verdict.js';

/** One end of a flow: an interface of the model, or an address outside all VPCs. */
export type Place =
  | { readonly kind: 'interface'; readonly networkInterfaceId: string }
  | { readonly kind: 'internet'; readonly address: Ipv4 };

/** Where a flow is to go: an address as the source would write it, in its own VPC or public. */
export interface Question {
  readonly from: Place;
  readonly to: Ipv4;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Destination port; absent for ICMP, which asks with an echo request. */
  readonly port?: number | undefined;
}

/** How a flow ends. Only `delivered` is a yes: the request arrives and its answer comes back. */
export type Disposition =
  | 'delivered'
  /** A security group, a network ACL or Block Public Access refuses the request. */
  | 'denied'
  /** No route, or one that is a blackhole. */
  | 'no-route'
  /** A gateway does not carry it: not attached, no public address, not for inbound, not this protocol. */
  | 'dropped-by-gateway'
  /** Nothing has the address, or its instance is not running. */
  | 'nobody-there'
  /** The request arrives and its answer is lost. */
  | 'reply-lost'
  /** The path crosses something that is not modelled, or that could not be read. */
  | 'unknown';

export type ComponentKind =
  | 'instance' | 'network-interface' | 'security-group' | 'network-acl' | 'route-table' | 'subnet' | 'internet-gateway' | 'nat-gateway'
  | 'vpc-endpoint' | 'resolver' | 'block-public-access' | 'internet' | 'unsupported';

/** AWS's explanation codes (Reachability Analyzer) that the engine uses. */
export type ExplanationCode =
  | 'NO_ROUTE_TO_DESTINATION' | 'BAD_STATE_ROUTE' | 'BAD_STATE' | 'CANNOT_ROUTE' | 'ENI_SG_RULES_MISMATCH' | 'SG_HAS_NO_RULES' | 'SG_REFERENCES_NOT_PRESERVED'
  | 'SUBNET_ACL_RESTRICTION' | 'ENI_SOURCE_DEST_CHECK_RESTRICTION' | 'ENI_ADDRESS_RESTRICTION' | 'GATEWAY_REJECTS_SPOOFED_TRAFFIC'
  | 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS' | 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS' | 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS'
  | 'IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS' | 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS' | 'IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS'
  | 'NGW_REQUIRES_SOURCE_IN_VPC' | 'NGW_SOURCE_ADDRESS_REASSIGN' | 'REMAP_EPHEMERAL_PORT' | 'VPCE_INTRA_VPC_TRAFFIC' | 'VPCE_GATEWAY_PROTOCOL_RESTRICTION'
  | 'VPC_BLOCK_PUBLIC_ACCESS_ENABLED' | 'NO_PATH' | 'UNASSOCIATED_COMPONENT' | 'UNSUPPORTED_COMPONENT' | 'UNKNOWN_RESOURCE';

/** A packet's header at a hop. Ports are absent for ICMP. */
export interface Header {
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: Question['protocol'];
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
}

/** One step of the way: who decided, what, on the strength of which rule. */
export interface Hop {
  readonly component: ComponentKind;
  /** Id of the component: `sg-…`, `acl-…`, `rtb-…`, `igw-…`, `eni-…`. */
  readonly id: string;
  readonly decision: 'pass' | 'block' | 'unknown';
  /** The rule, entry or route that decided, with its component: `acl-0a rule 100`, `rtb-0b 0.0.0.0/0 → igw-0c`. */
  readonly by: string;
  /** One short clause: lower case, no period. */
  readonly why: string;
  readonly rule: RuleId;
  /** AWS's explanation code, where one fits. */
  readonly code?: ExplanationCode | undefined;
  /** Before the component. */
  readonly header: Header;
  /** After it, where it is another: NAT. */
  readonly after?: Header | undefined;
}

export interface Trace {
  readonly question: Question;
  readonly disposition: Disposition;
  /** The request's way, also beyond the first block: what would happen were it lifted. */
  readonly forward: readonly Hop[];
  /** The answer's way; empty when the request cannot arrive even with every block lifted. */
  readonly reply: readonly Hop[];
  /** Every hop, forward and back, that blocks the best path, in the order of the walk. Empty when delivered. */
  readonly blockers: readonly Hop[];
  /** What is not modelled or was not read, in words that name it and, for a missing permission, the action. */
  readonly unknowns: readonly string[];
}
