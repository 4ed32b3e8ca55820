/** A packet on its way: the header that the rules judge, and the same header as people read it. */
import { formatAddress } from '../net/address.js';
import { type Flow, ICMP_ECHO_REQUEST, PROTOCOL } from '../net/flow.js';
import { EPHEMERAL_PORTS, type PortRange } from '../net/port.js';
import type { Header, Question } from './trace.js';

export interface Packet {
  readonly flow: Flow;
  readonly header: Header;
  /** Of an answer: its destination port stands for all of these, since which one the asker or a NAT gateway takes is not known (A5). */
  readonly ports: PortRange | undefined;
}

/** The packet that one became, at a gateway or at its answer: most of its header is written already. */
export function packetAfter(before: Packet, flow: Flow, ports: PortRange | undefined): Packet {
  return { flow, header: headerOf(flow, textOf(flow.source, before), textOf(flow.destination, before)), ports };
}

function textOf(address: number, { flow, header }: Packet): string {
  return address === flow.source ? header.source : address === flow.destination ? header.destination : formatAddress(address);
}

function headerOf(flow: Flow, source: string, destination: string): Header {
  return flow.icmp === undefined
    ? { source, destination, protocol: flow.protocol === PROTOCOL.tcp ? 'tcp' : 'udp', sourcePort: flow.sourcePort, destinationPort: flow.destinationPort }
    : { source, destination, protocol: 'icmp' };
}

/** The first packet of the question's flow, from a port of Linux's choice or with some identifier. */
export function firstPacket({ protocol, port = 0 }: Question, source: number, destination: number): Packet {
  const sourcePort = EPHEMERAL_PORTS.from;
  const flow: Flow = protocol === 'icmp'
    ? { protocol: PROTOCOL.icmp, source, destination, sourcePort, destinationPort: 0, icmp: ICMP_ECHO_REQUEST }
    : { protocol: PROTOCOL[protocol], source, destination, sourcePort, destinationPort: port, icmp: undefined };
  return { flow, header: headerOf(flow, formatAddress(source), formatAddress(destination)), ports: undefined };
}

