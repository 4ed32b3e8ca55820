import { createHash, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runCommand } from '../../../../src/lib/session/command.js';
import { openDataChannel, type DataChannel, type DataChannelOptions } from '../../../../src/lib/session/data-channel.js';
import { INSTANCE, SmallRegion } from '../guest/agent/small-region.js';

let region: SmallRegion;

beforeEach(async () => {
  region = await SmallRegion.start();
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), { timeout: 8000, interval: 10 });
});
afterEach(() => region.stop());

async function open(more: Partial<DataChannelOptions> = {}): Promise<DataChannel> {
  const parameters = { command: ['work'], separateOutputStream: ['true'] };
  const started = await region.call('StartSession', { Target: INSTANCE, DocumentName: 'AWS-StartNonInteractiveCommand', Parameters: parameters });
  const { SessionId: sessionId, StreamUrl: streamUrl, TokenValue: tokenValue } = started as { SessionId: string; StreamUrl: string; TokenValue: string };
  const channel = await openDataChannel({
    sessionId, streamUrl, tokenValue, payloadBytes: 16 << 10,
    reconnect: {
      resume: async () => {
        const resumed = await region.call('ResumeSession', { SessionId: sessionId });
        return typeof resumed['TokenValue'] === 'string' ? { tokenValue: resumed['TokenValue'], streamUrl: String(resumed['StreamUrl']) } : undefined;
      },
    },
    ...more,
  });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), { timeout: 8000, interval: 5 });
  return channel;
}

function counting(): { readonly stream: PassThrough; readonly bytes: () => number } {
  const stream = new PassThrough();
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
  return { stream, bytes: () => bytes };
}

it('serves the tool\'s own client: both outputs whole, and the status', async () => {
  const channel = await open();
  const stdout = counting();
  const stderr = counting();
  const ended = runCommand(channel, { stdout: stdout.stream, stderr: stderr.stream });
  const [process] = region.processes;
  process?.stdout.write(Buffer.alloc(12_000_000, 'o'));
  process?.stderr.write(Buffer.alloc(3_000_000, 'e'));
  process?.exit({ code: 7, signal: undefined });
  expect(await ended).toEqual({ exitCode: 7, output: '' });
  expect([stdout.bytes(), stderr.bytes()]).toEqual([12_000_000, 3_000_000]);
});

it('stalls the process of a client whose output nobody reads, in little memory', async () => {
  const channel = await open();
  const stdout = new PassThrough();
  const ended = runCommand(channel, { stdout, stderr: new PassThrough() });
  const [process] = region.processes;
  const chunk = Buffer.alloc(64 << 10, 'y\n');
  const total = 512;
  let written = 0;
  const write = (): void => {
    while (written < total) {
      written += 1;
      if (process?.stdout.write(chunk) !== true) break;
    }
    if (written < total) process?.stdout.once('drain', write);
    else process?.exit({ code: 0, signal: undefined });
  };
  write();
  let seen = -1;
  await vi.waitFor(() => {
    const stalled = seen === written;
    seen = written;
    expect(stalled).toBe(true);
  }, { timeout: 8000, interval: 500 });
  expect(written * chunk.length).toBeLessThan(16 << 20);
  let bytes = 0;
  stdout.on('data', (data: Buffer) => (bytes += data.length));
  expect(await ended).toEqual({ exitCode: 0, output: '' });
  expect(bytes).toBe(total * chunk.length);
});

it('goes on after its stream was cut again and again: output whole, in order, and the status', async () => {
  const losses: string[] = [];
  const channel = await open({ onLost: (why) => losses.push(why.message) });
  const [process] = region.processes;
  const hash = createHash('sha256');
  let bytes = 0;
  let nextCut = 1 << 20;
  const stdout = new PassThrough();
  stdout.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes < nextCut) return;
    nextCut += 3 << 20;
    region.cutClients();
  });
  const ended = runCommand(channel, { stdout, stderr: new PassThrough() });
  const sent = randomBytes(16 << 20);
  process?.stdout.write(sent);
  process?.exit({ code: 5, signal: undefined });
  expect(await ended).toEqual({ exitCode: 5, output: '' });
  expect([bytes, hash.digest('hex')]).toEqual([sent.length, createHash('sha256').update(sent).digest('hex')]);
  expect(losses.length).toBeGreaterThanOrEqual(4);
});

it('says so when the session ended while it was away', async () => {
  const channel = await open({ onLost: () => void region.call('TerminateSession', { SessionId: channel.sessionId }) });
  const ended = runCommand(channel, { stdout: new PassThrough(), stderr: new PassThrough() });
  region.cutClients();
  await expect(ended).rejects.toMatchObject({ code: 'session-failed', message: expect.stringMatching(/is over: the service ended it while the connection was lost/) });
});
