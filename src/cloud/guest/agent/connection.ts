/** HTTP, HTTPS and websockets out of a guest: every byte goes through the guest's own network. */
import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { WebSocket } from 'ws';
import type { TcpStream } from '../../fabric/fabric.js';
import { readOrdinaryFrames } from '../../../lib/protocol/ordinary-frames.js';
import { joinTurns } from '../../messages/wire.js';
import type { Guest } from '../guest.js';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly host: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

/** A SYN that is dropped is not waited for much longer than a round trip takes. */
const CONNECT_MS = 1500;
/** Replies of the services are small; more is not read. */
const REPLY_LIMIT = 1 << 20;

function aborted(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the attempt was given up');
}

/** TCP from inside the guest; given up with the signal. */
export async function openTcp(guest: Guest, host: string, port: number, signal: AbortSignal): Promise<TcpStream> {
  signal.throwIfAborted();
  const stream = await guest.connect(host, port, { timeoutMs: CONNECT_MS, signal });
  stream.on('error', () => stream.destroy());
  if (signal.aborted) {
    stream.destroy();
    throw aborted(signal);
  }
  return stream;
}

/** TLS from inside the guest, with the lab's CA as the only one that is trusted. */
export async function openTls(guest: Guest, host: string, caCertificate: string, signal: AbortSignal): Promise<Duplex> {
  const stream = await openTcp(guest, host, 443, signal);
  stream.givesAway = true;
  return new Promise((resolve, reject) => {
    const secure = tlsConnect({ socket: stream, servername: host, ca: caCertificate, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] });
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', onAbort);
      secure.destroy();
      stream.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(aborted(signal));
    const onClose = (): void => fail(new Error(`the connection to ${host} was closed`));
    signal.addEventListener('abort', onAbort, { once: true });
    secure.once('error', fail);
    secure.once('close', onClose);
    secure.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      secure.off('error', fail);
      secure.off('close', onClose);
      secure.on('error', () => secure.destroy());
      secure.once('close', () => stream.destroy());
      resolve(secure);
    });
  });
}

/** One request over a connection that is used for nothing else; the connection is closed afterwards. */
export function exchange(stream: Duplex, request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
  return new Promise<HttpReply>((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => stream,
      host: request.host,
      method: request.method,
      path: request.path,
      headers: { host: request.host, connection: 'close', 'content-length': Buffer.byteLength(request.body ?? ''), ...request.headers },
      signal,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > REPLY_LIMIT) response.destroy(new Error(`the reply of ${request.host} is too large`));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.end(request.body);
  }).finally(() => stream.destroy());
}

/**
 * All zero, which costs nothing on either side. A mask protects proxies on the way from what a web page has a browser say;
 * here there is no page, and TLS.
 */
const generateMask = (mask: Buffer): void => void mask.fill(0);

/** A websocket over a connection; resolves when it is open. */
export function openWebSocket(stream: Duplex, url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { createConnection: () => stream as never, headers, perMessageDeflate: false, generateMask });
    joinTurns(socket, stream);
    const onAbort = (): void => {
      socket.terminate();
      reject(aborted(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => {
      signal.removeEventListener('abort', onAbort);
      readOrdinaryFrames(socket, stream);
      resolve(socket);
    });
    socket.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      stream.destroy();
      reject(error);
    });
  });
}
