/** Requests that misbehave, against the real process: each is answered or dropped, memory stays bounded, and others are served meanwhile. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';
import { type LocalCloud, removeLocalCloud, startLocalCloud } from '../../src/lib/target/local/cloud.js';
import { Home } from './program.js';

const home = new Home();
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ home: `${home.folder}/state`, fabric: 'computed' });
});
afterAll(async () => {
  await removeLocalCloud({ home: `${home.folder}/state` });
  home.remove();
});

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/** Headers of a signed call to STS. */
function signed(body: string, service = 'sts'): Record<string, string> {
  const url = new URL(`${cloud.endpoint}/`);
  const headers = { 'host': url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return { ...headers, ...signRequest({ method: 'POST', url, headers, payloadHash: hashPayload(body) }, { service, region: 'ap-northeast-1', now: Date.now() }, cloud.credentials), 'content-length': String(Buffer.byteLength(body)) };
}

function call(body = BODY, headers = signed(body)): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(cloud.endpoint, { method: 'POST', agent: false, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', reject);
    });
    sent.on('error', reject).end(body);
  });
}

const rawHead = (headers: Record<string, string>, line = 'POST / HTTP/1.1'): string => `${line}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

interface Wire {
  readonly socket: Socket;
  seen: string;
  ended: boolean;
}

/** A connection that writes what it is told to. */
function wire(text = ''): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(cloud.endpoint).port), '127.0.0.1');
    const found: Wire = { socket, seen: '', ended: false };
    socket.on('data', (chunk) => { found.seen += chunk.toString('latin1'); }).on('close', () => { found.ended = true; });
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      socket.write(text);
      resolve(found);
    });
  });
}

const residentMegabytes = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))?.[1]) / 1024;
const linux = process.platform === 'linux';

describe('requests that misbehave', () => {
  it('hang, a thousand at once, and others are served', { timeout: 120_000 }, async () => {
    await call();
    const before = linux ? residentMegabytes() : 0;
    const head = rawHead({ ...signed(BODY), 'content-length': '100000' });
    const starts = ['', 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ', `${head}Action=`];
    const hanging: Wire[] = [];
    for (let at = 0; at < 1000; at += 100) hanging.push(...(await Promise.all(Array.from({ length: 100 }, (_, index) => wire(starts[(at + index) % 3])))));
    // Byte after byte keeps neither a head nor a body alive for ever.
    const trickle = setInterval(() => { for (const { socket, ended } of hanging) if (!ended) socket.write('a'); }, 1000);
    try {
      const replies = await Promise.all(Array.from({ length: 100 }, () => call()));
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      if (linux) expect(residentMegabytes() - before).toBeLessThan(150);
      await expect.poll(() => hanging.filter(({ ended }, index) => !ended && index % 3 !== 0).length, { timeout: 60_000, interval: 500 }).toBe(0);
      expect(hanging.filter((_, index) => index % 3 === 2).every(({ seen }) => seen.startsWith('HTTP/1.1 408 ') && seen.includes('<Code>RequestTimeout</Code>'))).toBe(true);
      expect(hanging.filter((_, index) => index % 3 === 1).every(({ seen }) => !/html/i.test(seen))).toBe(true);
    } finally {
      clearInterval(trickle);
      for (const { socket } of hanging) socket.destroy();
    }
    expect((await call()).status).toBe(200);
  });

  it('bring ten megabytes, twenty at once', async () => {
    const before = linux ? residentMegabytes() : 0;
    const big = `${BODY}&Name=${'x'.repeat(10 << 20)}`;
    const replies = await Promise.all(Array.from({ length: 20 }, () => call(big)));
    for (const { status, text } of replies) {
      expect(status).toBe(413);
      expect(text).toMatch(/^<ErrorResponse.*<Code>RequestEntityTooLarge<\/Code>/s);
    }
    if (linux) expect(residentMegabytes() - before).toBeLessThan(150);
    expect((await call()).status).toBe(200);
  });

  it('come several in one packet: all answered, in order', async () => {
    const bodies = [BODY, 'Action=Nope&Version=2011-06-15', BODY];
    const found = await wire(bodies.map((body) => rawHead(signed(body)) + body).join(''));
    await expect.poll(() => found.seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200']);
    found.socket.destroy();
  });

  it('wait for leave to go on, and get it', async () => {
    const found = await wire(rawHead({ ...signed(BODY), expect: '100-continue' }));
    await expect.poll(() => found.seen).toContain('HTTP/1.1 100 Continue');
    found.socket.write(BODY);
    await expect.poll(() => found.seen).toContain('HTTP/1.1 200');
    found.socket.destroy();
  });

  it.each<[string, Record<string, string>]>([
    ['two lengths of the body', { 'Content-Length': '5', 'content-length': '6' }],
    ['a length and chunks', { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }],
    ['an encoding that is none', { 'Transfer-Encoding': 'chunked, identity' }],
    ['a length that is no number', { 'Content-Length': '5x' }],
    ['a head of a megabyte', { 'X-Big': 'x'.repeat(1 << 20) }],
  ])('say of themselves %s: refused, and the connection closed', async (_, headers) => {
    const found = await wire(rawHead({ Host: '127.0.0.1', ...headers }) + 'hello');
    await expect.poll(() => found.ended).toBe(true);
    expect(found.seen).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(found.seen).not.toMatch(/html|node:|at .*\.js/i);
  });

  it.each(['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE'])('ask by %s', async (method) => {
    const found = await wire(rawHead({ Host: '127.0.0.1', Connection: 'close', 'Content-Length': '0' }, `${method} / HTTP/1.1`));
    await expect.poll(() => found.ended).toBe(true);
    expect(found.seen).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(found.seen).not.toMatch(/html/i);
  });

  it('are sent again as they were: taken while their date holds; with another body they are not', async () => {
    const headers = signed(BODY);
    expect((await call(BODY, headers)).status).toBe(200);
    expect((await call(BODY, headers)).status).toBe(200);
    const other = BODY.replace('Version', 'Versiox');
    expect(await call(other, headers)).toMatchObject({ status: 403, text: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>') });
  });

  it.each([['another host', { host: 'example.com' }], ['a name that is rebound', { host: 'attacker.test:80' }]])('name %s', async (_, more) => {
    expect(await call(BODY, { ...signed(BODY), ...more })).toMatchObject({ status: 403 });
  });
});
