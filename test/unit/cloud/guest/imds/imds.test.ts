import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createStreamPair } from '../../../../../src/cloud/fabric/computed/stream.js';
import { createMetadataService, type InstanceMetadata } from '../../../../../src/cloud/guest/imds/imds.js';

const ONE: InstanceMetadata = {
  region: 'ap-northeast-1', accountId: '123456789012', instanceId: 'i-0aaaaaaaaaaaaaaaa', instanceType: 't4g.nano', imageId: 'ami-0123456789abcdef0', launchIndex: 0,
  reservationId: 'r-0123456789abcdef0', architecture: 'arm64', availabilityZone: 'ap-northeast-1a', availabilityZoneId: 'apne1-az4', launchTime: Date.UTC(2026, 10, 24, 1, 2, 3, 456),
  localHostname: 'ip-10-0-1-16.ap-northeast-1.compute.internal', privateIp: '10.0.1.16', publicIp: '198.18.0.11', publicHostname: 'ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com',
  networkInterfaceId: 'eni-1', macAddress: '0e:12:34:56:78:9a', subnetId: 'subnet-1', subnetCidr: '10.0.1.0/24', vpcId: 'vpc-1', vpcCidrs: ['10.0.0.0/16', '10.1.0.0/16'],
  securityGroups: [{ groupId: 'sg-1', groupName: 'group one' }, { groupId: 'sg-2', groupName: 'group two' }],
  keyPair: { name: 'MyKeyPair', publicKey: 'ssh-ed25519 AAAA MyKeyPair' }, tags: { Name: 'Instance1', __proto__x: 'y' },
  options: { httpEndpoint: 'enabled', httpTokens: 'required', tags: 'disabled' },
};
const THREE: InstanceMetadata = {
  ...ONE, instanceId: 'i-0bbbbbbbbbbbbbbbb', publicIp: undefined, publicHostname: undefined, keyPair: undefined,
  instanceProfile: { arn: 'arn:aws:iam::123456789012:instance-profile/profile', id: 'AIPA0123456789ABCDEF', roleName: 'my-role' },
};

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

class Service {
  now = Date.UTC(2026, 10, 24, 2);
  readonly instances = new Map<string, InstanceMetadata>([['eni-1', ONE], ['eni-3', THREE]]);
  issued = 0;
  broken = false;
  readonly #onConnection = createMetadataService({
    lookup: (id) => this.instances.get(id),
    credentials: (roleName, instanceId) => {
      if (this.broken) throw new Error('no such role');
      this.issued++;
      return { accessKeyId: `ASIA${this.issued}`, secretAccessKey: `${roleName} secret`, sessionToken: `${instanceId} token`, expiration: this.now + 3_600_000 };
    },
    now: () => this.now,
    random: (size) => Buffer.alloc(size, 7),
  });

  ask(networkInterfaceId: string, method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { client, server } = createStreamPair();
    this.#onConnection(server, { address: '10.0.1.16', port: 40000, networkInterfaceId });
    return new Promise((resolve, reject) => {
      const outgoing = request({ method, path, headers, createConnection: () => client }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      });
      outgoing.on('error', reject).end();
    });
  }

  async token(networkInterfaceId = 'eni-1', ttl = '900'): Promise<string> {
    return (await this.ask(networkInterfaceId, 'PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': ttl })).body;
  }

  async get(path: string, networkInterfaceId = 'eni-1'): Promise<Answer> {
    return this.ask(networkInterfaceId, 'GET', path, { 'X-aws-ec2-metadata-token': await this.token(networkInterfaceId) });
  }
}

