/** What a fabric says of one flow's way: step by step in AWS's terms, from the instance to where the packet ended, and back. */
import type { Ipv4 } from '../../lib/vpc/model.js';

export interface FlowRequest {
  readonly networkInterfaceId: string;
  readonly address: Ipv4;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** TCP and UDP. */
  readonly port: number;
}

export type StepKind =
  | 'network-interface'
  | 'security-group'
  | 'network-acl'
  | 'route'
  | 'vpc'
  | 'nat-gateway'
  | 'internet-gateway'
  | 'vpc-endpoint'
  | 'link-local'
  | 'internet';

export interface FlowStep {
  /** Of the probe, or of the answer to it: network ACLs are stateless, so the way back is asked again. */
  readonly leg: 'forward' | 'return';
  readonly kind: StepKind;
  /** `sg-…`, `acl-…`, `rtb-…`, `nat-…`, `igw-…`, `vpce-…`, `eni-…`, `vpc-…`; undefined for what has none. */
  readonly id?: string | undefined;
  /** What decided within it: `sgr-…`, a network ACL entry's number, a route's destination. */
  readonly rule?: string | undefined;
  /** In words, without the ids above. */
  readonly detail: string;
  readonly verdict: 'pass' | 'drop';
}

/** `none`: nothing came back. `refused`: the machine is there and nothing listens. `error`: the instance itself could not send it. */
export type FlowAnswer = 'connected' | 'refused' | 'answered' | 'echo-reply' | 'none' | 'error';

export interface FlowAccount {
  /** `kernel`: a real packet was followed; `computed`: the rules were asked, no packet was sent. */
  readonly by: 'kernel' | 'computed';
  readonly source: Ipv4;
  readonly steps: readonly FlowStep[];
  readonly answer: FlowAnswer;
  /** What the probe said of an error. */
  readonly said?: string | undefined;
}
