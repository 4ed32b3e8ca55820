/** AWS's plugin gives two messages one number when the keyboard, a signal and a new size come together, and the agent drops the second (`protocol.md` §9 no. 2). */
import { PassThrough } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { openDataChannel } from '../../../../src/lib/session/data-channel.js';
import { runShell } from '../../../../src/lib/session/shell.js';
import { startGateway } from './gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

const LINES = 600;

it('a number belongs to one message for ever, whatever keyboard, signals and sizes send at once, over losses and other connections too; none is left out', async () => {
  /** What each number was seen to carry, every sending of it. */
  const carried = new Map<number, Set<string>>();
  let sendings = 0;
  const gateway = await startGateway({
    resumes: true,
    hears: ({ messageType, sequenceNumber, payloadType, payload }) => {
      if (messageType !== MESSAGE_TYPE.inputStreamData) return true;
      sendings += 1;
      carried.set(sequenceNumber, (carried.get(sequenceNumber) ?? new Set()).add(`${payloadType} ${payload.toString()}`));
      return sendings % 7 !== 0;
    },
  });
  cleanups.push(() => gateway.close());
  const opening = openDataChannel({
    streamUrl: gateway.url, tokenValue: 't', sessionId: 's', payloadBytes: 16,
    reconnect: { firstPauseMs: 1, resume: async () => ({ streamUrl: gateway.url, tokenValue: 't' }) },
  });
  let peer = await gateway.client();
  peer.say(PAYLOAD_TYPE.output, 'sh-5.2$ ');
  const channel = await opening;
  cleanups.push(() => channel.close());

  const stdin = new PassThrough();
  let [columns, onSize] = [1, (): void => undefined];
  const running = runShell(channel, { stdin, stdout: new PassThrough().resume(), size: () => ({ columns, rows: 24 }), onResize: (listener) => void (onSize = listener) });
  const typed = Array.from({ length: LINES }, (_, line) => `line ${line} of what is typed\r`);
  const pasted = Array.from({ length: LINES }, (_, line) => `<${line}>`);
  const typing = (async () => {
    for (const line of typed) {
      stdin.write(line);
      if (Math.random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const signalling = (async () => {
    for (const mark of pasted) {
      // Past the window, as a signal is; and a new size in the same turn.
      channel.send(PAYLOAD_TYPE.output, Buffer.from(mark));
      columns += 1;
      onSize();
      if (Math.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
      if (mark === pasted[LINES / 2]) {
        peer.socket.terminate();
        peer = await gateway.client();
      }
    }
  })();
  await Promise.all([typing, signalling]);
  const bytes = [...typed, ...pasted].reduce((sum, text) => sum + text.length, 0);
  const sizes = () => peer.inputs.filter(({ payloadType }) => payloadType === PAYLOAD_TYPE.size);
  // The last size may be the message that was lost: it comes after all text, once it is sent again.
  await peer.until(() => peer.typed.length === bytes && sizes().length > LINES);

  expect([...carried.values()].filter((messages) => messages.size !== 1)).toEqual([]);
  expect([...carried.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: carried.size }, (_, number) => number));
  expect(sendings).toBeGreaterThan(carried.size);
  const text = peer.typed.toString();
  expect(pasted.filter((mark) => text.split(mark).length !== 2)).toEqual([]);
  expect(text.replaceAll(/<\d+>/gu, '')).toBe(typed.join(''));
  expect(sizes()).toHaveLength(LINES + 1);
  peer.closeChannel();
  await running;
});
