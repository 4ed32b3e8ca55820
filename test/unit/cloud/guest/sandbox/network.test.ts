/** ping, ec2-metadata, curl, nc and names, over a fabric whose answers the test decides. */
import { createServer, type RequestListener } from 'node:http';
import { PassThrough, Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fabric, FabricError, type PingReply, type PingRequest, type Resolution } from '../../../../../src/cloud/fabric/fabric.js';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { bootGuest, bundleWorker, type Outcome, run, silentFabric, Terminal } from './bundled-worker.js';

/** Two ends of a connection in memory. */
function connected(): readonly [Duplex, Duplex] {
  const [up, down] = [new PassThrough(), new PassThrough()];
  return [Duplex.from({ readable: down, writable: up }), Duplex.from({ readable: up, writable: down })];
}

const METADATA: Readonly<Record<string, string>> = {
  'meta-data/ami-id': 'ami-0123', 'meta-data/ami-launch-index': '0', 'meta-data/ami-manifest-path': '(unknown)', 'meta-data/block-device-mapping/': 'ami\nroot', 'meta-data/block-device-mapping/ami': 'xvda',
  'meta-data/block-device-mapping/root': '/dev/xvda', 'meta-data/instance-id': 'i-0123456789abcdef0', 'meta-data/instance-type': 't4g.nano', 'meta-data/local-hostname': 'ip-10-0-1-16.ap-northeast-1.compute.internal',
  'meta-data/local-ipv4': '10.0.1.16', 'meta-data/placement/availability-zone': 'ap-northeast-1a', 'meta-data/placement/region': 'ap-northeast-1', 'meta-data/services/partition': 'aws', 'meta-data/public-ipv4': '198.18.0.11',
  'meta-data/public-keys/': '0=MyKeyPair', 'meta-data/public-keys/0/openssh-key': 'ssh-ed25519 AAAA MyKeyPair', 'meta-data/reservation-id': 'r-0', 'meta-data/security-groups': 'sg-name',
};

let metadataOn = true;
const imds: RequestListener = (request, response) => {
  if (!metadataOn) response.writeHead(403).end();
  else if (request.method === 'PUT' && request.url === '/latest/api/token' && request.headers['x-aws-ec2-metadata-token-ttl-seconds'] === '900') response.end('TOKEN');
  else if (request.headers['x-aws-ec2-metadata-token'] !== 'TOKEN') response.writeHead(401).end();
  else {
    const value = METADATA[(request.url ?? '').replace('/latest/', '')];
    if (value === undefined) response.writeHead(404).end();
    else response.end(value);
  }
};
const web: RequestListener = (request, response) => {
  if (request.url === '/redirect') response.writeHead(302, { location: '/final' }).end('moved');
  else if (request.url === '/missing') response.writeHead(404).end('no');
  else if (request.url === '/never') return;
  else {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.setHeader('content-type', 'text/plain');
      response.write(`${request.method ?? ''} ${request.url ?? ''} `);
      response.end(`${request.headers['user-agent'] ?? ''} ${String(request.headers['x-a'] ?? '')} ${Buffer.concat(parts).toString()}\n`);
    });
  }
};

const servers = { '169.254.169.254': createServer(imds), '198.19.0.5': createServer(web) } as const;
const pings: PingRequest[] = [];
let answer: (request: PingRequest) => Promise<PingReply | undefined> = () => Promise.resolve(undefined);
const names: Readonly<Record<string, Resolution>> = {
  'web.test': { kind: 'addresses', addresses: ['198.19.0.5'] },
  'quiet.test': { kind: 'silent' },
  'peer.ap-northeast-1.compute.internal': { kind: 'addresses', addresses: ['10.0.1.17'] },
};

const fabric: Fabric = silentFabric({
  ping: (_from, request) => {
    pings.push(request);
    return answer(request);
  },
  resolve: (_from, name) => Promise.resolve(names[name] ?? { kind: 'nxdomain' }),
  connect: (_from, to, options) => {
    const server = (servers as Readonly<Record<string, ReturnType<typeof createServer>>>)[to.address];
    if (server !== undefined && to.port === 80) {
      const [near, far] = connected();
      server.emit('connection', far);
      return Promise.resolve(near);
    }
    if (server !== undefined) return Promise.reject(new FabricError('ECONNREFUSED', 'refused'));
    return new Promise((_resolve, reject) => {
      const timer = setTimeout(() => reject(new FabricError('ETIMEDOUT', 'timed out')), options?.timeoutMs ?? 130_000);
      options?.signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new FabricError('ETIMEDOUT', 'aborted'));
      });
    });
  },
});

let guest: Guest;
beforeAll(async () => {
  guest = await bootGuest(await bundleWorker(), fabric);
});
afterAll(async () => {
  await guest.stop();
  for (const server of Object.values(servers)) server.close();
});

