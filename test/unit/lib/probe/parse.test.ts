import { describe, expect, it } from 'vitest';
import { probeLine, splitProbe } from '../../../../src/lib/probe/commands.js';
import { parseAddresses, parseEgress, parsePing, parsePublicIpv4 } from '../../../../src/lib/probe/parse.js';
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

describe('parseEgress', () => {
  it.each([
    ['an address', '198.18.0.11\n', 0, '198.18.0.11'],
    ['an address without a line end', '54.238.222.53', 0, '54.238.222.53'],
    ['silence (curl 7.88, Debian)', 'curl: (28) Failed to connect to checkip.amazonaws.com port 80 after 1502 ms: Timeout was reached\n', 28, 'none'],
    ['silence (curl 8, Amazon Linux 2023)', 'curl: (28) Connection timed out after 1501 milliseconds\n', 28, 'none'],
    ['a way that is shut', "curl: (7) Failed to connect to checkip.amazonaws.com port 80 after 2 ms: Couldn't connect to server\n", 7, 'none'],
    ['a name without an address', 'curl: (6) Could not resolve host: checkip.amazonaws.com\n', 6, 'unresolved'],
    ['a resolver that is silent', 'curl: (28) Resolving timed out after 1501 milliseconds\n', 28, 'unresolved'],
  ])('%s', (_, text, status, value) => expect(parseEgress({ text, status })).toEqual({ kind: 'read', value, raw: text }));
  it.each([
    ['a page', '<html>portal</html>\n', 0], ['IPv6', '2001:db8::1\n', 0], ['two lines', '198.18.0.11\n198.18.0.12\n', 0], ['nothing', '', 0], ['no curl', 'sh: curl: command not found\n', 127],
    ['a status that disagrees', 'curl: (28) Connection timed out after 1501 milliseconds\n', 7], ['an address and a failure', '198.18.0.11\n', 18], ['a failure of another kind', 'curl: (56) Recv failure: Connection reset by peer\n', 56],
  ])('does not take %s', (_, text, status) => expect(parseEgress({ text, status })).toMatchObject({ kind: 'unparsable', raw: text }));
});

describe('parseAddresses', () => {
  it.each([
    ['one, as glibc prints it', '10.0.3.254      STREAM ssm.ap-northeast-1.amazonaws.com\n10.0.3.254      DGRAM  \n10.0.3.254      RAW    \n', 0, ['10.0.3.254']],
    ['two', '10.0.3.254      STREAM ssm.ap-northeast-1.amazonaws.com\n10.0.3.254      DGRAM  \n10.0.3.254      RAW    \n10.0.4.7        STREAM \n10.0.4.7        DGRAM  \n10.0.4.7        RAW    \n', 0, ['10.0.3.254', '10.0.4.7']],
    ['none', '', 2, []],
    ['nobody who answers', '', 124, []],
  ])('%s', (_, text, status, value) => expect(parseAddresses({ text, status })).toEqual({ kind: 'read', value, raw: text }));
  it.each([
    ['IPv6', '2001:db8::1     STREAM x\n', 0], ['an address that is none', '10.0.3.299 STREAM x\n', 0], ['a status that disagrees', '10.0.3.254      STREAM x\n', 2], ['silence with success', '', 0],
    ['no getent', 'sh: getent: command not found\n', 127], ['a line more', '10.0.3.254      STREAM x\nwarning\n', 0],
  ])('does not take %s', (_, text, status) => expect(parseAddresses({ text, status })).toMatchObject({ kind: 'unparsable', raw: text }));
});

it('repeats what was printed in its reason, quoted and bounded, and keeps all of it', () => {
  const text = `${'x'.repeat(600)}\u001b[31m\n`;
  const reading = parsePing({ text, status: 2 });
  expect(reading).toMatchObject({ kind: 'unparsable', raw: text, why: `ping ended with status 2 and printed "${'x'.repeat(500)}…"` });
});

describe('probeLine', () => {
  const shell = (line: string): string => execFileSync('sh', ['-c', line], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  it('is a line whose output splitProbe takes apart, in a real shell, in the order of its commands', () => {
    const output = shell(probeLine(['sleep 0.3; echo one', 'printf two; false', 'echo three >&2; (exit 7)', 'true']));
    // `2>&1` belongs to the last command of a list.
    expect(splitProbe(output, 4)?.map(({ text, status }) => [text, status])).toEqual([['one\n', 0], ['two\n', 1], ['', 7], ['', 0]]);
    expect(output.indexOf('ssmlab-probe 1 ')).toBeLessThan(output.indexOf('ssmlab-probe 0 '));
    expect(probeLine(['true'])).not.toContain('\n');
  });
  it('runs its commands beside each other', () => {
    // Each waits for the other: one after the other they would never end.
    const line = probeLine(['read x < "$d/a"; echo "$x"', 'echo hello > "$d/a"; echo sent']);
    const output = shell(`d=$(mktemp -d); mkfifo "$d/a"; ${line}; rm -r "$d"`);
    expect(splitProbe(output, 2)?.map(({ text }) => text)).toEqual(['hello\n', 'sent\n']);
  });
  it('is whole whatever its commands print, and when they end at once', () => {
    // A line a write, as a shell writes: forty that end in the same moment would mingle.
    const lines = 'seq 1 60 | while read x; do echo "line $x"; done';
    const many = splitProbe(shell(probeLine(Array.from({ length: 40 }, () => lines))), 40);
    expect(new Set(many?.map(({ text }) => text))).toEqual(new Set([Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join('')]));
    expect(splitProbe(shell(probeLine(["printf 'ssmlab-probe 1 0 eA==\\n'", 'head -c 100000 /dev/zero | tr "\\0" x'])), 2)?.map(({ text }) => text)).toEqual(['ssmlab-probe 1 0 eA==\n', `${'x'.repeat(2700)}\n`]);
  });
  const part = (n: number, text = 'x'): string => `ssmlab-probe ${n} 0 ${Buffer.from(text).toString('base64')}\n`;
  it.each([
    ['cut short', part(0) + part(1).slice(0, -4)], ['empty', ''], ['one too few', part(1)], ['one too many', part(0) + part(1) + part(2)], ['told twice', part(0) + part(0)],
    ['with something between', `${part(0)}rest\n${part(1)}`], ['with a rest', `${part(0)}${part(1)}rest`], ['no base64', `${part(0)}ssmlab-probe 1 0 x-y=\n`], ['base64 that is cut', `${part(0)}ssmlab-probe 1 0 eHh4e\n`], ['without marks', 'x\ny\n'],
  ])('refuses output that is %s', (_, output) => expect(splitProbe(output, 2)).toBeUndefined());
});
