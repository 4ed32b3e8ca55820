/** Both ends of DNS over sockets of this machine's loopback. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { decode, type DecodedPacket, encode } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveDns, serveDnsStream } from '../../../../src/cloud/fabric/dns.js';
import type { Resolution } from '../../../../src/cloud/fabric/fabric.js';

const KNOWN: Readonly<Record<string, Resolution>> = {
  'ssm.example': { kind: 'addresses', addresses: ['10.0.3.50', '10.0.4.50'] },
  'dark.example': { kind: 'silent' },
};

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('serveDns', () => {
  let server: Socket;
  let client: Socket;
  const asked: string[] = [];

  beforeAll(async () => {
    [server, client] = [await bound(), await bound()];
    serveDns(server, (name, from) => {
      asked.push(`${name} from ${from.address}`);
      return KNOWN[name] ?? { kind: 'nxdomain' };
    });
  });
  afterAll(() => {
    server.close();
    client.close();
  });

  async function ask(bytes: Buffer): Promise<DecodedPacket> {
    const answer = once(client, 'message');
    client.send(bytes, server.address().port, '127.0.0.1');
    return decode((await answer)[0] as Buffer);
  }
  const question = (name: string, type: 'A' | 'AAAA' = 'A', id = 7): Buffer => encode({ type: 'query', id, flags: 0x100, questions: [{ type, name }] });

  it('answers with every address, and says that it can recurse', async () => {
    const answer = await ask(question('ssm.example'));
    expect(answer).toMatchObject({ type: 'response', id: 7, rcode: 'NOERROR', flag_ra: true, flag_rd: true });
    expect(answer.answers?.map((each) => (each.type === 'A' ? each.data : each.type))).toEqual(['10.0.3.50', '10.0.4.50']);
    expect(asked.at(-1)).toBe('ssm.example from 127.0.0.1');
  });

  it('has no IPv6 address for a name that is there, and no name where there is none', async () => {
    expect(await ask(question('ssm.example', 'AAAA'))).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(await ask(question('nothing.example'))).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
  });

  it('does not answer where the resolver is silent, nor what is no question', async () => {
    client.send(question('dark.example', 'A', 8), server.address().port, '127.0.0.1');
    client.send(Buffer.from('x'), server.address().port, '127.0.0.1');
    client.send(encode({ type: 'response', id: 9, questions: [{ type: 'A', name: 'ssm.example' }] }), server.address().port, '127.0.0.1');
    // In order on loopback: what comes first is the answer to the last.
    expect((await ask(question('ssm.example', 'A', 10))).id).toBe(10);
  });

  it('refuses other kinds of query', async () => {
    expect(await ask(encode({ type: 'query', id: 11, flags: 4 << 11, questions: [{ type: 'A', name: 'ssm.example' }] }))).toMatchObject({ rcode: 'NOTIMP' });
  });
});

describe('serveDnsStream', () => {
  async function over(...pieces: readonly Buffer[]): Promise<Buffer> {
    const server = createServer({ allowHalfOpen: true }, (socket) => serveDnsStream(socket, (name) => KNOWN[name] ?? { kind: 'nxdomain' })).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    for (const piece of pieces) {
      client.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.end();
    const chunks: Buffer[] = [];
    client.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(client, 'close');
    server.close();
    return Buffer.concat(chunks);
  }
  const framed = (name: string, id: number): Buffer => {
    const message = encode({ type: 'query', id, flags: 0x100, questions: [{ type: 'A', name }] });
    return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
  };

  it('answers each question of a connection, in whatever pieces they come', async () => {
    const both = Buffer.concat([framed('ssm.example', 1), framed('nothing.example', 2)]);
    const said = await over(both.subarray(0, 1), both.subarray(1, 20), both.subarray(20));
    const first = said.readUInt16BE(0);
    expect(decode(said.subarray(2, 2 + first))).toMatchObject({ id: 1, answers: [{ data: '10.0.3.50' }, { data: '10.0.4.50' }] });
    expect(decode(said.subarray(4 + first))).toMatchObject({ id: 2, rcode: 'NXDOMAIN' });
  });

  it('ends the connection where a resolver does not answer, and at what is no question', async () => {
    expect(await over(framed('dark.example', 1))).toHaveLength(0);
    expect(await over(Buffer.from([0, 3, 1, 2, 3]))).toHaveLength(0);
  });
});
