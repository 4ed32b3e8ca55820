import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../src/lib/net/address.js';
import { answerTo, type Flow, ICMP_ECHO_REQUEST, PROTOCOL, sameFlow } from '../../../../src/lib/net/flow.js';
import { formatPortRange, inPortRange } from '../../../../src/lib/net/port.js';

const ends = { source: addressOf('10.0.1.16'), destination: addressOf('8.8.8.8') };
const tcp: Flow = { protocol: PROTOCOL.tcp, ...ends, sourcePort: 40000, destinationPort: 443 };
const echo: Flow = { protocol: PROTOCOL.icmp, ...ends, sourcePort: 7, destinationPort: 0, icmp: ICMP_ECHO_REQUEST };

describe('flows', () => {
  it('are answered with ends and ports swapped', () => {
    expect(answerTo(tcp)).toEqual({ protocol: PROTOCOL.tcp, source: ends.destination, destination: ends.source, sourcePort: 443, destinationPort: 40000 });
    expect(sameFlow(answerTo(answerTo(tcp)), tcp)).toBe(true);
    expect(sameFlow(answerTo(tcp), tcp)).toBe(false);
  });

  it('answer an echo request with an echo reply of the same identifier', () => {
    expect(answerTo(echo)).toEqual({ protocol: PROTOCOL.icmp, source: ends.destination, destination: ends.source, sourcePort: 0, destinationPort: 7, icmp: { type: 0, code: 0 } });
  });
});

describe('port ranges', () => {
  it.each([['22', { from: 22, to: 22 }], ['1024-65535', { from: 1024, to: 65535 }]])('are written as %s', (text, range) => {
    expect(formatPortRange(range)).toBe(text);
  });

  it('includes both ends', () => {
    const range = { from: 1024, to: 2048 };
    expect([1023, 1024, 2048, 2049].map((port) => inPortRange(range, port))).toEqual([false, true, true, false]);
  });
});
