import { once } from 'node:events';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHECKIP_NAME, checkipHost } from '../../../../../src/cloud/fabric/checkip.js';
import { createComputedFabric } from '../../../../../src/cloud/fabric/computed/fabric.js';
import { type Fabric, INTERNET } from '../../../../../src/cloud/fabric/fabric.js';
import { createCertificateAuthority } from '../../../../../src/cloud/tls/certificate-authority.js';
import { formatAddress } from '../../../../../src/lib/net/address.js';
import type { NetworkModel } from '../../../../../src/lib/vpc/model.js';
import { addInterface, changed, type Change, LAB, labModel, REGION, setIngress, setInterface, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { greet, line } from '../../../../conformance/fabric/probes.js';

const lines: string[] = [];

async function makeFabric(...changes: readonly Change[]): Promise<Fabric> {
  lines.length = 0;
  const fabric = createComputedFabric({ log: (text) => lines.push(text) });
  onTestFinished(() => fabric.close());
  await fabric.apply(changed(...changes));
  return fabric;
}

const from = (networkInterfaceId: string): { networkInterfaceId: string } => ({ networkInterfaceId });

describe('the computed fabric', () => {
  it.each([[LAB.eni.one, LAB.public.one], [LAB.eni.three, LAB.public.nat]])('checkip tells %s that it is %s', async (eni, address) => {
    const fabric = await makeFabric();
    await fabric.serve(REGION, [checkipHost({ addresses: ['198.19.0.250'] })]);
    const resolution = await fabric.resolve(from(eni), 'checkip.amazonaws.com');
    expect(resolution).toEqual({ kind: 'addresses', addresses: ['198.19.0.250'] });
    const stream = await fabric.connect(from(eni), { address: '198.19.0.250', port: 80 });
    stream.end('GET / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text.endsWith(`\r\n\r\n${address}\n`)).toBe(true);
  });

  it('checkip tells it by https too, to who believes its authority', async () => {
    const fabric = await makeFabric();
    const authority = await createCertificateAuthority();
    await fabric.serve(REGION, [checkipHost({ addresses: ['198.19.0.250'], certificate: await authority.issue([CHECKIP_NAME]) })]);
    const ask = async (ca: string | undefined): Promise<string> => {
      const socket = connect({ socket: await fabric.connect(from(LAB.eni.three), { address: '198.19.0.250', port: 443 }), servername: CHECKIP_NAME, ca });
      socket.end(`GET / HTTP/1.1\r\nHost: ${CHECKIP_NAME}\r\nConnection: close\r\n\r\n`);
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return text;
    };
    await expect(ask(undefined)).rejects.toThrow(/certificate/u);
    expect(await ask(authority.certificatePem)).toMatch(new RegExp(`^HTTP/1\\.1 200 OK\\r\\n[\\s\\S]*\\r\\n\\r\\n${LAB.public.nat.replaceAll('.', '\\.')}\\n$`, 'u'));
  });

  it('gives one endpoint address an answer, in turn (P5)', async () => {
    const second: Change = (model) => ({
      ...addInterface('eni-ssm2', LAB.vpc2, LAB.otherSubnet, '10.0.4.50', [LAB.sgEndpoint], { interfaceType: 'vpc_endpoint' })(model),
      vpcEndpoints: model.vpcEndpoints.map((each) => (each.serviceName.endsWith('.ssm') ? { ...each, networkInterfaceIds: [LAB.eni.ssm, 'eni-ssm2'] } : each)),
    });
    const fabric = await makeFabric(second);
    const ask = (): Promise<unknown> => fabric.resolve(from(LAB.eni.four), `ssm.${REGION}.amazonaws.com`);
    const answers = [await ask(), await ask(), await ask()];
    expect(answers).toEqual([LAB.ip.ssm, '10.0.4.50', LAB.ip.ssm].map((address) => ({ kind: 'addresses', addresses: [address] })));
  });

  it('keeps names that every region serves to the asker\'s region', async () => {
    const fabric = await makeFabric();
    const host = (address: string) => ({ addresses: [address], names: ['iam.amazonaws.com'], tcp: new Map(), answersPing: false });
    await fabric.serve('us-east-1', [host('198.19.1.1')]);
    await fabric.serve(REGION, [host('198.19.0.1')]);
    expect(await fabric.resolve(from(LAB.eni.one), 'iam.amazonaws.com')).toEqual({ kind: 'addresses', addresses: ['198.19.0.1'] });
  });

  it('survives a server that throws, and resets its client', async () => {
    const fabric = await makeFabric();
    await fabric.listen({ networkInterfaceId: LAB.eni.one, port: 22 }, () => {
      throw new Error('out of order');
    });
    const stream = await fabric.connect({ internet: INTERNET.laptop }, { address: LAB.public.one, port: 22 });
    expect((await once(stream, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(lines.join('\n')).toContain('out of order');
  });

  it('frees what a connection held: a second round takes the same ports', async () => {
    const fabric = await makeFabric();
    const seen: number[] = [];
    await fabric.serve(REGION, [{ addresses: ['198.19.0.10'], names: ['service'], tcp: new Map([[443, (stream, peer) => {
      seen.push(peer.port);
      stream.resume().end();
    }]]), answersPing: false }]);
    for (let round = 0; round < 56_000; round++) {
      const stream = await fabric.connect(from(LAB.eni.three), { address: '198.19.0.10', port: 443 });
      stream.resume().end();
      if (round % 64 === 0) await once(stream, 'close');
    }
    expect(seen).toHaveLength(56_000);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(1024);
  }, 60_000);

  it('destroys the ends of a stopped guest, also those inside it', async () => {
    const fabric = await makeFabric(setIngress(LAB.sg1, tcpFrom(22, '0.0.0.0/0')));
    await fabric.listen({ networkInterfaceId: LAB.eni.one, port: 22 }, greet);
    const inside = await fabric.connect(from(LAB.eni.one), { address: '127.0.0.1', port: 22 });
    await line(inside);
    const closed = once(inside, 'close');
    await fabric.apply(changed(setInterface(LAB.eni.one, { up: false })));
    await closed;
  });

  it('refuses to send from, or listen on, an interface that is not there', async () => {
    const fabric = await makeFabric();
    await expect(fabric.connect(from('eni-none'), { address: '8.8.8.8', port: 1 })).rejects.toMatchObject({ code: 'ENETUNREACH' });
    await expect(fabric.listen({ networkInterfaceId: 'eni-none', port: 1 }, greet)).rejects.toMatchObject({ code: 'ENETUNREACH' });
    await expect(fabric.connect(from(LAB.eni.one), { address: 'nonsense', port: 1 })).rejects.toMatchObject({ code: 'ENETUNREACH' });
    expect(await fabric.resolve(from('eni-none'), 'dns.google')).toEqual({ kind: 'silent' });
  });

  it('ends waiting attempts when it is closed', async () => {
    const fabric = await makeFabric();
    const attempt = fabric.connect(from(LAB.eni.four), { address: '8.8.8.8', port: 1 });
    const rejected = expect(attempt).rejects.toMatchObject({ code: 'ECONNRESET' });
    const ping = fabric.ping(from(LAB.eni.four), { to: '8.8.8.8', ttl: 64, size: 56, sequence: 1, identifier: 1, timeoutMs: 60_000 });
    await fabric.close();
    await rejected;
    expect(await ping).toBeUndefined();
  });

  it('opens no socket', async () => {
    // Files share a process: another one's sockets may still be closing.
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    const before = sockets();
    const fabric = await makeFabric();
    await fabric.listen({ networkInterfaceId: LAB.eni.one, port: 22 }, greet);
    const stream = await fabric.connect({ internet: INTERNET.laptop }, { address: LAB.public.one, port: 22 });
    await line(stream);
    expect(sockets()).toBeLessThanOrEqual(before);
  });

  it('decides quickly among 10 000 interfaces', async () => {
    const fabric = await makeFabric();
    const many = manyInterfaces(10_000);
    let began = performance.now();
    await fabric.apply(many);
    expect(performance.now() - began).toBeLessThan(2000);
    await fabric.listen({ networkInterfaceId: 'eni-many-9000', port: 22 }, (stream) => stream.resume());
    began = performance.now();
    const rounds = 1000;
    for (let round = 0; round < rounds; round++) {
      (await fabric.connect(from(`eni-many-${round}`), { address: addressOfMany(9000), port: 22 })).destroy();
    }
    // Well under a millisecond each; the bound leaves room for a busy machine.
    expect((performance.now() - began) / rounds).toBeLessThan(1);
  });
});

const addressOfMany = (index: number): string => formatAddress(0x0a008000 + Math.floor(index / 200) * 256 + 10 + (index % 200));

function manyInterfaces(count: number): NetworkModel {
  const model = labModel();
  const subnets = Array.from({ length: Math.ceil(count / 200) }, (_, index) => ({
    subnetId: `subnet-many-${index}`, vpcId: LAB.vpc1, cidr: `10.0.${128 + index}.0/24`, availabilityZone: 'a',
  }));
  return {
    ...changed(setIngress(LAB.sg2, { ruleId: 'sgr-ref', protocol: 'tcp', fromPort: 22, toPort: 22, groupId: LAB.sg2 })),
    subnets: [...model.subnets, ...subnets],
    networkAcls: [...model.networkAcls, { networkAclId: 'acl-default', vpcId: LAB.vpc1, isDefault: true, subnetIds: [], entries: model.networkAcls[0]?.entries ?? [] }],
    networkInterfaces: Array.from({ length: count }, (_, index) => ({
      networkInterfaceId: `eni-many-${index}`, vpcId: LAB.vpc1, subnetId: `subnet-many-${Math.floor(index / 200)}`, privateIp: addressOfMany(index),
      groupIds: [LAB.sg2], sourceDestCheck: true, interfaceType: 'interface', macAddress: '', instanceId: `i-${index}`, up: true,
    })),
  };
}
