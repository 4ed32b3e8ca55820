/**
 * Trying a flow from an instance: commands that Amazon Linux has as it comes (curl, ping), and what their output says.
 * curl is the one that all have: a TCP connection is tried as HTTP to that port, and only whether it comes about counts.
 * To whoever listens a HEAD request is sent, of which a server of another kind makes nothing.
 */
import type { Printed } from './commands.js';
import { parsePing, type Reading } from './parse.js';

/** Whether packets get there and back. `refused`: they do, and nothing listens on the port. */
export type FlowOutcome = 'connected' | 'refused' | 'answered' | 'silence';

/** As patient as the ping beside it: a lost first packet is sent again after a second. */
export const tcpCommand = (address: string, port: number): string => `curl -sSI -o /dev/null --connect-timeout 1.5 --max-time 1.6 -w '%{time_connect}\\n' http://${address}:${port}/`;

/** Two requests, a second's patience. */
export const icmpCommand = (address: string): string => `ping -c 2 -i 0.2 -W 1 ${address}`;

// curl's statuses.
const COULD_NOT_CONNECT = 7;
const TIMED_OUT = 28;

/** The time until the connection stood is what curl tells by itself; 0: it never did. */
export function parseTcp({ text, status }: Printed): Reading<FlowOutcome> {
  const time = /^(\d+\.\d+)$/mu.exec(text)?.[1];
  if (time !== undefined) {
    if (Number(time) > 0) return { kind: 'read', value: 'connected', raw: text };
    if (status === COULD_NOT_CONNECT) return { kind: 'read', value: 'refused', raw: text };
    if (status === TIMED_OUT) return { kind: 'read', value: 'silence', raw: text };
  }
  return { kind: 'unparsable', why: `curl ended with status ${status} and printed ${JSON.stringify(text.slice(0, 500))}`, raw: text };
}

/** Any reply is an answer. ICMP errors are none: they come from the way, not from its end. */
export function parseIcmp(printed: Printed): Reading<FlowOutcome> {
  const reading = parsePing(printed);
  return reading.kind === 'unparsable' ? reading : { kind: 'read', value: reading.value.received > 0 ? 'answered' : 'silence', raw: reading.raw };
}
