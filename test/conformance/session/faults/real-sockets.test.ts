/**
 * Faults on purpose on real sockets: the tool's client, a proxy that disturbs, the service and the agent, each with its own
 * connections on loopback. Fewer schedules than in virtual time, and what a schedule cannot say: a stream that is pulled.
 * `SSMLAB_SEED=n` begins with that schedule; `SSMLAB_PULL_MS` and `SSMLAB_PULL_BYTES` make the pull as long and the download as
 * large as wanted (issue 4: 30000 and 1073741824).
 */
import { createHash, randomInt, type Hash } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { INSTANCE, SmallRegion } from '../../../unit/cloud/guest/agent/small-region.js';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { runCommand } from '../../../../src/lib/session/command.js';
import { openDataChannel, type DataChannel } from '../../../../src/lib/session/data-channel.js';
import { openForward } from '../../../../src/lib/session/port/forward.js';
import { parseForwardSpec } from '../../../../src/lib/session/port/forward-spec.js';
import { dice, type MessageFaults } from './schedule.js';
import { StreamProxy, type StreamProxyOptions } from './stream-proxy.js';

const MEBIBYTE = 1 << 20;
const SCHEDULES = 32;
const AT_ONCE = 8;
const first = Number(process.env['SSMLAB_SEED'] ?? randomInt(2 ** 31));
const PULL_MS = Number(process.env['SSMLAB_PULL_MS'] ?? 5_000);
const PULL_BYTES = Number(process.env['SSMLAB_PULL_BYTES'] ?? 64 * MEBIBYTE);

let region: SmallRegion;
let web: Server;
const proxies: StreamProxy[] = [];
const channels: DataChannel[] = [];

/** Bytes from a seed, and their digest. */
function drawn(seed: number, bytes: number): Buffer {
  const next = dice(seed);
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE(Math.floor(next() * 2 ** 32), at);
  return buffer;
}
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The server behind the port: for each connection its own bytes, and after the client's a digest of those. */
function serve(socket: Socket): void {
  const hash = createHash('sha256');
  let heard = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    if (heard === 0) socket.write(drawn(chunk.readUInt32LE(0), MEBIBYTE));
    hash.update(chunk);
    heard += chunk.length;
    if (heard === MEBIBYTE) socket.end(hash.digest());
  });
}

beforeAll(async () => {
  region = await SmallRegion.start();
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), { timeout: 15_000, interval: 10 });
  web = createServer(serve).listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(web.listening).toBe(true));
  region.ports.set('localhost:80', (web.address() as AddressInfo).port);
});
afterEach(async () => {
  for (const channel of channels.splice(0)) channel.close();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});
afterAll(() => {
  region.stop();
  web.close();
});

async function proxyOf(options: Omit<StreamProxyOptions, 'region'> = {}): Promise<StreamProxy> {
  const proxy = await StreamProxy.start({ ...options, region: region.ssmUrl });
  proxies.push(proxy);
  return proxy;
}

async function open(proxy: StreamProxy, DocumentName: string, Parameters: Record<string, string[]>, budgetMs = 60_000, onLost = (_why: SsmlabError): void => undefined): Promise<DataChannel> {
  const started = await region.call('StartSession', { Target: INSTANCE, DocumentName, Parameters });
  const { SessionId: sessionId, StreamUrl, TokenValue: tokenValue } = started as { SessionId: string; StreamUrl: string; TokenValue: string };
  const channel = await openDataChannel({
    sessionId, tokenValue, streamUrl: proxy.streamUrl(StreamUrl), payloadBytes: 16_384, connectTimeoutMs: 3_000, onLost,
    reconnect: {
      budgetMs,
      resume: async () => {
        // By the proxy, as any call of the tool would go.
        const answer = await fetch(proxy.url, { method: 'POST', headers: { 'x-amz-target': 'AmazonSSM.ResumeSession' }, body: JSON.stringify({ SessionId: sessionId }) });
        if (!answer.ok) throw new SsmlabError('aws-error', `ssm ResumeSession: HTTP ${answer.status}`);
        const resumed = (await answer.json()) as { TokenValue?: string; StreamUrl?: string };
        return resumed.TokenValue === undefined ? undefined : { tokenValue: resumed.TokenValue, streamUrl: String(resumed.StreamUrl) };
      },
    },
  });
  channels.push(channel);
  return channel;
}

