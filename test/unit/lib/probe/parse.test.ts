import { describe, expect, it } from 'vitest';
import { probeLine, splitProbe } from '../../../../src/lib/probe/commands.js';
import { parsePing, parsePublicIpv4 } from '../../../../src/lib/probe/parse.js';
import { execFileSync } from 'node:child_process';

const HEAD = 'PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n';
const reply = (n: number): string => `64 bytes from 8.8.8.8: icmp_seq=${n} ttl=117 time=2.35 ms\n`;
const stat = (sent: number, got: number, extra = ''): string => `\n--- 8.8.8.8 ping statistics ---\n${sent} packets transmitted, ${got} received,${extra} ${100 - (100 * got) / sent}% packet loss, time 603ms\n`;
const RTT = 'rtt min/avg/max/mdev = 2.3/2.4/2.5/0.1 ms\n';

describe('parsePublicIpv4', () => {
  it.each([
    ['public-ipv4: 198.18.0.11\n', '198.18.0.11'],
    ['public-ipv4: not available\n', null],
    ['public-ipv4: not available\r\n', null],
  ])('reads %j', (text, value) => expect(parsePublicIpv4({ text, status: 0 })).toEqual({ kind: 'read', value, raw: text }));
  it.each([
    ['an empty answer', '', 0], ['another label', 'local-ipv4: 10.0.1.16\n', 0], ['no address', 'public-ipv4: 300.1.1.1\n', 0],
    ['a word more', 'public-ipv4: 1.2.3.4 \n', 0], ['two lines', 'public-ipv4: 1.2.3.4\nx\n', 0], ['a failure', 'public-ipv4: not available\n', 1],
    ['IMDS off', '[ERROR] Could not get IMDSv2 token.\n', 1],
  ])('does not take %s', (_, text, status) => expect(parsePublicIpv4({ text, status })).toMatchObject({ kind: 'unparsable', raw: text }));
});

describe('parsePing', () => {
  it.each([
    ['all', HEAD + [1, 2, 3, 4].map(reply).join('') + stat(4, 4) + RTT, 0, { transmitted: 4, received: 4, errors: 0 }],
    ['some', HEAD + reply(2) + stat(4, 1) + RTT, 0, { transmitted: 4, received: 1, errors: 0 }],
    ['silence', `${HEAD + stat(4, 0)}\n`, 1, { transmitted: 4, received: 0, errors: 0 }],
    ['errors', `${HEAD}From 10.0.3.10 icmp_seq=1 Destination Host Unreachable\n${stat(4, 0, ' +1 errors,')}`, 1, { transmitted: 4, received: 0, errors: 1 }],
  ])('%s', (_, text, status, value) => expect(parsePing({ text, status })).toEqual({ kind: 'read', value, raw: text }));
  it.each([
    ['no network', 'ping: connect: Network is unreachable\n', 2],
    ['no name', 'ping: x: Name or service not known\n', 2],
    ['replies that are not shown', HEAD + stat(4, 4) + RTT, 0],
    ['a status that disagrees', HEAD + stat(4, 0), 0],
    ['no header', reply(1) + stat(4, 1), 0],
    ['more received than sent', HEAD + [1, 2].map(reply).join('') + stat(1, 2), 0],
    ['not found', 'sh: ping: command not found\n', 127],
  ])('does not take %s', (_, text, status) => expect(parsePing({ text, status }).kind).toBe('unparsable'));
});

describe('probeLine', () => {
  it('is a line whose output splitProbe takes apart, in a real shell', () => {
    const output = execFileSync('sh', ['-c', probeLine(['echo one', 'printf two; false', 'echo three >&2; (exit 7)'])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    // `2>&1` belongs to the last command of a list.
    expect(splitProbe(output, 3)?.map((part) => part.status)).toEqual([0, 1, 7]);
    expect(splitProbe(output, 3)?.[0]?.text).toBe('one\n');
    expect(splitProbe(output, 3)?.[1]?.text).toBe('two');
  });
  it.each([['cut short', 'a\nssmlab-probe-status 0\nb'], ['empty', ''], ['one too many', 'ssmlab-probe-status 0\nssmlab-probe-status 0\nssmlab-probe-status 0\n'], ['a rest', 'ssmlab-probe-status 0\nssmlab-probe-status 0\nrest']])(
    'refuses output that is %s', (_, output) => expect(splitProbe(output, 2)).toBeUndefined());
});
