import { describe, expect, it } from 'vitest';
import { pingCommand, readPing } from '../../../../../src/cloud/fabric/netns/ping.js';

const HEAD = 'PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n';

describe('readPing', () => {
  it.each([
    ['an answer', `${HEAD}64 bytes from 8.8.8.8: icmp_seq=1 ttl=117 time=0.512 ms\n\n--- 8.8.8.8 ping statistics ---\n`, { from: '8.8.8.8', kind: 'echo-reply', ttl: 117, milliseconds: 0.512 }],
    ['the last hop', `${HEAD}From 10.0.1.200 icmp_seq=1 Time to live exceeded\n`, { from: '10.0.1.200', kind: 'ttl-exceeded' }],
    ['a link that is too small', `${HEAD}From 10.0.1.1 icmp_seq=1 Frag needed and DF set (mtu = 1500)\n`, { from: '10.0.1.1', kind: 'frag-needed', mtu: 1500 }],
    ['a link that is known to be too small', `${HEAD}ping: local error: message too long, mtu=1500\n`, { from: '10.0.1.16', kind: 'frag-needed', mtu: 1500 }],
    ['nobody there', `${HEAD}From 10.0.1.16 icmp_seq=1 Destination Host Unreachable\n`, { from: '10.0.1.16', kind: 'unreachable' }],
  ])('reads %s', (_, output, expected) => {
    expect(readPing(output, '10.0.1.16')).toMatchObject(expected);
  });

  it('reads silence', () => {
    expect(readPing(`${HEAD}\n--- 8.8.8.8 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n`, '10.0.1.16')).toBeUndefined();
  });
});

it('gives ping all that is asked for', () => {
  const request = { to: '8.8.8.8', ttl: 3, size: 1473, sequence: 1, identifier: 7, timeoutMs: 300 };
  expect(pingCommand({ ...request, dontFragment: true }, '198.51.100.7').join(' ')).toBe('ping -n -b -c 1 -W 0.3 -s 1473 -t 3 -M do -I 198.51.100.7 8.8.8.8');
  expect(pingCommand(request, undefined).join(' ')).toBe('ping -n -b -c 1 -W 0.3 -s 1473 -t 3 -M dont 8.8.8.8');
});
