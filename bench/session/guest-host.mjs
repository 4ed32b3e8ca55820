/**
 * The sandbox's guests, each with three servers more: one sends as many bytes as its first line asks for, one reads as many
 * as its first line says and answers with their checksum, one sends back what comes.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createSandboxGuestHost as makeHost } from '../../src/cloud/guest/sandbox/host.ts';
import { block, ECHO_PORT, SINK_PORT, SOURCE_PORT } from './block.mjs';
import { answerInRegion } from './memory.mjs';

const PIECE = 1 << 16;

/** The line, and what came behind it. */
async function firstLine(stream) {
  for (;;) {
    const chunk = stream.read();
    if (chunk === null) {
      await once(stream, 'readable');
      continue;
    }
    const end = chunk.indexOf(10);
    if (chunk.length > end + 1) stream.unshift(chunk.subarray(end + 1));
    return Number(chunk.toString('latin1', 0, end));
  }
}

async function source(stream) {
  const total = await firstLine(stream);
  const random = block(process.cwd());
  for (let sent = 0; sent < total && !stream.destroyed;) {
    const at = sent % random.length;
    const piece = random.subarray(at, at + Math.min(PIECE, total - sent));
    sent += piece.length;
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  stream.end();
}

async function sink(stream) {
  const total = await firstLine(stream);
  const hash = createHash('sha256');
  let received = 0;
  stream.on('data', (chunk) => {
    hash.update(chunk);
    received += chunk.length;
    if (received >= total) stream.end(`${hash.digest('hex')}\n`);
  });
}

export function createSandboxGuestHost(options) {
  const host = makeHost(options);
  answerInRegion();
  const serve = (server) => (stream) => {
    stream.on('error', () => stream.destroy());
    server(stream).catch(() => stream.destroy());
  };
  return {
    kind: host.kind,
    boot: async (specification) => {
      const guest = await host.boot(specification);
      await guest.listen(SOURCE_PORT, serve(source));
      await guest.listen(SINK_PORT, serve(sink));
      await guest.listen(ECHO_PORT, serve(async (stream) => stream.pipe(stream)));
      return guest;
    },
  };
}