interface RealSchedule {
  readonly faults: MessageFaults;
  readonly closesAfter: number | undefined;
  readonly cuts: readonly number[];
  readonly outage: number;
}

function realScheduleOf(seed: number): RealSchedule {
  const next = dice(seed);
  const between = (low: number, high: number): number => low + next() * (high - low);
  return {
    faults: {
      loss: next() < 0.6 ? between(0, 0.05) : 0, duplicates: next() < 0.5 ? between(0, 0.1) : 0, latency: between(0, 10), jitter: next() < 0.7 ? between(0, 20) : 0, reorders: next() < 0.5,
    },
    closesAfter: next() < 0.4 ? between(200, 1_500) : undefined,
    cuts: Array.from({ length: Math.floor(next() * 3) }, () => between(20, 800)),
    outage: between(0, 600),
  };
}

/** One connection of a forward, both ways at once. Gives what arrived at each end, by digest. */
async function transfer(seed: number): Promise<{ readonly here: string; readonly there: string; readonly opened: number }> {
  const schedule = realScheduleOf(seed);
  const proxy = await proxyOf({ faults: schedule.faults, next: dice(seed ^ 0x5eed) });
  const forward = await openForward({
    spec: parseForwardSpec('0:80'), halfCloseMs: 0, open: () => open(proxy, 'AWS-StartPortForwardingSession', { portNumber: ['80'] }),
    terminate: async () => undefined, onRefused: () => undefined, onEnded: () => undefined, onUnopened: () => undefined,
  });
  proxy.closeAfter(schedule.closesAfter);
  const timers = schedule.cuts.map((cut) => setTimeout(() => {
    proxy.streams('refuse');
    proxy.cut();
    timers.push(setTimeout(() => proxy.streams('pass'), schedule.outage));
  }, cut));
  try {
    const received: Buffer[] = [];
    await Promise.race([forward.failed, new Promise<void>((resolve, reject) => {
      const socket = connect(forward.port, '127.0.0.1', () => void socket.write(drawn(seed, MEBIBYTE)));
      socket.on('data', (chunk: Buffer) => received.push(chunk)).once('end', () => resolve()).once('error', reject);
    })]);
    const bytes = Buffer.concat(received);
    return { here: digest(bytes.subarray(0, MEBIBYTE)), there: bytes.subarray(MEBIBYTE).toString('hex'), opened: proxy.opened };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await forward.close();
  }
}

describe(`${SCHEDULES} schedules on real sockets, 1 MiB each way (SSMLAB_SEED=${first})`, () => {
  let opened = 0;
  it.each(Array.from({ length: SCHEDULES / AT_ONCE }, (_, batch) => batch + 1))(`equal bytes: %i of ${SCHEDULES / AT_ONCE}`, { timeout: 120_000 }, async (batch) => {
    const seeds = Array.from({ length: AT_ONCE }, (_, index) => first + (batch - 1) * AT_ONCE + index);
    await Promise.all(seeds.map(async (seed) => {
      const outcome = await transfer(seed);
      opened += outcome.opened;
      // The server's bytes begin with what the seed's first four say, as the client's do.
      const sent = drawn(seed, MEBIBYTE);
      expect({ here: outcome.here, there: outcome.there }, `SSMLAB_SEED=${seed} ${JSON.stringify(realScheduleOf(seed))}`).toEqual({ here: digest(drawn(sent.readUInt32LE(0), MEBIBYTE)), there: digest(sent) });
    }));
  });
  it('connections were lost in them', () => {
    expect(opened).toBeGreaterThan(SCHEDULES);
  });
});

