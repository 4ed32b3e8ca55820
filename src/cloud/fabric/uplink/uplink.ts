/** The way in for programs of this machine: a SOCKS5 server on loopback, guarded by the lab's password, that leads to the fabric's internet. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { isAddress } from '../../../lib/net/address.js';
import type { Decoded, Destination, ReplyCode } from '../../../lib/net/socks5.js';
import {
  decodeConnect, decodeCredentials, decodeGreeting, encodeCredentialsStatus, encodeMethodChoice, encodeReply, METHOD, REPLY, Socks5Error,
} from '../../../lib/net/socks5.js';
import { type Fabric, FabricError, INTERNET } from '../fabric.js';

export interface UplinkOptions {
  readonly fabric: Fabric;
  /** Named in the log only: the internet is one for all regions. */
  readonly region: string;
  /** 0 or undefined: any free port. */
  readonly port?: number | undefined;
  /** Default: `ssmlab`. */
  readonly username?: string | undefined;
  readonly password: string;
  readonly log: (line: string) => void;
  /** How long a connection into the lab may take, milliseconds. Default 130 s, as the kernel's. */
  readonly connectTimeoutMs?: number | undefined;
}

export interface RunningUplink {
  readonly port: number;
  close(): Promise<void>;
}

/** Time for the handshake, milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Longest legal handshake message (RFC 1929: 513 bytes); more without a whole message is no SOCKS client. */
const HANDSHAKE_BYTES = 1024;

/** Starts to listen on 127.0.0.1. Rejects with Node's own error (EADDRINUSE …) when it cannot. */
export async function startUplink(options: UplinkOptions): Promise<RunningUplink> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, options).catch((error: unknown) => {
      options.log(`uplink: ${error instanceof Error ? error.message : String(error)}`);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.log(`uplink: ${error.message}`));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    }),
  };
}

async function serve(socket: Socket, options: UplinkOptions): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS);
  const incoming = new Incoming(socket);
  let destination: Destination;
  try {
    if (!(await authenticate(socket, incoming, options))) return;
    destination = await incoming.next(decodeConnect);
  } catch (error) {
    if (!(error instanceof Socks5Error)) throw error;
    // A wrong version gets no answer: whoever sent it speaks something else.
    socket.end(error.reply === undefined ? Buffer.alloc(0) : encodeReply(error.reply));
    return;
  } finally {
    clearTimeout(timer);
  }
  await carry(socket, incoming, destination, options, gone.signal);
}

async function authenticate(socket: Socket, incoming: Incoming, { username = 'ssmlab', password }: UplinkOptions): Promise<boolean> {
  const methods = await incoming.next(decodeGreeting);
  if (!methods.includes(METHOD.usernamePassword)) {
    socket.end(encodeMethodChoice(METHOD.noneAcceptable));
    return false;
  }
  socket.write(encodeMethodChoice(METHOD.usernamePassword));
  const given = await incoming.next(decodeCredentials);
  // Both are always compared, on digests of one length, so that time tells nothing about either.
  const accepted = Number(same(given.username, username)) & Number(same(given.password, password));
  if (accepted === 0) {
    socket.end(encodeCredentialsStatus(false));
    return false;
  }
  socket.write(encodeCredentialsStatus(true));
  return true;
}

function same(given: Buffer, wanted: string): boolean {
  const digest = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

async function carry(socket: Socket, incoming: Incoming, { host, port }: Destination, { fabric, connectTimeoutMs }: UplinkOptions, signal: AbortSignal): Promise<void> {
  const from = { internet: INTERNET.laptop };
  let stream;
  try {
    const address = isAddress(host) ? host : await addressOf(fabric, host);
    stream = await fabric.connect(from, { address, port }, { signal, ...(connectTimeoutMs === undefined ? {} : { timeoutMs: connectTimeoutMs }) });
  } catch (error) {
    socket.end(encodeReply(replyFor(error)));
    return;
  }
  if (socket.destroyed) {
    stream.destroy();
    return;
  }
  socket.write(encodeReply(REPLY.succeeded));
  incoming.handBack();
  // The end of each half goes through; what ends an end altogether ends the other likewise.
  stream.on('error', () => socket.resetAndDestroy());
  stream.on('close', () => socket.destroySoon());
  socket.on('close', () => stream.destroy());
  socket.pipe(stream);
  stream.pipe(socket);
}

/** The name by public DNS; a client that wants it resolved here has no other resolver that knows the lab. */
async function addressOf(fabric: Fabric, host: string): Promise<string> {
  const resolution = await fabric.resolve({ internet: INTERNET.laptop }, host);
  const address = resolution.kind === 'addresses' ? resolution.addresses[0] : undefined;
  if (address === undefined) throw new FabricError('ENETUNREACH', `no such name: ${host}`);
  return address;
}

function replyFor(error: unknown): ReplyCode {
  if (!(error instanceof FabricError)) return REPLY.generalFailure;
  switch (error.code) {
    case 'ETIMEDOUT': return REPLY.ttlExpired;
    case 'ECONNREFUSED': return REPLY.connectionRefused;
    case 'ENETUNREACH': return REPLY.hostUnreachable;
    case 'ECONNRESET':
  }
  return REPLY.generalFailure;
}

/** Handshake messages out of a socket; what follows them stays for the connection. */
class Incoming {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The next message. Throws {@link Socks5Error} when the peer ends first or sends something else. */
  async next<T>(decode: (input: Buffer) => Decoded<T> | undefined): Promise<T> {
    for (;;) {
      const decoded = decode(this.#bytes);
      if (decoded !== undefined) {
        this.#bytes = this.#bytes.subarray(decoded.bytes);
        return decoded.value;
      }
      if (this.#bytes.length > HANDSHAKE_BYTES) throw new Socks5Error('the handshake has no end');
      this.#bytes = Buffer.concat([this.#bytes, await this.#more()]);
    }
  }

  /** Gives the socket back what was read too much. */
  handBack(): void {
    if (this.#bytes.length > 0) this.#socket.unshift(this.#bytes);
  }

  #more(): Promise<Buffer> {
    const socket = this.#socket;
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) return Promise.resolve(chunk);
    if (socket.readableEnded || socket.destroyed) return Promise.reject(new Socks5Error('the client ended the handshake'));
    return new Promise((resolve, reject) => {
      const names = ['readable', 'end', 'close'] as const;
      const stirred = (): void => {
        for (const name of names) socket.off(name, stirred);
        this.#more().then(resolve, reject);
      };
      for (const name of names) socket.on(name, stirred);
    });
  }
}
