/** One packet's header as the rules see it, and the header of its answer. */

/** IANA protocol numbers that a VPC knows by ports or types. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;

export interface Flow {
  /** IANA number. */
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  /** TCP and UDP: port. ICMP echo request: the identifier, which NAT rewrites like a port. Else 0. */
  readonly sourcePort: number;
  /** TCP and UDP: port. ICMP echo reply: the identifier. Else 0. */
  readonly destinationPort: number;
  /** Set for ICMP. */
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
}

export const ICMP_ECHO_REQUEST = { type: 8, code: 0 } as const;
export const ICMP_ECHO_REPLY = { type: 0, code: 0 } as const;

/** Header of the answer: ends and ports swapped, an echo request answered by an echo reply. */
export function answerTo(flow: Flow): Flow {
  return {
    protocol: flow.protocol,
    source: flow.destination,
    destination: flow.source,
    sourcePort: flow.destinationPort,
    destinationPort: flow.sourcePort,
    icmp: flow.icmp === undefined ? undefined : flow.icmp.type === ICMP_ECHO_REQUEST.type ? ICMP_ECHO_REPLY : flow.icmp,
  };
}

/** True when addresses, ports and protocol are the same. */
export function sameFlow(a: Flow, b: Flow): boolean {
  return a.protocol === b.protocol && a.source === b.source && a.destination === b.destination
    && a.sourcePort === b.sourcePort && a.destinationPort === b.destinationPort;
}

/** `tcp`, `udp`, `icmp`, or the number. */
export function protocolName(protocol: number): string {
  switch (protocol) {
    case PROTOCOL.icmp:
      return 'icmp';
    case PROTOCOL.tcp:
      return 'tcp';
    case PROTOCOL.udp:
      return 'udp';
  }
  return String(protocol);
}
