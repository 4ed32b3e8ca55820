/** Keys typed one by one and their echoes, which go a shorter way than all else: nothing of them may be lost, doubled or out of order for it. */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import type { AgentMessage } from '../../../../src/lib/protocol/agent-message.js';
import { openDataChannel, type DataChannelOptions } from '../../../../src/lib/session/data-channel.js';
import { runShell, type ShellTerminal } from '../../../../src/lib/session/shell.js';
import { startGateway } from './gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

const KEYS = 300;
/** Long enough for what was shown to be written down, now and then. */
const PAUSES = [0, 1, 2, 7] as const;

/** A shell in which `type` types. `shown`: what is on its screen, past its stdout. */
async function shell({ hears, more = {}, showNow, firstKeys }: { hears?: (message: AgentMessage) => boolean; more?: Partial<DataChannelOptions>; showNow?: (bytes: Buffer) => boolean; firstKeys?: ShellTerminal['firstKeys'] } = {}) {
  const gateway = await startGateway({ resumes: true, hears });
  cleanups.push(() => gateway.close());
  const opening = openDataChannel({
    streamUrl: gateway.url, tokenValue: 't', sessionId: 's', payloadBytes: 1024,
    reconnect: { firstPauseMs: 1, resume: async () => ({ streamUrl: gateway.url, tokenValue: 't' }) }, ...more,
  });
  const peer = await gateway.client();
  peer.say(PAYLOAD_TYPE.output, '$ ');
  const channel = await opening;
  cleanups.push(() => channel.close());
  const stdin = new PassThrough();
  const stdout = new PassThrough({ highWaterMark: 1 << 20 });
  const running = runShell(channel, { stdin, firstKeys, stdout, showNow, size: () => ({ columns: 80, rows: 24 }), onResize: () => undefined });
  return { gateway, peer, channel, stdin, stdout, running };
}

const keyOf = (at: number): string => String.fromCharCode(97 + (at % 26));
const typedText = Array.from({ length: KEYS }, (_, at) => keyOf(at)).join('');

it('over losses and cuts every key arrives once, in order, under a number of its own, and every echo is shown once', async () => {
  const carried = new Map<number, Set<string>>();
  let sendings = 0;
  const made = await shell({
    hears: ({ messageType, sequenceNumber, payload }) => {
      if (messageType !== MESSAGE_TYPE.inputStreamData) return true;
      sendings += 1;
      carried.set(sequenceNumber, (carried.get(sequenceNumber) ?? new Set()).add(payload.toString()));
      return sendings % 9 !== 0;
    },
  });
  const { gateway, stdin, stdout, running } = made;
  let { peer } = made;
  let echoed = 0;
  const echo = (): void => {
    for (; echoed < peer.typed.length; echoed += 1) peer.say(PAYLOAD_TYPE.output, `${echoed};`);
  };
  for (let at = 0; at < KEYS; at += 1) {
    stdin.write(keyOf(at));
    await sleep(PAUSES[at % PAUSES.length]);
    echo();
    if (at % 100 === 50) {
      // The double says nothing again: what it said has to be there. The prompt was number 0.
      await peer.until(() => peer.acknowledged.includes(echoed));
      peer.socket.terminate();
      peer = await gateway.client();
    }
  }
  await peer.until(() => {
    echo();
    return echoed === KEYS;
  });
  expect(peer.typed.toString()).toBe(typedText);
  expect([...carried.values()].filter(({ size }) => size !== 1)).toEqual([]);
  expect(sendings).toBeGreaterThan(carried.size);
  peer.closeChannel();
  await running;
  expect(String(stdout.read())).toBe(`$ ${Array.from({ length: KEYS }, (_, at) => `${at};`).join('')}`);
});

it('every echo is acknowledged, once, and soon; and no key is sent twice, whose acknowledgement comes before it is written down', async () => {
  let sendings = 0;
  const { peer, stdin, stdout } = await shell({ hears: ({ messageType }) => (sendings += messageType === MESSAGE_TYPE.inputStreamData ? 1 : 0) >= 0 });
  for (let at = 0; at < 50; at += 1) {
    stdin.write('k');
    await peer.until(() => peer.typed.length === at + 1);
    peer.say(PAYLOAD_TYPE.output, 'k');
    if (at % 3 === 0) await sleep(8);
  }
  await peer.until(() => peer.acknowledged.length === 51);
  // Longer than what is not acknowledged waits until it is sent again.
  await sleep(400);
  expect(peer.acknowledged.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 51 }, (_, at) => at));
  expect(String(stdout.read())).toBe(`$ ${'k'.repeat(50)}`);
  // One of the sizes beside them.
  expect(sendings).toBe(51);
});

