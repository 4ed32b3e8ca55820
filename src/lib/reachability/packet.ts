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

const NAMES: readonly Question['protocol'][] = ['icmp', 'tcp', 'udp'];

export function packetOf(flow: Flow, ports?: PortRange): Packet {
  return { flow, header: headerOf(flow), ports };
}

function headerOf(flow: Flow): Header {
  const protocol = NAMES.find((name) => PROTOCOL[name] === flow.protocol) ?? 'tcp';
  const source = formatAddress(flow.source);
  const destination = formatAddress(flow.destination);
  return flow.icmp === undefined
    ? { source, destination, protocol, sourcePort: flow.sourcePort, destinationPort: flow.destinationPort }
    : { source, destination, protocol };
}

/** The first packet of the question's flow, from a port of Linux's choice or with some identifier. */
export function firstPacket({ protocol, port = 0 }: Question, source: number, destination: number): Packet {
  const sourcePort = EPHEMERAL_PORTS.from;
  return packetOf(protocol === 'icmp'
    ? { protocol: PROTOCOL.icmp, source, destination, sourcePort, destinationPort: 0, icmp: ICMP_ECHO_REQUEST }
    : { protocol: PROTOCOL[protocol], source, destination, sourcePort, destinationPort: port });
}

