/** Guests of real processes on the fabric of real packets: what people see in a terminal of the lab's instances, and files by OpenSSH's scp. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkipHost } from '../../../src/cloud/fabric/checkip.js';
import type { NetnsFabric } from '../../../src/cloud/fabric/netns/fabric.js';
import type { Guest, GuestHost } from '../../../src/cloud/guest/guest.js';
import { createMetadataService, type InstanceMetadata } from '../../../src/cloud/guest/imds/imds.js';
import { createNamespaceGuestHost } from '../../../src/cloud/guest/namespace/host.js';
import { generateHostKeys } from '../../../src/cloud/guest/sshd/host-keys.js';
import { startSshServer } from '../../../src/cloud/guest/sshd/server.js';
import { netnsObstacle, startNetnsFabric } from '../../unit/cloud/fabric/netns/bundled-holder.js';
import { run, SPECIFICATION } from '../../unit/cloud/guest/sandbox/bundled-worker.js';
import { namespacesMissing, UID_MODE } from '../../unit/cloud/guest/namespace/real-namespaces.js';
import { LAB, labModel, REGION } from '../fabric/lab-network.js';
import { serviceHost } from '../fabric/probes.js';
import { describeGuest } from './guest-conformance.js';

const obstacle = namespacesMissing() ?? await netnsObstacle();
const CHECKIP = '198.19.0.201';
const execute = promisify(execFile);

const metadataOf = (networkInterfaceId: string): InstanceMetadata => ({
  region: REGION, accountId: '123456789012', instanceId: `i-of-${networkInterfaceId}`, instanceType: 't4g.nano', imageId: 'ami-0123456789abcdef0', launchIndex: 0,
  reservationId: 'r-0123456789abcdef0', architecture: 'arm64', availabilityZone: `${REGION}a`, availabilityZoneId: 'apne1-az4', launchTime: Date.UTC(2026, 10, 24),
  localHostname: 'ip-10-0-1-16.ap-northeast-1.compute.internal', privateIp: '10.0.1.16', publicIp: undefined, publicHostname: undefined,
  networkInterfaceId, macAddress: '0e:12:34:56:78:9a', subnetId: 'subnet-1', subnetCidr: '10.0.1.0/24', vpcId: 'vpc-1', vpcCidrs: ['10.0.0.0/16'],
  securityGroups: [], keyPair: undefined, tags: {}, options: { httpEndpoint: 'enabled', httpTokens: 'required', tags: 'disabled' },
});

describe.runIf(obstacle === undefined)('real processes on real packets', () => {
  let fabric: NetnsFabric;
  let host: GuestHost;
  const guests = new Map<string, Guest>();
  beforeAll(async () => {
    const lines: string[] = [];
    fabric = await startNetnsFabric(() => undefined, (line) => lines.push(line));
    await fabric.serve(REGION, [serviceHost('ssm'), checkipHost({ addresses: [CHECKIP] })]);
    await fabric.serveMetadata(REGION, createMetadataService({ lookup: metadataOf, credentials: () => { throw new Error('no role'); }, now: Date.now }));
    await fabric.apply(labModel());
    host = createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log: (line) => lines.push(line) });
    for (const name of ['one', 'two', 'three', 'four'] as const) {
      const ip = LAB.ip[name];
      guests.set(name, await host.boot({ ...SPECIFICATION, networkInterfaceId: LAB.eni[name], privateIp: ip, hostName: `ip-${ip.replaceAll('.', '-')}`, authorizedKeys: [] }));
    }
  });
  afterAll(async () => {
    for (const guest of guests.values()) await guest.stop();
    await fabric.close();
  });

  describe('as guests', () => {
    describeGuest({
      boot: () => createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log: () => undefined, certificateAuthority: 'the lab\'s CA\n' }).boot({ ...SPECIFICATION, networkInterfaceId: LAB.eni.one }),
      separatesUsers: UID_MODE === 'multi',
    });
  });

  const guest = (name: string): Guest => {
    const found = guests.get(name);
    if (found === undefined) throw new Error(`no guest ${name}`);
    return found;
  };
  const out = async (name: string, line: string): Promise<string> => {
    const got = await run(guest(name), line);
    return got.stdout + got.stderr;
  };

  it('ping answers with the TTL of the way', async () => {
    expect(await out('one', 'ping -n -c 1 8.8.8.8')).toMatch(/^PING 8\.8\.8\.8 \(8\.8\.8\.8\) 56\(84\) bytes of data\.\n64 bytes from 8\.8\.8\.8: icmp_seq=1 ttl=117 time=\S+ ms\n/u);
    expect(await out('three', 'ping -n -c 1 8.8.8.8')).toContain('64 bytes from 8.8.8.8: icmp_seq=1 ttl=116 time=');
  });

  it('ping from the isolated instance is silence', async () => {
    expect(await out('four', 'ping -n -c 2 -i 0.2 -W 1 8.8.8.8')).toMatch(/^PING 8\.8\.8\.8 \(8\.8\.8\.8\) 56\(84\) bytes of data\.\n\n--- 8\.8\.8\.8 ping statistics ---\n2 packets transmitted, 0 received, 100% packet loss, time \d+ms\n\n$/u);
  });

  it('the world sees the address of the NAT gateway', async () => {
    expect(await out('one', `curl -s -m 5 http://${CHECKIP}/`)).toBe(`${LAB.public.one}\n`);
    expect(await out('three', 'curl -s -m 5 http://checkip.amazonaws.com/')).toBe(`${LAB.public.nat}\n`);
  });

  it('names are those of the VPC\'s resolver', async () => {
    expect(await out('four', `getent ahostsv4 ssm.${REGION}.amazonaws.com | head -1`)).toContain(LAB.ip.ssm);
    expect(await out('three', `getent ahostsv4 ssm.${REGION}.amazonaws.com | head -1`)).not.toContain(LAB.ip.ssm);
    expect(await out('three', 'getent hosts no-such.test; echo $?')).toBe('2\n');
  });

  it('ec2-metadata is the instance\'s own', async () => {
    expect(await out('two', 'ec2-metadata -i -v')).toBe(`instance-id: i-of-${LAB.eni.two}\npublic-ipv4: not available\n`);
    expect(await out('four', 'ec2-metadata -i')).toBe(`instance-id: i-of-${LAB.eni.four}\n`);
  });

  it('root has its network\'s tools', async () => {
    expect(await out('one', 'sudo ip -o -4 addr show scope global | grep -o "inet [0-9.]*/[0-9]*"')).toContain(`inet ${LAB.ip.one}/24\n`);
  });

  it('a server of the guest\'s is the guest\'s', async () => {
    const listener = await guest('one').listen(22, (stream) => stream.end('hello from one\n'));
    expect(await out('three', `exec 3<> /dev/tcp/${LAB.ip.one}/22; cat <&3`)).toBe('hello from one\n');
    listener.close();
  });

  it('a program that listens on 127.0.0.1 alone is reached as localhost, and from nowhere else', async () => {
    const listener = `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:8081", Listen => 1) or die "$!"; $| = 1; print "listens\\n"; my $c = $s->accept; print $c $c->peerhost, "\\n"'`;
    const program = await guest('one').spawn({ user: 'ec2-user', run: { kind: 'line', line: listener } });
    const [first] = (await once(program.stdout, 'data')) as [Buffer];
    expect(String(first)).toBe('listens\n');
    await expect(guest('one').connect(LAB.ip.one, 8081)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const stream = await guest('one').connect('localhost', 8081);
    expect(await text(stream)).toMatch(/^[\d.]+\n$/u);
    await program.status;
  });

  it('OpenSSH\'s scp brings a hundred megabytes and back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssmlab-scp-'));
    const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    writeFileSync(join(folder, 'key'), key.private, { mode: 0o600 });
    const bytes = randomBytes(100_000_000);
    writeFileSync(join(folder, 'bytes'), bytes);
    const server = await startSshServer(guest('one'), { hostKeys: generateHostKeys(), pushedKeys: () => [key.public], log: () => undefined });
    // As the uplink does it: in by the internet, through the gateway and the security group.
    const way = createServer((socket) => {
      void fabric.connect({ internet: '198.51.100.7' }, { address: LAB.public.one, port: 22 }).then((stream) => {
        socket.pipe(stream).pipe(socket);
        stream.on('error', () => socket.destroy());
        socket.on('error', () => stream.destroy());
        return undefined;
      });
    });
    await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
    const options = ['-q', '-i', join(folder, 'key'), '-P', String((way.address() as AddressInfo).port), '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'IdentitiesOnly=yes', '-F', '/dev/null'];
    await execute('scp', [...options, join(folder, 'bytes'), 'ec2-user@127.0.0.1:there']);
    await execute('scp', [...options, 'ec2-user@127.0.0.1:there', join(folder, 'back')]);
    expect(await out('one', 'sudo md5sum /home/ec2-user/there')).toContain(createHash('md5').update(bytes).digest('hex'));
    expect(readFileSync(join(folder, 'back')).equals(bytes)).toBe(true);
    way.close();
    server.close();
    rmSync(folder, { recursive: true });
  }, 120_000);
});

describe.runIf(obstacle !== undefined)('real processes on real packets', () => {
  it.skip(`are not to be had here: ${obstacle}`);
});
