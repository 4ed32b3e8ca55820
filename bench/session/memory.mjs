/** Memory of the region's process after a collection of garbage in every thread of it: what lives, and what is resident. Part of the bench's product. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel } from 'node:worker_threads';

const PORT_FILE = 'memory-port';
/** Guests' workers have so long to collect theirs. */
const THREADS_MS = 1500;

/** To all other threads: there is no origin as between windows. */
const broadcast = (channel, message) => channel.postMessage.call(channel, message);

/** Bytes that live in this thread. */
function livingHere() {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** In a guest's worker: answers who asks. */
export function answerInWorker() {
  const channel = new BroadcastChannel('bench-memory');
  channel.unref();
  channel.addEventListener('message', ({ data }) => {
    if (data === 'ask') broadcast(channel, { living: livingHere() });
  });
}

/** In the region's main thread: answers a connection with bytes as JSON, on a port that stands in a file of its folder. */
export function answerInRegion() {
  const server = createServer((socket) => {
    void (async () => {
      const channel = new BroadcastChannel('bench-memory');
      let living = 0;
      let guests = 0;
      channel.addEventListener('message', ({ data }) => {
        living += data.living;
        guests += 1;
      });
      broadcast(channel, 'ask');
      await sleep(THREADS_MS);
      channel.close();
      living += livingHere();
      socket.end(JSON.stringify({ living, guests, resident: process.memoryUsage.rss() }));
    })();
  });
  server.listen(0, '127.0.0.1', () => writeFileSync(PORT_FILE, String(server.address().port), { mode: 0o600 })).unref();
}

/** Asked by the bench: MB that live, and that are resident, and how many guests' threads told theirs. */
export async function memoryOf({ state }) {
  const socket = connect(Number(readFileSync(join(state, 'cloud', PORT_FILE), 'utf8')), '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  for await (const chunk of socket) text += chunk;
  const { living, guests, resident } = JSON.parse(text);
  return { guests, living: living / 2 ** 20, resident: resident / 2 ** 20 };
}
