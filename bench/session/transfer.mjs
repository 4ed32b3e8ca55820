/** Bytes through a local port of `ssmlab forward` to the servers of `guest-host.mjs`, both ways, with their checksum. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Reads so many bytes. Gives seconds and whether the checksum is right. */
export async function download(port, bytes, checksum) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const hash = createHash('sha256');
  const started = performance.now();
  socket.write(`${bytes}\n`);
  for await (const chunk of socket) hash.update(chunk);
  return { seconds: (performance.now() - started) / 1000, whole: hash.digest('hex') === checksum };
}

/** Sends so many bytes of the block, over and over; done when the far end has told what it read. */
export async function upload(port, bytes, checksum, random) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  const ended = once(socket, 'end');
  // A reset is found by who waits for room, too: one of the two is enough.
  ended.catch(() => undefined);
  const started = performance.now();
  socket.write(`${bytes}\n`);
  for (let sent = 0; sent < bytes;) {
    const at = sent % random.length;
    const piece = random.subarray(at, at + Math.min(1 << 18, bytes - sent));
    sent += piece.length;
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  await ended;
  return { seconds: (performance.now() - started) / 1000, whole: answer.trim() === checksum };
}

/** One byte there, one byte back, so often; milliseconds each. */
export async function echoes(port, rounds) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const back = once(socket, 'data');
    socket.write('k');
    await back;
    times.push(performance.now() - started);
  }
  socket.destroy();
  return times;
}