it('what comes again, early, changed or long is as with any other message', async () => {
  const { peer, stdout } = await shell();
  const first = peer.frame(PAYLOAD_TYPE.output, 'a');
  const second = peer.frame(PAYLOAD_TYPE.output, 'b');
  const changed = Buffer.from(second);
  changed[120] = 0x78;
  const long = peer.frame(PAYLOAD_TYPE.output, 'c'.repeat(2_000));
  const last = peer.frame(PAYLOAD_TYPE.output, 'd');
  for (const bytes of [first, first, changed, long, second, second, last, first]) peer.socket.send(bytes);
  await peer.until(() => new Set(peer.acknowledged).size === 5);
  expect(String(stdout.read())).toBe(`$ ab${'c'.repeat(2_000)}d`);
});

it('escapes that are typed key by key are heard: ~~ is one tilde, ~. leaves', async () => {
  const { peer, stdin, running } = await shell();
  for (const key of 'a\r~~b\r~.') {
    stdin.write(key);
    await sleep(2);
    if (key === 'a') peer.say(PAYLOAD_TYPE.output, 'a');
  }
  expect(await running).toEqual({ by: 'left', output: '' });
  await peer.until(() => peer.socket.readyState !== peer.socket.OPEN);
  expect(peer.typed.toString()).toBe('a\r~b\r');
});

it('a screen that shows at once is shown to in order with stdout, which takes what the screen does not', async () => {
  const screen: string[] = [];
  let asked = 0;
  const { peer, stdout } = await shell({
    showNow: (bytes) => {
      asked += 1;
      if (asked % 2 === 0) return false;
      screen.push(bytes.toString());
      return true;
    },
  });
  const words = ['one', 'two', 'three', 'four'];
  for (const word of words) {
    peer.say(PAYLOAD_TYPE.output, word);
    await sleep(10);
  }
  expect([screen, String(stdout.read())]).toEqual([['$ ', 'two', 'four'], 'onethree']);
});

it('a reader that takes nothing holds the sender back on the short way too', async () => {
  let sent = 0;
  const { peer, stdout } = await shell({ showNow: () => false });
  stdout.write(Buffer.alloc(1 << 20));
  const text = 'e'.repeat(400);
  const enough = 8 * 1024 * 1024;
  while (sent < enough) {
    peer.say(PAYLOAD_TYPE.output, text);
    sent += text.length;
    if (sent % 40_000 < 400) await sleep(1);
  }
  await sleep(50);
  expect(new Set(peer.acknowledged).size * text.length).toBeLessThan(2 * 1024 * 1024);
});

it('keys that are given ahead of stdin are taken while nothing else waits, and come in order with what stdin has', async () => {
  let take: (byte: number) => boolean = () => false;
  const { peer, stdin, running } = await shell({ firstKeys: (taker) => void (take = taker) });
  let ahead = 0;
  for (let at = 0; at < KEYS; at += 1) {
    if (at % 7 === 3) stdin.write(keyOf(at));
    else if (take(keyOf(at).charCodeAt(0))) ahead += 1;
    else stdin.write(keyOf(at));
    await sleep(PAUSES[at % PAUSES.length]);
    peer.say(PAYLOAD_TYPE.output, 'e');
  }
  await peer.until(() => peer.typed.length === KEYS);
  expect(peer.typed.toString()).toBe(typedText);
  expect(ahead).toBeGreaterThan(KEYS / 10);
  expect(take(0x7e)).toBe(false);
  peer.closeChannel();
  await running;
  expect(take(0x6b)).toBe(false);
});

it('a key that nobody answers, not even by an acknowledgement, is sent again without another being typed', async () => {
  let lost = 0;
  const { peer, stdin } = await shell({
    hears: ({ messageType, payload }) => {
      if (messageType !== MESSAGE_TYPE.inputStreamData || payload.toString() !== 'x' || lost > 0) return true;
      lost += 1;
      return false;
    },
  });
  // The short way is open once an echo was written down.
  stdin.write('a');
  await peer.until(() => peer.typed.toString() === 'a');
  peer.say(PAYLOAD_TYPE.output, 'a');
  await sleep(60);
  stdin.write('x');
  await peer.until(() => peer.typed.toString() === 'ax');
  expect(lost).toBe(1);
});