const echo = (request: PingRequest): Promise<PingReply> => Promise.resolve({ from: request.to, kind: 'echo-reply', ttl: 117, milliseconds: 0.5123 });
const text = async (line: string): Promise<Outcome> => run(guest, line);

describe('ping', () => {
  it('prints replies as iputils does', async () => {
    answer = echo;
    pings.length = 0;
    const got = await text('sudo ping -c 3 -i 0.01 8.8.8.8');
    expect(got).toMatchObject({ code: 0, stderr: '' });
    expect(got.stdout).toMatch(new RegExp([
      '^PING 8\\.8\\.8\\.8 \\(8\\.8\\.8\\.8\\) 56\\(84\\) bytes of data\\.',
      '64 bytes from 8\\.8\\.8\\.8: icmp_seq=1 ttl=117 time=0\\.512 ms',
      '64 bytes from 8\\.8\\.8\\.8: icmp_seq=2 ttl=117 time=0\\.512 ms',
      '64 bytes from 8\\.8\\.8\\.8: icmp_seq=3 ttl=117 time=0\\.512 ms',
      '',
      '--- 8\\.8\\.8\\.8 ping statistics ---',
      '3 packets transmitted, 3 received, 0% packet loss, time \\d+ms',
      'rtt min/avg/max/mdev = 0\\.512/0\\.512/0\\.512/0\\.000 ms',
      '$',
    ].join('\n'), 'u'));
    expect(pings.map(({ to, size, sequence, ttl }) => ({ to, size, sequence, ttl }))).toEqual([1, 2, 3].map((sequence) => ({ to: '8.8.8.8', size: 56, sequence, ttl: 64 })));
  });

  it('prints nothing but the loss when nothing answers, and a blank line at the end', async () => {
    answer = () => Promise.resolve(undefined);
    const got = await text('sudo ping -c 4 -i 0.01 -W 0.1 8.8.8.8');
    expect(got).toMatchObject({ code: 1, stderr: '' });
    expect(got.stdout).toMatch(/^PING 8\.8\.8\.8 \(8\.8\.8\.8\) 56\(84\) bytes of data\.\n\n--- 8\.8\.8\.8 ping statistics ---\n4 packets transmitted, 0 received, 100% packet loss, time \d+ms\n\n$/u);
  });

  it('waits for the deadline', async () => {
    answer = () => Promise.resolve(undefined);
    const got = await text('ping -w 1 -i 0.2 8.8.8.8');
    expect(got.code).toBe(1);
    expect(got.stdout).toMatch(/\n[456] packets transmitted, 0 received, 100% packet loss/u);
  });

  it('tells who refused', async () => {
    answer = () => Promise.resolve({ from: '10.0.1.200', kind: 'ttl-exceeded', ttl: 64, milliseconds: 1 });
    const got = await text('ping -c 1 -t 1 8.8.8.8');
    expect(got.code).toBe(1);
    expect(got.stdout).toContain('From 10.0.1.200 icmp_seq=1 Time to live exceeded\n');
    expect(got.stdout).toContain('1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n');
  });

  it.each([
    ['ping -c 1 nowhere.test', 'ping: nowhere.test: Name or service not known\n'],
    ['ping -c 1 quiet.test', 'ping: quiet.test: Temporary failure in name resolution\n'],
    ['ping -i 0.1 8.8.8.8', 'ping: cannot flood; minimal interval allowed for user is 200ms\n'],
    ['ping', 'ping: usage error: Destination address required\n'],
  ])('%s', async (line, stderr) => {
    const got = await text(line);
    expect(got.stderr).toBe(stderr);
    expect(got.code).toBe(line === 'ping' ? 1 : 2);
    expect(got.stdout).toBe('');
  });

  it('names the host it was given, with its address', async () => {
    answer = echo;
    const got = await text('ping -c 1 web.test; ping -q -c 1 -s 100 peer');
    expect(got.stdout).toContain('PING web.test (198.19.0.5) 56(84) bytes of data.\n64 bytes from web.test (198.19.0.5): icmp_seq=1 ttl=117 time=0.512 ms\n');
    expect(got.stdout).toContain('PING peer (10.0.1.17) 100(128) bytes of data.\n\n--- peer ping statistics ---\n1 packets');
  });

  it('prints its statistics at ^C', async () => {
    answer = echo;
    const terminal = await Terminal.open(guest);
    await terminal.expect('sh-5.2$ ');
    terminal.type('ping 8.8.8.8\r');
    await terminal.expect('icmp_seq=1');
    terminal.type('\x03');
    await terminal.expect('^C\r\n--- 8.8.8.8 ping statistics ---\r\n');
    await terminal.expect('0% packet loss');
    terminal.type('echo status $?\r');
    await terminal.expect('status 0');
    terminal.process.signal('KILL');
    await terminal.process.status;
  });
});

