/**
 * The rules that switch the kernel's tracing on, for one flow: in a table of their own, which is put and taken back whole. The probe
 * carries a DSCP, by which it is known behind every address translation; its flow is marked, so that answers are traced as well.
 */
export const TRACE_TABLE = 'ssmlab_trace';

/** Of no service class (RFC 4594); nothing else here sends it. */
export const PROBE_DSCP = 42;
/** Far from the bits by which flows are known to be tracked. */
const FLOW_BIT = '0x40000000';

export interface ProbeFlow {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** TCP and UDP; for ICMP `ping` sets the DSCP itself. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Where the probe comes out of the instance. */
export interface Entrance {
  readonly device: string;
  readonly source: string;
  readonly destination: string;
}

/** Text for `nft -f`. With an entrance the probe is known by its addresses and ports there; everywhere else by what it carries. */
export function traceRules(flow: ProbeFlow, entrance: Entrance | undefined): string {
  const { protocol, sourcePort, destinationPort } = flow;
  const ports = protocol === 'icmp' ? 'icmp type echo-request' : `${protocol} dport ${destinationPort}`;
  const begins = entrance === undefined ? [] : [
    `add chain ip ${TRACE_TABLE} entrance { type filter hook prerouting priority -310; policy accept; }`,
    `add rule ip ${TRACE_TABLE} entrance iifname "${entrance.device}" ip saddr ${entrance.source} ip daddr ${entrance.destination} ${
      protocol === 'icmp' ? `${ports} ip dscp ${PROBE_DSCP}` : `${protocol} sport ${sourcePort} ${ports} ip dscp set ${PROBE_DSCP}`} meta nftrace set 1`,
  ];
  return `${[
    dropTable(),
    `add table ip ${TRACE_TABLE}`,
    ...begins,
    // After connection tracking knows the flow.
    `add chain ip ${TRACE_TABLE} probed { type filter hook prerouting priority -190; policy accept; }`,
    `add rule ip ${TRACE_TABLE} probed ip dscp ${PROBE_DSCP} ${ports} ct mark set ct mark or ${FLOW_BIT}`,
    `add rule ip ${TRACE_TABLE} probed ct mark and ${FLOW_BIT} == ${FLOW_BIT} meta nftrace set 1`,
  ].join('\n')}\n`;
}

/** Takes the table back, whether or not it is there. */
export function dropTable(): string {
  return `add table ip ${TRACE_TABLE}\ndelete table ip ${TRACE_TABLE}`;
}
