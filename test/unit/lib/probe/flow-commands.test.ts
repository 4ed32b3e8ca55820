import { spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { icmpCommand, parseIcmp, parseTcp, tcpCommand } from '../../../../src/lib/probe/flow-commands.js';

const read = (text: string, status: number): string => {
  const reading = parseTcp({ text, status });
  return reading.kind === 'read' ? reading.value : reading.why;
};

describe('trying a flow from an instance', () => {
  it.each([
    ['0.000312\n', 0, 'connected'],
    ['curl: (1) Received HTTP/0.9 when not allowed\n0.000312\n', 1, 'connected'],
    ['curl: (28) Operation timed out after 1600 milliseconds with 0 bytes received\n0.000512\n', 28, 'connected'],
    ["curl: (7) Failed to connect to 10.0.1.16 port 23 after 0 ms: Couldn't connect to server\n0.000000\n", 7, 'refused'],
    ['0.000000\ncurl: (28) Connection timed out after 1501 milliseconds\n', 28, 'silence'],
    ['bash: curl: command not found\n', 127, 'curl ended with status 127 and printed "bash: curl: command not found\\n"'],
    ['curl: (3) URL rejected\n0.000000\n', 3, 'curl ended with status 3 and printed "curl: (3) URL rejected\\n0.000000\\n"'],
    ['', 0, 'curl ended with status 0 and printed ""'],
  ])('TCP: %j with status %i is %s', (text, status, want) => expect(read(text, status)).toBe(want));

  it.each([[2, 0, 'answered'], [1, 0, 'answered'], [0, 1, 'silence']])('ICMP: %i replies are %s', (received, status, want) => {
    const text = `PING 10.0.1.16 (10.0.1.16) 56(84) bytes of data.\n${'64 bytes from 10.0.1.16: icmp_seq=1 ttl=64 time=0.1 ms\n'.repeat(received)}\n--- 10.0.1.16 ping statistics ---\n2 packets transmitted, ${received} received, ${100 - 50 * received}% packet loss, time 201ms\n`;
    expect(parseIcmp({ text, status })).toMatchObject({ kind: 'read', value: want });
    expect(parseIcmp({ text: 'ping: socket: Operation not permitted\n', status: 2 }).kind).toBe('unparsable');
  });

  it('names the address once and nothing else', () => {
    expect(tcpCommand('10.0.1.16', 22)).toMatch(/^curl .* http:\/\/10\.0\.1\.16:22\/$/u);
    expect(icmpCommand('10.0.1.16')).toBe('ping -c 2 -i 0.2 -W 1 10.0.1.16');
  });

  const hasCurl = spawnSync('curl', ['--version']).status === 0;
  it.skipIf(!hasCurl)(`is read off this machine's own curl${hasCurl ? '' : ' (which is not there)'}`, async () => {
    const tried = (port: number) => new Promise<string>((done) => {
      const child = spawn('bash', ['-c', `${tcpCommand('127.0.0.1', port)} 2>&1`]);
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      child.on('close', (status) => done(read(text, status ?? -1)));
    });
    // One that speaks first and knows no HTTP, as sshd; one that never speaks.
    const sshd = createServer((socket) => void socket.on('error', () => undefined).resume().end('SSH-2.0-OpenSSH_8.7\r\n'));
    const mute = createServer((socket) => void socket.on('error', () => undefined).resume());
    await Promise.all([sshd, mute].map((server) => new Promise<void>((up) => server.listen(0, '127.0.0.1', up))));
    const [open, silent] = [sshd, mute].map((server) => (server.address() as AddressInfo).port);
    expect(await tried(open ?? 0)).toBe('connected');
    expect(await tried(silent ?? 0)).toBe('connected');
    await Promise.all([sshd, mute].map((server) => new Promise((down) => server.close(down))));
    expect(await tried(open ?? 0)).toBe('refused');
  });
});
