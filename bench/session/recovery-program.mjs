/**
 * A path with 50 ms of round trip that goes dead in full use, under so many messages of 1 KiB, and is cut: our client and one hop of the service, a
 * websocket between them. Prints as JSON how many were sent in vain, and the milliseconds from the cut until the client has them all, in order.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { Hop } from '../../src/cloud/messages/hop.ts';
import { MESSAGE_TYPE, PAYLOAD_TYPE, decodeAgentMessage } from '../../src/lib/protocol/agent-message.ts';
import { openDataChannel } from '../../src/lib/session/data-channel.ts';

const ONE_WAY_MS = 25;
const DEAD_MS = 1500;
const PAYLOAD_BYTES = 1024;
/** Before: so many come through, and the window opens. */
const WARMING = 3000;
const messages = Number(process.argv[2]);

let dead = false;
const sentInVain = new Set();

/** The service's end of the websocket, as a hop sees it, behind the path. */
function behindPath(socket) {
  return {
    OPEN: socket.OPEN,
    get readyState() {
      return socket.readyState;
    },
    bufferedAmount: 0,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    send: (frame) => {
      if (dead) sentInVain.add(decodeAgentMessage(frame).sequenceNumber);
      else setTimeout(() => socket.send(frame), ONE_WAY_MS);
    },
  };
}

const hop = new Hop({ sends: MESSAGE_TYPE.outputStreamData, now: Date.now, onData: (_type, _payload, accept) => accept() });
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
await once(server, 'listening');
let current;
server.on('connection', (socket) => {
  current = socket;
  socket.once('message', () => {
    hop.attach(behindPath(socket));
    socket.on('message', (data) => {
      if (!dead) setTimeout(() => hop.receive(decodeAgentMessage(data)), ONE_WAY_MS);
    });
  });
  socket.once('close', () => hop.detach());
});
const address = { streamUrl: `ws://127.0.0.1:${server.address().port}/`, tokenValue: 'token' };

function send(count) {
  for (let at = 0; at < count; at += 1) {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.writeUInt32BE(at);
    hop.send(PAYLOAD_TYPE.output, payload);
  }
}

async function receive(incoming, count) {
  for (let at = 0; at < count; at += 1) {
    const { value } = await incoming.next();
    if (value?.payload.readUInt32BE() !== at) throw new Error(`message ${at} did not come in its turn`);
  }
}

send(WARMING);
const channel = await openDataChannel({ sessionId: 'recovery', ...address, payloadBytes: PAYLOAD_BYTES, reconnect: { resume: async () => address } });
const incoming = channel.messages();
await receive(incoming, WARMING);
while (!hop.idle) await sleep(ONE_WAY_MS);

dead = true;
send(messages);
await sleep(DEAD_MS);
dead = false;
const cut = performance.now();
current.terminate();
await receive(incoming, messages);
process.stdout.write(`${JSON.stringify({ milliseconds: performance.now() - cut, sentInVain: sentInVain.size })}\n`);
process.exit(0);
