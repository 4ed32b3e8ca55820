/** The two ways to dial: TCP directly, and TCP through a SOCKS5 proxy, as the uplink of the local cloud is one; the same bound and errors. */
import { connect, type Socket } from 'node:net';
import { SsmlabError } from '../errors.js';
import {
  type Decoded, decodeCredentialsStatus, decodeMethodChoice, decodeReply, encodeConnect, encodeCredentials, encodeGreeting, METHOD, REPLY, replyText,
} from '../net/socks5.js';

/** A SOCKS5 proxy: the local cloud's, or one that the user has. */
export interface Uplink {
  readonly host: string;
  readonly port: number;
  /** Empty: it asks for none. */
  readonly username: string;
  readonly password: string;
  /** The variable that names it; absent of the local cloud's. */
  readonly namedBy?: string | undefined;
}

/** The proxy itself cannot be used: of the host behind it nothing is known. Its password is in no message. */
export class ProxyFailure extends Error {
  readonly hint: string;

  constructor({ host, port, namedBy }: Uplink & { readonly namedBy: string }, cause: Error) {
    super(`no way through the SOCKS proxy ${host}:${port}: ${cause.message}`, { cause });
    this.name = 'ProxyFailure';
    this.hint = `${namedBy} names the proxy: check that it runs there, or unset ${namedBy}`;
  }
}

const SETTLING = ['readable', 'end', 'close'] as const;

/** Resolves when the socket has something to read or has ended. */
function stirred(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const clear = (): void => {
      for (const name of SETTLING) socket.off(name, settle);
      socket.off('error', fail);
    };
    const settle = (): void => (clear(), resolve());
    const fail = (error: Error): void => (clear(), reject(error));
    for (const name of SETTLING) socket.once(name, settle);
    socket.once('error', fail);
  });
}

/** Reads one message; what came after it stays in the socket, since it is the connection's own. */
async function receive<T>(socket: Socket, decode: (input: Buffer) => Decoded<T> | undefined): Promise<T> {
  let input: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) throw new Error('the uplink closed the connection');
      await stirred(socket);
      continue;
    }
    input = Buffer.concat([input, chunk]);
    const decoded = decode(input);
    if (decoded === undefined) continue;
    if (decoded.bytes < input.length) socket.unshift(input.subarray(decoded.bytes));
    return decoded.value;
  }
}

/** `greeted` is called when the proxy has taken us: what goes wrong from then on may be the far host's. */
async function shakeHands(socket: Socket, uplink: Uplink, { host, port }: { readonly host: string; readonly port: number }, greeted: () => void): Promise<void> {
  const method = uplink.username === '' ? METHOD.none : METHOD.usernamePassword;
  socket.write(encodeGreeting([method]));
  if ((await receive(socket, decodeMethodChoice)) !== method) throw new Error(`${uplink.host}:${uplink.port} is no SOCKS5 proxy that takes ${method === METHOD.none ? 'no password' : 'a password'}`);
  if (method === METHOD.usernamePassword) {
    socket.write(encodeCredentials(uplink.username, uplink.password));
    if (!(await receive(socket, decodeCredentialsStatus)).accepted) throw new Error(`the SOCKS5 proxy at ${uplink.host}:${uplink.port} does not accept the password`);
  }
  greeted();
  socket.write(encodeConnect({ host, port }));
  const { code } = await receive(socket, decodeReply);
  if (code !== REPLY.succeeded) throw new Error(replyText(code));
}

/** Runs the opening of a connection under a bound; `stream-unreachable` names host, port and why, `blame` tells whose fault it is. */
async function opened(socket: Socket, { host, port, timeoutMs }: { readonly host: string; readonly port: number; readonly timeoutMs: number }, opening: () => Promise<void>, blame = (error: Error): Error => error): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out, nothing answered in ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    await Promise.race([opening(), bound]);
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    const cause = blame(error as Error);
    throw new SsmlabError('stream-unreachable', `${host}:${port} cannot be reached: ${cause.message}`, { cause, hint: cause instanceof ProxyFailure ? cause.hint : undefined });
  } finally {
    clearTimeout(timer);
  }
}

/** Connects through the proxy; the local cloud's sees to it that the packets cross the lab's network. Of one that cannot be used itself the cause is a {@link ProxyFailure}. */
export function dialUplink(uplink: Uplink, host: string, port: number, timeoutMs = 10_000): Promise<Socket> {
  const socket = connect({ host: uplink.host, port: uplink.port });
  let isGreeted = false;
  const { namedBy } = uplink;
  return opened(socket, { host, port, timeoutMs }, () => shakeHands(socket, uplink, { host, port }, () => (isGreeted = true)), (error) => (isGreeted || namedBy === undefined ? error : new ProxyFailure({ ...uplink, namedBy }, error)));
}

/** Connects directly. */
export function dialDirectly(host: string, port: number, timeoutMs = 10_000): Promise<Socket> {
  const socket = connect({ host, port });
  return opened(socket, { host, port, timeoutMs }, () => new Promise<void>((resolve, reject) => void socket.once('connect', resolve).once('error', reject)));
}
