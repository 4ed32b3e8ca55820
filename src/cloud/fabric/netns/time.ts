/** The time service: SNTP by datagrams, as 169.254.169.123 answers (RFC 4330). The clock is the host's. */
import type { Socket } from 'node:dgram';

const LENGTH = 48;
const MODE = { client: 3, server: 4 } as const;
/** As Amazon's says of itself. */
const STRATUM = 3;
/** 2^-20 s. */
const PRECISION = -20;
/** From 1900, where NTP begins, to 1970, seconds. */
const EPOCH = 2_208_988_800;

/** Answers what comes to the socket; what is no question of a client's is dropped. `now`: milliseconds since 1970. */
export function serveTime(socket: Socket, now: () => number): void {
  socket.on('error', () => undefined);
  socket.on('message', (bytes, from) => {
    const answer = timeAnswer(bytes, now());
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined);
  });
}

/** Undefined for what is no question of a client's. */
export function timeAnswer(question: Buffer, now: number): Buffer | undefined {
  const head = question[0] ?? 0;
  const version = head >> 3 & 7;
  if (question.length < LENGTH || (head & 7) !== MODE.client || version < 1 || version > 4) return undefined;
  const answer = Buffer.alloc(LENGTH);
  answer[0] = version << 3 | MODE.server;
  answer[1] = STRATUM;
  answer[2] = question[2] ?? 0;
  answer.writeInt8(PRECISION, 3);
  writeTime(answer, 16, now);
  // What the client sent as its own time comes back, so that it knows the answer for one to its question.
  question.copy(answer, 24, 40, LENGTH);
  writeTime(answer, 32, now);
  writeTime(answer, 40, now);
  return answer;
}

function writeTime(into: Buffer, offset: number, now: number): void {
  const seconds = Math.floor(now / 1000);
  into.writeUInt32BE((seconds + EPOCH) % 2 ** 32, offset);
  into.writeUInt32BE(Math.floor((now - seconds * 1000) / 1000 * 2 ** 32), offset + 4);
}
