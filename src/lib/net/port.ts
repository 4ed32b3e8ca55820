/** Ports and port ranges of TCP and UDP. */

/** Inclusive at both ends. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const ALL_PORTS: PortRange = { from: 0, to: 65535 };

/** What Linux takes for outgoing connections (`net.ipv4.ip_local_port_range`; A5). */
export const EPHEMERAL_PORTS: PortRange = { from: 32768, to: 60999 };

/** What a NAT gateway rewrites source ports to (N5, A5). */
export const NAT_PORTS: PortRange = { from: 1024, to: 65535 };

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65535;
}

export function inPortRange(range: PortRange, port: number): boolean {
  return port >= range.from && port <= range.to;
}

/** `22`, or `1024-65535`. */
export function formatPortRange(range: PortRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}