describe('ec2-metadata', () => {
  it('prints labels and values in the order of --all', async () => {
    const got = await text('ec2-metadata');
    expect(got).toMatchObject({ code: 0, stderr: '' });
    expect(got.stdout).toBe(`ami-id: ami-0123
ami-launch-index: 0
ami-manifest-path: (unknown)
ancestor-ami-ids: not available
block-device-mapping: 
\t ami: xvda
\t root: /dev/xvda
instance-id: i-0123456789abcdef0
instance-type: t4g.nano
local-hostname: ip-10-0-1-16.ap-northeast-1.compute.internal
local-ipv4: 10.0.1.16
kernel-id: not available
placement: ap-northeast-1a
region: ap-northeast-1
partition: aws
product-codes: not available
public-hostname: not available
public-ipv4: 198.18.0.11
public-keys: 
keyname:MyKeyPair
index:0
format:openssh-key
key:(begins from next line)
ssh-ed25519 AAAA MyKeyPair
ramdisk-id: not available
reservation-id: r-0
security-groups: sg-name
user-data: not available
tags: not available
`);
  });

  it.each([
    ['ec2-metadata --public-ipv4', 'public-ipv4: 198.18.0.11\n'],
    ['ec2-metadata -v', 'public-ipv4: 198.18.0.11\n'],
    ['ec2-metadata -h', 'local-hostname: ip-10-0-1-16.ap-northeast-1.compute.internal\n'],
    ['ec2-metadata -i -z', 'instance-id: i-0123456789abcdef0\nplacement: ap-northeast-1a\n'],
    ['ec2-metadata --quiet -i', 'i-0123456789abcdef0\n'],
    ['ec2-metadata -p', 'public-hostname: not available\n'],
    ['ec2-metadata --path instance-id', 'latest/meta-data/instance-id: i-0123456789abcdef0\n'],
  ])('%s', async (line, stdout) => {
    expect(await text(line)).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  it('says so when there is no token to be had', async () => {
    metadataOn = false;
    const got = await text('ec2-metadata -i');
    metadataOn = true;
    expect(got).toMatchObject({ code: 1, stdout: '', stderr: '[ERROR] Could not get IMDSv2 token. Instance Metadata might have been disabled or this is not an EC2 instance.\n' });
  });
});

describe('curl', () => {
  it.each([
    ['curl -s web.test/a', { code: 0, stdout: 'GET /a curl/8.5.0  \n' }],
    ['curl -s -d x=1 -H "X-A: b" web.test/p', { code: 0, stdout: 'POST /p curl/8.5.0 b x=1\n' }],
    ['curl -sL web.test/redirect', { code: 0, stdout: 'GET /final curl/8.5.0  \n' }],
    ['curl -s -o /dev/null -w "%{http_code}\\n" web.test/missing', { code: 0, stdout: '404\n' }],
    ['curl -f web.test/missing', { code: 22, stderr: 'curl: (22) The requested URL returned error: 404\n' }],
    ['curl nowhere.test', { code: 6, stderr: 'curl: (6) Could not resolve host: nowhere.test\n' }],
    ['curl -sS -m 0.2 web.test/never', { code: 28, stderr: 'curl: (28) Operation timed out after 200 milliseconds with 0 bytes received\n' }],
    ['curl -s web.test:81', { code: 7, stderr: '' }],
  ])('%s', async (line, expected) => {
    expect(await text(line)).toMatchObject(expected);
  });

  it('gives up on a silent address', async () => {
    const got = await text('curl --connect-timeout 0.2 198.19.0.99');
    expect(got.code).toBe(28);
    expect(got.stderr).toMatch(/^curl: \(28\) Connection timed out after \d+ milliseconds\n$/u);
  });
});

describe('nc and names', () => {
  it.each([
    ['nc -zv 198.19.0.5 80', { code: 0, stderr: 'Ncat: Connected to 198.19.0.5:80.\n' }],
    ['nc -z -w 1 198.19.0.5 81', { code: 1, stderr: 'Ncat: Connection refused.\n' }],
    ['nc -z -w 0.2 198.19.0.99 80', { code: 1, stderr: 'Ncat: TIMEOUT.\n' }],
    ['printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc web.test 80 | head -1', { code: 0, stdout: 'HTTP/1.1 200 OK\r\n' }],
    ['getent hosts web.test', { code: 0, stdout: '198.19.0.5      web.test\n' }],
    ['getent hosts nowhere.test', { code: 2, stdout: '' }],
    ['dig +short web.test', { code: 0, stdout: '198.19.0.5\n' }],
  ])('%s', async (line, expected) => {
    expect(await text(line)).toMatchObject(expected);
  });
});