describe('a stream that is pulled', () => {
  /** A download of pseudo-random bytes by a command, whose digest both ends take. */
  async function download(proxy: StreamProxy, bytes: number, onBytes: (received: number) => void): Promise<{ readonly received: number; readonly sent: Hash; readonly arrived: Hash; readonly exitCode: number | undefined }> {
    const before = region.processes.length;
    const channel = await open(proxy, 'AWS-StartNonInteractiveCommand', { command: ['work'], separateOutputStream: ['true'] });
    await vi.waitFor(() => expect(region.processes.length).toBe(before + 1), { timeout: 8_000, interval: 5 });
    const process = region.processes[before];
    const [sent, arrived] = [createHash('sha256'), createHash('sha256')];
    const block = drawn(first, MEBIBYTE);
    const source = Readable.from((function* blocks() {
      for (let at = 0; at < bytes; at += block.length) {
        // No two blocks are equal: one that is left out, or comes twice, shows.
        block.writeUInt32LE(at / block.length, 0);
        const piece = Buffer.from(block.subarray(0, Math.min(block.length, bytes - at)));
        sent.update(piece);
        yield piece;
      }
    })(), { objectMode: false, highWaterMark: MEBIBYTE });
    source.once('end', () => process?.exit({ code: 0, signal: undefined }));
    if (process !== undefined) source.pipe(process.stdout, { end: false });
    const stdout = new PassThrough();
    let received = 0;
    stdout.on('data', (chunk: Buffer) => {
      arrived.update(chunk);
      received += chunk.length;
      onBytes(received);
    });
    const { exitCode } = await runCommand(channel, { stdout, stderr: new PassThrough() });
    return { received, sent, arrived, exitCode };
  }

  it(`for ${PULL_MS / 1000} s in the middle of ${PULL_BYTES / MEBIBYTE} MiB: it finishes, checksum equal`, { timeout: 60_000 + PULL_MS + PULL_BYTES / 1_000 }, async () => {
    const proxy = await proxyOf();
    let pulledAt: number | undefined;
    let backAt = 0;
    let afterwards = 0;
    const { received, sent, arrived, exitCode } = await download(proxy, PULL_BYTES, (bytes) => {
      if (pulledAt !== undefined) {
        if (backAt > 0) afterwards += 1;
        return;
      }
      if (bytes < PULL_BYTES / 2) return;
      pulledAt = performance.now();
      proxy.streams('ignore');
      proxy.silence();
      setTimeout(() => {
        proxy.cut();
        proxy.streams('pass');
        backAt = performance.now();
      }, PULL_MS);
    });
    expect([received, exitCode]).toEqual([PULL_BYTES, 0]);
    expect(arrived.digest('hex')).toBe(sent.digest('hex'));
    expect(backAt - (pulledAt ?? 0)).toBeGreaterThanOrEqual(PULL_MS - 1);
    expect(afterwards).toBeGreaterThan(0);
  });
});

describe('no way back', () => {
  it.each([['refuse', /127\.0\.0\.1:\d+ cannot be reached.*the way back was sought for/u], ['403', /refuses the stream: HTTP 403 Forbidden; the way back was sought for/u]] as const)('streams: %s', async (what, words) => {
    const proxy = await proxyOf();
    const channel = await open(proxy, 'AWS-StartPortForwardingSession', { portNumber: ['80'] }, 1_000);
    proxy.streams(what);
    const began = performance.now();
    proxy.cut();
    const error: unknown = await (async () => {
      for await (const _ of channel.messages());
    })().catch((reason: unknown) => reason);
    expect(String(error)).toMatch(words);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('resumes that are refused are waited out for the budget, and then named', async () => {
    const proxy = await proxyOf();
    const losses: string[] = [];
    const channel = await open(proxy, 'AWS-StartPortForwardingSession', { portNumber: ['80'] }, 1_000, (why) => losses.push(why.message));
    proxy.resumes(false);
    proxy.cut();
    const error: unknown = await (async () => {
      for await (const _ of channel.messages());
    })().catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/ResumeSession: HTTP 400; the way back was sought for/u);
    expect(losses).toHaveLength(1);
  });

  it('a resume that is refused for a while does not end it', async () => {
    const proxy = await proxyOf();
    const channel = await open(proxy, 'AWS-StartPortForwardingSession', { portNumber: ['80'] });
    proxy.resumes(false);
    proxy.cut();
    await sleep(700);
    proxy.resumes(true);
    await vi.waitFor(() => expect(proxy.opened).toBe(2), { timeout: 8_000 });
    expect(channel.open).toBe(true);
  });
});