describe('tokens (L7–L9)', () => {
  it('have AWS\'s form and tell their ttl', async () => {
    const answer = await new Service().ask('eni-1', 'PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^[\w-]{54}==$/);
    expect(answer.headers['x-aws-ec2-metadata-token-ttl-seconds']).toBe('21600');
  });

  it.each([[undefined], ['0'], ['21601'], ['-1'], ['x'], ['1e3'], [' ']])('are not given for the ttl %j', async (ttl) => {
    const answer = await new Service().ask('eni-1', 'PUT', '/latest/api/token', ttl === undefined ? {} : { 'X-aws-ec2-metadata-token-ttl-seconds': ttl });
    expect(answer.status).toBe(400);
  });

  it('are not given through a proxy', async () => {
    const answer = await new Service().ask('eni-1', 'PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': '60', 'X-Forwarded-For': '10.0.0.9' });
    expect(answer.status).toBe(403);
  });

  it('are required, and end', async () => {
    const service = new Service();
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id')).status).toBe(401);
    const headers = { 'X-aws-ec2-metadata-token': await service.token('eni-1', '60') };
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id', headers)).body).toBe(ONE.instanceId);
    service.now += 60_000;
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id', headers)).status).toBe(401);
  });

  it('hold for their instance only, and only unchanged', async () => {
    const service = new Service();
    const token = await service.token('eni-1');
    expect((await service.ask('eni-3', 'GET', '/latest/meta-data/instance-id', { 'X-aws-ec2-metadata-token': token })).status).toBe(401);
    const forged = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id', { 'X-aws-ec2-metadata-token': forged })).status).toBe(401);
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id', { 'X-aws-ec2-metadata-token': 'x' })).status).toBe(401);
  });

  it('are optional where the instance says so, but a wrong one is still wrong', async () => {
    const service = new Service();
    service.instances.set('eni-1', { ...ONE, options: { ...ONE.options, httpTokens: 'optional' } });
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id')).body).toBe(ONE.instanceId);
    expect((await service.ask('eni-1', 'GET', '/latest/meta-data/instance-id', { 'X-aws-ec2-metadata-token': 'x' })).status).toBe(401);
  });

  it('do not matter when the endpoint is disabled', async () => {
    const service = new Service();
    service.instances.set('eni-1', { ...ONE, options: { ...ONE.options, httpEndpoint: 'disabled' } });
    expect((await service.ask('eni-1', 'PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': '60' })).status).toBe(403);
  });

  it.each([['POST', '/latest/meta-data/', 405], ['PUT', '/latest/meta-data/', 405], ['GET', '/latest/api/token', 405], ['DELETE', '/', 405]])('%s %s is %d', async (method, path, status) => {
    const service = new Service();
    expect((await service.ask('eni-1', method, path, { 'X-aws-ec2-metadata-token': await service.token() })).status).toBe(status);
  });
});

describe('metadata', () => {
  it.each([
    ['/', '1.0\n2009'],
    ['/latest', 'dynamic/\nmeta-data/'],
    ['/latest/meta-data/ami-id', 'ami-0123456789abcdef0'],
    ['/latest/meta-data/ami-launch-index', '0'],
    ['/latest/meta-data/ami-manifest-path', '(unknown)'],
    ['/latest/meta-data/block-device-mapping/', 'ami\nroot'],
    ['/latest/meta-data/block-device-mapping/ami', 'xvda'],
    ['/latest/meta-data/instance-type', 't4g.nano'],
    ['/latest/meta-data/local-hostname', 'ip-10-0-1-16.ap-northeast-1.compute.internal'],
    ['/latest/meta-data/hostname', 'ip-10-0-1-16.ap-northeast-1.compute.internal'],
    ['/latest/meta-data/local-ipv4', '10.0.1.16'],
    ['/latest/meta-data/mac', '0e:12:34:56:78:9a'],
    ['/latest/meta-data/placement/availability-zone', 'ap-northeast-1a'],
    ['/latest/meta-data/placement/availability-zone-id', 'apne1-az4'],
    ['/latest/meta-data/placement/region', 'ap-northeast-1'],
    ['/latest/meta-data/services/partition', 'aws'],
    ['/latest/meta-data/services/domain', 'amazonaws.com'],
    ['/latest/meta-data/public-hostname', 'ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com'],
    ['/latest/meta-data/public-ipv4', '198.18.0.11'],
    ['/latest/meta-data/public-keys/', '0=MyKeyPair'],
    ['/latest/meta-data/public-keys/0/', 'openssh-key'],
    ['/latest/meta-data/public-keys/0/openssh-key', 'ssh-ed25519 AAAA MyKeyPair\n'],
    ['/latest/meta-data/identity-credentials/ec2/security-credentials/', 'ec2-instance'],
    ['/latest/meta-data/identity-credentials/ec2/info', '{\n  "Code" : "Success",\n  "LastUpdated" : "2026-11-24T01:02:03Z",\n  "AccountId" : "123456789012"\n}'],
    ['/latest/meta-data/reservation-id', 'r-0123456789abcdef0'],
    ['/latest/meta-data/security-groups', 'group one\ngroup two'],
    ['/latest/meta-data/network/interfaces/macs/', '0e:12:34:56:78:9a/'],
    ['/latest/meta-data/network/interfaces/macs/0e:12:34:56:78:9a/vpc-ipv4-cidr-blocks', '10.0.0.0/16\n10.1.0.0/16'],
    ['/latest/meta-data/network/interfaces/macs/0e:12:34:56:78:9a/ipv4-associations/198.18.0.11', '10.0.1.16'],
    ['/latest/meta-data/network/interfaces/macs/0e%3A12%3A34%3A56%3A78%3A9a/subnet-id', 'subnet-1'],
    ['/2021-07-15/meta-data/instance-id', 'i-0aaaaaaaaaaaaaaaa'],
    ['//latest//meta-data//instance-id', 'i-0aaaaaaaaaaaaaaaa'],
  ])('%s', async (path, body) => {
    const answer = await new Service().get(path);
    expect(answer.status).toBe(200);
    expect(path === '/' || path === '/latest' ? answer.body.slice(0, body.length) : answer.body).toBe(body);
    expect(answer.headers['server']).toBe('EC2ws');
  });

  it.each([
    'ancestor-ami-ids', 'kernel-id', 'ramdisk-id', 'product-codes', 'tags/instance', 'iam/', 'iam/security-credentials/', 'instance-id/', 'instance-id/x', 'constructor', '__proto__', 'public-keys/1',
  ])('%s is not there for instance 1 (L8, L11, L12)', async (path) => {
    expect((await new Service().get(`/latest/meta-data/${path}`)).status).toBe(404);
  });

  it.each(['public-ipv4', 'public-hostname', 'public-keys/', 'network/interfaces/macs/0e:12:34:56:78:9a/public-ipv4s'])('%s is not there without a public address or key (L11)', async (path) => {
    expect((await new Service().get(`/latest/meta-data/${path}`, 'eni-3')).status).toBe(404);
  });

  it.each(['/latest/user-data', '/1999-01-01/meta-data/instance-id', '/latest/nothing', '/nothing'])('%s is 404', async (path) => {
    expect((await new Service().get(path)).status).toBe(404);
  });

  it('shows an empty public host name where the VPC gives none', async () => {
    const service = new Service();
    service.instances.set('eni-1', { ...ONE, publicHostname: undefined });
    expect(await service.get('/latest/meta-data/public-hostname')).toMatchObject({ status: 200, body: '' });
  });

  it('shows tags when they are enabled (L12)', async () => {
    const service = new Service();
    service.instances.set('eni-1', { ...ONE, options: { ...ONE.options, tags: 'enabled' } });
    expect((await service.get('/latest/meta-data/tags/instance')).body).toBe('Name\n__proto__x');
    expect((await service.get('/latest/meta-data/tags/instance/Name')).body).toBe('Instance1');
  });

  it('gives user data as it is', async () => {
    const service = new Service();
    service.instances.set('eni-1', { ...ONE, userData: Buffer.from('#!/bin/sh\n') });
    expect((await service.get('/latest/user-data')).body).toBe('#!/bin/sh\n');
  });

  it('has the identity document', async () => {
    const { body } = await new Service().get('/latest/dynamic/instance-identity/document');
    expect(JSON.parse(body)).toMatchObject({ accountId: '123456789012', region: 'ap-northeast-1', instanceId: ONE.instanceId, pendingTime: '2026-11-24T01:02:03Z', kernelId: null });
    expect(body.startsWith('{\n  "accountId" : "123456789012",\n')).toBe(true);
  });

  it('is 404 for an interface without an instance', async () => {
    expect((await new Service().ask('eni-9', 'PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': '60' })).status).toBe(404);
  });

  it('answers HEAD without a body', async () => {
    const service = new Service();
    const answer = await service.ask('eni-1', 'HEAD', '/latest/meta-data/instance-id', { 'X-aws-ec2-metadata-token': await service.token() });
    expect([answer.status, answer.body, answer.headers['content-length']]).toEqual([200, '', '19']);
  });
});

