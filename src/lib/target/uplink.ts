/** TCP into the local cloud's internet: a SOCKS5 client (RFC 1928, RFC 1929) for the uplink on loopback. */
import { connect, type Socket } from 'node:net';
import { SsmlabError } from '../errors.js';

export interface Uplink {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** What RFC 1928 §6 calls the replies, in the words of a connection that failed. */
const REPLIES: Readonly<Record<number, string>> = {
  1: 'the uplink failed', 2: 'the uplink does not allow it', 3: 'network unreachable', 4: 'timed out: nothing answered', 5: 'connection refused',
  6: 'timed out: nothing answered', 7: 'the uplink does not know CONNECT', 8: 'the uplink does not know this kind of address',
};

/** Address and port as a SOCKS5 request has them: IPv4 in four bytes, a name with its length before it. */
function addressBytes(host: string, port: number): Buffer {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(host)?.slice(1).map(Number);
  const address = octets === undefined ? Buffer.concat([Buffer.from([3, Buffer.byteLength(host)]), Buffer.from(host)]) : Buffer.from([1, ...octets]);
  return Buffer.concat([address, Buffer.from([port >> 8, port & 255])]);
}

/** Gives exactly the bytes that are asked for, so that the first bytes of the connection itself stay in the socket. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(count) as Buffer | null;
    if (chunk !== null && chunk.length === count) return chunk;
    if (socket.readableEnded || socket.destroyed) throw new Error('the uplink closed the connection');
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        for (const name of ['readable', 'end', 'close'] as const) socket.off(name, settle);
        socket.off('error', fail);
        resolve();
      };
      const fail = (error: Error): void => {
        for (const name of ['readable', 'end', 'close'] as const) socket.off(name, settle);
        socket.off('error', fail);
        reject(error);
      };
      for (const name of ['readable', 'end', 'close'] as const) socket.once(name, settle);
      socket.once('error', fail);
    });
  }
}

async function shakeHands(socket: Socket, uplink: Uplink, host: string, port: number): Promise<void> {
  socket.write(Buffer.from([5, 1, 2]));
  const choice = await take(socket, 2);
  if (choice[0] !== 5 || choice[1] !== 2) throw new Error('it is not the uplink of a local cloud');
  const [name, word] = [Buffer.from(uplink.username), Buffer.from(uplink.password)];
  socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([word.length]), word]));
  if ((await take(socket, 2))[1] !== 0) throw new Error('the uplink does not accept the password of this lab');
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), addressBytes(host, port)]));
  const head = await take(socket, 5);
  const rest = { 1: 3 + 2, 3: (head[4] ?? 0) + 2, 4: 15 + 2 }[head[3] ?? 0];
  if (rest === undefined) throw new Error('the uplink answered what is not SOCKS5');
  await take(socket, rest);
  const reply = head[1] ?? 1;
  if (reply !== 0) throw new Error(REPLIES[reply] ?? `the uplink answered ${reply}`);
}

/** Connects through the uplink. `stream-unreachable` says which host and port and why. */
export async function dialUplink(uplink: Uplink, host: string, port: number, timeoutMs = 10_000): Promise<Socket> {
  const socket = connect({ host: uplink.host, port: uplink.port });
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      shakeHands(socket, uplink, host, port),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`timed out: nothing answered in ${timeoutMs / 1000} s`)), timeoutMs);
      }),
    ]);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw new SsmlabError('stream-unreachable', `${host}:${port} cannot be reached: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Connects directly, with the same bound and the same errors. */
export async function dialDirectly(host: string, port: number, timeoutMs = 10_000): Promise<Socket> {
  const socket = connect({ host, port });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`timed out: nothing answered in ${timeoutMs / 1000} s`)), timeoutMs);
      socket.once('connect', resolve).once('error', reject);
    });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw new SsmlabError('stream-unreachable', `${host}:${port} cannot be reached: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
