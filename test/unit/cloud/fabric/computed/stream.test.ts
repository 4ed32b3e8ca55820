import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect, TLSSocket, type TLSSocketOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createStreamPair } from '../../../../../src/cloud/fabric/computed/stream.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) await turn();
};

async function all(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('stream pair', () => {
  it('carries 20 MB both ways at once, to the byte', async () => {
    const { client, server } = createStreamPair();
    const up = randomBytes(20_000_000);
    const down = randomBytes(20_000_000);
    client.end(up);
    server.end(down);
    const [atServer, atClient] = await Promise.all([all(server), all(client)]);
    expect(atServer.equals(up)).toBe(true);
    expect(atClient.equals(down)).toBe(true);
  });

  it('copies what is written, since the writer may use its buffer again', async () => {
    const { client, server } = createStreamPair();
    const buffer = Buffer.from('first');
    await new Promise<void>((resolve) => {
      client.write(buffer, () => resolve());
    });
    buffer.fill('x');
    expect(String((await once(server, 'data'))[0])).toBe('first');
  });

  it('hands over what its writer gives away, as it was cut, in no more pieces than a segment has', async () => {
    const { client, server } = createStreamPair();
    client.givesAway = true;
    const pieces = [randomBytes(16_384), randomBytes(100_000), randomBytes(10)];
    const heard: Buffer[] = [];
    server.on('data', (chunk: Buffer) => heard.push(chunk));
    client.cork();
    for (const piece of pieces) client.write(piece);
    client.uncork();
    client.end();
    await once(server, 'end');
    expect(heard.map((chunk) => chunk.length)).toEqual([16_384, 65_536, 34_464, 10]);
    expect(Buffer.concat(heard).equals(Buffer.concat(pieces))).toBe(true);
    expect(heard.map((chunk) => chunk.buffer)).toEqual([pieces[0]?.buffer, pieces[1]?.buffer, pieces[1]?.buffer, pieces[2]?.buffer]);
  });

  it('puts small pieces that are written at once together', async () => {
    const { client, server } = createStreamPair();
    client.givesAway = true;
    const heard: string[] = [];
    server.on('data', (chunk) => heard.push(String(chunk)));
    client.cork();
    for (const piece of ['a', 'b', 'c']) client.write(piece);
    client.uncork();
    client.end();
    await once(server, 'end');
    expect(heard).toEqual(['abc']);
  });

  it('never calls the other side within the caller\'s own call', async () => {
    const { client, server } = createStreamPair();
    let heard = false;
    server.on('data', () => {
      heard = true;
    });
    await turn();
    client.write('x');
    expect(heard).toBe(false);
    await turns(3);
    expect(heard).toBe(true);
  });

  it('does not confirm a write before the other side took it', async () => {
    const { client, server } = createStreamPair();
    let confirmed = 0;
    for (let index = 0; index < 50; index++) client.write(Buffer.alloc(65_536), () => confirmed++);
    await turns(20);
    expect(confirmed).toBeLessThanOrEqual(2);
    server.resume();
    await turns(200);
    expect(confirmed).toBe(50);
  });

  it('holds everything while the gate is closed: data, end and reset', async () => {
    const { client, server, gate } = createStreamPair();
    const events: string[] = [];
    server.on('data', (chunk) => events.push(`data ${String(chunk)}`)).on('end', () => events.push('end')).on('error', (error) => events.push((error as NodeJS.ErrnoException).code ?? ''));
    gate.set(false);
    client.write('a');
    await turns(5);
    expect(events).toEqual([]);
    gate.set(true);
    await turns(5);
    expect(events).toEqual(['data a']);
    gate.set(false);
    client.destroy();
    await turns(5);
    expect(events).toEqual(['data a']);
    gate.set(true);
    await turns(5);
    expect(events).toEqual(['data a', 'ECONNRESET']);
  });

  it('closes both ends once both have ended', async () => {
    const { client, server } = createStreamPair();
    client.resume().end('x');
    server.resume().end('y');
    await Promise.all([once(client, 'close'), once(server, 'close')]);
  });

  it('ends without a reset when one side leaves after all was said', async () => {
    const { client, server } = createStreamPair();
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    server.end('answer');
    expect(String(await all(client))).toBe('answer');
    client.destroy();
    server.resume();
    await once(server, 'close');
    expect(errors).toEqual([]);
  });

  it('resets who writes to a side that is gone', async () => {
    const { client, server } = createStreamPair();
    server.resume();
    client.end();
    await once(server, 'end');
    client.destroy();
    const error = once(server, 'error');
    server.write('anybody there?');
    expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('lets one busy pair not starve the loop', async () => {
    const { client, server } = createStreamPair();
    server.resume();
    client.end(Buffer.alloc(50_000_000));
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 0);
    await once(server, 'end');
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(0);
  });

  it('carries HTTP, kept alive', async () => {
    const http = createServer((incoming, response) => response.end(`you asked for ${incoming.url}`));
    const { client, server } = createStreamPair();
    http.emit('connection', server);
    const ask = (path: string): Promise<string> => new Promise((resolve, reject) => {
      const outgoing = request({ path, createConnection: () => client, headers: { connection: 'keep-alive' } }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => resolve(body));
      });
      outgoing.on('error', reject).end();
    });
    expect(await ask('/a')).toBe('you asked for /a');
  });

  it('carries TLS, and its orderly end', async () => {
    const { client, server } = createStreamPair();
    const key = Buffer.alloc(32, 1);
    const options = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
    const secureServer = new TLSSocket(server, { isServer: true, ...options, pskCallback: () => key } as TLSSocketOptions);
    const secureClient = connect({ socket: client, ...options, pskCallback: () => ({ psk: key, identity: 'guest' }), checkServerIdentity: () => undefined });
    const sent = randomBytes(1_000_000);
    secureClient.end(sent);
    const heard = await all(secureServer);
    expect(heard.equals(sent)).toBe(true);
    secureServer.end('answer');
    expect(String(await all(secureClient))).toBe('answer');
  });

  it('works in a pipeline', async () => {
    const { client, server } = createStreamPair();
    const echoed = pipeline(server, server);
    const sent = randomBytes(300_000);
    client.end(sent);
    expect((await all(client)).equals(sent)).toBe(true);
    await echoed;
  });
});