describe('role credentials', () => {
  it('are listed, told and kept until they are nearly over', async () => {
    const service = new Service();
    expect((await service.get('/latest/meta-data/iam/security-credentials/', 'eni-3')).body).toBe('my-role');
    expect(JSON.parse((await service.get('/latest/meta-data/iam/info', 'eni-3')).body)).toMatchObject({ Code: 'Success', InstanceProfileId: 'AIPA0123456789ABCDEF' });
    const told = async (): Promise<Record<string, string>> => JSON.parse((await service.get('/latest/meta-data/iam/security-credentials/my-role', 'eni-3')).body) as Record<string, string>;
    expect(await told()).toEqual({
      Code: 'Success', LastUpdated: '2026-11-24T02:00:00Z', Type: 'AWS-HMAC', AccessKeyId: 'ASIA1', SecretAccessKey: 'my-role secret', Token: `${THREE.instanceId} token`, Expiration: '2026-11-24T03:00:00Z',
    });
    service.now += 40 * 60_000;
    expect((await told())['AccessKeyId']).toBe('ASIA1');
    service.now += 10 * 60_000;
    expect((await told())['AccessKeyId']).toBe('ASIA2');
  });

  it('are not those of a role that was taken away', async () => {
    const service = new Service();
    await service.get('/latest/meta-data/iam/security-credentials/my-role', 'eni-3');
    service.instances.set('eni-3', { ...THREE, instanceProfile: { arn: 'a', id: 'b', roleName: 'other' } });
    expect((await service.get('/latest/meta-data/iam/security-credentials/my-role', 'eni-3')).status).toBe(404);
    expect((await service.get('/latest/meta-data/iam/security-credentials/other', 'eni-3')).body).toContain('other secret');
  });

  it('say why there are none', async () => {
    const service = new Service();
    service.broken = true;
    const answer = await service.get('/latest/meta-data/iam/security-credentials/my-role', 'eni-3');
    expect(JSON.parse(answer.body)).toMatchObject({ Code: 'AssumeRoleUnauthorizedAccess' });
  });
});
