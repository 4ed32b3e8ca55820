/** A connection that has said everything and waits for its answer, at an agent to whom the end of one direction is the end of both, as AWS's is (`protocol.md` §7, §9 no. 8). */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { PAYLOAD_TYPE } from '../../../../../src/lib/protocol/agent-message.js';
import { SmuxSession } from '../../../../../src/lib/protocol/smux.js';
import { openDataChannel } from '../../../../../src/lib/session/data-channel.js';
import { carrierFor } from '../../../../../src/lib/session/port/carrier.js';
import { startGateway, type Peer } from '../gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

/** A forward's two ends: the near one of a local connection, and the gateway. */
async function carried(halfCloseMs: number): Promise<{ readonly near: Socket; readonly peer: Peer }> {
  const gateway = await startGateway();
  cleanups.push(() => gateway.close());
  const opening = openDataChannel({ streamUrl: gateway.url, tokenValue: 't', sessionId: 's', payloadBytes: 1024 });
  const peer = await gateway.client();
  await peer.shakeHands('Port');
  const channel = await opening;
  cleanups.push(() => channel.close());
  const carrier = carrierFor(channel, { onRefused: () => undefined, halfCloseMs });
  carrier.run().catch(() => undefined);
  const server = createServer({ allowHalfOpen: true }, (socket) => carrier.carry(socket));
  cleanups.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  cleanups.push(() => near.destroy());
  return { near, peer };
}

/** Takes a stream's request to its end, and answers piece by piece: what is not said when an end comes is lost. Gives when each of that happened. */
async function answer(peer: Peer, pieces: readonly string[], everyMs: number): Promise<{ readonly ended: number; readonly last: number; readonly request: string }> {
  const smux = new SmuxSession('server');
  let [taken, request, last, ended] = [0, '', 0, 0];
  let answering: Promise<void> | undefined;
  const say = async (streamId: number): Promise<void> => {
    for (const piece of pieces) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      const frame = ended > 0 ? undefined : smux.send(streamId, Buffer.from(piece));
      if (frame === undefined) return;
      peer.say(PAYLOAD_TYPE.output, frame);
      last = performance.now();
    }
  };
  await peer.until(() => {
    for (; taken < peer.inputs.length; taken += 1) {
      const { payloadType, payload } = peer.inputs[taken] ?? { payloadType: 0, payload: Buffer.alloc(0) };
      if (payloadType !== PAYLOAD_TYPE.output) continue;
      for (const event of smux.receive(payload)) {
        if (event.kind === 'data') {
          request += event.data.toString();
          answering ??= say(event.streamId);
        }
        if (event.kind === 'end') {
          ended = performance.now();
          const frame = smux.end(event.streamId);
          if (frame !== undefined) peer.say(PAYLOAD_TYPE.output, frame);
        }
      }
    }
    return ended > 0;
  });
  await answering;
  return { ended, last, request };
}

async function whole(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

it('has its answer whole: the end is passed on when the far end has been silent for as long as the target says', async () => {
  const { near, peer } = await carried(300);
  const answered = answer(peer, ['a ', 'slow ', 'answer'], 150);
  near.end('question');
  expect(await whole(near)).toBe('a slow answer');
  const { ended, last, request } = await answered;
  expect(request).toBe('question');
  expect(ended - last).toBeGreaterThan(250);
});

it('is passed on at once where the agent half-closes', async () => {
  const { near, peer } = await carried(0);
  const began = performance.now();
  const answered = answer(peer, ['too late'], 3_000);
  near.end('question');
  expect(await whole(near)).toBe('');
  expect((await answered).ended - began).toBeLessThan(2_500);
});
