/** One echo request by the host's own `ping`, and what it printed. */
import type { PingReply, PingRequest } from '../fabric.js';

/** What routers and gateways here start with; `ping` does not print the TTL of an error. */
const ERROR_TTL = 64;

/** `from` is set where the sender has more than one address. */
export function pingCommand(request: PingRequest, from: string | undefined): string[] {
  const seconds = String(request.timeoutMs / 1000);
  return [
    'ping', '-n', '-b', '-c', '1', '-W', seconds, '-s', String(request.size), '-t', String(request.ttl),
    '-M', request.dontFragment === true ? 'do' : 'dont', ...(from === undefined ? [] : ['-I', from]), request.to,
  ];
}

/** `address` is the sender's: who says so when a packet is too large for the sender's own link. */
export function readPing(output: string, address: string): PingReply | undefined {
  const reply = /^\d+ bytes from (?<from>[\d.]+): icmp_seq=\d+ ttl=(?<ttl>\d+) time=(?<time>[\d.]+) ms/mu.exec(output)?.groups;
  if (reply !== undefined) return { from: reply['from'] ?? '', kind: 'echo-reply', ttl: Number(reply['ttl']), milliseconds: Number(reply['time']) };
  const tooLong = /message too long, mtu[ =]+(\d+)/iu.exec(output);
  if (tooLong !== null) return { from: address, kind: 'frag-needed', ttl: ERROR_TTL, milliseconds: 0, mtu: Number(tooLong[1]) };
  const error = /^From (?<from>[\d.]+):? icmp_seq=\d+ (?<what>.*)$/mu.exec(output)?.groups;
  return error === undefined ? undefined : { from: error['from'] ?? '', ttl: ERROR_TTL, milliseconds: 0, ...kindOf(error['what'] ?? '') };
}

function kindOf(what: string): Pick<PingReply, 'kind' | 'mtu'> {
  const mtu = /Frag needed.*mtu[ =]+(\d+)/iu.exec(what)?.[1];
  if (mtu !== undefined) return { kind: 'frag-needed', mtu: Number(mtu) };
  return { kind: /Time to live exceeded/iu.test(what) ? 'ttl-exceeded' : 'unreachable' };
}
