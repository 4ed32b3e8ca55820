/** The two kinds of ec2-metadata print the same, to the letter, from the same metadata service. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStreamPair } from '../../../../../src/cloud/fabric/computed/stream.js';
import { FabricError } from '../../../../../src/cloud/fabric/fabric.js';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { createMetadataService, type InstanceMetadata } from '../../../../../src/cloud/guest/imds/imds.js';
import { EC2_METADATA } from '../../../../../src/cloud/guest/namespace/programs/metadata.js';
import { bootGuest, bundleWorker, type Outcome, run, silentFabric, SPECIFICATION } from '../sandbox/bundled-worker.js';

const METADATA: InstanceMetadata = {
  region: 'ap-northeast-1', accountId: '123456789012', instanceId: 'i-0123456789abcdef0', instanceType: 't4g.nano', imageId: 'ami-0123456789abcdef0', launchIndex: 0,
  reservationId: 'r-0123456789abcdef0', architecture: 'arm64', availabilityZone: 'ap-northeast-1a', availabilityZoneId: 'apne1-az4', launchTime: Date.UTC(2026, 10, 24, 1, 2, 3, 456),
  localHostname: 'ip-10-0-1-16.ap-northeast-1.compute.internal', privateIp: '10.0.1.16', publicIp: '198.18.0.11', publicHostname: 'ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com',
  networkInterfaceId: SPECIFICATION.networkInterfaceId, macAddress: '0e:12:34:56:78:9a', subnetId: 'subnet-1', subnetCidr: '10.0.1.0/24', vpcId: 'vpc-1', vpcCidrs: ['10.0.0.0/16'],
  securityGroups: [{ groupId: 'sg-1', groupName: 'group one' }, { groupId: 'sg-2', groupName: 'group two' }],
  keyPair: { name: 'MyKeyPair', publicKey: 'ssh-ed25519 AAAA MyKeyPair' }, tags: { Name: 'Instance 1', Owner: 'me' },
  options: { httpEndpoint: 'enabled', httpTokens: 'required', tags: 'enabled' },
};

let metadata: InstanceMetadata | undefined = METADATA;
const onConnection = createMetadataService({ lookup: () => metadata, credentials: () => { throw new Error('no role'); }, now: Date.now });
const peer = { address: SPECIFICATION.privateIp, port: 40_000, networkInterfaceId: SPECIFICATION.networkInterfaceId };
let sandbox: Guest;
let server: Server;
let folder: string;
let script: string;
beforeAll(async () => {
  sandbox = await bootGuest(await bundleWorker(), silentFabric({
    connect: (_, to) => {
      if (to.address !== '169.254.169.254') return Promise.reject(new FabricError('ETIMEDOUT', 'silence'));
      const { client, server: end } = createStreamPair();
      onConnection(end, peer);
      return Promise.resolve(client);
    },
  }));
  server = createServer((socket) => onConnection(socket, peer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-metadata-'));
  script = join(folder, 'ec2-metadata');
  writeFileSync(script, EC2_METADATA.replaceAll('/dev/tcp/169.254.169.254/80', `/dev/tcp/127.0.0.1/${(server.address() as AddressInfo).port}`));
});
afterAll(async () => {
  await sandbox.stop();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function onTheHost(args: readonly string[]): Promise<Outcome> {
  const child = spawn('bash', [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? undefined, signal: undefined, stdout, stderr })));
}

describe('ec2-metadata', () => {
  const cases: readonly (readonly string[])[] = [
    [], ['--all'], ['-i'], ['-iov'], ['--instance-id', '--quiet'], ['-z'], ['-b'], ['-u'], ['-u', '-q'], ['-g'], ['-g', '--quiet'], ['-n'], ['-p'], ['-d'], ['-h'], ['--help'],
    ['--path', 'instance-id'], ['--path', '/latest/meta-data/placement/region'], ['--path', 'dynamic/instance-identity/document'], ['--path', 'nothing'], ['--path'], ['--nope'], ['-iX'], ['word'],
  ];
  it.each(cases.map((args) => [args.join(' ') || '(nothing)', args] as const))('%s', async (_, args) => {
    const expected = await run(sandbox, `ec2-metadata ${args.join(' ')}`);
    const got = await onTheHost(args);
    expect(got).toEqual(expected);
    expect(got.stdout + got.stderr).not.toBe('');
  });

  it('of an instance without an address, a key and tags', async () => {
    metadata = { ...METADATA, publicIp: undefined, publicHostname: undefined, keyPair: undefined, options: { ...METADATA.options, tags: 'disabled' } };
    const got = await onTheHost([]);
    metadata = METADATA;
    expect(got.stdout).toContain('public-ipv4: not available\npublic-keys: \nnot available\n');
    expect(got.stdout).toMatch(/\ntags: not available\n$/u);
  });

  it('where there is no metadata', async () => {
    metadata = undefined;
    const got = await onTheHost(['-i']);
    metadata = METADATA;
    expect(got).toEqual({ code: 1, signal: undefined, stdout: '', stderr: '[ERROR] Could not get IMDSv2 token. Instance Metadata might have been disabled or this is not an EC2 instance.\n' });
  });
});
